"""The key of one value, and a comparison of many."""

import itertools

import pytest

import memoxide as mx


@mx.cache_data
def probe(value):
    return None


@pytest.fixture
def key():
    return probe.key


@pytest.fixture
def differ(key):
    """Asserts that no two of the values have one key."""

    def compare(values):
        keys = [key(value) for value in values]
        for (i, one), (j, other) in itertools.combinations(enumerate(keys), 2):
            assert one != other, f"values {i} and {j}: {values[i]!r}, {values[j]!r}"

    return compare
