"""`memoxide run`: Streamlit's own command, with memoxide in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from servers import served

pytestmark = [pytest.mark.timeout(120), pytest.mark.thread_unsafe(reason="starts processes")]


def test_an_app_is_served(tmp_path: Path) -> None:
    script = tmp_path / "app.py"
    script.write_text("import streamlit as st\nst.write('hello')\n")
    with served("-m", "memoxide", "run", str(script), log=tmp_path / "log") as server:
        assert server.get("/_stcore/health") == "ok"


def test_streamlit_s_options_are_the_command_s() -> None:
    command = [sys.executable, "-m", "memoxide", "run", "--help"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0
    assert "--server.port" in result.stdout


def test_a_wrong_call_fails_as_streamlit_s_does() -> None:
    command = [sys.executable, "-m", "memoxide", "run", "nowhere.py"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode != 0
    assert "nowhere.py" in result.stderr + result.stdout


def test_without_streamlit_the_command_says_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "streamlit.py").write_text(
        "raise ModuleNotFoundError('no streamlit', name='streamlit')\n"
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "memoxide", "run", "app.py"]
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env={**os.environ, "PYTHONPATH": path}
    )
    assert result.returncode == 2
    assert "pip install streamlit" in result.stderr
