"""`persist`: what one process has stored, another one has."""

import pickle
import stat

import pytest

import memoxide as mx

SQUARE = """
    @mx.cache_data(persist="disk")
    def square(x):
        print("computed")
        return [x * x]

    print(square(3), square(3))
"""


def test_a_new_process_hits_what_an_old_one_has_stored(app):
    assert app.run(SQUARE) == "computed\n[9] [9]\n"
    assert app.run(SQUARE) == "[9] [9]\n"


def test_the_older_decorator_persists_as_well(app):
    script = SQUARE.replace("cache_data", "experimental_memo")
    assert "computed" in app.run(script)
    out = app.run(script)
    assert "computed" not in out
    assert "[9] [9]" in out


def test_applications_share_nothing(app, other_app):
    assert app.run(SQUARE) == other_app.run(SQUARE)
    assert len(app.entries()) == 2


def test_applications_of_one_name_share_everything(app, other_app):
    named = 'mx.configure(app="one")\n' + SQUARE.replace("\n    ", "\n")
    app.run(named)
    assert "computed" not in other_app.run(named)


def test_an_edit_is_another_entry(app):
    app.run(SQUARE)
    assert app.run(SQUARE.replace("x * x", "x + x")) == "computed\n[6] [6]\n"
    assert "computed" not in app.run(SQUARE)


def test_files_and_folders_are_their_owners(app):
    app.run("import os; os.umask(0)" + SQUARE.replace("\n    ", "\n"))
    for path in [app.folder, *app.folder.rglob("*")]:
        allowed = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == allowed, path


# A list among the globals is in no key.
CALLS = []


@pytest.fixture
def calls():
    CALLS.clear()
    return CALLS


def count(x):
    CALLS.append(x)
    return {"square": x * x}


def squares(folder, *, name=None, disk=None, **options):
    """A function whose calls are counted; each has a memory of its own, and all one disk."""
    return mx.cache_data(count, persist=mx.Disk(folder, name=name, **(disk or {})), **options)


def forgetful(folder, **options):
    """The same, without memory."""
    return squares(folder, disk={"memory": False}, **options)


def test_without_memory_each_hit_is_the_disks(calls, tmp_path):
    square = forgetful(tmp_path / "entries")
    for _ in range(3):
        assert square(3) == {"square": 9}
    info = square.cache_info()
    assert calls == [3]
    assert (info.hits, info.misses, info.disk_hits, info.entries) == (2, 1, 2, 0)


def test_the_first_hit_is_the_disks_and_the_next_one_memorys(calls, tmp_path):
    forgetful(tmp_path / "entries")(3)
    square = squares(tmp_path / "entries")
    for _ in range(3):
        assert square(3) == {"square": 9}
    info = square.cache_info()
    assert calls == [3]
    assert (info.hits, info.misses, info.disk_hits, info.entries) == (3, 0, 1, 1)


def test_what_memory_has_no_room_for_is_on_the_disk(calls, tmp_path):
    square = squares(tmp_path / "entries", max_entries=1)
    for x in [1, 2, 1, 2]:
        square(x)
    assert calls == [1, 2]
    assert square.cache_info().disk_hits == 2


def test_what_is_too_large_for_memory_is_on_the_disk(calls, tmp_path):
    square = squares(tmp_path / "entries", max_size=1)
    assert square(3) == square(3)
    assert calls == [3]


def test_a_time_to_live_counts_where_it_is_wanted(calls, tmp_path):
    square = forgetful(tmp_path / "entries", ttl=3600)
    brief = forgetful(tmp_path / "entries", ttl="1ns")
    assert square(3) == square(3) == brief(3)
    assert calls == [3, 3]


