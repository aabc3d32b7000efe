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

    def start(self, script, *arguments, stdin=None, loop="", **environment):
        """Starts the script."""
        path = self.root / "app.py"
        path.write_text(PRELUDE + textwrap.dedent(script) + loop, encoding="utf-8")
        return subprocess.Popen(
            [sys.executable, str(path), *map(str, arguments)],
            stdin=stdin,
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


class Worker:
    """A process of an application that does what it is told, one expression after the other."""

    def __init__(self, app, script, **environment):
        self.process = app.start(
            script,
            stdin=subprocess.PIPE,
            loop=LOOP,
            **environment,
        )
        assert self.read() == "ready"

    def send(self, expression):
        """Tells it what to do, without waiting for it."""
        self.process.stdin.write(expression + "\n")
        self.process.stdin.flush()

    def read(self):
        """The next line that it says."""
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()[-2000:]
        return line.rstrip("\n")

    def ask(self, expression):
        """The value of an expression, as it is printed."""
        self.send(expression)
        return self.read()

    def kill(self):
        """Ends it as a crash does."""
        self.process.kill()
        self.process.communicate()


LOOP = """
print("ready", flush=True)
for line in sys.stdin:
    print(eval(line), flush=True)
"""

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


@pytest.fixture
def workers(app):
    """Starts processes that do what they are told, and ends them."""
    started = []

    def start(script, **environment):
        started.append(Worker(app, script, **environment))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()
