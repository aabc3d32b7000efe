"""What may lie in the folder, or be said of it, that no process of ours has put there."""

import json
import os
import shutil
import socket
import stat
import struct
import subprocess
import sys

import pytest

pytestmark = pytest.mark.timeout(60)

IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0

# Two calls of a function that has nothing but the disk. It says that it runs, and what is wrong.
TWO = """
    import json, os, sys

    @mx.cache_data(persist=mx.Disk(memory=False))
    def value(x):
        print("RUN")
        return {"x": x, "text": "text " * 100}

    for x in [1, 2]:
        assert value(x) == {"x": x, "text": "text " * 100}
"""


@pytest.fixture
def filled(app):
    """The files of `value(1)` and `value(2)`, by their calls."""
    script = TWO + "\n    print(json.dumps([value.key(1), value.key(2)]))\n"
    keys = json.loads(app.run(script).splitlines()[-1])
    files = {path.stem: path for path in app.entries()}
    return [files[key] for key in keys]


def computed(app, script=TWO, **environment):
    """How often the function ran, and how many warnings there were. A hang is an error."""
    out = app.run(script, timeout=20, **environment)
    return out.count("RUN"), out.count("WARNING")


def a_pipe(path):
    os.mkfifo(path)


def a_folder(path):
    path.mkdir()


def a_full_folder(path):
    path.mkdir()
    (path / "file").touch()


def a_dangling_link(path):
    path.symlink_to(path.with_name("nowhere"))


def a_link_to_itself(path):
    path.symlink_to(path.name)


def a_link_to_a_device(path):
    path.symlink_to("/dev/zero")


def a_socket(path):
    # A path that is long does not fit into an address.
    there = os.open(path.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"/proc/self/fd/{there}/{path.name}")
    os.close(there)


def a_device(path):
    if not IS_ROOT:
        pytest.skip("only root makes devices")
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))
    except OSError:
        pytest.skip("no right to make devices")


def nothing_at_all(path):
    path.touch()


THINGS = [
    a_pipe,
    a_folder,
    a_full_folder,
    a_dangling_link,
    a_link_to_itself,
    a_link_to_a_device,
    a_socket,
    a_device,
    nothing_at_all,
]


@pytest.mark.parametrize("thing", THINGS)
def test_in_an_entrys_place_it_is_a_miss(app, filled, thing):
    filled[0].unlink()
    thing(filled[0])
    runs, warnings = computed(app)
    assert runs == 1
    assert warnings in (1, 2)
    # What can be replaced is mended.
    assert computed(app)[0] == (1 if filled[0].is_dir() else 0)


@pytest.mark.parametrize("thing", THINGS)
def test_in_an_entrys_place_it_hinders_no_command(app, filled, thing, tmp_path):
    filled[0].unlink()
    thing(filled[0])
    out = app.run(
        """
        folder = mx._core.CacheFolder(max_size="1KB", max_age="1ns")
        listed = folder.entries()
        print([(entry.path[-10:], folder.verify(entry) is None) for entry in listed])
        folder.sweep()
        folder.clear_all()
        print(len([entry for entry in folder.entries() if entry.is_readable]))
        """,
        timeout=20,
    )
    listed, left = out.splitlines()
    assert sorted(eval(listed), key=lambda row: row[1])[-1] == (filled[1].name[-10:], True)
    assert listed.count("True") == 1
    assert left == "0"
    assert not filled[1].exists()


@pytest.mark.parametrize("thing", THINGS)
def test_in_the_keys_place_it_refuses_the_folder(app, filled, thing):
    key = app.folder / "key"
    key.unlink()
    thing(key)
    assert computed(app) == (2, 1)
    assert computed(app, MEMOXIDE_DISK_KEY="ab" * 32)[0] == 2
    assert computed(app, MEMOXIDE_DISK_KEY="ab" * 32) == (0, 0)


@pytest.mark.parametrize(
    "name", ["generations", "lock", "sweep.lock", "CACHEDIR.TAG", "first.lock"]
)
@pytest.mark.parametrize("thing", [a_pipe, a_folder, a_dangling_link, a_device])
def test_in_another_files_place_it_costs_no_result(app, filled, thing, name):
    place = {
        "generations": filled[0].parents[1] / name,
        "lock": filled[0].with_suffix(".lock"),
    }.get(name, app.folder / name)
    place.unlink(missing_ok=True)
    filled[0].unlink()
    thing(place)
    assert computed(app)[0] == 1
    script = TWO + "\n    value.clear()\n    value(1)\n"
    assert computed(app, script)[0] >= 1


@pytest.mark.parametrize("level", [1, 0])
def test_links_in_place_of_folders_lead_to_no_wrong_value(app, filled, tmp_path, level):
    """Whoever may put them there may as well put anything else there: its seal decides."""
    folder = filled[0].parents[level]
    elsewhere = tmp_path / "elsewhere"
    shutil.move(folder, elsewhere)
    folder.symlink_to(elsewhere)
    assert computed(app)[0] in (0, 2)
    for path in elsewhere.rglob("*.entry"):
        path.write_bytes(b"\x80\x04N." * 100)
    assert computed(app)[0] == 2


