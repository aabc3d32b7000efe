"""Several processes: one computation, clears that reach all of them, owners that die, forks."""

import os
import signal
import time

import pytest

pytestmark = pytest.mark.timeout(60)

# Computations are counted in a file, and wait until another one exists.
SLOW = """
    import os, pathlib, signal, time
    HERE = pathlib.Path(__file__).parent
    # Who starts the tests in the background has it ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    @mx.cache_data(persist="disk")
    def slow(x):
        with open(HERE / "computed", "a") as file:
            file.write(f"{x}\\n")
        while not (HERE / "go").exists():
            time.sleep(0.005)
        return [x, "old"]

    @mx.cache_data(persist="disk")
    def other(x):
        return [x]
"""


def computed(app):
    try:
        return (app.root / "computed").read_text().split()
    except FileNotFoundError:
        return []


def wait_until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_one_process_computes_and_the_others_wait(app, workers):
    all_workers = [workers(SLOW) for _ in range(4)]
    for worker in all_workers:
        worker.send("slow(1)")
    wait_until(lambda: computed(app))
    time.sleep(0.1)
    (app.root / "go").touch()
    assert [worker.read() for worker in all_workers] == ["[1, 'old']"] * 4
    assert computed(app) == ["1"]
    hits = [worker.ask("slow.cache_info().disk_hits") for worker in all_workers]
    assert sorted(hits) == ["0", "1", "1", "1"]


def test_other_calls_do_not_wait(app, workers):
    first, second = workers(SLOW), workers(SLOW)
    first.send("slow(1)")
    wait_until(lambda: computed(app))
    assert second.ask("other(1)") == "[1]"
    second.send("slow(2)")
    wait_until(lambda: len(computed(app)) == 2)
    (app.root / "go").touch()
    assert [first.read(), second.read()] == ["[1, 'old']", "[2, 'old']"]


def test_when_the_owner_dies_another_takes_over(app, workers):
    owner = workers(SLOW)
    owner.send("slow(1)")
    wait_until(lambda: computed(app))
    waiting = workers(SLOW)
    waiting.send("slow(1)")
    time.sleep(0.1)
    assert computed(app) == ["1"]
    owner.kill()
    wait_until(lambda: len(computed(app)) == 2)
    (app.root / "go").touch()
    assert waiting.read() == "[1, 'old']"
    assert app.entries()


def test_who_waits_can_be_interrupted(app, workers):
    import signal

    owner = workers(SLOW)
    owner.send("slow(1)")
    wait_until(lambda: computed(app))
    waiting = workers(SLOW)
    waiting.send("slow(1)")
    time.sleep(0.2)
    waiting.process.send_signal(signal.SIGINT)
    _, err = waiting.process.communicate(timeout=10)
    assert "KeyboardInterrupt" in err
    assert computed(app) == ["1"]


NUMBERED = """
    import itertools, os
    count = itertools.count()

    @mx.cache_data(persist="disk")
    def numbered(x):
        return (os.getpid(), next(count))

    @mx.cache_data(persist="disk")
    def other(x):
        return (os.getpid(), next(count))
"""


@pytest.mark.parametrize(
    ("clear", "is_gone", "stays"),
    [
        ("numbered.clear(1)", "numbered(1)", ["numbered(2)", "other(1)"]),
        ("numbered.clear()", "numbered(2)", ["other(1)"]),
        ("mx.cache_data.clear()", "other(1)", []),
        ("mx.experimental_memo.clear()", "numbered(1)", []),
    ],
)
def test_a_clear_reaches_the_memory_of_all_processes(workers, clear, is_gone, stays):
    first, second = workers(NUMBERED), workers(NUMBERED)
    calls = [is_gone, *stays]
    before = {call: first.ask(call) for call in calls}
    assert {call: second.ask(call) for call in calls} == before
    second.ask(clear)
    # The clearer does not call it: nothing but the clear can have told the first.
    after = first.ask(is_gone)
    assert after != before[is_gone]
    assert second.ask(is_gone) == after
    for call in stays:
        assert first.ask(call) == second.ask(call) == before[call]


def test_everything_includes_what_this_process_has_not_called(workers):
    first = workers(NUMBERED)
    before = first.ask("numbered(1)")
    second = workers(NUMBERED)
    second.ask("mx.cache_data.clear()")
    assert second.ask("numbered(1)") != before


