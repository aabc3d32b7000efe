"""Rounds of all that can happen to a value, in a process that must not grow by them.

python rounds.py ROUNDS [LEAK]

LEAK says what each round leaks, so that a test can see that it is noticed: an object or bytes.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import weakref
from typing import Any

import memoxide as mx
from memoxide import testing

# Rounds after which tables, pools and what threads leave in the allocator have their size.
WARM_UP = 600
# What leaks does so in most; an allocator takes what it wants to keep, or fills that, in one.
PARTS = 3


class Value:
    """Something to be counted, with so many bytes that a leak of a few is seen."""

    def __init__(self, content: Any) -> None:
        self.content = content
        self.bytes = bytes(10_000)
        ALIVE.add(self)


ALIVE: weakref.WeakSet[Value] = weakref.WeakSet()
RELEASED: list[int] = [0]
LEAKED: list[object] = []


def release(value: Value) -> None:
    RELEASED[0] += 1


def keep(value: Value) -> bool:
    return value.content != "refused"


@mx.cache_resource(max_entries=3, on_release=release)
def bounded(x: int) -> Value:
    return Value(x)


@mx.cache_resource(ttl=60, on_release=release)
def expiring(x: int) -> Value:
    return Value(x)


@mx.cache_resource(validate=lambda value: False, on_release=release, cache_if=keep)
def rejected(x: object) -> Value:
    return Value(x)


@mx.cache_resource(ttl=60, refresh_mode="background", on_release=release)
def refreshed(x: int) -> Value:
    return Value(x)


@mx.cache_resource(ttl=60, refresh_mode="background", on_release=release)
async def refreshed_task(x: int) -> Value:
    return Value(x)


@mx.cache_resource(scope="session", on_release=release)
def of_session(x: int) -> Value:
    return Value(x)


@mx.cache_resource(on_release=release)
def yielded(x: int) -> Any:
    yield Value(x)


@mx.cache_data(max_entries=3)
def data(x: int, parts: list[bytes]) -> list[Any]:
    return [x, bytes(10_000), {"parts": parts}]


@mx.cache_data
def failing(x: int) -> None:
    raise ValueError(Value(x))


@mx.cache_data
def recursive(x: int) -> Any:
    return recursive(x)


@mx.cache_resource(on_release=release)
async def slow(x: int) -> Value:
    await asyncio.sleep(0.001)
    return Value(x)


def defined_anew(number: int) -> None:
    """A definition that differs, whose resource refers to it."""

    @mx.cache_resource(on_release=release)
    def make() -> Value:
        return Value((make, number))

    make()


def same_again() -> None:
    """A definition that is the same each time."""

    @mx.cache_data
    def make(x: int) -> list[bytes]:
        return [bytes(10_000)]

    make(1)


async def tasks(number: int) -> None:
    """Tasks that wait for each other, of which some are cancelled, the owner among them."""
    calls = [asyncio.create_task(slow(number)) for _ in range(4)]
    await asyncio.sleep(0)
    calls[0].cancel()
    calls[1].cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    await refreshed_task(number % 2)
    slow.clear(number)
    never_ended = slow(number)
    try:
        never_ended.send(None)
    finally:
        never_ended.close()


def left_behind(number: int) -> None:
    """A task in a loop that is closed while it computes, and another who takes over."""
    loop = asyncio.new_event_loop()
    task = loop.create_task(slow(number))
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()
    asyncio.run(await_it(number))
    slow.clear()


async def await_it(number: int) -> None:
    """Await a call."""
    await slow(number)


def swallow(function: Any, *args: Any) -> None:
    """Call what raises."""
    try:
        function(*args)
    except (ValueError, mx.errors.CacheCycleError):
        pass


def do(number: int) -> None:
    """Do one round."""
    for x in range(5):
        bounded(x), expiring(x), data(number + x, [bytes(1000)])
    testing.advance_time(35)
    for x in range(2):
        refreshed(x)
    rejected(1), rejected(1), rejected("refused")
    swallow(failing, number)
    swallow(recursive, number)
    threads = [threading.Thread(target=bounded, args=(7,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with mx.session(f"session {number}"):
        of_session(1)
    mx.end_session(f"session {number}")
    yielded(1)
    yielded.clear()
    defined_anew(number)
    same_again()
    asyncio.run(tasks(number))
    left_behind(number)
    bounded.clear(1)
    expiring.clear()
    data.explain(number, [b""])


def resident() -> int:
    """Bytes of memory that the process has."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096


def settle() -> None:
    """Collect all that is garbage, once refreshes have ended."""
    for _ in range(3):
        gc.collect()


def figures() -> tuple[int, int, int]:
    """Values, objects and bytes of memory that there are once what is garbage is gone."""
    settle()
    return len(ALIVE), len(gc.get_objects()), resident()


def do_all(numbers: range) -> None:
    """Do rounds; the memory that garbage takes between two collections has its size soon."""
    for number in numbers:
        do(number)
        if number % 25 == 0:
            gc.collect()


def main(rounds: int, leak: str = "") -> None:
    """Print what each part of the rounds adds, and how often resources were released."""
    do_all(range(WARM_UP))
    before = figures()
    for part in range(PARTS):
        size = rounds // PARTS
        do_all(range(WARM_UP + part * size, WARM_UP + (part + 1) * size))
        if leak:
            LEAKED.extend(Value(part) if leak == "object" else bytes(10_000) for _ in range(size))
        after = figures()
        print(*(late - early for early, late in zip(before, after, strict=True)))
        before = after
    print(RELEASED[0])


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
