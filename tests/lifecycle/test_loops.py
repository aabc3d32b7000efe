"""Event loops that were closed or stopped, with tasks in them that somebody still refers to."""

import pytest

CLOSED = """
import asyncio, threading, time
import memoxide as mx

runs = []

@mx.cache_data
async def value(x):
    runs.append(x)
    if len(runs) == 1:
        await asyncio.Event().wait()
    return len(runs)

def leave():
    "A task that is suspended in a loop that is closed."
    loop = asyncio.new_event_loop()
    task = loop.create_task(value(1))
    task._log_destroy_pending = False
    loop.run_until_complete(asyncio.sleep(0.01))
    return loop, task
"""


def test_a_task_in_a_closed_loop_does_not_hold_its_key(in_child):
    out = in_child(
        CLOSED
        + """
loop, task = leave()
loop.close()
print(asyncio.run(value(1)), asyncio.run(value(1)), runs)
info = value.cache_info()
print(info.hits, info.misses)
""",
        timeout=20,
    )
    assert out == "2 2 [1, 1]\n1 2\n"


@pytest.mark.parametrize("waiters", [1, 20])
def test_those_who_wait_already_go_on_when_a_loop_is_closed(in_child, waiters):
    out = in_child(
        CLOSED
        + f"""
loop, task = leave()

async def wait():
    return await asyncio.gather(*[value(1) for _ in range({waiters})])

async def main():
    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0.2)
    assert not waiting.done()
    loop.close()
    return await waiting

print(set(asyncio.run(main())), runs)
""",
        timeout=20,
    )
    assert out == "{2} [1, 1]\n"


def test_a_closed_loop_is_no_cycle(in_child):
    out = in_child(
        CLOSED
        + """
loop, task = leave()
loop.close()

@mx.cache_data
def around(x):
    return asyncio.run(value(x))

print(around(1), runs)
""",
        timeout=20,
    )
    assert out == "2 [1, 1]\n"


def test_what_a_dismissed_task_makes_is_its_own(in_child):
    out = in_child(
        """
        import asyncio
        import memoxide as mx

        released, runs = [], []

        class Pause:
            def __await__(self):
                yield

        @mx.cache_resource(on_release=released.append)
        async def value():
            runs.append(1)
            number = len(runs)
            await Pause()
            return [number]

        def drive(coroutine):
            try:
                while True:
                    coroutine.send(None)
            except StopIteration as stopped:
                return stopped.value

        async def start():
            coroutine = value()
            coroutine.send(None)
            return coroutine

        left = asyncio.run(start())  # whose loop is closed and gone
        async def call():
            return await value()
        second = asyncio.run(call())
        assert drive(left) == [1], "its own caller gets it"
        assert asyncio.run(call()) is second
        assert second == [2] and runs == [1, 1]
        value.clear()
        print(released)
        """,
        timeout=20,
    )
    assert out == "[[2]]\n"


def test_a_loop_that_is_stopped_may_go_on(in_child):
    out = in_child(
        CLOSED
        + """
loop, task = leave()

async def impatient():
    try:
        await asyncio.wait_for(value(1), 2.5)
    except asyncio.TimeoutError:
        return "waits"

print(asyncio.run(impatient()), runs)
task.cancel()
loop.run_until_complete(asyncio.wait([task]))
print(asyncio.run(value(1)), runs)
""",
        timeout=20,
    )
    assert out == "waits [1]\n2 [1, 1]\n"


REFRESHES = """
import asyncio, time
import memoxide as mx

mx.configure(refresh_multiplier=1e6)
held = []

@mx.cache_data(ttl=0.05, refresh_mode="background")
async def value(x):
    if x in hangs:
        await asyncio.Event().wait()
    return time.monotonic()

def stop(x):
    "A loop that was stopped while it refreshed."
    loop = asyncio.new_event_loop()
    loop.run_until_complete(value(x))
    time.sleep(0.06)
    hangs.add(x)
    loop.run_until_complete(value(x))
    loop.run_until_complete(asyncio.sleep(0.01))
    held.append(loop)

async def is_refreshed(x):
    old = await value(x)
    for _ in range(100):
        await asyncio.sleep(0.06)
        if await value(x) != old:
            return True
    return False

hangs = set()
"""


def test_loops_that_were_stopped_do_not_use_up_the_refreshes(in_child):
    out = in_child(
        REFRESHES
        + """
for x in range(6):
    stop(x)
print(asyncio.run(is_refreshed(100)))

@mx.cache_data(ttl=0.05, refresh_mode="background")
def plain():
    return time.monotonic()

old = plain()
while plain() == old:
    time.sleep(0.01)
print("refreshed")
""",
        timeout=30,
    )
    assert out == "True\nrefreshed\n"


def test_a_refresh_that_was_left_behind_holds_up_no_later_one(in_child):
    out = in_child(
        """
        import asyncio, time
        import memoxide as mx
        from memoxide import testing

        hangs = False

        @mx.cache_data(ttl=60, refresh_mode="background", follow_dependencies=False)
        async def value():
            if hangs:
                await asyncio.Event().wait()
            return len(made)

        made = []
        loop = asyncio.new_event_loop()
        loop.run_until_complete(value())
        testing.advance_time(70)
        hangs = True
        loop.run_until_complete(value())
        loop.run_until_complete(asyncio.sleep(0.01))
        hangs = False
        testing.advance_time(60)
        made.append(1)
        print(asyncio.run(value()), "computed by a caller, as its time is over")

        testing.advance_time(70)
        made.append(2)
        async def main():
            while await value() == 1:
                await asyncio.sleep(0.01)
            return await value()
        print(asyncio.run(main()), "refreshed")
        """,
        timeout=20,
    )
    assert out == "1 computed by a caller, as its time is over\n2 refreshed\n"


def test_one_loop_runs_as_many_refreshes_as_it_may(in_child):
    out = in_child(
        """
        import asyncio
        import memoxide as mx
        from memoxide import testing

        mx.configure(refresh_workers=3)
        running, most = 0, 0

        @mx.cache_data(ttl=60, refresh_mode="background")
        async def value(x):
            global running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.01)
            running -= 1

        async def main():
            global most
            await asyncio.gather(*[value(x) for x in range(10)])
            most = 0
            testing.advance_time(70)
            await asyncio.gather(*[value(x) for x in range(10)])
            await asyncio.sleep(0.1)

        asyncio.run(main())
        print(most)
        """,
        timeout=20,
    )
    assert out == "3\n"
