"""Apps served by a process of their own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

QUIET = [
    "--server.headless=true",
    "--server.address=127.0.0.1",
    "--browser.gatherUsageStats=false",
]


@dataclass
class Server:
    """A server that runs."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path

    def get(self, path: str) -> str:
        """What it answers, once it does."""
        for _ in range(300):
            try:
                with urllib.request.urlopen(self.address + path, timeout=5) as response:
                    return response.read().decode()
            except OSError:
                assert self.process.poll() is None, self.log.read_text()
                time.sleep(0.1)
        raise AssertionError(f"nobody answers: {self.log.read_text()}")


@contextmanager
def served(
    *command: str,
    log: Path,
    arguments: tuple[str, ...] = (),
    options: tuple[str, ...] = ("--server.fileWatcherType=none",),
) -> Iterator[Server]:
    """Run `python *command` as a server of an app, which gets the arguments."""
    port = _free_port()
    options = (*QUIET, *options, f"--server.port={port}", "--", *arguments)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command, *options], stdout=output, stderr=subprocess.STDOUT
        )
        try:
            server = Server(process, f"http://127.0.0.1:{port}", log)
            server.get("/_stcore/health")
            yield server
        finally:
            process.terminate()
            process.wait(20)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
