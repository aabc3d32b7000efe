"""The example app in a real browser: `CHROMIUM` or the one on the path, driven by Playwright."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsers import in_browser
from servers import Server, served
from streamlit import __version__

VERSION = tuple(int(part) for part in __version__.split(".")[:2])
APP = Path(__file__).parents[2] / "examples" / "app" / "app.py"

pytestmark = [
    *in_browser,
    pytest.mark.skipif(VERSION < (1, 67), reason="the example app is of today"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("server") / "log"
    with served("-m", "memoxide", "run", str(APP), log=log) as server:
        yield server


class Visit:
    """A session in the browser."""

    def __init__(self, browser: Any, server: Server) -> None:
        self.context = browser.new_context(viewport={"width": 1280, "height": 1000})
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.goto(server.address)
        self.wait()

    def wait(self) -> None:
        """Wait until a run has ended."""
        self.page.get_by_text("The model was trained at").wait_for()
        self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()

    def metric(self, label: str) -> str:
        metrics = self.page.get_by_test_id("stMetric").filter(has_text=label)
        return metrics.get_by_test_id("stMetricValue").inner_text()

    def text(self, part: str) -> str:
        return self.page.get_by_text(part).first.inner_text()

    def rerun(self) -> None:
        again = self.page.get_by_text("ran again at")
        # What the run before has written is there until this one writes.
        before = again.inner_text() if again.count() else None
        self.page.get_by_role("button", name="Run again").click()
        if before is not None:
            self.page.get_by_text(before).wait_for(state="detached")
        again.wait_for()
        self.wait()

    def picture(self, name: str) -> None:
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            self.page.wait_for_timeout(1000)
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"))

    def leave(self) -> None:
        self.context.close()


@pytest.fixture
def visit(browser: Any, server: Server) -> Iterator[Visit]:
    visit = Visit(browser, server)
    yield visit
    visit.leave()


def test_a_rerun_replays_and_a_cleared_cache_computes(visit: Visit) -> None:
    visit.picture("first")
    drawn, trained = visit.metric("drawn at"), visit.text("The model was trained at")
    visit.page.wait_for_timeout(1100)
    visit.rerun()
    assert visit.metric("drawn at") == drawn
    assert visit.text("The model was trained at") == trained
    visit.picture("rerun")
    visit.page.get_by_test_id("stMainMenu").click()
    visit.page.get_by_text("Clear cache").first.click()
    visit.page.get_by_test_id("stDialog").get_by_role("button", name="Clear caches").click()
    visit.rerun()
    assert visit.metric("drawn at") != drawn
    assert visit.text("The model was trained at") != trained
    visit.picture("cleared")


def test_the_key_clears_what_is_cached(visit: Visit) -> None:
    drawn, trained = visit.metric("drawn at"), visit.text("The model was trained at")
    visit.page.wait_for_timeout(1100)
    visit.page.locator("body").press("c")
    dialog = visit.page.get_by_test_id("stDialog")
    dialog.wait_for()
    visit.picture("dialog")
    # Nothing is cleared before somebody says so.
    dialog.get_by_role("button", name="Cancel").click()
    visit.rerun()
    assert visit.metric("drawn at") == drawn
    assert visit.text("The model was trained at") == trained
    visit.page.locator("body").press("c")
    dialog.get_by_role("button", name="Clear caches").click()
    dialog.wait_for(state="detached")
    visit.rerun()
    assert visit.metric("drawn at") != drawn
    assert visit.text("The model was trained at") != trained
    visit.picture("cleared_by_key")


# Without a browser, the app `inner_widget` shows it.
@pytest.mark.slow
def test_a_widget_inside_a_cached_function_works(visit: Visit) -> None:
    slider = visit.page.get_by_test_id("stSlider").filter(has_text="Modules in the chart")
    slider.get_by_role("slider").press("ArrowRight")
    visit.page.get_by_test_id("stSliderThumbValue").filter(has_text="13").wait_for()
    visit.wait()
    visit.rerun()
    assert slider.get_by_test_id("stSliderThumbValue").inner_text() == "13"
    assert visit.page.get_by_test_id("stVegaLiteChart").count() == 1
    assert visit.page.get_by_test_id("stException").count() == 0
    visit.picture("widget")


# Without a browser, the app `two_sessions` shows it.
@pytest.mark.slow
def test_two_sessions_share_values_and_each_has_its_own(
    visit: Visit, browser: Any, server: Server
) -> None:
    visit.page.wait_for_timeout(1100)
    other = Visit(browser, server)
    try:
        assert other.metric("drawn at") == visit.metric("drawn at")
        began = "this session began at"
        assert other.text(began) != visit.text(began)
        both = _bytes_of_visits(server)
    finally:
        other.leave()
    visit.rerun()
    assert visit.page.get_by_test_id("stException").count() == 0
    # The entries of who has left are gone.
    for _ in range(100):
        if _bytes_of_visits(server) < both:
            break
        visit.page.wait_for_timeout(100)
    assert 0 < _bytes_of_visits(server) < both


def _bytes_of_visits(server: Server) -> int:
    lines = server.get("/_stcore/metrics").splitlines()
    start = 'cache_memory_bytes{cache_type="st_cache_data",cache="__main__.visit"}'
    return sum(int(line.split()[-1]) for line in lines if line.startswith(start))


def test_the_metrics_have_our_figures(visit: Visit, server: Server) -> None:
    metrics = server.get("/_stcore/metrics")
    assert 'cache_type="st_cache_data",cache="__main__.read_library"' in metrics
    lookups = [line for line in metrics.splitlines() if line.startswith("cache_lookups_total{")]
    assert any("read_library" in line and 'result="hit"' in line for line in lookups)
