"""Threads that use one cache: what they see, and what is counted."""

import gc
import sys
import threading
import weakref

import pytest

import memoxide as mx

THREADS = 4
CALLS = 300


def in_threads(work):
    """Run `work(number)` in threads that start at one moment, and raise what one of them raised."""
    barrier = threading.Barrier(THREADS)
    raised = []

    def run(number):
        barrier.wait()
        try:
            work(number)
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


@pytest.mark.parametrize("options", [{}, {"ttl": 1000}, {"max_entries": 100}], ids=repr)
def test_counts_add_up(options):
    @mx.cache_data(**options)
    def double(x):
        return 2 * x

    def work(number):
        for call in range(CALLS):
            assert double(number * 10 + call % 10) == 2 * (number * 10 + call % 10)

    in_threads(work)
    info = double.cache_info()
    assert (info.hits, info.misses) == (THREADS * (CALLS - 10), THREADS * 10)
    assert info.entries == THREADS * 10


def test_a_clear_wins_in_all_threads():
    state = [0]

    @mx.cache_data
    def read(x, _state):
        return _state[0]

    def work(number):
        for _ in range(CALLS):
            if number == 0:
                state[0] += 1
                read.clear()
                assert read(1, state) == state[0], "what was computed before the clear is gone"
            else:
                before = state[0]
                assert read(1, state) >= before - 1

    in_threads(work)
    assert read(1, state) == CALLS


def top_level(x):
    return x


def test_functions_that_nobody_uses_are_collected():
    cached = mx.cache_data(top_level)
    assert cached(1) == 1
    died = weakref.ref(cached)
    del cached
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        gc.collect()
    assert died() is None
