"""Everything at once: calls, clears, new definitions, expiry, errors, cancellation and forks, by
threads and tasks, against a ledger. `STRESS_SECONDS` says how long each run takes."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from effort import rounds

SECONDS = float(os.environ.get("STRESS_SECONDS", rounds(1, 2)))
RUN = Path(__file__).with_name("run.py")


@pytest.mark.timeout(SECONDS + 90)
@pytest.mark.rounds
@pytest.mark.parametrize(
    ("threads", "tasks"),
    [
        (8, 0),
        (8, 32),
        *(
            pytest.param(*some, marks=pytest.mark.slow)
            for some in [(2, 0), (32, 0), (2, 8), (16, 4)]
        ),
    ],
)
def test_whatever_they_do_the_ledger_agrees(threads, tasks):
    seed = random.randrange(1 << 30)
    command = [sys.executable, RUN, seed, SECONDS, threads, tasks]
    result = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=SECONDS + 80
    )
    assert result.returncode == 0, f"{result.stdout[-500:]}{result.stderr[-3000:]}"
    assert "never awaited" not in result.stderr
    assert "'computed': " in result.stdout
