"""Our figures among Streamlit's metrics, under the names that its own caches have there."""

from __future__ import annotations

import bisect
import math
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial, wraps
from typing import Any, Final

from memoxide import _core
from memoxide.streamlit import versions

_LABELS: Final = {"data": "st_cache_data", "resource": "st_cache_resource"}
_REASONS: Final = {
    "data": ("ttl", "max_entries", "max_size", None, "global_budget"),
    "resource": ("ttl", "max_entries", "max_size", "validate", None),
}
_BOUNDS: Final = (
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0,
    math.inf,
)  # fmt: skip
"""Seconds, as Streamlit's own histogram of computations has them."""


class _Durations:
    """How long one function's computations took."""

    def __init__(self) -> None:
        self.buckets = [0] * len(_BOUNDS)
        self.sum = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self.buckets[bisect.bisect_left(_BOUNDS, seconds)] += 1
        self.sum += seconds

    def cumulative(self) -> tuple[tuple[float, int], ...]:
        """Return bounds, and how many took no longer."""
        counts = (sum(self.buckets[: index + 1]) for index in range(len(_BOUNDS)))
        return tuple(zip(_BOUNDS, counts, strict=True))


_lock: Final = threading.Lock()
_durations: Final[dict[tuple[str, str], _Durations]] = {}


def computed(kind: str, name: str, seconds: float) -> None:
    """Note how long a function has run."""
    with _lock:
        _durations.setdefault((kind, name), _Durations()).add(seconds)


def providers() -> Iterator[tuple[Any, Callable[[], Iterable[Any]]]]:
    """Find Streamlit's objects that report its caches' figures, and what we add to each."""
    for kind, provider in versions.memory_providers():
        yield provider, partial(_memory, kind)
    counters = versions.counters_provider()
    if counters is not None:
        yield counters, lambda: [*_counts(), *_histograms()]


def merged(provider: Any, ours: Callable[[], Iterable[Any]]) -> Callable[..., Any]:
    """Make the provider's method anew, with our figures in what it returns."""
    original = provider.get_stats
    if not versions.has_metric_families():

        @wraps(original)
        def get_stats() -> list[Any]:
            return [*original(), *ours()]

        return get_stats

    @wraps(original)
    def get_families(family_names: Any = None) -> dict[str, list[Any]]:
        families = {family: list(stats) for family, stats in original(family_names).items()}
        for stat in ours():
            if family_names is None or stat.family_name in family_names:
                families.setdefault(stat.family_name, []).append(stat)
        return families

    return get_families


def _memory(kind: str) -> Iterator[Any]:
    """Find the bytes that each function's entries hold."""
    total: dict[str, int] = {}
    for of, name, size, *_ in _core.metrics():
        if of == kind:
            total[name] = total.get(name, 0) + size
    for name, size in total.items():
        yield versions.memory_stat(_LABELS[kind], name, size)


def _counts() -> Iterator[Any]:
    """Lookups, evictions and refreshes of each function."""
    total: dict[tuple[str, str], list[int]] = {}
    refreshed: set[tuple[str, str]] = set()
    for kind, name, _, lookups, departures, refreshes, is_refreshed in _core.metrics():
        row = [*lookups, *departures, *refreshes]
        before = total.get((kind, name), [0] * len(row))
        total[kind, name] = [a + b for a, b in zip(before, row, strict=True)]
        if is_refreshed:
            refreshed.add((kind, name))
    for (kind, name), row in total.items():
        labels = {"cache_type": _LABELS[kind], "cache": name}
        for result, count in zip(("hit", "miss"), row[:2], strict=True):
            yield versions.counter_stat("cache_lookups", count, {**labels, "result": result})
        for reason, count in zip(_REASONS[kind], row[2:7], strict=True):
            if reason is not None:
                yield versions.counter_stat("cache_evictions", count, {**labels, "reason": reason})
        if (kind, name) in refreshed:
            for result, count in zip(("success", "error", "skipped"), row[7:], strict=True):
                yield versions.counter_stat(
                    "cache_background_refreshes", count, {**labels, "result": result}
                )


def _histograms() -> Iterator[Any]:
    """How long the computations of each function took."""
    with _lock:
        known = [(key, one.cumulative(), one.sum) for key, one in _durations.items()]
    for (kind, name), buckets, total in known:
        labels = {"cache_type": _LABELS[kind], "cache": name, "trigger": "miss"}
        yield versions.duration_stat(buckets, total, labels)
