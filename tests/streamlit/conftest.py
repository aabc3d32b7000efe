"""Apps that run in this process, under memoxide."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import counting
import manifests

import memoxide


def _has_streamlit() -> bool:
    """Tell whether it can be imported; this folder alone would do for its name."""
    try:
        return find_spec("streamlit.testing") is not None
    except ModuleNotFoundError:
        return False


HERE = Path(__file__).parent
PRESENCE = HERE / "test_presence.py"
NEED_IT = [HERE / "statements", *(path for path in HERE.glob("test_*.py") if path != PRESENCE)]
collect_ignore = [] if _has_streamlit() else [str(path) for path in NEED_IT]


@pytest.fixture
def installed() -> Iterator[None]:
    """memoxide in the place of Streamlit's decorators, with nothing in its caches."""
    memoxide.install()
    counting.calls.clear()
    yield
    memoxide.cache_data.clear()
    memoxide.cache_resource.clear()
    memoxide.uninstall()


@pytest.fixture
def app(installed: None, tmp_path: Path) -> Callable[[str], Any]:
    """Makes an app of a script, which runs as one session; another call makes another session."""
    from streamlit.testing.v1 import AppTest

    manifests.read_once()
    path = tmp_path / "script.py"

    def make(script: str) -> Any:
        header = "import streamlit as st\nfrom counting import count\n"
        path.write_text(header + textwrap.dedent(script))
        return AppTest.from_file(str(path), default_timeout=20)

    return make


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The browser of a module's tests: its driver's event loop is this thread's meanwhile."""
    from browsers import launched

    with launched() as browser:
        yield browser


@pytest.fixture
def calls() -> dict[str, int]:
    """How often each function of an app has run."""
    return counting.calls
