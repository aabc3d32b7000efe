"""One computation per key over tasks, event loops and threads."""

import gc
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

import memoxide as mx

anyio = pytest.importorskip("anyio")

from loops import LOOPS, Loop, gather  # noqa: E402


@pytest.fixture(params=LOOPS)
def loop(request):
    mx.cache_data.clear()  # a function that is defined again finds its entries
    return Loop(request.param)


def test_a_hundred_who_await_share_one_computation(loop):
    runs = []

    @mx.cache_data
    async def slow(x):
        runs.append(x)
        await anyio.sleep(0.05)
        return [x]

    before = slow.cache_info()
    results = loop.run(gather, *[partial(slow, 1)] * 100)
    assert results == [[1]] * 100
    assert runs == [1]
    assert len({id(result) for result in results}) == 100, "each caller has a list of its own"
    after = slow.cache_info()
    assert (after.hits - before.hits, after.misses - before.misses) == (99, 1)
    assert loop.run(slow, 1) == [1]
    assert runs == [1]


def test_loops_in_many_threads_share_one_computation(loop):
    runs = []
    barrier = threading.Barrier(8)

    @mx.cache_data
    async def slow(x):
        runs.append(x)
        await anyio.sleep(0.2)
        return [x]

    def thread(_):
        barrier.wait()
        return loop.run(gather, *[partial(slow, 1)] * 4)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(thread, range(8))) == [[[1]] * 4] * 8
    assert runs == [1]


def test_threads_and_tasks_share_a_plain_function(loop):
    runs = []
    barrier = threading.Barrier(4)

    @mx.cache_data
    def plain(x):
        runs.append(x)
        threading.Event().wait(0.2)
        return [x]

    async def task():
        return plain(1)

    def thread(number):
        barrier.wait()
        return plain(1) if number % 2 else loop.run(task)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(thread, range(4))) == [[1]] * 4
    assert runs == [1]


def test_different_keys_run_side_by_side(loop):
    meeting = []

    @mx.cache_data
    async def meet(x):
        meeting.append(x)
        while len(meeting) < 2:
            await anyio.sleep(0.001)
        return x

    assert loop.run(gather, partial(meet, 1), partial(meet, 2)) == [1, 2]


def test_a_waiter_that_is_cancelled_harms_nobody(loop):
    runs = []

    async def main():
        results = []
        released = anyio.Event()

        @mx.cache_data
        async def slow():
            runs.append(1)
            await released.wait()
            return "done"

        async def call():
            results.append(await slow())

        async with anyio.create_task_group() as group:
            group.start_soon(call)
            await anyio.sleep(0.01)
            with anyio.move_on_after(0.02) as scope:
                await slow()
            assert scope.cancelled_caught
            group.start_soon(call)
            await anyio.sleep(0.01)
            released.set()
        return results

    assert loop.run(main) == ["done", "done"]
    assert runs == [1]


def test_an_owner_that_is_cancelled_hands_its_work_over(loop):
    runs = []

    async def main():
        results = []
        released = anyio.Event()

        @mx.cache_data
        async def slow():
            runs.append(1)
            await released.wait()
            return "done"

        async def call():
            results.append(await slow())

        async with anyio.create_task_group() as group:
            owners = []
            for _ in range(2):
                scope = anyio.CancelScope()
                owners.append(scope)

                async def owner(scope=scope):
                    with scope:
                        await slow()

                group.start_soon(owner)
                await anyio.sleep(0.01)
            for _ in range(5):
                group.start_soon(call)
            await anyio.sleep(0.01)
            owners[0].cancel()
            await anyio.sleep(0.01)
            owners[1].cancel()
            await anyio.sleep(0.01)
            released.set()
        assert slow.contains()
        return results

    assert loop.run(main) == ["done"] * 5
    assert 2 <= len(runs) <= 3, "once for each owner that was cancelled, and once for all others"


