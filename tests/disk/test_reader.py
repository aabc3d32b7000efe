"""That `docs/disk-format.md` is enough: a reader that was written from it reads what is written."""

import random
import time

import pytest

import memoxide as mx
from disk import aegis

reader = pytest.importorskip("disk.reader", reason="no BLAKE3 for Python")

KINDS = "small text long bytes noise nothing array frame polars series arrow".split()
APPLICATION = "An äpp: 'with' / signs, longer than forty characters"


def make(kind):
    if kind in ("array", "frame"):
        numpy = pytest.importorskip("numpy")
        array = numpy.arange(30_000, dtype="float64").reshape(3, -1)
        if kind == "array":
            return array
        return pytest.importorskip("pandas").DataFrame(array.T, columns=["a", "b", "c"])
    if kind in ("polars", "series"):
        polars = pytest.importorskip("polars")
        pytest.importorskip("pyarrow")
        # Polars notes of a range that it is sorted, and what is noted goes by pickle.
        series = polars.Series("n", [number % 1_000 for number in range(20_000)])
        return series if kind == "series" else polars.DataFrame({"n": series, "m": series * 2})
    if kind == "arrow":
        return pytest.importorskip("pyarrow").table({"n": list(range(20_000))})
    plain = {
        "small": {"x": 1, "y": [2.5, None]},
        "text": "a text that repeats, " * 5_000,
        "long": [str(number) for number in range(20_000)],
        "bytes": bytes(range(256)) * 8_000,
        # Several pieces of the seal, as many as are made by all cores.
        "noise": random.Random(7).randbytes(1_400_000),
        "nothing": None,
    }
    return plain[kind]


def is_equal(kind, read, value):
    if kind == "array":
        return (read == value).all() and read.flags.writeable
    if kind == "frame":
        return read.equals(value)
    if kind == "polars":
        return read.to_pydict() == value.to_dict(as_series=False)
    if kind == "series":
        name, array = read
        return (name, array.to_pylist()) == (value.name, value.to_list())
    return read == value


def test_the_tags_of_pieces_are_those_of_the_standard():
    data = bytes(range(0x23))
    key, nonce = b"\x10\x01" + bytes(14), b"\x10\x00\x02" + bytes(13)
    expected = "9490e7c89d420c9f37417fa625eb38e8cad53c5cbec55285e8499ea48377f2a3"
    assert aegis.mac(data, key, nonce).hex() == expected


@pytest.mark.parametrize("kind", KINDS)
def test_the_reader_reads_what_was_written(tmp_path, kind):
    folder = tmp_path / "entries"
    load = mx.cache_data(make, persist=mx.Disk(folder, name=APPLICATION))
    before = time.time_ns()
    value = load(kind)
    after = time.time_ns()
    (path,) = folder.rglob("*.entry")
    call, function = load.key(kind), path.parent.name
    assert path == reader.place(folder, APPLICATION, function, call)
    key = reader.key_of(folder)
    entry = reader.read(folder, APPLICATION, function, call, key)
    assert is_equal(kind, reader.value_of(entry), value)
    # Tests that let time pass have moved the clock of this process, by some hours at most.
    assert before - 10**9 <= entry.created <= after + 10**9 * 86_400
    assert 0 <= entry.cost <= after - before
    assert entry.metadata.decode() == f"{__name__}.make"
    assert entry.codec[0] == (b"plrs" if kind in ("polars", "series") else b"pckl")


def test_the_reader_reads_with_a_key_from_the_environment(tmp_path, monkeypatch):
    folder = tmp_path / "entries"
    monkeypatch.setenv("MEMOXIDE_DISK_KEY", "ab" * 32)
    load = mx.cache_data(make, persist=mx.Disk(folder, name=APPLICATION))
    load("small")
    (path,) = folder.rglob("*.entry")
    name = (folder, APPLICATION, path.parent.name, path.stem)
    entry = reader.read(*name, bytes.fromhex("ab" * 32))
    assert reader.value_of(entry) == make("small")
    with pytest.raises(reader.Refused):
        reader.read(*name, bytes(32))


def test_the_reader_refuses_what_was_changed(tmp_path):
    folder = tmp_path / "entries"
    load = mx.cache_data(make, persist=mx.Disk(folder, name=APPLICATION))
    load("small")
    (path,) = folder.rglob("*.entry")
    content = path.read_bytes()
    key = reader.key_of(folder)
    for place in range(0, len(content), 7):
        path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        with pytest.raises(reader.Refused):
            reader.read(folder, APPLICATION, path.parent.name, path.stem, key)