def test_a_hard_link_to_another_entry_is_refused_and_left_alone(app, filled):
    first, second = filled
    content = second.read_bytes()
    first.unlink()
    os.link(second, first)
    assert computed(app) == (1, 1)
    # The new file took the name; the other one has its content.
    assert second.read_bytes() == content
    assert computed(app) == (0, 0)


def test_a_second_name_elsewhere_is_never_written_through(app, filled, tmp_path):
    outside = tmp_path / "outside"
    os.link(filled[0], outside)
    content = filled[0].read_bytes()
    # Damage makes it write anew.
    filled[0].write_bytes(content[:-1] + b"!")
    damaged = outside.read_bytes()
    assert computed(app) == (1, 1)
    assert outside.read_bytes() == damaged
    assert computed(app) == (0, 0)


def test_an_old_value_is_none_for_another_function(app, filled):
    """Replayed under a new key: by another name, or by an edit of the function."""
    changed = TWO.replace('"RUN"', '"RUN", end="!"')
    assert computed(app, changed)[0] == 2
    new = [path for path in app.entries() if path not in filled]
    for path in new:
        for old in filled:
            shutil.copyfile(old, path)
            assert computed(app, changed)[0] == 1


def test_an_old_value_may_return_under_its_own_name_alone(app):
    """The seal holds no counter, which the page on the format says."""
    script = """
        import os

        @mx.cache_data(persist="disk")
        def value(x):
            print("RUN")
            return os.urandom(8).hex()

        print(value(1))
    """
    old = app.run(script).split()[-1]
    (path,) = app.entries()
    content = path.read_bytes()
    path.unlink()
    assert app.run(script).split()[-1] != old
    path.write_bytes(content)
    assert app.run(script) == f"{old}\n"


def test_a_file_of_a_terabyte_is_not_read(app, filled):
    size = 1 << 40
    with filled[0].open("r+b") as file:
        try:
            file.truncate(size)
        except OSError:
            pytest.skip("the file system has no such files")
        # It says so of itself as well.
        file.seek(16)
        file.write(struct.pack("<Q", size))
    assert computed(app) == (1, 1)
    assert filled[0].stat().st_size < 10_000


@pytest.mark.parametrize("at", [12, 16, 116, 120, 124, 128, 136])
@pytest.mark.parametrize("number", [3, 2**31, 2**32 - 1])
def test_a_length_that_lies_is_not_believed(app, filled, at, number):
    with filled[0].open("r+b") as file:
        file.seek(at)
        file.write(struct.pack("<I", number))
    assert computed(app) == (1, 1)


@pytest.mark.skipif(not IS_ROOT, reason="only root can give files to another user")
@pytest.mark.parametrize("name", ["", "key"])
def test_what_another_user_owns_is_refused(app, filled, name):
    os.chown(app.folder / name, 65534, 65534)
    assert computed(app) == (2, 1)


def test_a_link_to_the_folder_is_followed_if_it_is_the_users_own(app, tmp_path):
    real = tmp_path / "real"
    real.mkdir(mode=0o700)
    app.folder.symlink_to(real)
    assert computed(app) == (2, 0)
    assert computed(app, MEMOXIDE_CACHE_DIR=f"{app.folder}/") == (0, 0)
    assert len(list(real.rglob("*.entry"))) == 2
    app.folder.unlink()
    app.folder.symlink_to(tmp_path / "nowhere")
    assert computed(app) == (2, 1)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.skipif(not IS_ROOT, reason="only root can give links to another user")
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_link_to_the_folder_that_another_user_made_is_refused(app, tmp_path, slash):
    """It would lead into any folder of the user's."""
    real = tmp_path / "real"
    real.mkdir(mode=0o700)
    app.folder.symlink_to(real)
    os.lchown(app.folder, 65534, 65534)
    assert computed(app, MEMOXIDE_CACHE_DIR=f"{app.folder}{slash}") == (2, 1)
    assert not list(real.iterdir())