def test_a_value_from_before_a_clear_is_not_kept(app, workers):
    first, second = workers(SLOW), workers(SLOW)
    first.send("slow(1)")
    wait_until(lambda: computed(app))
    second.ask("slow.clear(1)")
    (app.root / "go").touch()
    assert first.read() == "[1, 'old']"
    assert not app.entries()
    assert first.ask("slow.contains(1)") == "False"
    assert second.ask("slow.contains(1)") == "False"
    assert first.ask("slow(1)") == second.ask("slow(1)") == "[1, 'old']"
    assert computed(app) == ["1", "1"]


def test_a_deleted_folder_is_made_again(app, workers):
    import shutil

    first, second = workers(NUMBERED), workers(NUMBERED)
    before = first.ask("numbered(1)")
    shutil.rmtree(app.folder)
    # Whether the folder is there is looked for once a second.
    wait_until(lambda: first.ask("numbered(1)") != before)
    assert second.ask("numbered(1)") == first.ask("numbered(1)")
    assert app.entries()


def test_redefining_a_function_leaves_the_disk_alone(app):
    script = """
        for _ in range(3):
            @mx.cache_data(persist="disk")
            def square(x):
                print("computed")
                return x * x
            square(3)
        del square
        import gc; gc.collect()
    """
    assert app.run(script) == "computed\n"
    assert app.run(script) == ""


def test_forked_children_share_what_is_stored(app):
    out = app.run("""
        import os

        @mx.cache_data(persist="disk")
        def number(x):
            return (os.getpid(), x)

        before = number(1)
        for number_of_child in range(4):
            child = os.fork()
            if child == 0:
                assert number(1) == before
                number.clear(1)
                after = number(1)
                assert after[0] == os.getpid()
                assert number(2 + number_of_child)[0] == os.getpid()
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
            before = number(1)
            assert before[0] == child
            assert number(2 + number_of_child)[0] == child
        print("ok")
    """)
    assert out == "ok\n"


def test_a_fork_at_any_moment_hangs_nobody(app):
    """Threads read, write and clear while their process forks; children use the disk at once."""
    out = app.run(
        """
        import os, random, threading, time
        import warnings
        warnings.simplefilter("ignore")

        # So long an entry, which does not shrink, is checked with helping threads.
        LONG = random.Random(0).randbytes(9_000_000)

        def value(x):
            return bytes([x]) * 200_000 if x else LONG

        @mx.cache_data(persist=mx.Disk(memory=False))
        def block(x):
            return value(x)

        # A fork while another thread imports a module is Python's own trap.
        block(0)
        block.clear(0)
        done = threading.Event()

        def work(seed):
            dice = random.Random(seed)
            while not done.is_set():
                x = dice.randrange(20)
                if dice.random() < 0.1:
                    block.clear(x)
                assert block(x) == value(x)

        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(3)]
        for thread in threads:
            thread.start()
        for round in range(40):
            child = os.fork()
            if child == 0:
                for x in range(5):
                    assert block(x) == value(x)
                block.clear(round % 20)
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
            time.sleep(0.003)
        done.set()
        for thread in threads:
            thread.join()
        print("ok")
        """,
        timeout=50,
    )
    assert out == "ok\n"


def test_a_fork_inside_of_a_computation_keeps_the_parents_lock(app, workers):
    forking = SLOW.replace(
        "with open",
        "if os.fork() == 0:\n            os._exit(0)\n        os.wait()\n        with open",
    )
    owner, waiting = workers(forking), workers(forking)
    owner.send("slow(1)")
    wait_until(lambda: computed(app))
    waiting.send("slow(1)")
    time.sleep(0.1)
    (app.root / "go").touch()
    assert owner.read() == waiting.read() == "[1, 'old']"
    assert computed(app) == ["1"]


def test_both_sides_of_a_fork_inside_of_a_computation_finish(app):
    script = """
        import os, pathlib

        FOLDER = pathlib.Path(os.environ["MEMOXIDE_CACHE_DIR"])

        @mx.cache_data(persist="disk")
        def side(x):
            child = os.fork()
            if child:
                assert os.waitpid(child, 0)[1] == 0
                assert not list(FOLDER.rglob("*.entry"))
            print("computed")
            return [x, "parent" if child else "child"]

        if side(1)[1] == "child":
            os._exit(0)
        print(side(1))
    """
    assert app.run(script) == "computed\ncomputed\n[1, 'parent']\n"
    assert app.run(script) == "[1, 'parent']\n"
    assert not list(app.folder.glob("*/*/*.lock"))


