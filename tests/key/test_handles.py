"""Handles, iterators and other things that have no content of their own are refused."""

import array
import asyncio
import bz2
import collections
import ctypes
import fileinput
import gzip
import io
import itertools
import lzma
import multiprocessing.managers
import multiprocessing.shared_memory
import shelve
import tarfile
import weakref
import zipfile

import pytest

import memoxide as mx
from memoxide.errors import UnhashableParamError


def shared_memory():
    memory = multiprocessing.shared_memory.SharedMemory(create=True, size=8)
    memory.unlink()
    return memory


def pipe_end():
    end, other = multiprocessing.Pipe()
    other.close()
    return end


def database(folder):
    import dbm.dumb

    return shelve.Shelf(dbm.dumb.open(str(folder / "shelf")))


def packed(folder, module):
    path = folder / "packed"
    path.write_bytes(module.compress(b"abc"))
    return module.open(path)


def archive():
    return zipfile.ZipFile(io.BytesIO(), "w")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda _: itertools.count(), "used up"),
        (lambda _: itertools.chain([1], [2]), "used up"),
        (lambda _: zip(itertools.repeat(1), [2]), "used up"),
        (lambda _: iter({"a", "b"}), "sorted list"),
        (lambda folder: packed(folder, gzip), "its path"),
        (lambda folder: packed(folder, bz2), "its path"),
        (lambda folder: packed(folder, lzma), "its path"),
        (lambda _: archive(), "its path"),
        (lambda _: tarfile.open(fileobj=io.BytesIO(), mode="w"), "its path"),
        (lambda _: fileinput.FileInput([__file__]), "its path"),
        (lambda folder: database(folder), "elsewhere"),
        (lambda _: shared_memory(), "elsewhere"),
        (lambda _: pipe_end(), "elsewhere"),
        (lambda _: multiprocessing.managers.SyncManager(), "elsewhere"),
        (lambda _: ctypes.CDLL(None), "elsewhere"),
        (lambda _: asyncio.Lock(), "nothing but itself"),
        (lambda _: asyncio.Queue(), "nothing but itself"),
        (lambda _: weakref.finalize(gzip, print), "nothing but itself"),
    ],
)  # fmt: skip
def test_handles_are_refused(key, tmp_path, make, reason):
    value = make(tmp_path)
    with pytest.raises(UnhashableParamError, match=reason):
        key(value)
    if hasattr(value, "close"):
        value.close()


def test_a_packed_file_in_a_list_is_named(key, tmp_path):
    with packed(tmp_path, gzip) as file, pytest.raises(UnhashableParamError, match=r"value\[1\]"):
        key([1, file])


NUMBERS = [1, 2, 3, 4]


def twice(make):
    iterator = make(NUMBERS)
    return iterator, iterator


ITERATORS = [
    iter, reversed, enumerate, zip, lambda items: map(abs, items),
    lambda items: filter(None, items), lambda items: iter(collections.deque(items)),
    lambda items: iter(array.array("i", items)), lambda items: iter(tuple(items)),
    lambda items: iter(dict.fromkeys(items)),
]  # fmt: skip


@pytest.mark.parametrize("make", ITERATORS)
def test_an_iterator_that_two_places_read_from_is_refused(key, make):
    one, other = make(NUMBERS), make(NUMBERS)
    assert key((one, other)) == key((one, other))
    for shared in (twice(make), zip(*twice(make)), [zip(twice(make)[0]), *twice(make)]):
        with pytest.raises(UnhashableParamError, match="met twice"):
            key(shared)


class Numbers:
    def __iter__(self):
        return self

    def __next__(self):
        raise StopIteration


@pytest.mark.parametrize("make", [Numbers, lambda: io.StringIO("a"), lambda: io.BytesIO(b"a")])
def test_groups_of_what_a_stream_gives_are_refused(key, make):
    assert key(zip(make(), make())) == key(zip(make(), make()))
    for group in (zip, lambda one, other: map(max, one, other)):
        stream = make()
        with pytest.raises(UnhashableParamError, match="met twice"):
            key(group(stream, stream))


def test_an_iterator_in_its_own_list_is_refused(key):
    items = []
    items.append(iter(items))
    with pytest.raises(UnhashableParamError, match="met twice"):
        key(items[0])


def test_a_hash_function_speaks_for_an_iterator_that_is_met_twice():
    @mx.cache_data(hash_funcs={type(iter([])): lambda iterator: iterator.__length_hint__()})
    def f(value):
        return None

    assert f.key(twice(iter)) == f.key((iter(NUMBERS), iter([5, 6, 7, 8])))


def test_iterators_of_two_arguments_are_those_of_one_call():
    @mx.cache_data
    def f(a, b):
        return None

    assert f.key(iter(NUMBERS), iter(NUMBERS))
    with pytest.raises(UnhashableParamError, match="met twice"):
        f.key(*twice(iter))