@pytest.mark.parametrize("memory", [True, False])
def test_time_that_is_advanced_passes_on_the_disk(app, memory):
    out = app.run(f"""
        from memoxide import testing

        @mx.cache_data(persist=mx.Disk(memory={memory}), ttl=7200)
        def square(x):
            print("computed")
            return x * x

        for seconds in [0, 7100, 200, 7100, 200]:
            testing.advance_time(seconds)
            print(square(3), square.contains(3))
    """)
    once, again = ["computed", "9 True"], ["9 True"]
    assert out.split("\n")[:-1] == [*once, *again, *once, *again, *once]


def test_time_that_is_advanced_is_the_age_of_entries(app):
    out = app.run("""
        from memoxide import testing
        mx.configure(disk_max_age="2h")

        @mx.cache_data(persist=mx.Disk(memory=False))
        def square(x):
            print("computed")
            return x * x

        for seconds in [0, 7100, 200]:
            testing.advance_time(seconds)
            square(3)
    """)
    assert out == "computed\ncomputed\n"


def test_memory_holds_a_value_for_the_rest_of_its_time(calls, tmp_path):
    forgetful(tmp_path / "entries")(3)
    square = squares(tmp_path / "entries", ttl=0.2)
    deadline = 0
    while calls == [3]:
        square(3)
        deadline += 1
        assert deadline < 10_000_000
    assert square.cache_info().misses == 1


def test_a_time_to_live_that_does_not_count_is_said_to(calls, tmp_path, caplog):
    square = squares(tmp_path / "entries", ttl="1ns", disk={"ttl": False, "memory": False})
    assert "has a TTL that will be ignored" in caplog.text
    square(3)
    square(3)
    assert calls == [3]


def test_zero_time_to_live_stores_nothing(calls, tmp_path):
    square = squares(tmp_path / "entries", ttl=0)
    square(3)
    square(3)
    assert calls == [3, 3]
    assert not list(tmp_path.rglob("*.entry"))


def test_it_is_known_where_a_value_is(calls, tmp_path):
    write, read = (make(tmp_path / "entries") for make in (forgetful, squares))
    assert not read.contains(3)
    assert not read.explain(3).hit
    write(3)
    assert read.contains(3)
    assert read.explain(3)[:2] == (True, "stored on the disk")
    assert read.cache_info()[:2] == (0, 0)
    read(3)
    assert read.explain(3)[:2] == (True, "stored")
    write.clear(3)
    assert not read.contains(3)
    assert read.explain(3)[:2] == (False, "cleared by another process")


def test_what_is_not_to_be_stored_is_not_written(calls, tmp_path):
    square = forgetful(tmp_path / "entries", cache_if=lambda value: value["square"] > 9)
    square(3)
    square(4)
    square(3)
    square(4)
    assert calls == [3, 4, 3]


def test_names_are_namespaces(calls, tmp_path):
    for name in ["a", "b", "a"]:
        forgetful(tmp_path / "entries", name=name)(3)
    assert calls == [3, 3]


def test_a_failure_is_not_stored(tmp_path):
    attempts = []

    @mx.cache_data(persist=mx.Disk(tmp_path / "entries"))
    def fail(_attempts):
        _attempts.append(1)
        raise KeyError(len(_attempts))

    for number in [1, 2]:
        with pytest.raises(KeyError, match=str(number)):
            fail(attempts)


def test_bounds_need_a_folder_of_their_own():
    with pytest.raises(mx.errors.OptionError, match="give its path"):
        mx.Disk(max_size="1GB")
    with pytest.raises(mx.errors.OptionError, match="max_size must be"):
        mx.Disk("x", max_size=0)
    with pytest.raises(mx.errors.OptionError, match="max_age must be"):
        mx.Disk("x", max_age=-1)


def test_a_disk_shows_what_it_is(tmp_path):
    disk = mx.Disk(tmp_path, max_size="1KB", max_age="1m", memory=False, ttl=False, name="n")
    assert (disk.path, disk.max_size, disk.max_age) == (tmp_path, 1024, 60.0)
    assert (disk.memory, disk.ttl, disk.name) == (False, False, "n")
    assert repr(disk) == (
        f'memoxide.Disk("{tmp_path}", ttl=False, max_size=1024, max_age=60, memory=False, name="n")'
    )
    assert disk == mx.Disk(tmp_path, max_size=1024, max_age=60, memory=False, ttl=False, name="n")
    assert disk != mx.Disk(tmp_path)