# The loop goes on while its tasks wait for another process: a clock of its own counts.
ASYNC = """
    import asyncio, importlib, os, pathlib, time
    HERE = pathlib.Path(__file__).parent
    GO = HERE / "go"
    clock = {"ticks": 0}

    @mx.cache_data(persist="disk")
    async def slow(x):
        with open(HERE / "computed", "a") as file:
            file.write(f"{x}\\n")
        library = importlib.import_module(clock["library"])
        while not (GO.exists() or os.path.exists(f"{GO}{x}")):
            await library.sleep(0.005)
        return [x, "old"]

    @mx.cache_data
    async def outer(x):
        return await slow(x)

    async def tick(library):
        while True:
            clock["ticks"] += 1
            (HERE / f"ticks{os.getpid()}").write_text(str(clock["ticks"]))
            await library.sleep(0.005)

    async def with_asyncio(calls):
        ticking = asyncio.create_task(tick(asyncio))
        values = await asyncio.gather(*calls())
        ticking.cancel()
        return values

    async def with_trio(calls):
        import trio
        values = []
        async def note(call):
            values.append(await call)
        async with trio.open_nursery() as all:
            all.start_soon(tick, trio)
            async with trio.open_nursery() as called:
                for call in calls():
                    called.start_soon(note, call)
            all.cancel_scope.cancel()
        return values

    def run(calls, library="asyncio"):
        clock["library"] = library
        if library == "asyncio":
            return asyncio.run(with_asyncio(calls))
        import trio
        return trio.run(with_trio, calls)
"""


def ticks(app, worker):
    try:
        return int((app.root / f"ticks{worker.process.pid}").read_text() or 0)
    except FileNotFoundError:
        return 0


def wait_for_ticks(app, worker, count=20):
    """Lets the worker's loop go on for a while."""
    target = ticks(app, worker) + count
    wait_until(lambda: ticks(app, worker) >= target)


@pytest.mark.parametrize("library", ["asyncio", "trio"])
@pytest.mark.parametrize("call", ["slow", "outer"])
def test_tasks_wait_for_another_process_and_their_loop_goes_on(app, workers, library, call):
    pytest.importorskip(library)
    owner, waiting = workers(ASYNC), workers(ASYNC)
    calls = f"run(lambda: [{call}(1), {call}(1)], {library!r})"
    owner.send(calls)
    wait_until(lambda: computed(app))
    waiting.send(calls)
    wait_for_ticks(app, waiting)
    assert computed(app) == ["1"]
    (app.root / "go").touch()
    assert owner.read() == waiting.read() == "[[1, 'old'], [1, 'old']]"
    assert computed(app) == ["1"]
    assert waiting.ask("slow.cache_info().disk_hits") == "1"


def test_a_task_waits_for_a_plain_function_of_another_process(app, workers):
    """Many tasks of one loop wait for several owners."""
    owners = [workers(ASYNC) for _ in range(3)]
    for x, owner in enumerate(owners):
        owner.send(f"run(lambda: [slow({x})])")
    wait_until(lambda: len(computed(app)) == 3)
    waiting = workers(ASYNC)
    waiting.send("run(lambda: [slow(x % 3) for x in range(300)])")
    wait_for_ticks(app, waiting)
    (app.root / "go").touch()
    assert waiting.read() == str([[x % 3, "old"] for x in range(300)])
    assert sorted(computed(app)) == ["0", "1", "2"]


def test_when_the_owner_dies_a_waiting_task_takes_over(app, workers):
    owner, waiting = workers(ASYNC), workers(ASYNC)
    owner.send("run(lambda: [slow(1)])")
    wait_until(lambda: computed(app))
    waiting.send("run(lambda: [slow(1)])")
    wait_for_ticks(app, waiting)
    assert computed(app) == ["1"]
    owner.kill()
    wait_until(lambda: len(computed(app)) == 2)
    (app.root / "go").touch()
    assert waiting.read() == "[[1, 'old']]"
    assert app.entries()


def test_a_task_that_waits_for_another_process_can_be_cancelled(app, workers):
    owner = workers(ASYNC)
    owner.send("run(lambda: [slow(1)])")
    wait_until(lambda: computed(app))
    script = (
        ASYNC
        + """
    async def cancelling():
        clock["library"] = "asyncio"
        first, second = [asyncio.create_task(slow(1)) for _ in range(2)]
        await asyncio.sleep(0.1)
        first.cancel()
        try:
            await first
        except asyncio.CancelledError:
            pass
        try:
            # The other one waits in its place.
            await asyncio.wait_for(asyncio.shield(second), 0.1)
            return "did not wait"
        except asyncio.TimeoutError:
            GO.touch()
        return await second
"""
    )
    waiting = workers(script)
    assert waiting.ask("asyncio.run(cancelling())") == "[1, 'old']"
    assert owner.read() == "[[1, 'old']]"
    assert computed(app) == ["1"]
    assert waiting.process.poll() is None


