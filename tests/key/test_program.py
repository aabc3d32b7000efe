"""The program's module is `__main__`: in its workers it is the same, in another file not."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import multiprocessing
import sys
import memoxide as mx

RATE = 1

class Thing:
    def __init__(self): self.size = 1
    def area(self): return helper(self.size)

def helper(x): return x * RATE

@mx.cache_data(persist=True)
def f(thing):
    print("computed", flush=True)
    return thing.area()

def keys(_):
    return [f.key(Thing()), f.key(Thing), f.key(helper), str(f.contains(Thing())), str(f(Thing()))]

if __name__ == "__main__":
    f(Thing())
    own = keys(0)
    print(*own)
    if len(sys.argv) > 1:
        with multiprocessing.get_context(sys.argv[1]).Pool(1) as pool:
            (theirs,) = pool.map(keys, [0])
        theirs[3] = "True"
        assert theirs == own, (theirs, own)
"""


@pytest.fixture
def run(tmp_path):
    def run(name, *arguments):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(SCRIPT)
        environment = {**os.environ, "MEMOXIDE_CACHE_DIR": str(tmp_path / "cache")}
        ran = subprocess.run(
            [sys.executable, str(file), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            env=environment,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.splitlines()

    return run


def test_a_spawned_worker_finds_what_its_parent_has_put(run):
    lines = run("app.py", "spawn")
    assert lines.count("computed") == 1
    assert run("app.py") == lines[1:], "found by the next process"


def test_two_scripts_of_a_project_are_two_programs(run, tmp_path):
    (tmp_path / "pyproject.toml").write_text("")
    first = run("first.py")
    for other in ("second.py", "inner/first.py"):
        lines = run(other)
        assert lines[0] == "computed"
        for one, two in list(zip(first[1].split(), lines[1].split(), strict=True))[:2]:
            assert one != two
    assert run("first.py") == first[1:]
