"""Handles, iterators and other things that have no content of their own are refused."""

import asyncio
import bz2
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
    ids=str,
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
