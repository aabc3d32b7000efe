"""The system at its worst, seen from Python: clocks that jump, no locks, each system call failing.

A library that is loaded first takes the place of the C library's clock and locks; strace has system
calls fail. The core's own tests do the same without either.
"""

import errno
import os
import random
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from disk.test_processes import SLOW, computed, wait_until
from effort import rounds

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(sys.platform != "linux", reason="made for Linux"),
]

YEAR = 365 * 86_400

CLOCK = """
    import ctypes, os
    jump = ctypes.CDLL(None).shim_jump
    jump.argtypes = [ctypes.c_longlong]
    YEAR = 365 * 86_400

    @mx.cache_data(persist=mx.Disk(memory=False))
    def lasting(x):
        print("RUN")
        return x * x

    @mx.cache_data(persist=mx.Disk(memory=False), ttl="1d")
    def passing(x):
        print("RUN")
        return x * x
"""


def with_clock(body):
    return CLOCK + textwrap.indent(textwrap.dedent(body), " " * 4)


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    """The environment of a process with the library in it."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler on this machine")
    library = tmp_path_factory.mktemp("shim") / "shim.so"
    source = Path(__file__).with_name("shim.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    library.parent.chmod(0o755)
    # A sanitizer or an allocator may be loaded first too.
    first = os.environ.get("LD_PRELOAD", "")
    return {"LD_PRELOAD": f"{library} {first}".strip()}


def test_the_clock_is_the_tests_own(app, shim):
    out = app.run(with_clock("import time; jump(10 * YEAR); print(time.time())"), **shim)
    assert float(out) > (2025 - 1970 + 10) * YEAR


@pytest.mark.parametrize("years", [10, -10])
def test_after_a_jump_what_lasts_is_there_and_what_passes_is_gone(app, shim, years):
    out = app.run(
        with_clock(f"""
        for call in (lasting, passing):
            assert call(3) == 9
        jump({years} * YEAR)
        print("jumped")
        for _ in range(2):
            assert lasting(3) == passing(3) == 9
        print("jumped back")
        jump({-years} * YEAR)
        for _ in range(2):
            assert lasting(3) == passing(3) == 9
        """),
        **shim,
    )
    # What was made under the other clock is of no known age, and is made again.
    before, jumped, back = out.replace("jumped back", "jumped").split("jumped\n")
    assert [part.count("RUN") for part in (before, jumped, back)] == [2, 1, 1]
    assert "WARNING" not in out


def test_a_small_step_back_costs_nothing(app, shim):
    out = app.run(
        with_clock("""
        passing(3)
        for _ in range(5):
            jump(-600)
            passing(3)
        """),
        **shim,
    )
    assert out == "RUN\n"


def test_memory_does_not_see_the_clock(app, shim):
    out = app.run(
        with_clock("""
        @mx.cache_data(persist=mx.Disk(), ttl="1d")
        def kept(x):
            print("RUN")
            return x * x

        kept(3)
        for years in (10, -20, 10):
            jump(years * YEAR)
            assert kept(3) == 9
        """),
        **shim,
    )
    assert out == "RUN\n"


def test_a_wrong_clock_costs_half_of_the_entries_at_most(app, shim):
    script = CLOCK.replace(
        "    import ctypes", '    mx.configure(disk_max_age="30d")\n    import ctypes'
    )
    app.run(script + "\n    for x in range(10): lasting(x)\n", **shim)
    assert len(app.entries()) == 10
    # The sweep comes with the first write of a process that finds the last one long ago.
    app.run(script + "\n    jump(YEAR)\n    lasting(100)\n", **shim)
    assert 5 <= len(app.entries()) <= 7
    out = app.run(script + "\n    for x in range(10): lasting(x)\n", **shim)
    assert 3 <= out.count("RUN") <= 6


def test_uses_under_a_clock_that_was_ahead_do_not_protect_forever(app, shim):
    app.run(with_clock("jump(10 * YEAR); lasting(1)"), **shim)
    (entry,) = app.entries()
    # The file's own time is the kernel's, which the library does not touch.
    os.utime(entry, (time.time() + 10 * YEAR,) * 2)
    app.run(with_clock("mx._core.CacheFolder().sweep()"), **shim)
    assert abs(entry.stat().st_mtime - time.time()) < YEAR


@pytest.mark.parametrize("error", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL])
def test_without_locks_all_compute_and_all_is_right(app, workers, shim, error):
    environment = {**shim, "SHIM_WITHOUT_LOCKS": str(error)}
    all_workers = [workers(SLOW, **environment) for _ in range(3)]
    for worker in all_workers:
        worker.send("slow(1)")
    wait_until(lambda: len(computed(app)) == 3)
    (app.root / "go").touch()
    for worker in all_workers:
        assert "has no locks that can be used" in worker.read()
        assert worker.read() == "[1, 'old']"
        # It is said once.
        assert worker.ask("slow(2)") == "[2, 'old']"
        assert worker.ask("slow.clear(2)") == "None"
        assert worker.ask("slow(2)") == "[2, 'old']"
        assert worker.ask("mx._core.CacheFolder().sweep()") is not None
    assert workers(SLOW, **environment).ask("slow.contains(1)") == "True"
    assert not list(app.folder.rglob(".draft-*"))


# What the process says goes into a file that is open before anything fails.
CALLS = """
    import os, sys

    @mx.cache_data(persist=mx.Disk(memory=False))
    def value(x):
        return [x, "text " * 100]

    @mx.cache_data(persist=mx.Disk())
    def large(x):
        import time
        time.sleep(0.11)
        return bytes([x]) * 3_000_000

    for x in [1, 2, 3, 1, 2]:
        assert value(x) == [x, "text " * 100], x
        assert large(x) == bytes([x]) * 3_000_000, x
    value.clear(1)
    assert value(1) == [1, "text " * 100]
    large.clear()
    assert large(2) == bytes([2]) * 3_000_000
    mx.cache_data.clear()
    assert value(3) == [3, "text " * 100]
    os._exit(7)