def test_who_comes_before_those_who_wait_are_awake_computes(loop):
    runs = []

    @mx.cache_data
    async def value():
        runs.append(1)
        await anyio.sleep(10 if len(runs) == 1 else 0.01)
        return len(runs)

    async def main():
        async with anyio.create_task_group() as group:
            with anyio.move_on_after(0.02):
                group.start_soon(wait)
                await value()
            return await value()

    async def wait():
        assert await value() == 2

    assert loop.run(main) == 2


def test_a_key_that_all_have_given_up_is_free_again(loop):
    @mx.cache_data
    async def slow(seconds=1):
        await anyio.sleep(0.05)
        return "done"

    async def give_up():
        with anyio.move_on_after(0.01):
            await gather(slow, slow, slow)

    loop.run(give_up)
    assert not slow.contains()
    assert loop.run(slow) == "done"


def test_an_error_reaches_those_who_wait_and_is_not_stored(loop):
    runs = []

    @mx.cache_data
    async def fails_once():
        runs.append(1)
        await anyio.sleep(0.05)
        if len(runs) == 1:
            raise ValueError("first")
        return "second"

    results = loop.run(gather, *[fails_once] * 3)
    assert [str(result) for result in results] == ["first"] * 3
    assert len({id(result) for result in results}) == 3, "each has a traceback of its own"
    assert loop.run(fails_once) == "second"


def test_tracebacks_hold_the_users_frames_alone(loop):
    @mx.cache_data
    async def fails():
        await anyio.lowlevel.checkpoint()
        raise ValueError("here")

    async def call():
        await fails()

    async def main():
        return await gather(call, call)

    for error in loop.run(main):
        names = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
        assert names[-1] == "fails"
        assert set(names) <= {"keep", "call", "fails"}


@pytest.mark.parametrize("way", ["directly", "over a task"])
def test_a_call_that_needs_itself_is_a_cycle(loop, way):
    async def ask(function):
        if way == "directly":
            return await function()
        (result,) = await gather(function)
        if isinstance(result, Exception):
            raise result
        return result

    @mx.cache_data
    async def outer():
        return await ask(inner)

    @mx.cache_data
    async def inner():
        return await ask(outer)

    @mx.cache_data
    async def alone():
        return await ask(alone)

    with pytest.raises(mx.errors.CacheCycleError) as caught:
        loop.run(alone)
    assert [name.split(".")[-1] for name in caught.value.chain] == ["alone", "alone"]
    with pytest.raises(mx.errors.CacheCycleError) as caught:
        loop.run(outer)
    assert [name.split(".")[-1] for name in caught.value.chain] == ["outer", "inner", "outer"]


def test_a_cycle_over_two_event_loops_is_found(loop):
    both = threading.Barrier(2, timeout=10)

    @mx.cache_data
    async def one():
        both.wait()
        return await two()

    @mx.cache_data
    async def two():
        both.wait()
        return await one()

    def thread(function):
        try:
            return loop.run(function)
        except mx.errors.CacheCycleError as error:
            return len(error.chain)

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(thread, [one, two])) == {3}


def test_a_cycle_over_a_plain_function_and_an_inner_loop_is_found(loop):
    @mx.cache_data
    def plain():
        return loop.run(inner)

    @mx.cache_data
    async def inner():
        return plain()

    with pytest.raises(mx.errors.CacheCycleError):
        plain()


def test_tasks_of_a_loop_inside_a_computation_wait_for_each_other(loop):
    @mx.cache_data
    async def inner():
        await anyio.sleep(0.02)
        return 1

    @mx.cache_data
    def plain():
        return loop.run(gather, inner, inner)

    assert plain() == [1, 1]


def test_a_task_may_ask_for_what_had_begun_it(loop):
    async def main():
        results = []
        async with anyio.create_task_group() as group:

            async def later():
                await anyio.sleep(0.05)
                results.append(await first())

            @mx.cache_data
            async def first():
                if not results:
                    group.start_soon(later)
                return "first"

            await first()
        return results

    assert loop.run(main) == ["first"]


