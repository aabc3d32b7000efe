"""The bound of all that `cache_data` has in memory: `configure(data_max_size=...)`."""

import itertools
import logging
import math

import pytest

import memoxide as mx

pytestmark = pytest.mark.thread_unsafe(reason="sets what holds for the whole process")


numbers = itertools.count()


@pytest.fixture(autouse=True)
def unbounded():
    mx.cache_data.clear()
    yield
    mx.configure(data_max_size=math.inf)
    mx.cache_data.clear()


def sized(size=100_000, **options):
    def load(x):
        return bytes(size)

    # Functions of one name and text would share their entries.
    load.__qualname__ = f"load_{next(numbers)}"
    return mx.cache_data(**options)(load)


@pytest.mark.parametrize("options", [{}, {"max_entries": 100}, {"ttl": 60}])
def test_functions_share_the_bound(options):
    first, second = sized(), sized(**options)
    mx.configure(data_max_size="350KB")
    for x in range(2):
        first(x), second(x)
    # The oldest has left; a use makes one young.
    assert [first.contains(0), second.contains(0), first.contains(1)] == [False, True, True]
    second(0)
    first(2)
    assert [first.contains(1), second.contains(0), second.contains(1)] == [False, True, True]
    assert first.cache_info().evictions == 2
    assert sum(row.bytes for row in mx.stats()) <= 350 * 1024


def test_a_value_that_is_larger_stays_alone():
    small, large = sized(1000), sized(1_000_000)
    mx.configure(data_max_size=500_000)
    small(1)
    large(1)
    assert large.contains(1)
    assert not small.contains(1)
    small(2)
    assert small.contains(2)
    assert not large.contains(1)


def test_resources_do_not_count():
    @mx.cache_resource
    def resource():
        return bytes(1_000_000)

    small = sized(1000)
    mx.configure(data_max_size=500_000)
    resource()
    small(1)
    small(2)
    assert small.contains(1)
    assert resource.contains()


def test_what_the_disk_has_stays_there(tmp_path):
    kept = sized(persist=mx.Disk(tmp_path))
    mx.configure(data_max_size=150_000)
    for x in range(3):
        kept(x)
    assert kept.cache_info().entries == 1
    assert all(kept.contains(x) for x in range(3))
    # What is read from it counts as well.
    kept(0), kept(1)
    assert kept.cache_info().entries == 1


def test_a_bound_that_is_lifted_counts_no_more():
    load = sized()
    mx.configure(data_max_size=150_000)
    load(1), load(2)
    assert load.cache_info().entries == 1
    mx.configure(data_max_size=math.inf)
    for x in range(5):
        load(x)
    assert load.cache_info().entries == 5


def test_it_is_said_once(caplog):
    load = sized()
    mx.configure(data_max_size=150_000)
    with caplog.at_level(logging.WARNING, "memoxide"):
        for x in range(5):
            load(x)
    assert caplog.text.count("150000 bytes") == 1


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "much"])
def test_it_is_checked(value):
    with pytest.raises(mx.errors.OptionError, match="data_max_size"):
        mx.configure(data_max_size=value)
