"""The command `memoxide`."""

import json
import os
import subprocess
import sys

import pytest

pytest.importorskip("click")
pytest.importorskip("rich")

FUNCTIONS = """
    @mx.cache_data(persist="disk")
    def square(x):
        return x * x

    @mx.cache_data(persist="disk")
    def cube(x):
        return bytes(10_000) * x

    for x in range(1, 4):
        square(x), cube(x)
    print(square.key(1))
"""


@pytest.fixture
def command(app):
    """Runs the command, and returns its status and what it has printed."""

    def run(*arguments, answer=None, status=0):
        result = subprocess.run(
            [sys.executable, "-m", "memoxide", *map(str, arguments)],
            capture_output=True,
            text=True,
            input=answer,
            timeout=30,
            env={**os.environ, "MEMOXIDE_CACHE_DIR": str(app.folder), "COLUMNS": "200"},
        )
        assert result.returncode == status, result.stderr
        return result.stdout + result.stderr

    return run


@pytest.fixture
def filled(app):
    """The key of `square(1)`, one of six entries."""
    return app.run(FUNCTIONS).strip()


def test_without_entries_there_is_nothing_to_show(app, command):
    assert command("path").strip() == str(app.folder)
    assert json.loads(command("ls", "--json")) == []
    assert command("verify").strip() == "0 entries, 0 damaged"
    assert "0 entries" in command("prune", "--max-age", "1d")
    assert "0 entries" in command("clear")
    # To look makes nothing.
    assert not app.folder.exists()


@pytest.mark.usefixtures("filled")
def test_functions_are_listed(app, command):
    rows = json.loads(command("ls", "--json"))
    assert [(row["function"], row["entries"]) for row in rows] == [
        ("__main__.cube", 3),
        ("__main__.square", 3),
    ]
    assert {row["application"] for row in rows} == {str(app.root)}
    assert all(row["cost"] > 0 for row in rows)
    text = command("ls")
    assert "__main__.cube" in text
    assert str(app.root) in text


def test_entries_are_listed(app, command, filled):
    rows = json.loads(command("ls", "--entries", "--json", "--function", "square"))
    assert len(rows) == 3
    assert filled in {row["key"] for row in rows}
    for row in rows:
        assert (app.folder / row["path"]).stat().st_size == row["size"]
    assert filled[:12] in command("ls", "--entries")


def keeps_attributes(path):
    try:
        os.setxattr(path, "user.memoxide.test", b"")
    except (AttributeError, OSError):
        return False
    return True


def test_hits_are_counted_once_a_minute_and_go_with_the_entry(app, command, filled):
    (path,) = app.folder.rglob(f"{filled}.entry")
    if not keeps_attributes(path):
        pytest.skip("the file system has no attributes")
    content = path.read_bytes()

    def hits():
        rows = json.loads(command("ls", "--entries", "--json", "--function", "square"))
        (of_one,) = [row["hits"] for row in rows if row["key"] == filled]
        (of_all,) = json.loads(command("ls", "--json", "--function", "square"))
        assert of_all["hits"] == sum(row["hits"] for row in rows)
        return of_one

    assert hits() == 0
    for expected in [1, 2]:
        os.utime(path, (0, 0))
        for _ in range(2):
            app.run(FUNCTIONS)
        # The second run was within the same minute; no look at the entry counts.
        assert hits() == expected
    assert json.loads(command("show", filled, "--json"))["hits"] == 2
    assert path.read_bytes() == content
    command("verify")
    # A number that is none is not believed.
    os.setxattr(path, "user.memoxide.hits", b"many")
    assert hits() == 0
    command("clear", "--key", filled, "--yes")
    app.run(FUNCTIONS)
    assert hits() == 0


def test_an_entry_is_shown(command, filled):
    shown = json.loads(command("show", filled[:10], "--json"))
    assert shown["function"] == "__main__.square"
    assert shown["key"] == filled
    assert shown["payload"] > 0
    assert filled in command("show", filled[:10])
    assert "no entry" in command("show", "zz", status=1)
    assert "6 entries have keys" in command("show", "", status=1)


def test_damage_is_found_and_removed(app, command, filled):
    assert command("verify").strip() == "6 entries, 0 damaged"
    (path,) = app.folder.rglob(f"{filled}.entry")
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert "does not match its seal" in command("verify", status=1)
    report = json.loads(command("verify", "--json", status=1))
    assert report["entries"] == 6
    assert list(report["faults"]) == [str(path.relative_to(app.folder))]
    assert "fault" in json.loads(command("show", filled, "--json", status=1))
    command("verify", "--remove", status=1)
    assert not path.exists()
    command("verify")


@pytest.mark.usefixtures("filled")
def test_what_is_no_entry_is_listed_and_removed(app, command):
    path = app.entries()[0]
    path.write_bytes(b"nothing")
    rows = json.loads(command("ls", "--json"))
    assert "(unreadable)" in {row["function"] for row in rows}
    assert "(unreadable)" in command("ls", "--entries")
    command("clear", "--function", "(unreadable)", "--yes")
    assert not path.exists()
    assert len(app.entries()) == 5