def test_a_clear_wins_over_what_is_under_way(loop):
    runs = []

    @mx.cache_data
    async def slow():
        runs.append(1)
        await anyio.sleep(0.05)
        return len(runs)

    async def main():
        async def clear():
            await anyio.sleep(0.02)
            slow.clear()
            return await slow()

        return await gather(slow, slow, clear)

    assert loop.run(main) == [2, 2, 2] or runs == [1, 1]
    assert len(runs) == 2
    assert loop.run(slow) == 2


def test_a_hit_does_not_suspend_its_task():
    @mx.cache_data
    async def value():
        return "value"

    for _ in range(2):
        with pytest.raises(StopIteration) as stopped:
            value().send(None)
        assert stopped.value.value == "value"
    assert value.cache_info().hits == 1


class Pause:
    """What a coroutine that is driven by hand waits for."""

    def __await__(self):
        return (yield "paused")


def test_without_an_event_loop_who_would_wait_computes_for_itself():
    runs = []

    @mx.cache_data
    async def value():
        runs.append(1)
        return await Pause()

    first, second = value(), value()
    assert (first.send(None), second.send(None)) == ("paused", "paused")
    for coroutine, sent in ((second, "b"), (first, "a")):
        with pytest.raises(StopIteration) as stopped:
            coroutine.send(sent)
        assert stopped.value.value == sent
    assert len(runs) == 2
    with pytest.raises(StopIteration) as stopped:
        value().send(None)
    assert stopped.value.value == "a"


@pytest.mark.parametrize("way", ["closed", "dropped"])
def test_an_abandoned_coroutine_hands_its_work_over(loop, way):
    runs = []

    @mx.cache_data
    async def value():
        runs.append(1)
        if len(runs) == 1:
            await Pause()
        return len(runs)

    owner = value()
    owner.send(None)
    with ThreadPoolExecutor(1) as pool:
        waiter = pool.submit(loop.run, value)
        while value.cache_info().misses + len(runs) < 2:
            pass
        threading.Event().wait(0.05)
        assert not waiter.done()
        if way == "closed":
            owner.close()
        del owner
        gc.collect()
        assert waiter.result(10) == 2


def test_a_loop_that_was_left_with_its_owner_hands_the_work_over(in_child):
    in_child(
        """
        import asyncio, gc, threading
        import memoxide as mx

        runs = []

        @mx.cache_data
        async def value():
            runs.append(1)
            await asyncio.sleep(30 if len(runs) == 1 else 0)
            return len(runs)

        async def leave():
            task = asyncio.ensure_future(value())
            waits = asyncio.ensure_future(value())
            await asyncio.sleep(0.05)

        loop = asyncio.new_event_loop()
        loop.run_until_complete(leave())
        results = []
        thread = threading.Thread(target=lambda: results.append(asyncio.run(value())))
        thread.start()
        thread.join(0.2)
        assert thread.is_alive()
        del loop
        gc.collect()
        thread.join(10)
        assert results == [2], results
        """,
        timeout=20,
    )


def test_the_context_of_the_caller_is_the_functions(loop):
    import contextvars

    variable = contextvars.ContextVar("variable", default="none")

    @mx.cache_data
    async def read(x):
        await anyio.lowlevel.checkpoint()
        return variable.get()

    async def main():
        variable.set("mine")
        return await read(1)

    assert loop.run(main) == "mine"


def test_awaiting_leaves_nothing_behind():
    runs = []

    @mx.cache_data(max_entries=1)
    async def value(x):
        runs.append(x)
        await anyio.sleep(0)
        if x % 3 == 0:
            raise ValueError
        return [x]

    async def rounds(count):
        for _ in range(count):
            with anyio.move_on_after(0 if len(runs) % 5 == 0 else 10):
                await gather(*[partial(value, len(runs))] * 3)

    def objects():
        gc.collect()
        return len(gc.get_objects())

    loop = Loop("asyncio")
    loop.run(rounds, 200)
    runs.clear()
    before = objects()
    loop.run(rounds, 200)
    runs.clear()
    assert objects() - before < 100
