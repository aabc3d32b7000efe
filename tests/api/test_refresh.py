"""Background refresh: stale values are served while new ones are made."""

import asyncio
import contextvars
import gc
import logging
import threading
import time
import weakref

import pytest

import memoxide as mx

anyio = pytest.importorskip("anyio")

from loops import LOOPS, Loop  # noqa: E402

TTL = 0.05


@pytest.fixture(autouse=True)
def settings():
    """Values stay for long after they are stale, and the settings are the first ones afterwards."""
    mx.cache_data.clear()
    mx.cache_resource.clear()
    mx.configure(refresh_multiplier=1000, refresh_workers=4)
    yield
    mx.configure(refresh_multiplier=2, refresh_workers=4)


def eventually(condition, seconds=10):
    """Wait until it holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never held"
        time.sleep(0.005)


class Source:
    """What a function reads: it counts the reads, and can keep them waiting."""

    def __init__(self):
        self.reads = 0
        self.lock = threading.Lock()
        self.gate = threading.Event()
        self.gate.set()

    def read(self):
        with self.lock:
            self.reads += 1
            number = self.reads
        assert self.gate.wait(10)
        return number


@pytest.fixture
def source():
    return Source()


@pytest.mark.parametrize("decorator", [mx.cache_data, mx.cache_resource])
def test_a_stale_value_is_served_at_once_and_made_anew(source, decorator):
    @decorator(ttl=TTL, refresh_mode="background")
    def value():
        return [source.read(), threading.current_thread().name]

    assert value()[0] == 1
    source.gate.clear()
    time.sleep(2 * TTL)
    assert [value()[0] for _ in range(20)] == [1] * 20
    eventually(lambda: source.reads == 2)
    source.gate.set()
    eventually(lambda: value()[0] == 2)
    assert value()[1].startswith("memoxide-refresh")


def test_a_fresh_value_is_not_made_anew(source):
    @mx.cache_data(ttl=60, refresh_mode="background")
    def value():
        return source.read()

    assert [value() for _ in range(5)] == [1] * 5


def test_one_refresh_runs_for_each_key(source):
    @mx.cache_data(ttl=TTL, refresh_mode="background")
    def value(x):
        return source.read()

    value(1), value(2)
    source.gate.clear()
    time.sleep(2 * TTL)
    for _ in range(50):
        value(1), value(2)
    eventually(lambda: source.reads == 4)
    for _ in range(50):
        value(1), value(2)
    assert source.reads == 4
    source.gate.set()
    eventually(lambda: value(1) > 2 and value(2) > 2)


def test_behind_the_hard_limit_the_caller_waits(source):
    mx.configure(refresh_multiplier=2)

    @mx.cache_data(ttl=TTL, refresh_mode="background")
    def value():
        return source.read()

    value()
    time.sleep(3 * TTL)
    assert value() == 2


def test_who_comes_behind_the_hard_limit_waits_for_the_refresh(source):
    mx.configure(refresh_multiplier=4)

    @mx.cache_data(ttl=TTL, refresh_mode="background")
    def value():
        return source.read()

    value()
    source.gate.clear()
    time.sleep(1.5 * TTL)
    assert value() == 1
    eventually(lambda: source.reads == 2)
    time.sleep(4 * TTL)
    timer = threading.Timer(0.1, source.gate.set)
    timer.start()
    assert value() == 2
    assert source.reads == 2


def test_only_so_many_run_at_once(source):
    mx.configure(refresh_workers=2)

    @mx.cache_data(ttl=TTL, refresh_mode="background")
    def value(x):
        return source.read()

    for key in range(6):
        value(key)
    source.gate.clear()
    time.sleep(2 * TTL)
    for _ in range(3):
        for key in range(6):
            value(key)
    time.sleep(0.1)
    assert source.reads == 6 + 2
    source.gate.set()
    eventually(lambda: [value(key) > 6 for key in range(6)] == [True] * 6)


def test_without_workers_nothing_runs_in_the_background(source):
    mx.configure(refresh_workers=0)

    @mx.cache_data(ttl=TTL, refresh_mode="background")
    def value():
        return source.read()

    value()
    time.sleep(2 * TTL)
    assert [value() for _ in range(3)] == [1] * 3
    time.sleep(0.05)
    assert source.reads == 1


def test_a_failure_is_logged_and_not_repeated_at_once(source, caplog):
    @mx.cache_data(ttl=TTL, refresh_mode="background")
    def value():
        if source.read() > 1:
            raise ValueError("source is gone")
        return "old"

    value()
    time.sleep(2 * TTL)
    with caplog.at_level(logging.WARNING, logger="memoxide"):
        value()
        eventually(lambda: "source is gone" in caplog.text)
    assert "failed in the background" in caplog.text
    for _ in range(20):
        assert value() == "old"
    time.sleep(0.05)
    assert source.reads == 2


def test_what_was_cleared_meanwhile_is_not_stored(source):
    @mx.cache_data(ttl=TTL, refresh_mode="background")
    def value(x):
        return source.read()

    for clear in (value.clear, lambda: value.clear(1), mx.cache_data.clear):
        source.gate.set()
        before = value(1)
        source.gate.clear()
        time.sleep(2 * TTL)
        assert value(1) == before
        eventually(lambda: source.reads == before + 1)
        clear()
        source.gate.set()
        time.sleep(0.1)
        assert not value.contains(1)


def test_a_value_that_is_not_wanted_leaves_the_old_one(source):
    @mx.cache_data(ttl=TTL, refresh_mode="background", cache_if=lambda value: value == 1)
    def value():
        return source.read()

    value()
    time.sleep(2 * TTL)
    for _ in range(10):
        assert value() == 1
        time.sleep(0.005)
    assert source.reads == 2


def test_replaced_resources_are_released_once(source):
    released = []

    @mx.cache_resource(ttl=TTL, refresh_mode="background", on_release=released.append)
    def resource():
        return [source.read()]

    old = resource()
    time.sleep(2 * TTL)
    resource()
    eventually(lambda: resource() is not old)
    eventually(lambda: released[:1] == [[1]])
    assert released.count([1]) == 1


def test_a_refresh_runs_in_a_context_of_its_own(source):
    variable = contextvars.ContextVar("variable", default="none")

    @mx.cache_data(ttl=TTL, refresh_mode="background")
    def value():
        return source.read(), variable.get()

    @mx.cache_data
    def outer():
        return value()

    variable.set("caller's")
    assert value() == (1, "caller's")
    time.sleep(2 * TTL)
    outer()
    eventually(lambda: value()[1] == "none")


@pytest.mark.parametrize("name", LOOPS)
def test_coroutine_functions_are_refreshed_in_their_loop(name):
    runs = []

    @mx.cache_data(ttl=TTL, refresh_mode="background")
    async def value():
        runs.append(threading.current_thread())
        await anyio.sleep(0.02)
        return len(runs)

    async def main():
        assert await value() == 1
        await anyio.sleep(2 * TTL)
        assert [await value() for _ in range(10)] == [1] * 10
        with anyio.fail_after(10):
            while await value() == 1:
                await anyio.sleep(0.005)
        assert await value() >= 2

    Loop(name).run(main)
    assert set(runs) == {threading.current_thread()}


@pytest.mark.parametrize("name", LOOPS)
def test_a_task_that_refreshes_has_a_context_of_its_own(name):
    variable = contextvars.ContextVar("variable", default="none")
    seen = []

    @mx.cache_data(ttl=TTL, refresh_mode="background")
    async def value():
        seen.append(variable.get())

    async def main():
        await value()
        await anyio.sleep(2 * TTL)
        await value()
        with anyio.fail_after(10):
            while len(seen) < 2:
                await anyio.sleep(0.005)

    variable.set("caller's")
    Loop(name).run(main)
    assert seen == ["caller's", "none"]


@pytest.mark.parametrize("name", LOOPS)
def test_a_coroutine_that_fails_in_the_background_harms_nobody(name, caplog):
    runs = []

    @mx.cache_data(ttl=TTL, refresh_mode="background")
    async def value():
        runs.append(1)
        if len(runs) > 1:
            raise ValueError("source is gone")
        return "old"

    async def main():
        await value()
        await anyio.sleep(2 * TTL)
        for _ in range(5):
            assert await value() == "old"
            await anyio.sleep(0.01)

    with caplog.at_level(logging.WARNING, logger="memoxide"):
        Loop(name).run(main)
    assert "source is gone" in caplog.text
    assert len(runs) == 2


def test_a_loop_that_ends_takes_its_refresh_along():
    runs = []

    @mx.cache_data(ttl=TTL, refresh_mode="background")
    async def value():
        runs.append(1)
        await anyio.sleep(30 if len(runs) == 2 else 0)
        return len(runs)

    async def main():
        await value()
        await anyio.sleep(2 * TTL)
        assert await value() == 1
        await anyio.sleep(0.02)
        assert len(runs) == 2

    loop = Loop("asyncio")
    loop.run(main)
    assert loop.run(value) == 1, "nobody holds the key any more"


@pytest.mark.parametrize("way", ["closed", "stopped"])
def test_nobody_waits_for_a_loop_that_was_left(in_child, way):
    in_child(
        f"""
        import asyncio, gc, time
        import memoxide as mx

        mx.configure(refresh_multiplier=4)
        runs, left = [], []

        @mx.cache_data(ttl=0.1, refresh_mode="background")
        async def value():
            runs.append(1)
            await asyncio.sleep(0.05)
            return len(runs)

        def run():
            loop = asyncio.new_event_loop()
            result = loop.run_until_complete(value())
            if {way!r} == "closed":
                loop.close()
            else:
                left.append(loop)
            return result

        assert run() == 1
        time.sleep(0.15)
        assert run() == 1
        assert len(runs) == 2
        time.sleep(0.4)
        assert run() == 3
        time.sleep(0.15)
        assert run() == 3
        for loop in left:
            loop.run_until_complete(asyncio.sleep(0.1))
            loop.close()
        """,
        timeout=20,
    )


def test_a_loop_that_was_left_is_collected_with_its_refresh():
    @mx.cache_data(ttl=TTL, refresh_mode="background")
    async def value():
        await asyncio.sleep(0.01)

    def run():
        loop = asyncio.new_event_loop()
        loop.run_until_complete(value())
        loop.close()
        return weakref.ref(loop)

    run()
    time.sleep(2 * TTL)
    left = run()
    gc.collect()
    assert left() is None


def test_threads_that_begin_at_once_share_the_workers(in_child):
    errors = in_child(
        """
        import logging, sys, threading, time
        import memoxide as mx

        logging.basicConfig(stream=sys.stdout)
        sys.setswitchinterval(1e-6)
        mx.configure(refresh_multiplier=1e6)

        @mx.cache_data(ttl=0.001, refresh_mode="background")
        def value(x):
            return x

        def call(x):
            barrier.wait()
            value(x)

        keys = range(30)
        barrier = threading.Barrier(len(keys))
        for key in keys:
            value(key)
        for workers in range(100, 130):
            mx.configure(refresh_workers=workers)
            time.sleep(0.01)
            threads = [threading.Thread(target=call, args=(key,)) for key in keys]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        """
    )
    assert errors == ""


def test_a_process_can_end_while_a_refresh_runs(in_child):
    out = in_child(
        """
        import threading, time
        import memoxide as mx

        @mx.cache_data(ttl=0.01, refresh_mode="background")
        def value(x):
            time.sleep(0.2)
            return x

        value(1)
        time.sleep(0.015)
        value(1)
        time.sleep(0.05)
        print("end")
        """,
        timeout=15,
    )
    assert out == "end\n"


def test_a_forked_child_refreshes(in_child):
    in_child(
        """
        import os, signal, time
        import memoxide as mx

        mx.configure(refresh_multiplier=10000)
        runs = []

        @mx.cache_data(ttl=0.01, refresh_mode="background")
        def value():
            runs.append(1)
            time.sleep(0.1)
            return len(runs)

        value()
        time.sleep(0.02)
        value()
        time.sleep(0.02)
        child = os.fork()
        if child == 0:
            signal.alarm(10)
            while value() < 3:
                time.sleep(0.005)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        """,
        timeout=20,
    )


def test_refresh_needs_a_time_to_live():
    for options in ({}, {"ttl": None}, {"ttl": 0}):
        with pytest.raises(mx.errors.OptionError, match="positive ttl"):
            mx.cache_data(refresh_mode="background", **options)
    with pytest.raises(mx.errors.OptionError, match="persist"):
        mx.cache_data(refresh_mode="background", ttl=1, persist="disk")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("refresh_multiplier", [1, 0.5, float("nan"), float("inf"), "2"]),
        ("refresh_workers", [-1, 1.5, True, "4"]),
    ],
)
def test_settings_are_checked(name, values):
    for value in values:
        with pytest.raises(mx.errors.OptionError, match=name):
            mx.configure(**{name: value})
    with pytest.raises(TypeError):
        mx.configure(unknown=1)
