"""The key of one value, and a comparison of many."""

import itertools
import sys
import types

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


@pytest.fixture
def user():
    """Makes a module of the user's own from text, again and again."""

    def module(source, name="user_code"):
        made = types.ModuleType(name)
        made.mx = mx
        sys.modules[name] = made
        exec(compile(source, f"{name}.py", "exec", dont_inherit=True), made.__dict__)
        return made

    yield module
    for name in [name for name in sys.modules if name.startswith("user_")]:
        del sys.modules[name]
