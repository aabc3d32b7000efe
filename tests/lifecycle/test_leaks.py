"""Rounds of calls, misses, evictions, expiry, clears, rejections, errors, definitions,
cancellations, refreshes, sessions and loops that are left: what there is after them is what there
was before."""

import os
import statistics
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import resident
from effort import rounds

# The free-threaded interpreter's allocator keeps more, and takes longer to have its size.
FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
ROUNDS = int(os.environ.get("LEAK_ROUNDS", 1200 if FREE_THREADED else rounds(300, 600)))
# Seconds; a machine may be busy.
PATIENCE = 300 + ROUNDS
# Bytes by which a part of the rounds may differ: allocators take what they want to keep, lists of
# the interpreter grow with the garbage between two collections. What leaks one of a round's values
# leaks at least twice as much in a part.
SLACK = 1_500_000 if FREE_THREADED else 600_000

pytestmark = [resident.needs_proc, pytest.mark.timeout(PATIENCE + 30)]


def growth(leak: str) -> tuple[int, int, float]:
    """Values and objects that all rounds add, and bytes that the middle one of the parts adds."""
    command = [sys.executable, Path(__file__).with_name("rounds.py"), str(ROUNDS), leak]
    result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert result.returncode == 0, result.stderr[-3000:]
    *parts, released = result.stdout.splitlines()
    assert int(released) > 10 * ROUNDS
    values, objects, sizes = zip(*(map(int, part.split()) for part in parts), strict=True)
    return sum(values), sum(objects), statistics.median(sizes)


@pytest.mark.rounds
def test_rounds_leave_nothing_behind():
    values, objects, size = growth("")
    assert abs(values) < 10
    assert objects < ROUNDS
    assert size < SLACK


# It tests the test above.
@pytest.mark.slow
@pytest.mark.parametrize("leak", ["object", "bytes"])
def test_a_leak_of_one_in_each_round_is_noticed(leak):
    values, _, size = growth(leak)
    assert size > SLACK
    assert (values > ROUNDS / 2) == (leak == "object")
