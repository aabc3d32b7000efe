"""Our figures are among those that Streamlit reports."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.runtime import caching

import memoxide

pytestmark = pytest.mark.usefixtures("installed")


@pytest.fixture
def function(request: pytest.FixtureRequest) -> Any:
    def reported(x: int) -> bytes:
        return bytes(1000 * x)

    # Figures outlive what they are of, as Streamlit's do: each test has a function of its own.
    reported.__qualname__ = f"{request.node.name}.reported"
    cached = memoxide.cache_data(max_entries=2)(reported)
    for x in (1, 2, 3, 3):
        cached(x)
    return cached


def _name(function: Any) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def _memory() -> dict[tuple[str, str], int]:
    stats = caching.get_data_cache_stats_provider().get_stats()
    if isinstance(stats, dict):
        stats = [stat for family in stats.values() for stat in family]
    return {(stat.category_name, stat.cache_name): stat.byte_length for stat in stats}


def test_memory_is_reported(function: Any) -> None:
    found = {size for (kind, name), size in _memory().items() if name == _name(function)}
    assert len(found) == 1
    assert found.pop() >= 5000


def test_lookups_and_evictions_are_reported(function: Any) -> None:
    cache_metrics = pytest.importorskip("streamlit.runtime.caching.cache_metrics")
    stats = cache_metrics.get_cache_metrics().get_stats(["cache_lookups", "cache_evictions"])
    assert set(stats) == {"cache_lookups", "cache_evictions"}
    found = {
        (stat.labels.get("result") or stat.labels.get("reason")): stat.value
        for family in stats.values()
        for stat in family
        if stat.labels["cache"] == _name(function)
    }
    assert found == {
        "hit": 1,
        "miss": 3,
        "ttl": 0,
        "max_entries": 1,
        "max_size": 0,
        "global_budget": 0,
    }


def test_durations_are_reported_of_an_app(app: Any) -> None:
    cache_metrics = pytest.importorskip("streamlit.runtime.caching.cache_metrics")
    app("""
        @st.cache_data
        def timed():
            return 1
        timed()
        timed()
    """).run()
    family = "cache_compute_duration_seconds"
    stats = cache_metrics.get_cache_metrics().get_stats([family])[family]
    (found,) = [stat for stat in stats if stat.labels["cache"].endswith("timed")]
    assert found.observation_count == 1
    assert found.buckets[-1][1] == 1
    assert "_bucket{" in found.to_metric_str()


def test_uninstalling_takes_the_figures_away(function: Any) -> None:
    memoxide.uninstall()
    assert not [name for _, name in _memory() if name == _name(function)]
