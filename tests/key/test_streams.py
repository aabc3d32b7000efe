"""Files and streams: by what they would give, from where they stand."""

import gzip
import io
import itertools
import os
import socket
import sys
import tempfile

import pytest

from memoxide.errors import UnhashableParamError


def at(stream, position):
    stream.seek(position)
    return stream


def test_streams_in_memory_differ(differ):
    differ([
        io.BytesIO(b"ab"), io.BytesIO(b"ac"), at(io.BytesIO(b"ab"), 1), io.BytesIO(), b"ab",
        io.StringIO("ab"), io.StringIO("ac"), at(io.StringIO("ab"), 1), io.StringIO(), "ab",
        io.StringIO("a\r\nb"), io.StringIO("a\r\nb", newline=None),
        io.StringIO("a\r\nb", newline=""),
    ])  # fmt: skip


def test_a_key_reads_nothing_away(key):
    stream = at(io.BytesIO(b"abc"), 1)
    assert key(stream) == key(at(io.BytesIO(b"abc"), 1))
    assert stream.read() == b"bc"
    assert key(stream) == key(at(io.BytesIO(b"abc"), 3))


def test_a_stream_with_attributes_counts_with_them(key):
    def named(name):
        stream = io.BytesIO(b"a")
        stream.name = name
        return stream

    assert key(named("a")) == key(named("a"))
    assert len({key(named("a")), key(named("b")), key(io.BytesIO(b"a"))}) == 3


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "file.txt"
    path.write_bytes(b"one\r\ntwo\nthree")
    return path


OPENERS = [
    {"mode": "r"},
    {"mode": "r", "newline": ""},
    {"mode": "r", "newline": "\r"},
    {"mode": "r", "encoding": "latin-1"},
    {"mode": "r", "errors": "ignore"},
    {"mode": "r+"},
    {"mode": "rb"},
    {"mode": "rb", "buffering": 0},
    {"mode": "r+b"},
    {"mode": "a"},
    {"mode": "ab"},
]


def test_ways_to_open_a_file_differ(differ, path):
    files = [open(path, **options) for options in OPENERS]
    differ(files)
    for file in files:
        file.close()


@pytest.mark.parametrize("options", OPENERS, ids=str)
def test_content_position_and_name_count(key, path, options):
    with open(path, **options) as file, open(path, **options) as same:
        before = key(file)
        assert key(same) == before
        assert file.tell() == same.tell()
        if file.readable():
            rest = file.read()
            assert rest == same.read()
            assert key(file) == key(same) != before
    path.write_bytes(b"one\r\ntwo\nthr3e")
    with open(path, **options) as file:
        assert (key(file) != before) is file.readable()
    other = path.with_name("other.txt")
    path.rename(other)
    with open(other, **options) as file:
        assert key(file) != before


def test_a_file_goes_on_from_where_it_was(key, path):
    with open(path) as file:
        assert file.readline() == "one\n"
        key(file)
        assert file.readline() == "two\n"
    with open(path, "rb") as file:
        file.read(2)
        key(file)
        assert file.read(3) == b"e\r\n"


def test_what_was_written_counts_before_it_is_flushed(key, path):
    with open(path, "r+b") as file:
        before = key(file)
        file.write(b"ONE")
        file.seek(0)
        assert key(file) != before


def test_large_files_count_to_the_last_byte(key, tmp_path, monkeypatch):
    for name, last in (("a", b"x"), ("b", b"y")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(b"." * 3_000_000 + last)
    keys = set()
    for name in ("a", "b"):
        monkeypatch.chdir(tmp_path / name)
        with open("file", "rb") as file:
            keys.add(key(file))
    assert len(keys) == 2


def test_temporary_files_have_keys(key):
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"abc")
        file.seek(0)
        assert key(file) == key(file)
        assert file.read() == b"abc"