"""

SYSTEM_CALLS = ["flock", "write", "/^rename"]
RARER_CALLS = [
    "fdatasync,fsync",
    "/^unlink",
    "/^mkdir",
    "/^fchmod",
    "/^link",
    "utimensat",
    "fgetxattr,fsetxattr",
    "fstatfs",
]

# How many of the calls above are the last one of a process.
ROUNDS = int(os.environ.get("MEMOXIDE_CRASH_ROUNDS", rounds(3, 6)))


@pytest.fixture(scope="session")
def strace():
    if shutil.which("strace") is None:
        pytest.skip("no strace on this machine")
    probe = ["strace", "-f", "-qq", "-o", os.devnull, "-e", "inject=flock:error=EIO", "true"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("no right to trace processes")


def under_strace(app, calls, instead, when):
    """The status of a process of which some system calls have another end, and whether any had."""
    script, trace = app.root / "failing.py", app.root / "trace"
    body = textwrap.dedent(CALLS)
    script.write_text(f"import memoxide as mx, logging\nlogging.disable()\n{body}\n")
    strace = ["strace", "-f", "-qq", "-o", trace]
    inject = ["-e", f"trace={calls}", "-e", f"inject={calls}:{instead}:when={when}"]
    ended = subprocess.run(
        [*strace, *inject, sys.executable, "-B", script],
        env={**os.environ, "MEMOXIDE_CACHE_DIR": str(app.folder)},
        capture_output=True,
        timeout=60,
        check=False,
    )
    return ended.returncode, "(INJECTED)" in trace.read_text(errors="replace")


def make_old(app):
    """Has the next use of each entry be noted."""
    for path in app.entries():
        os.utime(path, (0, 0))


def assert_what_is_left_is_right(app):
    out = app.run("""
        folder = mx._core.CacheFolder()
        print([fault for entry in folder.entries() if (fault := folder.verify(entry))])
    """)
    assert out == "[]\n"


@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize(
    "calls",
    [*SYSTEM_CALLS, *(pytest.param(call, marks=pytest.mark.slow) for call in RARER_CALLS)],
)
def test_a_system_call_that_fails_costs_no_result(app, calls):
    # From the first one on; later, in the middle of the work; now and then.
    injected = []
    for when, error in [("1+", "ENOSPC"), ("4+", "EROFS"), ("1+3", "EIO")]:
        status, was_injected = under_strace(app, calls, f"error={error}", when)
        assert status == 7, (when, error)
        injected.append(was_injected)
        assert_what_is_left_is_right(app)
        make_old(app)
    assert any(injected)
    assert under_strace(app, "flock", "error=EIO", "9999")[0] == 7
    app.run("mx._core.CacheFolder().clear_all()")
    assert app.entries() == []


@pytest.mark.rounds
@pytest.mark.usefixtures("strace")
@pytest.mark.timeout(120 + 2 * ROUNDS)
def test_a_process_that_ends_at_a_system_call_harms_nobody(app):
    dice = random.Random(1)
    calls = ",".join(call for call in SYSTEM_CALLS + RARER_CALLS if call != "fstatfs")
    for round in range(ROUNDS):
        when = round + 1 if ROUNDS > 100 else dice.randrange(1, 100)
        status, _ = under_strace(app, calls, "signal=KILL", when)
        assert status in (7, -9)
        assert_what_is_left_is_right(app)
        make_old(app)
    # The next one is not hindered.
    assert under_strace(app, "flock", "error=EIO", "9999")[0] == 7
