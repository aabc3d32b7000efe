"""Memory stays flat, however many hits there are, and however many entries make room for others."""

import pytest

import resident
from effort import rounds

pytestmark = [resident.needs_proc, pytest.mark.rounds]

CHILD = """
f = memoxide.cache_data(max_entries={bound})(lambda k: {make})
def calls(count):
    for number in range(count):
        f({argument})
calls({count} // 10)
before = resident()
calls({count})
grown = resident() - before
print(f.cache_info().hits, f.cache_info().evictions, grown)
"""

HITS = {
    "an int": ("k", rounds(200_000, 1_000_000)),
    "a tree": ("{'rows': [k], 'nested': [{'k': {k}}]}", rounds(200_000, 1_000_000)),
    "an array": ("numpy.full(100, k)", rounds(200_000, 1_000_000)),
    "a frame": ("pandas.DataFrame({'a': [k] * 10, 's': ['x'] * 10})", rounds(30_000, 100_000)),
    "a table": ("pyarrow.table({'a': [k] * 10})", rounds(200_000, 1_000_000)),
    "a polars frame": ("polars.DataFrame({'a': [k] * 10})", rounds(200_000, 1_000_000)),
    "a pickle": ("collections.deque([k])", rounds(30_000, 100_000)),
}
MISSES = {
    "an int": ("k", rounds(40_000, 100_000)),
    "a tree": ("{'rows': [k], 'nested': [{'k': {k}}]}", rounds(40_000, 100_000)),
    "an array": ("numpy.full(100, k)", rounds(40_000, 100_000)),
    "a frame": ("pandas.DataFrame({'a': [k] * 10, 's': ['x'] * 10})", rounds(2_000, 5_000)),
    "a table": ("pyarrow.table({'a': [k] * 10})", rounds(8_000, 20_000)),
}


def of(forms, *quick):
    """All forms, of which some are tested by `make test` too."""
    return [form if form in quick else pytest.param(form, marks=pytest.mark.slow) for form in forms]


@pytest.mark.parametrize("form", of(HITS, "a tree", "a frame", "a pickle"))
def test_hits_leave_nothing_behind(form):
    make, count = HITS[form]
    hits, _, growth = resident.figures(
        CHILD.format(make=make, count=count, argument="1000", bound=None)
    )
    assert hits > count
    assert growth < 1_000_000


@pytest.mark.parametrize("form", of(MISSES, "a tree", "a frame"))
def test_entries_that_make_room_leave_nothing_behind(form):
    make, count = MISSES[form]
    _, evictions, growth = resident.figures(
        CHILD.format(make=make, count=count, argument="number", bound=100)
    )
    assert evictions >= count - 200
    assert growth < 3_000_000
