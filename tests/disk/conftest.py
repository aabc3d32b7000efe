"""Applications that run in processes of their own, and share a folder of entries."""

import os
import subprocess
import sys
import textwrap

import pytest


class Application:
    """A project folder with one script."""

    def __init__(self, root, folder):
        self.root = root
        self.folder = folder
        root.mkdir(parents=True)
        (root / "pyproject.toml").touch()

    def start(self, script, *arguments, **environment):
        """Starts the script."""
        path = self.root / "app.py"
        path.write_text(PRELUDE + textwrap.dedent(script), encoding="utf-8")
        return subprocess.Popen(
            [sys.executable, str(path), *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "MEMOXIDE_CACHE_DIR": str(self.folder), **environment},
        )

    def run(self, script, *arguments, timeout=30, **environment):
        """Runs the script to its end, and returns what it has printed: the log as well."""
        process = self.start(script, *arguments, **environment)
        try:
            out, err = process.communicate(timeout=timeout)
        finally:
            process.kill()
        assert process.returncode == 0, f"exit {process.returncode}: {err[-2000:]}"
        return out

    def entries(self):
        """The files of all entries."""
        return sorted(self.folder.rglob("*.entry"))


PRELUDE = """
import logging, sys
logging.basicConfig(stream=sys.stdout, format="%(levelname)s %(message)s")
import memoxide as mx
"""


@pytest.fixture
def app(tmp_path):
    return Application(tmp_path / "app", tmp_path / "entries")


@pytest.fixture
def other_app(tmp_path):
    return Application(tmp_path / "other", tmp_path / "entries")
