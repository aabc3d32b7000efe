"""Whoever can write to the folder, and has no key, has nothing read, let alone unpickled."""

import os
import pickle
import shutil
import struct

import pytest

import memoxide as mx

try:
    import numpy
except ImportError:
    numpy = None

sealed = pytest.importorskip("disk.reader", reason="no BLAKE3 for Python").seal_of

RUN = []
HEAD = struct.Struct("<8sIIQ32s32sqQ4sIIIIIQQ")
CODEC_AND_LENGTHS = 104


def mark(what):
    """What an unpickled bomb does: a value that is rightly read does it too."""
    RUN.append(what)
    return what


class Bomb:
    def __reduce__(self):
        return mark, ("unpickled",)


def arm(x):
    return [Bomb(), x]


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "entries"
    reader(folder)(1)
    RUN.clear()
    return folder


def reader(folder):
    return mx.cache_data(arm, persist=mx.Disk(folder, memory=False))


def entry(folder):
    (path,) = folder.rglob("*.entry")
    return path


def is_missed(read, x=1):
    """Whether a call computes; nothing may have run that a file says."""
    misses = read.cache_info().misses
    assert isinstance(read(x)[0], Bomb) or RUN
    return read.cache_info().misses == misses + 1


def test_what_is_intact_is_unpickled(folder):
    assert not is_missed(reader(folder))
    assert set(RUN) == {"unpickled"}


def test_no_changed_byte_is_unpickled(folder):
    path, read = entry(folder), reader(folder)
    content = path.read_bytes()
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1 << (place % 8)
        path.write_bytes(changed)
        assert is_missed(read), place
    assert RUN == []


def test_nothing_that_is_cut_off_or_longer_is_unpickled(folder):
    path, read = entry(folder), reader(folder)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        assert is_missed(read), length
    for more in [b"\0", b"\0" * 64, content]:
        path.write_bytes(content + more)
        assert is_missed(read)
    assert RUN == []


def test_an_entry_is_of_its_call_alone(folder):
    first, read = entry(folder), reader(folder)
    read(2)
    (second,) = set(folder.rglob("*.entry")) - {first}
    shutil.copyfile(first, second)
    assert is_missed(read, 2)
    assert RUN == []


def test_an_entry_is_of_its_function_alone(folder):
    def other(x):
        return [Bomb(), x, "other"]

    read = mx.cache_data(other, persist=mx.Disk(folder, memory=False))
    read(1)
    first, second = folder.rglob("*.entry")
    content = first.read_bytes(), second.read_bytes()
    first.write_bytes(content[1])
    second.write_bytes(content[0])
    assert is_missed(read)
    assert is_missed(reader(folder))
    assert RUN == []


def test_an_entry_is_of_its_application_alone(folder):
    read = mx.cache_data(arm, persist=mx.Disk(folder, memory=False, name="other"))
    read(1)
    (theirs,) = folder.glob("other-*/*/*.entry")
    (ours,) = set(folder.rglob("*.entry")) - {theirs}
    shutil.copyfile(ours, theirs)
    assert is_missed(read)
    assert RUN == []


def test_an_entry_is_of_its_folder_alone(folder, tmp_path):
    read = reader(tmp_path / "elsewhere")
    read(1)
    shutil.copyfile(entry(folder), entry(tmp_path / "elsewhere"))
    assert is_missed(read)
    assert RUN == []


class Shell:
    """What an attacker would have unpickled."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.mkdir, (str(self.marker),)


def forged(content, payload, key):
    """An entry with another payload, as `docs/disk-format.md` tells how to write one."""
    fixed = list(HEAD.unpack_from(content))
    length_of_head, lengths = fixed[2], fixed[11:14]
    head = bytearray(content[:length_of_head])
    assert lengths[2] == 0, "an entry without buffers"
    size = length_of_head + len(payload) + 32
    struct.pack_into("<Q", head, 16, size)
    struct.pack_into("<I", head, 112, 0)
    struct.pack_into("<QQ", head, 128, len(payload), len(payload))
    body = bytes(head) + payload
    return body + sealed(body, key)


@pytest.mark.parametrize("kind", ["stale seal", "another key", "no key", "the key"])
def test_a_pickle_that_writes_a_marker_writes_none(folder, tmp_path, kind):
    path, marker = entry(folder), tmp_path / "marker"
    content = path.read_bytes()
    keys = {"another key": os.urandom(32), "no key": bytes(32), "stale seal": bytes(32)}
    key = keys.get(kind) or (folder / "key").read_bytes()
    evil = forged(content, pickle.dumps(Shell(marker), 5), key)
    if kind == "stale seal":
        evil = evil[:-32] + content[-32:]
    path.write_bytes(evil)
    read = reader(folder)
    read(1)
    # With the key it is an entry like others: that is what the key is for.
    assert marker.exists() == (kind == "the key")


def test_a_key_file_that_others_may_write_to_is_refused(folder, caplog):
    (folder / "key").chmod(0o666)
    read = mx.cache_data(arm, persist=mx.Disk(folder, memory=False, max_size="1GB"))
    read(1)
    assert "others may write" in caplog.text
    assert RUN == []


def array_and(x):
    return [numpy.full(300_000, 7.0), x]


@pytest.mark.parametrize("where", ["head", "payload", "flags"])
def test_what_says_how_data_is_read_cannot_be_changed_after_the_check(tmp_path, where):
    pytest.importorskip("numpy")
    mx.cache_data(array_and, persist=mx.Disk(tmp_path, memory=False), copy="deep")(1)
    read = mx.cache_data(array_and, persist=mx.Disk(tmp_path), copy="deep")
    assert read(1)[1] == 1
    path = entry(tmp_path)
    content = path.read_bytes()
    begin = struct.unpack_from("<I", content, 12)[0]
    payload = struct.unpack_from("<Q", content, 128)[0]
    places = {
        "head": range(24, begin),
        "payload": range(begin, begin + payload),
        "flags": range(len(content) - 33, len(content)),
    }
    with path.open("r+b") as file:
        file.seek(places[where].start)
        file.write(b"\xff" * len(places[where]))
    value = read(1)
    assert value[1] == 1
    assert set(value[0]) == {7.0}
    assert read.cache_info().misses == 0


def test_without_a_map_nothing_can_be_changed_after_the_check(tmp_path):
    pytest.importorskip("numpy")
    options = mx.Disk(tmp_path, memory_map=False)
    assert options.memory_map is False
    assert "memory_map=False" in repr(options)
    assert options != mx.Disk(tmp_path)
    mx.cache_data(array_and, persist=mx.Disk(tmp_path, memory=False))(1)
    read = mx.cache_data(array_and, persist=options)
    assert set(read(1)[0]) == {7.0}
    path = entry(tmp_path)
    with path.open("r+b") as file:
        file.write(b"\xff" * path.stat().st_size)
    assert set(read(1)[0]) == {7.0}
    assert read.cache_info().misses == 0
