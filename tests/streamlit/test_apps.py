"""The same apps under Streamlit's decorators and under memoxide: the same pages and calls."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("streamlit.testing")
sys.path.insert(0, str(Path(__file__).parent))

from scenarios import SCENARIOS
from streamlit import __version__

VERSION = tuple(int(part) for part in __version__.split(".")[:2])
COMPARED = [
    name
    for name, scenario in SCENARIOS.items()
    if scenario.since <= VERSION and (not scenario.allows_widgets or VERSION < (1, 38))
]

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.thread_unsafe(reason="starts processes"),
]


def shown(mode: str) -> dict[str, Any]:
    """What all apps showed in all of their runs."""
    result = _run(mode)
    assert result.returncode == 0, result.stderr[-3000:]
    return json.loads(result.stdout.rpartition("\x1e")[2])


@cache
def _run(mode: str) -> subprocess.CompletedProcess[str]:
    driver = Path(__file__).parent / "driver.py"
    with tempfile.TemporaryDirectory() as home:
        return subprocess.run(
            [sys.executable, str(driver), mode, *COMPARED],
            capture_output=True,
            text=True,
            timeout=200,
            env={**os.environ, "STREAMLIT_LOGGER_LEVEL": "error", "HOME": home},
        )


@pytest.mark.parametrize("name", COMPARED)
def test_an_app_shows_the_same(name: str) -> None:
    stock, ours = shown("stock")[name], shown("memoxide")[name]
    assert len(ours) == len(stock)
    for run, (theirs, mine) in enumerate(zip(stock, ours, strict=True), 1):
        assert mine["tree"] == theirs["tree"], f"run {run}"


@pytest.mark.parametrize("name", COMPARED)
def test_functions_run_as_often(name: str) -> None:
    stock, ours = shown("stock")[name], shown("memoxide")[name]
    assert [run["calls"] for run in ours] == [run["calls"] for run in stock]
