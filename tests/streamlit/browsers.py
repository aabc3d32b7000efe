"""A real browser: `CHROMIUM` or the one on the path, driven by Playwright."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")

in_browser = [
    pytest.mark.skipif(find_spec("playwright") is None, reason="SKIPPED: no Playwright here"),
    pytest.mark.skipif(CHROMIUM is None, reason="SKIPPED: no Chromium on this machine"),
    pytest.mark.timeout(240),
    pytest.mark.thread_unsafe(reason="starts processes"),
]


@contextmanager
def launched() -> Iterator[Any]:
    """Run the browser."""
    from playwright.sync_api import sync_playwright

    with warnings.catch_warnings(), sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()
