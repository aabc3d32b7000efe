"""Threads: whether hits on different keys get in each other's way."""

import sys
import threading
import time

import memoxide as mx
from benches.measure import Contender, Plan, alternate
from benches.rows import Comparison, Row, UnmeasurableError, against_peers, at_least

HITS = 200_000

ONE = "one thread"
TWO = "two threads"


def echo(x: int) -> int:
    return x


def hits(name: str, threads: int) -> Contender:
    """Return a contender whose threads hit a key each."""
    function = mx.cache_data(echo)

    def work(x: int, start: threading.Barrier) -> None:
        start.wait()
        for _ in range(HITS):
            function(x)

    def take_turn() -> float:
        start = threading.Barrier(threads + 1)
        workers = [
            threading.Thread(target=work, args=(1_000 * (index + 1), start))
            for index in range(threads)
        ]
        for worker in workers:
            worker.start()
        start.wait()
        began = time.perf_counter()
        for worker in workers:
            worker.join()
        return (time.perf_counter() - began) / (HITS * threads)

    return Contender(name, take_turn)


def free_threading(plan: Plan) -> list[Comparison]:
    if getattr(sys, "_is_gil_enabled", lambda: True)():
        version = ".".join(map(str, sys.version_info[:2]))
        raise UnmeasurableError(f"this CPython {version} has a global interpreter lock")
    return against_peers(alternate([hits(TWO, 2), hits(ONE, 1)], plan), {ONE: at_least(1.6)})


ROWS = (
    Row(
        "two threads on a free-threaded interpreter, different keys",
        "Hits per second of two threads that call one function with an int each, over those of "
        "one thread.",
        free_threading,
    ),
)
