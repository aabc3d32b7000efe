"""What is wrong with an entry or the disk is a miss, said once; never a wrong value."""

import os
import shutil
import struct
import subprocess

import pytest

import memoxide as mx

IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
# Root may read and write everything.
as_user = pytest.mark.skipif(IS_ROOT, reason="root is denied nothing; CI runs it as a user too")

CALLS = []


def value(x):
    CALLS.append(x)
    return {"x": x, "text": "text " * 10}


def reader(folder, **options):
    """A function that remembers nothing but what is on the disk."""
    return mx.cache_data(value, persist=mx.Disk(folder, memory=False, **options))


@pytest.fixture
def folder(tmp_path):
    """A folder with the entry of `value(1)`."""
    CALLS.clear()
    reader(tmp_path / "entries")(1)
    assert CALLS == [1]
    return tmp_path / "entries"


def entry(folder):
    (path,) = folder.rglob("*.entry")
    return path


def truncated(path):
    path.write_bytes(path.read_bytes()[:-1])


def flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def emptied(path):
    path.write_bytes(b"")


def foreign(path):
    path.write_bytes(b"\x80\x04N." * 100)


def of_version(version):
    def changed(path):
        content = path.read_bytes()
        path.write_bytes(content[:8] + struct.pack("<I", version) + content[12:])

    return changed


def longer(path):
    path.write_bytes(path.read_bytes() + b"\0" * 64)


def a_link(path):
    other = path.with_suffix(".moved")
    path.rename(other)
    path.symlink_to(other)


def a_folder(path):
    path.unlink()
    path.mkdir()


def another_calls(path):
    reader(path.parents[2])(2)
    (other,) = set(path.parent.glob("*.entry")) - {path}
    shutil.copyfile(other, path)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (truncated, "bytes of"),
        (flipped, "does not match its seal"),
        (emptied, "is empty"),
        (foreign, "is no cache entry"),
        (of_version(1), "older format 1"),
        (of_version(3), "newer format 3"),
        (longer, "bytes of"),
        (a_link, "opening the entry"),
        (another_calls, "entry of another call"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_damaged_entry_is_a_miss_and_is_mended(folder, damage, message, caplog):
    damage(entry(folder))
    CALLS.clear()
    read = reader(folder)
    for _ in range(3):
        assert read(1) == {"x": 1, "text": "text " * 10}
    assert CALLS == [1]
    warnings = [record.message for record in caplog.records]
    assert len(warnings) == 1
    assert message in warnings[0]
    assert f"{__name__}.value" in warnings[0]


def test_what_cannot_be_replaced_costs_no_result(folder, caplog):
    a_folder(entry(folder))
    read = reader(folder)
    CALLS.clear()
    for _ in range(3):
        assert read(1)["x"] == 1
    assert CALLS == [1, 1, 1]
    # One says that it cannot be read, one that it cannot be written.
    assert len(caplog.records) == 2


@as_user
def test_an_entry_without_permissions_is_a_miss(folder, caplog):
    entry(folder).chmod(0)
    assert reader(folder)(1)["x"] == 1
    assert "permission denied" in caplog.text
    assert CALLS == [1, 1]
    assert reader(folder)(1)["x"] == 1
    assert CALLS == [1, 1]


@as_user
def test_a_folder_that_may_not_be_written_to_is_read(folder, caplog):
    try:
        for path in [*folder.rglob("*"), folder]:
            if path.is_dir():
                path.chmod(0o500)
        read = mx.cache_data(value, persist=mx.Disk(folder))
        assert read(1)["x"] == 1
        assert CALLS == [1]
        assert read(2) == read(2)
        assert CALLS == [1, 2]
        assert any("is not kept" in record.message for record in caplog.records)
    finally:
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o700)


def test_a_folder_of_others_is_refused(tmp_path, caplog):
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    read = mx.cache_data(value, persist=mx.Disk(folder))
    CALLS.clear()
    assert read(1) == read(1)
    assert CALLS == [1]
    assert len(caplog.records) == 1
    assert f"others may write to {folder} (mode 0777)" in caplog.text
    assert "chmod go-w" in caplog.text
    assert not list(folder.iterdir())


@pytest.mark.skipif(not IS_ROOT, reason="only root can give a folder to another user")
def test_a_folder_of_another_user_is_refused(tmp_path, caplog):
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o700)
    os.chown(folder, 65534, 65534)
    assert mx.cache_data(value, persist=mx.Disk(folder))(1)["x"] == 1
    assert "belongs to user 65534" in caplog.text


def test_a_path_that_is_a_file_is_refused(tmp_path, caplog):
    path = tmp_path / "file"
    path.touch()
    assert mx.cache_data(value, persist=mx.Disk(path))(1)["x"] == 1
    assert "is not a folder" in caplog.text