def test_old_entries_make_room(calls, tmp_path):
    @mx.cache_data(persist=mx.Disk(tmp_path / "entries", max_size="64KB", memory=False))
    def block(number):
        return bytes(range(256)) * 16 + number.to_bytes(4, "little")

    for number in range(100):
        block(number)
    sizes = [path.stat().st_size for path in tmp_path.rglob("*.entry")]
    # What is written between two sweeps may be there too much: a sixteenth.
    assert sum(sizes) <= 64 * 1024 * 17 / 16 + max(sizes)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("disk_max_size", 0), ("disk_max_size", "much"), ("disk_max_age", -1)],
)
def test_settings_that_cannot_be(setting, value):
    with pytest.raises(mx.errors.OptionError, match=setting):
        mx.configure(**{setting: value})


def test_the_folder_can_be_configured_after_decorating(app, tmp_path):
    script = SQUARE.replace(
        "    print(square",
        f"    mx.configure(cache_dir={str(tmp_path / 'mine')!r})\n    print(square",
    )
    app.run(script)
    assert not app.folder.exists()
    assert len(list((tmp_path / "mine").rglob("*.entry"))) == 1
    assert "computed" not in app.run(script)


def test_the_platforms_folder_is_the_common_one(app, tmp_path):
    app.run(SQUARE, MEMOXIDE_CACHE_DIR="", XDG_CACHE_HOME=str(tmp_path / "caches"))
    assert len(list((tmp_path / "caches/memoxide").rglob("*.entry"))) == 1


def test_a_key_from_the_environment(app):
    app.run(SQUARE, MEMOXIDE_DISK_KEY="ab" * 32)
    assert not (app.folder / "key").exists()
    assert app.run(SQUARE, MEMOXIDE_DISK_KEY="ab" * 32) == "[9] [9]\n"
    out = app.run(SQUARE, MEMOXIDE_DISK_KEY="cd" * 32)
    assert out.count("WARNING") == 1
    assert "does not match its seal" in out
    assert "[9] [9]" in out


def test_a_key_that_is_none_costs_the_persistence_only(app):
    out = app.run(SQUARE, MEMOXIDE_DISK_KEY="secret")
    assert "MEMOXIDE_DISK_KEY must be 64 hexadecimal digits" in out
    assert "[9] [9]" in out
    assert "secret" not in out


def test_coroutine_functions_persist(app):
    script = """
        import asyncio

        @mx.cache_data(persist="disk")
        async def square(x):
            await asyncio.sleep(0)
            print("computed")
            return [x * x]

        print(asyncio.run(square(3)))
    """
    assert app.run(script) == "computed\n[9]\n"
    assert app.run(script) == "[9]\n"


def test_names_with_a_zero_byte_come_back(app):
    pytest.importorskip("polars")
    script = r"""
    import polars as pl

    FRAMES = [
        pl.DataFrame({"a\0b": [1], "c": ["x"]}),
        pl.DataFrame({"s": [{"a\0b": 1}]}),
        pl.Series("a\0b", [1]),
    ]

    @mx.cache_data(persist="disk")
    def frame(number):
        print("computed")
        return FRAMES[number].clone()

    for number, expected in enumerate(FRAMES):
        assert frame(number).equals(expected, **({"check_names": True} if number == 2 else {}))
    """
    assert app.run(script) == "computed\n" * 3
    assert app.run(script) == ""


def test_the_class_of_the_tier_is_pickled():
    disk = mx.Disk("folder", ttl=False, max_size="2MB", max_age="1d", memory=False, name="app")
    assert pickle.loads(pickle.dumps(disk)) == disk
    assert pickle.loads(pickle.dumps(mx.Disk())) == mx.Disk()
