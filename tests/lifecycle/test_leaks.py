"""Rounds of calls, misses, evictions, expiry, clears, rejections, errors, definitions,
cancellations, refreshes, sessions and loops that are left: what there is after them is what there
was before."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import resident

ROUNDS = int(os.environ.get("LEAK_ROUNDS", "400"))
# Seconds; a machine may be busy.
PATIENCE = 300 + ROUNDS
# Bytes that a round may leave: lists of the interpreter's and tables grow with the garbage between
# two collections. A value is three times as large.
SLACK = 3_000

pytestmark = [resident.needs_proc, pytest.mark.timeout(PATIENCE + 30)]


def growth(leak: str) -> tuple[int, int, int]:
    """Values, objects and bytes that there are more, and how often resources were released."""
    command = [sys.executable, Path(__file__).with_name("rounds.py"), str(ROUNDS), leak]
    result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert result.returncode == 0, result.stderr[-3000:]
    numbers, released = result.stdout.splitlines()
    assert int(released) > 10 * ROUNDS
    values, objects, size = map(int, numbers.split()[3:])
    return values, objects, size


def test_rounds_leave_nothing_behind():
    values, objects, size = growth("")
    assert abs(values) < 10
    assert objects < ROUNDS
    assert size < SLACK * ROUNDS


@pytest.mark.parametrize("leak", ["object", "bytes"])
def test_a_leak_of_one_in_each_round_is_noticed(leak):
    values, _, size = growth(leak)
    assert size > SLACK * ROUNDS
    assert (values > ROUNDS / 2) == (leak == "object")