LEAVING = """
    left = []

    def leave_behind():
        clock["library"] = "asyncio"
        loop = asyncio.new_event_loop()
        left.append(loop.create_task(slow(1)))
        loop.run_until_complete(asyncio.sleep(0.05))
        loop.close()
"""


def test_what_is_left_behind_in_a_closed_loop_does_not_hold_up_its_process(app, workers):
    worker = workers(ASYNC + LEAVING)
    assert worker.ask("leave_behind()") == "None"
    assert computed(app) == ["1"]
    (app.root / "go").touch()
    # It computes at once, though the lock is still held, by this process.
    worker.send("asyncio.run(slow(1))")
    wait_until(lambda: len(computed(app)) == 2)
    assert worker.read() == "[1, 'old']"
    assert workers(ASYNC).ask("asyncio.run(slow(1))") == "[1, 'old']"
    assert computed(app) == ["1", "1"]
    # The first one's lock is gone with the entry, and the next one's is left behind.
    worker.ask("slow.clear(1)")
    (app.root / "go").unlink()
    assert worker.ask("leave_behind()") == "None"
    (app.root / "go").touch()
    assert worker.ask("asyncio.run(asyncio.wait_for(slow(1), 20))") == "[1, 'old']"
    assert computed(app) == ["1"] * 4


def test_a_coroutine_that_no_loop_runs_does_not_wait(app, workers):
    owner, driven = workers(ASYNC), workers(ASYNC + DRIVE)
    owner.send("run(lambda: [slow(1)])")
    wait_until(lambda: computed(app))
    # It runs to its first sleep, which no loop ends.
    assert driven.ask("drive(slow(1))") == "None"
    assert computed(app) == ["1", "1"]
    (app.root / "go").touch()
    assert owner.read() == "[[1, 'old']]"


DRIVE = """
    def drive(coroutine):
        import types
        @types.coroutine
        def sleep(seconds):
            yield
        importlib.import_module = lambda name: types.SimpleNamespace(sleep=sleep)
        clock["library"] = "none"
        clock["driven"] = coroutine
        return coroutine.send(None)
"""


def test_two_loops_that_need_each_others_values_end(app, workers):
    """One waits for the other for as long as it takes, which waits for some time only."""
    script = (
        ASYNC
        + """
    @mx.cache_data(persist="disk")
    async def left(x):
        (HERE / "left").touch()
        while not (HERE / "right").exists():
            await asyncio.sleep(0.005)
        return [x, *await right(x)] if x else []

    @mx.cache_data(persist="disk")
    async def right(x):
        (HERE / "right").touch()
        while not (HERE / "left").exists():
            await asyncio.sleep(0.005)
        return [x, *await left(x - 1)]
"""
    )
    first, second = workers(script), workers(script)
    first.send("asyncio.run(left(2))")
    wait_until((app.root / "left").exists)
    second.send("asyncio.run(right(2))")
    assert first.read() == "[2, 2, 1, 1]"
    assert second.read() == "[2, 1, 1]"


SUSPENDED = """
    import os, pathlib, signal

    @mx.cache_data(persist="disk")
    def value(stop):
        pathlib.Path("computes-" + os.environ["NAME"]).touch()
        if os.environ["NAME"] == "first":
            os.kill(os.getpid(), signal.SIGSTOP)
        return os.environ["NAME"]
"""


@pytest.mark.skipif(not os.path.exists("/proc/locks"), reason="the system does not tell")
def test_a_process_that_is_suspended_holds_up_nobody_for_ever(app, workers, monkeypatch):
    monkeypatch.chdir(app.root)
    first = workers(SUSPENDED, NAME="first")
    first.send("value(1)")
    wait_until((app.root / "computes-first").exists)
    try:
        second = workers(SUSPENDED, NAME="second")
        third = workers(SUSPENDED, NAME="third")
        second.send("value(1)")
        third.send("value(1)")
        for worker in (second, third):
            said = [worker.read() for _ in range(3)]
            assert f"process {first.process.pid} (" in said[0]
            assert "suspended" in said[0]
            assert "__main__.value" in said[0]
            assert said[2] in ("second", "third")
    finally:
        os.kill(first.process.pid, signal.SIGCONT)
    assert first.read() == "first"
