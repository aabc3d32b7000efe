"""What tests do with time and with caches; the pytest plugin has fixtures of the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from memoxide import _core
from memoxide._core import advance_time

__all__ = ["advance_time", "disabled", "isolated"]


@contextmanager
def isolated() -> Iterator[None]:
    """Hide all entries inside a `with` block, for the whole process.

    Every cached function starts without entries there. Afterwards those of before are back; what
    was made inside is forgotten, and its resources are released.
    """
    isolation, before = _core.begin_isolation()
    try:
        yield
    finally:
        _core.end_isolation(isolation, before)


@contextmanager
def disabled() -> Iterator[None]:
    """Have nothing cached inside a `with` block, for the whole process.

    Each call makes its key, runs the function and stores nothing. The environment variable
    `MEMOXIDE_DISABLE=1` does the same for a process.
    """
    _core.disable_caching()
    try:
        yield
    finally:
        _core.enable_caching()
