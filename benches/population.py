"""Hits in a cache of many entries."""

import random
from array import array
from collections.abc import Callable
from typing import Any

from benches.measure import Contender, Plan, alternate, prepared
from benches.peers import DECORATORS, LRU_CACHE, MEMOXIDE, Function
from benches.rows import Comparison, Row, against_peers, at_most

MANY = 1_000_000
FEW = 10
CALLS = 20_000

MEMOXIDE_FEW = "memoxide, 10 entries"
LRU_CACHE_FEW = "lru_cache, 10 entries"


def echo(x: int) -> int:
    return x


def echo_few(x: int) -> int:
    return x


def filled(peer: str, function: Function, entries: int) -> Function:
    """Decorate the function and call it with that many ints."""
    decorated: Function = DECORATORS[peer](function)
    for x in range(entries):
        decorated(x)
    return decorated


def hits(name: str, function: Function, used: int) -> Contender:
    """Return a contender that hits that many of the entries, all of them in turn, at random."""
    order = array("q", random.Random(1).sample(range(used), used))
    namespace: dict[str, Any] = {"f": function}
    position = 0

    def prepare() -> None:
        # New ints for each turn: what is far away in memory is the entry, not the argument.
        nonlocal position
        namespace["arguments"] = [order[(position + i) % used] for i in range(CALLS)]
        position = (position + CALLS) % used

    return prepared(name, "for x in arguments: f(x)", namespace, prepare, units=CALLS)


def hitting(used: int) -> Callable[[Plan], list[Comparison]]:
    def compare(plan: Plan) -> list[Comparison]:
        contenders = [
            hits(MEMOXIDE, filled(MEMOXIDE, echo, MANY), used),
            hits(MEMOXIDE_FEW, filled(MEMOXIDE, echo_few, FEW), FEW),
            hits(LRU_CACHE, filled(LRU_CACHE, echo, MANY), used),
            hits(LRU_CACHE_FEW, filled(LRU_CACHE, echo_few, FEW), FEW),
        ]
        return against_peers(alternate(contenders, plan), {MEMOXIDE_FEW: at_most(2)})

    return compare


ROWS = (
    Row(
        "hit with 1,000,000 entries, 10 of them in use",
        "Hits on 10 entries of a cache of 1,000,000, against hits on a cache that has only 10; "
        "functools.lru_cache has 1,000,000 as well, then 10.",
        hitting(FEW),
    ),
    Row(
        "hit with 1,000,000 entries, all of them in use",
        "Hits on other entries each time, at random, so that each is fetched from main memory; "
        "functools.lru_cache shows what that costs at least.",
        hitting(MANY),
    ),
)
