"""Our figures among Streamlit's metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def computed(kind: str, name: str, seconds: float) -> None:
    """Note how long a function has run."""


def providers() -> list[Any]:
    """Streamlit's objects that report the figures of its own caches."""
    return []


def merged(provider: Any) -> Callable[..., Any]:
    """Make the provider's method anew, with our figures in what it returns."""
    return provider.get_stats  # type: ignore[no-any-return]
