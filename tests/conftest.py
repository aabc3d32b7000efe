"""What all tests share: hypothesis' profiles, and functions that count how often they run."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("fast", max_examples=50, deadline=None)
settings.register_profile(
    "slow", max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))

# What `persist` keeps is kept out of the user's own folder.
os.environ["MEMOXIDE_CACHE_DIR"] = tempfile.mkdtemp(prefix="memoxide-tests-")
atexit.register(shutil.rmtree, os.environ["MEMOXIDE_CACHE_DIR"], ignore_errors=True)


# Files whose tests share what a fixture or a process of theirs has made once.
SHARING = {
    "test_apps.py",
    "test_browser.py",
    "test_determinism.py",
    "test_persisted_elements.py",
    "test_quickstart.py",
    "test_standard_library.py",
}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out tests one by one, but those of some files together."""
    from xdist.scheduler.loadscope import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.partition("::")[0]
            return path if Path(path).name in SHARING else nodeid

    return Scheduling(config, log) if config.getoption("dist") == "loadscope" else None


@pytest.fixture
def in_child() -> Callable[..., str]:
    """Runs a script in another interpreter, which a hang or a crash cannot survive."""

    def run(script: str, *, timeout: float = 30, **environment: str) -> str:
        result = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script)],
            capture_output=True,
            text=True,
            timeout=timeout,
            env={**os.environ, **environment},
        )
        assert result.returncode == 0, f"exit {result.returncode}: {result.stderr[-2000:]}"
        return result.stdout

    return run
