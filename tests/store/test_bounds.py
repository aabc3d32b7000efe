"""How many entries a function keeps, how large, and what is counted."""

import gc
import weakref

import memoxide as mx


def test_max_entries_evicts_the_least_recently_used():
    @mx.cache_data(max_entries=2)
    def f(x):
        return x

    f(1), f(2), f(1), f(3)
    assert (f.contains(1), f.contains(2), f.contains(3)) == (True, False, True)
    info = f.cache_info()
    assert info == (1, 3, 2, 2, info.bytes, 1, info.seconds_saved, 0)


def test_max_size_counts_what_entries_hold():
    @mx.cache_data(max_size="10KB")
    def f(size):
        return bytes(size)

    for size in (4000, 4001, 4002):
        f(size)
    assert not f.contains(4000)
    assert f.contains(4002)
    assert 8000 < f.cache_info().bytes <= 10 * 1024


def test_a_value_that_is_too_large_is_kept_alone(caplog):
    @mx.cache_data(max_size=5000)
    def f(size):
        return bytes(size)

    f(10)
    assert len(f(10_000)) == 10_000
    assert f.contains(10_000)
    assert not f.contains(10)
    assert "more than its max_size of 5000" in caplog.text
    f(20)
    assert not f.contains(10_000)
    assert f.contains(20)


def test_bytes_cover_pickled_values_and_their_buffers():
    @mx.cache_data
    def f(size):
        return [bytearray(size)]

    f(100_000)
    assert 100_000 <= f.cache_info().bytes < 101_000


def test_seconds_saved():
    import time

    @mx.cache_data
    def slow():
        time.sleep(0.05)

    slow()
    assert slow.cache_info().seconds_saved == 0
    slow(), slow()
    assert 0.1 <= slow.cache_info().seconds_saved < 2


def test_evicted_values_are_freed():
    class Value:
        pass

    @mx.cache_resource(max_entries=1)
    def make(x):
        return Value()

    first = weakref.ref(make(1))
    assert first() is not None
    make(2)
    assert first() is None


def test_redefinition_finds_the_entries_and_other_options_do_not():
    runs = []

    def define(**options):
        @mx.cache_data(**options)
        def f(x):
            runs.append(x)
            return x

        return f

    f = define()
    f(1)
    del f
    runs.clear()
    f = define()
    f(1)
    assert runs == [], "the same code and options: the same entries"
    del f
    f = define(ttl=60)
    f(1)
    assert runs == [1]
    del f
    runs.clear()
    assert define()(1) == 1
    assert runs == [1], "the cache with the old options is gone"


def test_two_definitions_that_live_do_not_evict_each_other():
    def plain(x):
        return x

    short, long = mx.cache_data(ttl=60)(plain), mx.cache_data(ttl=600)(plain)
    for _ in range(3):
        short(1), long(1)
    assert (short.cache_info().misses, long.cache_info().misses) == (1, 1)
    mx.cache_data.clear()
    assert not short.contains(1)
    assert not long.contains(1)


def test_redefinition_leaves_no_growth():
    def define():
        @mx.cache_data
        def f():
            return 1

        return f()

    define()
    gc.collect()
    before = len(mx.stats()), len(gc.get_objects())
    for _ in range(1000):
        define()
    gc.collect()
    after = len(mx.stats()), len(gc.get_objects())
    assert after[0] == before[0]
    assert after[1] < before[1] + 100
