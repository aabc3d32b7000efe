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

# The free-threaded interpreter's allocator keeps more, and takes longer to have its size.
FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
ROUNDS = int(os.environ.get("LEAK_ROUNDS", "1200" if FREE_THREADED else "600"))
# Seconds; a machine may be busy.
PATIENCE = 300 + ROUNDS
# Bytes that a round may leave: lists of the interpreter's and tables grow with the garbage between
# two collections. A value is three times as large.
SLACK = 3_000

pytestmark = [resident.needs_proc, pytest.mark.timeout(PATIENCE + 30)]


def growth(leak: str) -> tuple[int, int, float]:
    """Values and objects that all rounds add, and bytes that one of the middle part adds."""
    command = [sys.executable, Path(__file__).with_name("rounds.py"), str(ROUNDS), leak]
    result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert result.returncode == 0, result.stderr[-3000:]
    *parts, released = result.stdout.splitlines()
    assert int(released) > 10 * ROUNDS
    values, objects, sizes = zip(*(map(int, part.split()) for part in parts), strict=True)
    return sum(values), sum(objects), statistics.median(sizes) * len(parts) / ROUNDS


def test_rounds_leave_nothing_behind():
    values, objects, size = growth("")
    assert abs(values) < 10
    assert objects < ROUNDS
    assert size < SLACK


@pytest.mark.parametrize("leak", ["object", "bytes"])
def test_a_leak_of_one_in_each_round_is_noticed(leak):
    values, _, size = growth(leak)
    assert size > SLACK
    assert (values > ROUNDS / 2) == (leak == "object")