@pytest.mark.parametrize(("mode", "runs"), [(0o666, 2), (0o620, 2), (0o602, 2), (0o644, 0)])
def test_the_keys_mode(app, filled, mode, runs):
    key = app.folder / "key"
    key.chmod(mode)
    assert computed(app) == (runs, runs // 2)
    # One that others could only read is hidden from then on.
    assert stat.S_IMODE(key.stat().st_mode) == (0o600 if runs == 0 else mode)


def test_a_key_that_is_replaced_while_in_use(app, workers):
    script = TWO.replace(
        "    for x in [1, 2]:\n        assert", "    def right(x):\n        return"
    )
    first, second = workers(script), workers(script)
    assert first.ask("right(1)") == "RUN"
    assert first.read() == "True"
    assert second.ask("right(1)") == "True"
    new = app.folder / "new"
    new.write_bytes(os.urandom(32))
    new.chmod(0o600)
    new.replace(app.folder / "key")
    # Who has read the old one goes on with it, until it meets an entry of the new one.
    assert first.ask("right(1)") == "True"
    third = workers(script)
    assert "does not match its seal" in third.ask("right(1)")
    assert [third.read(), third.read()] == ["RUN", "True"]
    for worker in (first, second, third):
        assert worker.ask("right(1)") == "True"
    # A key that others may write to is none to go on with.
    (app.folder / "key").write_bytes(os.urandom(32))
    (app.folder / "key").chmod(0o666)
    fourth = workers(script)
    assert "others may write" in fourth.ask("right(1)")
    assert [fourth.read(), fourth.read()] == ["RUN", "True"]
    assert first.ask("right(1)") == "True"


def test_processes_that_make_the_folder_at_once_share_its_key(app):
    script = TWO.replace("    for x in", "    sys.stdin.read()\n    for x in")
    started = [app.start(script, stdin=subprocess.PIPE) for _ in range(8)]
    for process in started:
        process.stdin.close()
        process.stdin = None
    said = [process.communicate(timeout=30) for process in started]
    assert [process.returncode for process in started] == [0] * 8, said
    assert "WARNING" not in "".join(out for out, _ in said)
    assert computed(app) == (0, 0)
    assert len(list(app.folder.rglob("key"))) == 1
    assert not list(app.folder.rglob(".draft-*"))


@pytest.mark.parametrize("umask", [0, 0o777, 0o022])
def test_no_umask_opens_or_closes_the_folder(app, umask):
    script = f"import os; os.umask({umask})\n" + TWO.replace("\n    ", "\n")
    assert computed(app, script) == (2, 0)
    for path in [app.folder, *app.folder.rglob("*")]:
        allowed = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == allowed, path
    assert computed(app, script) == (0, 0)


GOES_AWAY = """
    import os
    os.chdir("/")

    @mx.cache_data(persist="disk")
    def value(x):
        print("RUN")
        return x

    value(1)
    os.chdir("/tmp")
    mx.configure(disk_max_size="1GB")
    value(2)
    if os.fork() == 0:
        value(3)
        os._exit(0)
    os.wait()
"""


@pytest.mark.parametrize("folder", ["cache", "./cache", "app/../cache", "a/b/../../cache"])
def test_a_relative_folder_counts_from_where_the_process_began(app, tmp_path, monkeypatch, folder):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a/b").mkdir(parents=True)
    out = app.run(GOES_AWAY, MEMOXIDE_CACHE_DIR=folder)
    assert out.count("RUN") == 3
    assert len(list((tmp_path / "cache").rglob("*.entry"))) == 3
    assert app.run(GOES_AWAY, MEMOXIDE_CACHE_DIR=str(tmp_path / "cache")) == ""
    told = subprocess.run(
        [sys.executable, "-c", "import memoxide._core as c; print(c.cache_folder())"],
        env={**os.environ, "MEMOXIDE_CACHE_DIR": folder},
        capture_output=True,
        text=True,
        check=True,
    )
    assert os.path.samefile(told.stdout.strip(), tmp_path / "cache")


@pytest.mark.parametrize("size", [1, 100, 700])
def test_a_bound_that_no_entry_fits_costs_the_persistence_only(app, size):
    script = f"mx.configure(disk_max_size={size})\n" + TWO.replace("\n    ", "\n")
    out = app.run(script)
    assert out.count("RUN") == 2
    # Both are equally large.
    assert out.count("WARNING") == 1
    assert "is too large" in out
    assert app.entries() == []
    assert not list(app.folder.rglob(".draft-*"))


def test_a_bound_that_one_entry_fits_keeps_one(app, filled):
    size = filled[0].stat().st_size
    script = f"""
    mx.configure(disk_max_size={size + 10})
    {TWO.strip()}
    for x in range(3, 9):
        value(x)
    """
    app.run(script)
    assert len(app.entries()) <= 1


def test_without_file_descriptors_the_call_has_its_result(app, filled):
    script = """
        import resource
        value.clear()
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        held = []
        # One that is open is not enough for a draft and its lock.
        for free in range(6):
            while held:
                os.close(held.pop())
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
            try:
                while True:
                    held.append(os.dup(0))
            except OSError:
                pass
            for _ in range(free):
                os.close(held.pop())
            for x in [10 + free, 10 + free, 1]:
                assert value(x)["x"] == x
        while held:
            os.close(held.pop())
        value(20)
        print("end")
    """
    out = app.run(TWO + script)
    assert out.endswith("end\n")
    assert "WARNING" in out
    out = app.run(TWO + "\n    value(20)\n")
    assert out.count("WARNING") == 0
