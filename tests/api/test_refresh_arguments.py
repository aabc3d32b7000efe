"""What a refresh computes with: what its key was made of."""

import asyncio
import threading
import time

import pytest

import memoxide as mx

TTL = 0.01


@pytest.fixture(autouse=True)
def settings():
    """Values stay for long after they are stale."""
    mx.cache_data.clear()
    mx.configure(refresh_multiplier=10_000, refresh_workers=4)
    yield
    mx.configure(refresh_multiplier=2, refresh_workers=4)


class Box:
    """An object that can change."""

    def __init__(self, rows):
        self.rows = rows


class Gate:
    """Runs of a function: each is kept until it may go on."""

    def __init__(self):
        self.begun, self.go, self.ended = (threading.Event() for _ in range(3))
        self.go.set()

    def pass_through(self):
        self.begun.set()
        assert self.go.wait(10)


def stale(call):
    """A stale value, of which a refresh begins."""
    call()
    time.sleep(2 * TTL)
    return call


@pytest.mark.parametrize("change_while", ["it waits", "it runs"])
def test_a_list_that_changes_is_refreshed_as_it_was(change_while):
    gate, seen = Gate(), []

    @mx.cache_data(ttl=TTL, refresh_mode="background")
    def total(rows, **more):
        gate.pass_through()
        seen.append(list(rows))
        return sum(rows) + sum(more.get("others", ()))

    rows, others = [1, 2], [3]
    again = stale(lambda: total(rows, others=others))
    if change_while == "it waits":
        mx.configure(refresh_workers=1)
    gate.begun.clear(), gate.go.clear()
    assert again() == 6
    assert gate.begun.wait(10)
    rows.append(100), others.append(100)
    gate.go.set()
    end = time.monotonic() + 10
    while len(seen) < 2 and time.monotonic() < end:
        time.sleep(0.002)
    assert seen == [[1, 2], [1, 2]]
    assert total([1, 2], others=[3]) == 6


def test_an_object_that_changes_meanwhile_gives_no_value():
    gate = Gate()

    @mx.cache_data(ttl=TTL, refresh_mode="background")
    def total(box):
        gate.pass_through()
        done = sum(box.rows)
        (gate.ended.set() if gate.go.is_set() and len(box.rows) > 2 else None)
        return done

    box = Box([1, 2])
    again = stale(lambda: total(box))
    gate.begun.clear(), gate.go.clear()
    assert again() == 3
    assert gate.begun.wait(10)
    box.rows.append(100)
    gate.go.set()
    assert gate.ended.wait(10)
    assert total(Box([1, 2])) == 3


def test_what_does_not_count_stays_the_caller_s_own():
    got = []

    @mx.cache_data(ttl=TTL, refresh_mode="background")
    def total(rows, _out):
        got.append(_out)
        return sum(rows)

    rows, out = [1], []
    again = stale(lambda: total(rows, out))
    again()
    end = time.monotonic() + 10
    while len(got) < 2 and time.monotonic() < end:
        time.sleep(0.002)
    assert all(one is out for one in got)
    assert len(got) == 2


def test_a_marker_stays_itself():
    marker, seen = object(), []

    class Marked:
        pass

    mark = Marked()

    @mx.cache_data(ttl=TTL, refresh_mode="background")
    def is_marked(value):
        seen.append(value is mark)
        return value is mark

    again = stale(lambda: is_marked(mark))
    again()
    end = time.monotonic() + 10
    while len(seen) < 2 and time.monotonic() < end:
        time.sleep(0.002)
    assert seen == [True, True]
    assert marker is not None


def test_a_coroutine_function_is_refreshed_with_what_its_arguments_were():
    seen = []

    @mx.cache_data(ttl=TTL, refresh_mode="background")
    async def total(rows):
        await asyncio.sleep(0)
        seen.append(list(rows))
        return sum(rows)

    async def run():
        rows = [1, 2]
        await total(rows)
        await asyncio.sleep(2 * TTL)
        assert await total(rows) == 3
        rows.append(100)
        while len(seen) < 2:
            await asyncio.sleep(0.002)
        await asyncio.sleep(0)
        assert seen == [[1, 2], [1, 2]]
        assert await total([1, 2]) == 3

    asyncio.run(run())


def test_an_object_that_changes_meanwhile_gives_a_coroutine_function_no_value():
    ran = []

    @mx.cache_data(ttl=TTL, refresh_mode="background")
    async def total(box):
        await asyncio.sleep(0)
        ran.append(None)
        return sum(box.rows)

    async def run():
        box = Box([1, 2])
        await total(box)
        await asyncio.sleep(2 * TTL)
        assert await total(box) == 3
        box.rows.append(100)
        for _ in range(10):
            await asyncio.sleep(0)
        assert await total(Box([1, 2])) == 3

    asyncio.run(run())