def test_the_number_of_a_descriptor_does_not_count(key, path):
    def unnamed():
        return os.fdopen(os.open(path, os.O_RDONLY), "rb")

    with unnamed() as file, unnamed() as other, open(path, "rb") as named:
        assert file.name != other.name
        assert key(file) == key(other) != key(named)


def test_what_is_made_of_other_streams_says_so(key):
    with pytest.raises(UnhashableParamError, match="no file on a disk"):
        key(io.BufferedReader(io.BytesIO(b"abc")))


def test_bytes_that_are_not_decoded_count(key, path):
    keys = set()
    for content in (b"a\n", b"a\xff\n", b"a\r\n"):
        path.write_bytes(content)
        with open(path, encoding="utf-8", errors="ignore") as file:
            keys.add(key(file))
    assert len(keys) == 3


@pytest.mark.parametrize("mode", ["r", "rb", "r+", "r+b"])
def test_what_was_read_ahead_is_read_again(key, path, mode):
    with open(path, mode) as early:
        early.read(1)
        path.write_bytes(b"ONE\r\nTWO\nTHREE")
        with open(path, mode) as late:
            late.read(1)
            assert key(early) == key(late)
            assert early.read() == late.read()


class Unreadable(io.FileIO):
    def readable(self):
        return False


class Elsewhere(io.FileIO):
    def fileno(self):
        return 0


class Short(io.TextIOWrapper):
    encoding = None

    def __init__(self, path):
        super().__init__(open(path, "rb"))

    def readline(self):
        return ""


@pytest.mark.parametrize("cls", [Unreadable, Elsewhere, Short])
def test_a_file_cannot_hide_its_content(key, path, cls):
    with cls(path) as file:
        before = key(file)
    path.write_bytes(b"other")
    with cls(path) as file:
        assert key(file) != before


class Shifted(io.FileIO):
    def readinto(self, buffer):
        count = super().readinto(buffer)
        buffer[:count] = bytes(255 - byte for byte in buffer[:count])
        return count


@pytest.mark.parametrize(
    "make",
    [
        lambda path: io.BufferedReader(Shifted(path)),
        lambda path: io.TextIOWrapper(io.BufferedReader(Shifted(path))),
        lambda _: io.TextIOWrapper(io.BytesIO(b"a")),
        lambda path: io.BufferedReader(gzip.open(path)),
        lambda path: gzip.open(path, "rt"),
    ],
)
def test_what_reads_through_another_stream_is_refused(key, path, make):
    file = make(path)
    with pytest.raises(UnhashableParamError, match=r"another stream|no file on a disk"):
        key(file)
    file.close()


def closed():
    file = open(__file__)
    file.close()
    return file


def iterated():
    file = open(__file__)
    next(file)
    return file


def pipe_end():
    reading, writing = os.pipe()
    os.close(writing)
    return os.fdopen(reading, "rb")


@pytest.mark.parametrize(
    "make",
    [
        closed,
        iterated,
        pipe_end,
        socket.socket,
        lambda: gzip.open(io.BytesIO(gzip.compress(b"abc"))),
        lambda: io.BufferedReader(io.BytesIO(b"abc")),
        lambda: (i for i in range(3)),
        lambda: itertools.count(),
        lambda: itertools.chain([1], [2]),
        lambda: itertools.tee([1])[0],
        lambda: os.scandir("/"),
    ],
)
def test_what_has_no_content_to_read_is_refused(key, make):
    value = make()
    with pytest.raises(UnhashableParamError, match="argument value"):
        key(value)
    if hasattr(value, "close"):
        value.close()


def test_standard_streams_are_refused_or_have_keys(key):
    for stream in (sys.__stdin__, sys.__stdout__):
        try:
            key(stream)
        except UnhashableParamError:
            pass


def test_iterators_over_containers_count_by_what_is_left(key):
    begun = iter([1, 2, 3])
    next(begun)
    left = list(iter([2, 3]))
    assert key(begun) != key(iter([1, 2, 3]))
    key(begun)
    assert list(begun) == left
