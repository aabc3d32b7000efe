"""`streamlit cache clear`, the real command, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import memoxide

Make = Callable[[str], Any]

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.thread_unsafe(reason="starts processes"),
    pytest.mark.skipif(sys.platform == "win32", reason="HOME is not where Windows looks"),
]

SCRIPT = """
    @st.cache_data(persist="disk", show_spinner=False)
    def load(x):
        count("load")
        return [x]
    st.write(load(1))
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("MEMOXIDE_CACHE_DIR", raising=False)
    return home


def entries(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.entry"))


def clear() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "streamlit", "cache", "clear"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr


def test_the_command_removes_what_an_app_keeps(
    app: Make, calls: dict[str, int], home: Path
) -> None:
    session = app(SCRIPT).run()
    assert not session.exception
    folder = home / ".streamlit" / "cache" / "memoxide"
    assert len(entries(folder)) == 1
    assert folder.stat().st_mode & 0o777 == 0o700
    clear()
    assert entries(home) == []
    # Memory notices within a second.
    for _ in range(100):
        session.run()
        if calls["load"] == 2:
            break
        time.sleep(0.1)
    assert calls["load"] == 2
    assert len(entries(folder)) == 1


def test_the_next_process_computes(home: Path, tmp_path: Path) -> None:
    """The first finds what the one before has kept; after the command there is nothing."""
    page = tmp_path / "page.py"
    page.write_text(
        "import streamlit as st\n"
        "@st.cache_data(persist='disk', show_spinner=False)\n"
        "def load(x):\n"
        "    print('computed', flush=True)\n"
        "    return [x]\n"
        "load(1)\n"
    )
    script = tmp_path / "run.py"
    script.write_text(
        "import memoxide\n"
        "memoxide.install()\n"
        "from streamlit.testing.v1 import AppTest\n"
        f"assert not AppTest.from_file({str(page)!r}).run().exception\n"
    )

    def run() -> str:
        result = subprocess.run(
            [sys.executable, str(script)], capture_output=True, text=True, timeout=60
        )
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    assert [run(), run()] == ["computed", ""]
    clear()
    assert [run(), run()] == ["computed", ""]


def test_a_folder_that_the_user_names_is_the_user_s(
    app: Make, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMOXIDE_CACHE_DIR", str(tmp_path / "own"))
    assert not app(SCRIPT).run().exception
    clear()
    assert len(entries(tmp_path / "own")) == 1
    assert entries(home) == []


def test_without_an_app_the_folder_is_the_user_s(home: Path) -> None:
    memoxide.uninstall()
    result = subprocess.run(
        [sys.executable, "-c", "import memoxide, streamlit; print(memoxide._core.cache_folder())"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "XDG_CACHE_HOME": str(home / ".cache")},
    )
    assert Path(result.stdout.strip()) != home / ".streamlit" / "cache" / "memoxide"


@pytest.mark.usefixtures("installed")
def test_uninstalling_gives_the_folder_back(home: Path) -> None:
    inside = home / ".streamlit" / "cache" / "memoxide"
    assert Path(memoxide._core.cache_folder()) == inside
    memoxide.uninstall()
    assert Path(memoxide._core.cache_folder()) != inside
