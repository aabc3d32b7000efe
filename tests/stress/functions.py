"""The cached functions that the runs call. All of them are defined anew now and then.

They refer to nothing but globals, so that one that is defined again is the same, and finds its
entries.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

from ledger import Key, Ledger

import memoxide as mx

KEYS = 5
OPTIONS: list[dict[str, Any]] = [
    {},
    {"max_entries": 2},
    {"ttl": 0.01},
    {"max_entries": 3, "ttl": 60},
]
LEDGER = Ledger()


class Refused(Exception):
    """A failure of a function."""


class Stop(BaseException):
    """A request to stop, which is no failure."""


def plain(decorator: Any, options: dict[str, Any], name: str) -> Any:
    """Define a plain function."""

    @decorator(follow_dependencies=False, **options)
    def plain_function(name: str, key: int) -> Any:
        with LEDGER.computing((name, key)) as computation:
            linger(name)
            return computation

    FUNCTIONS[name] = plain_function
    return plain_function


def coroutine(decorator: Any, options: dict[str, Any], name: str) -> Any:
    """Define a coroutine function."""

    @decorator(follow_dependencies=False, **options)
    async def coroutine_function(name: str, key: int) -> Any:
        with LEDGER.computing((name, key)) as computation:
            await linger_async(name)
            return computation

    FUNCTIONS[name] = coroutine_function
    return coroutine_function


FUNCTIONS: dict[str, Any] = {}
PLAIN: list[str] = []
COROUTINES: list[str] = []


def define() -> None:
    """Define some functions anew: of each kind one for each set of options."""
    for number, options in enumerate(OPTIONS):
        released = {**options, "on_release": LEDGER.release}
        # The name is part of the arguments, and the options of what tells caches apart.
        plain(mx.cache_data, options, f"data {number}")
        plain(mx.cache_resource, released, f"resource {number}")
        coroutine(mx.cache_data, options, f"async data {number}")
        coroutine(mx.cache_resource, released, f"async resource {number}")
    if not PLAIN:
        PLAIN.extend(name for name in FUNCTIONS if not name.startswith("async"))
        COROUTINES.extend(name for name in FUNCTIONS if name.startswith("async"))


def keys_of(*names: str) -> list[Key]:
    """Every key of these functions."""
    return [(name, key) for name in names for key in range(KEYS)]


def linger(name: str) -> None:
    """Take a while, need another key, fail or stop, all of it at random."""
    what = random.random()
    if what < 0.1:
        raise Refused
    if what < 0.15:
        raise Stop
    if what < 0.4:
        try:
            other = random.choice((name, random.choice(PLAIN)))
            LEDGER.ask()
            FUNCTIONS[other](other, random.randrange(KEYS))
        except mx.errors.CacheCycleError:
            LEDGER.counts["cycles"] += 1
        except (Refused, Stop):
            pass
    elif what < 0.7:
        time.sleep(random.random() * 0.002)


async def linger_async(name: str) -> None:
    """Take a while as `linger` does, among other tasks."""
    what = random.random()
    if what < 0.1:
        raise Refused
    if what < 0.4:
        other = random.choice((name, random.choice(COROUTINES)))
        LEDGER.ask()
        calls = [FUNCTIONS[other](other, random.randrange(KEYS)) for _ in range(2)]
        results = await asyncio.gather(*calls, return_exceptions=True)
        LEDGER.counts["cycles"] += sum(
            isinstance(result, mx.errors.CacheCycleError) for result in results
        )
    elif what < 0.9:
        await asyncio.sleep(random.random() * 0.002)