@pytest.mark.usefixtures("filled")
def test_pruning_by_size_and_age(app, command):
    assert "0 entries" in command("prune", "--max-age", "1d")
    command("prune", "--max-size", "40KB")
    assert 0 < sum(path.stat().st_size for path in app.entries()) <= 40 * 1024
    command("prune", "--max-age", "1ns")
    assert app.entries() == []


@pytest.mark.usefixtures("filled")
def test_pruning_a_function(app, command):
    assert "3 entries would be removed" in command("prune", "--function", "*.cube", "--dry-run")
    assert len(app.entries()) == 6
    removed = json.loads(command("prune", "--function", "*.cube", "--json"))
    assert removed["entries"] == 3
    assert len(app.entries()) == 3
    assert "select nothing" in command("prune", "--function", "x", "--max-age", "1d", status=2)


def test_old_code_is_pruned(app, command):
    app.run(FUNCTIONS)
    # Files' times are what tells which code is the old one.
    for path in app.entries():
        os.utime(path, (1e9, 1e9))
    app.run(FUNCTIONS.replace("x * x", "x ** 2"))
    rows = json.loads(command("ls", "--json"))
    assert sorted((row["function"], row["orphaned"]) for row in rows) == [
        ("__main__.cube", False),
        ("__main__.square", False),
        ("__main__.square", True),
    ]
    assert "3 entries" in command("prune", "--orphaned")
    assert len(app.entries()) == 6
    assert "0 entries" in command("prune", "--orphaned")


def test_clearing_asks_and_reaches_other_processes(app, command, workers):
    worker = workers("""
        import itertools
        count = itertools.count()

        @mx.cache_data(persist="disk")
        def number(x):
            return next(count)
    """)
    assert [worker.ask(f"number({x})") for x in (1, 2, 1)] == ["0", "1", "0"]
    assert "Clear 2 entries" in command("clear", "--function", "number", answer="n\n", status=130)
    assert len(app.entries()) == 2
    command("clear", "--key", worker.ask("number.key(1)")[:16], answer="y\n")
    assert [worker.ask(f"number({x})") for x in (1, 2)] == ["2", "1"]
    command("clear", "--yes")
    assert app.entries() == []
    assert [worker.ask(f"number({x})") for x in (1, 2)] == ["3", "4"]


def test_applications_are_told_apart(app, other_app, command):
    app.run(FUNCTIONS)
    other_app.run(FUNCTIONS)
    assert len(json.loads(command("ls", "--json", "--app", app.root))) == 2
    command("clear", "--app", app.root, "--yes")
    rows = json.loads(command("ls", "--json"))
    assert {row["application"] for row in rows} == {str(other_app.root)}


def test_what_cannot_be_is_said(app, command):
    assert "--max-size" in command("prune", "--max-size", "much", status=2)
    assert "No such command" in command("dance", status=2)
    app.folder.mkdir()
    app.folder.chmod(0o777)
    assert "others may write" in command("ls", status=3)


def test_without_its_packages_it_says_what_it_needs(in_child):
    out = in_child("""
        import sys
        sys.modules["click"] = None
        sys.argv = ["memoxide", "ls"]
        from memoxide.cli import main
        import contextlib, io
        text = io.StringIO()
        with contextlib.redirect_stderr(text):
            assert main() == 2
        print(text.getvalue())
    """)
    assert "pip install 'memoxide[cli]'" in out


def test_the_folder_of_apps_has_a_name(app, command):
    place = os.path.join(os.path.expanduser("~"), ".streamlit", "cache", "memoxide")
    assert command("path", "--streamlit").strip() == place
    assert "two folders" in command("ls", "--streamlit", "--dir", app.folder, status=2)


ESCAPES = "\x1b]0;owned\x07\u202egnp.\x9b31m"


def test_nothing_that_is_not_sealed_is_printed(app, command, filled):
    (path,) = app.folder.rglob(f"{filled}.entry")
    content = path.read_bytes()
    forged = content.replace(b"__main__.square", b"\x1b]0;owned\x07\nABC")
    assert forged != content
    path.write_bytes(forged)
    for arguments in (["ls"], ["ls", "--entries"], ["verify"], ["show", filled], ["prune"]):
        status = 1 if arguments[0] in ("verify", "show") else 0
        for more in ([], ["--json"]):
            out = command(*arguments, *more, status=status)
            assert "owned" not in out
            assert "ABC" not in out
            assert "\x1b" not in out
    assert "(unreadable)" in command("ls")


def test_names_are_printed_without_their_control_characters(app, command):
    app.run(f"""
        def f(x):
            return x
        f.__qualname__ = {ESCAPES!r}
        mx.cache_data(f, persist=mx.Disk(name={"app" + ESCAPES!r}))(1)
    """)
    for arguments in (["ls"], ["ls", "--entries"], ["ls", "--json"]):
        out = command(*arguments)
        assert "owned" in out
        assert all(sign.isprintable() or sign == "\n" for sign in out)
        assert r"\x1b" in out or r"\u001b" in out


def test_wide_names_stand_in_columns(capsys):
    from memoxide.cli import output

    output.table([("a", "left"), ("b", "right")], [("日本", "1"), ("x", "23")])
    assert capsys.readouterr().out == "a      b\n日本   1\nx     23\n"
