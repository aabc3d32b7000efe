"""Resources that were made in the background are released once."""

import threading
import time

import pytest

import memoxide as mx
from memoxide.testing import isolated

TTL = 0.01


class Source:
    """Makes resources; the second one waits until it may be made."""

    def __init__(self):
        self.made, self.released = [], []
        self.begun, self.go = threading.Event(), threading.Event()

    def make(self):
        if self.made:
            self.begun.set()
            assert self.go.wait(10)
        self.made.append([len(self.made)])
        return self.made[-1]


@pytest.fixture
def source():
    mx.configure(refresh_multiplier=10_000)
    yield Source()
    mx.configure(refresh_multiplier=2)
    mx.cache_resource.clear()


def eventually(condition):
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it never held"
        time.sleep(0.002)


def refreshing(source, **options):
    """A function whose refresh has begun."""

    @mx.cache_resource(
        ttl=TTL,
        refresh_mode="background",
        on_release=lambda one: source.released.append(one),
        **options,
    )
    def resource():
        return source.make()

    resource()
    time.sleep(2 * TTL)
    assert resource() == [0]
    assert source.begun.wait(10)
    return resource


def released_once(source, one):
    eventually(lambda: any(other is one for other in source.released))
    assert sum(other is one for other in source.released) == 1


def test_one_that_was_cleared_meanwhile(source):
    resource = refreshing(source)
    resource.clear()
    source.go.set()
    eventually(lambda: len(source.released) == 2)
    assert sorted(source.released) == [[0], [1]]


def test_one_that_is_refused(source):
    resource = refreshing(source, cache_if=lambda one: one == [0])
    source.go.set()
    eventually(lambda: len(source.made) == 2)
    released_once(source, source.made[1])
    assert resource() is source.made[0]


def test_one_that_is_too_large(source):
    resource = refreshing(source, max_size=10_000, sizeof=lambda one: 10 if one == [0] else 10**6)
    source.go.set()
    eventually(lambda: len(source.made) == 2)
    released_once(source, source.made[1])
    assert resource is not None


def test_one_of_an_isolation_that_has_ended(source):
    with isolated():
        refreshing(source)
    source.go.set()
    eventually(lambda: len(source.made) == 2)
    released_once(source, source.made[1])


def test_one_that_a_generator_yields(source):
    cleaned = []

    @mx.cache_resource(ttl=TTL, refresh_mode="background")
    def resource():
        made = source.make()
        yield made
        cleaned.append(made)

    resource()
    time.sleep(2 * TTL)
    resource()
    assert source.begun.wait(10)
    resource.clear()
    source.go.set()
    eventually(lambda: len(cleaned) == 2)
    assert sorted(cleaned) == [[0], [1]]


def test_the_same_one_is_not_released_while_it_is_served():
    mx.configure(refresh_multiplier=10_000)
    released, calls, one = [], [], ["one"]

    @mx.cache_resource(ttl=TTL, refresh_mode="background", on_release=released.append)
    def resource():
        calls.append(None)
        return one

    resource()
    time.sleep(2 * TTL)
    resource()
    eventually(lambda: len(calls) == 2)
    assert resource() is one
    assert released == []
    resource.clear()
    assert released == [one]
    mx.configure(refresh_multiplier=2)