def test_a_key_file_that_is_none_is_refused(folder, caplog):
    (folder / "key").write_bytes(b"short")
    read = reader(folder, max_size="1GB")
    assert read(1)["x"] == 1
    assert "is no key of 32 bytes" in caplog.text


def test_with_a_new_key_old_entries_are_misses(folder, caplog):
    (folder / "key").unlink()
    read = reader(folder, max_size="1GB")
    CALLS.clear()
    assert read(1) == read(1)
    assert CALLS == [1]
    assert "does not match its seal" in caplog.text


FULL = """
    import os, signal, resource

    @mx.cache_data(persist="disk")
    def block(x):
        return bytes(100_000) + x.to_bytes(4, "little") + os.urandom(200_000)

    block(0)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, resource.RLIM_INFINITY))
    assert block(1) == block(1)
    assert block(2) == block(2)
    assert block.cache_info().misses == 3
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    block(3)
"""


def test_a_file_that_cannot_grow_is_not_kept(app):
    out = app.run(FULL)
    assert out.count("WARNING") == 1
    assert "is not kept" in out
    assert len(app.entries()) == 2
    assert not list(app.folder.rglob(".draft-*"))


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 256 kilobytes."""
    place = tmp_path / "mount"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", str(place)]
    if not IS_ROOT or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a file system")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_costs_the_persistence_only(small_disk, caplog):
    @mx.cache_data(persist=mx.Disk(small_disk / "entries"))
    def block(x):
        return bytes(range(256)) * 400 + os.urandom(100_000)

    values = {x: block(x) for x in range(4)}
    assert {x: block(x) for x in range(4)} == values
    assert block.cache_info().misses == 4
    assert "no space is left" in caplog.text
    kept = list(small_disk.rglob("*.entry"))
    assert 0 < len(kept) < 4
    block.clear()
    assert not list(small_disk.rglob("*.entry"))
    assert block(0) != values[0]


def test_a_read_only_disk_is_read(small_disk, caplog):
    reader(small_disk / "entries")(1)
    CALLS.clear()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    read = mx.cache_data(value, persist=mx.Disk(small_disk / "entries"))
    assert read(1)["x"] == 1
    assert CALLS == []
    assert not caplog.records
    assert read(2) == read(2)
    assert CALLS == [2]
    assert "read-only" in caplog.text
    # What cannot be removed must not come back.
    read.clear(1)
    assert read(1)["x"] == 1
    assert CALLS == [2, 1]
    assert "cannot be cleared" in caplog.text


CLASS = """
    class Thing:
        def __init__(self, x):
            self.x = x

    # A list among the globals is in no key.
    KINDS = [Thing]

    @mx.cache_data(persist="disk")
    def make(x):
        print("computed")
        return KINDS[0](x)

    print(make(1).x)
"""


def test_a_class_that_no_longer_exists_is_a_miss(app):
    assert app.run(CLASS) == "computed\n1\n"
    assert app.run(CLASS) == "1\n"
    renamed = CLASS.replace("Thing", "Other")
    out = app.run(renamed)
    assert out.count("WARNING") == 1
    assert "'Thing'" in out
    assert out.endswith("computed\n1\n")
    assert app.run(renamed) == "1\n"


def test_unpickling_that_fails_is_a_miss(app):
    script = """
        import sys

        class Fickle:
            def __init__(self, x):
                self.x = x

            def __setstate__(self, state):
                if "fail" in sys.argv:
                    raise RuntimeError("not today")
                self.__dict__.update(state)

        @mx.cache_data(persist="disk")
        def make(x):
            print("computed")
            return Fickle(x)

        make(1)
        print(make.cache_info().misses)
    """
    assert app.run(script) == "computed\n1\n"
    assert app.run(script) == "0\n"
    out = app.run(script, "fail")
    assert "RuntimeError: not today" in out
    assert "computed" in out
    assert app.run(script) == "0\n"


def test_a_value_that_pickle_refuses_is_refused(tmp_path):
    import threading

    lock = mx.cache_data(threading.Lock, persist=mx.Disk(tmp_path / "entries"))
    with pytest.raises(mx.errors.UnserializableReturnValueError) as caught:
        lock()
    assert caught.value.value.locked() is False


def test_an_interrupt_while_pickling_is_passed_on(tmp_path):
    class Interrupting:
        def __reduce__(self):
            raise KeyboardInterrupt

    @mx.cache_data(persist=mx.Disk(tmp_path / "entries"))
    def make():
        return Interrupting()

    with pytest.raises(KeyboardInterrupt):
        make()
