"""Streamlit's documentation of the decorators, followed line by line: a test for each statement.

The statements are those of the installed version; `test_complete.py` looks that none is left out.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own: `persist` writes there."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MEMOXIDE_CACHE_DIR", raising=False)
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def _installed(home: Path, installed: None) -> Iterator[None]:
    logging.getLogger("memoxide").setLevel(logging.ERROR)
    yield
    logging.getLogger("memoxide").setLevel(logging.NOTSET)
