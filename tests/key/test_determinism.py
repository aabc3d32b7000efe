"""One key for the same code, whenever and wherever it is executed; another after an edit."""

import json
import os
import pathlib
import runpy
import subprocess
import sys
import types

import pytest

import memoxide as mx

# By name: source that defines `f`, and edits of it, each of which is another function.
CASES = runpy.run_path(str(pathlib.Path(__file__).with_name("snippets.py")))["CASES"]


def run(source):
    """Executes the source as a module of the user's own, as each rerun of an app does."""
    made = types.ModuleType("user_snippet")
    sys.modules["user_snippet"] = made
    try:
        exec(compile(source, "user_snippet.py", "exec", dont_inherit=True), made.__dict__)
        return made.f, mx.cache_data(made.f).key(1)
    finally:
        del sys.modules["user_snippet"]


def all_keys():
    return {name: run(source)[1] for name, (source, _) in CASES.items()}


@pytest.fixture(scope="module")
def elsewhere():
    """The keys in two other processes."""

    def keys(seed):
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        child = [sys.executable, "-W", "ignore", __file__]
        return json.loads(subprocess.check_output(child, env=environment, timeout=60))

    return [keys(1), keys(2)]


@pytest.mark.parametrize("name", CASES)
def test_the_same_code_has_one_key(name, elsewhere):
    source, _ = CASES[name]
    first = run(source)
    second = run(source)
    assert first[1] == second[1], "executed again"
    assert {keys[name] for keys in elsewhere} == {first[1]}, "in another process"


def test_a_function_that_a_library_shares_among_classes_may_be_renamed():
    attrs = pytest.importorskip("attrs")
    source, _ = CASES["attrs"]
    _, before = run(source)
    # attrs gives it to each class that it makes since 3.13, and trio renames what it finds there.
    shared = attrs.evolve
    name = shared.__name__
    shared.__name__ = "renamed"
    try:
        assert run(source)[1] == before
    finally:
        shared.__name__ = name


@pytest.mark.parametrize(
    ("name", "edit"),
    [(name, edit) for name, (_, edits) in CASES.items() for edit in edits],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_an_edit_is_another_key(name, edit):
    source, _ = CASES[name]
    assert source.count(edit[0]) == 1
    assert run(source)[1] != run(source.replace(*edit))[1]


if __name__ == "__main__":
    print(json.dumps(all_keys()))
