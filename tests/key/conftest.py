"""The key of one value."""

import pytest

import memoxide as mx


@mx.cache_data
def probe(value):
    return None


@pytest.fixture
def key():
    return probe.key
