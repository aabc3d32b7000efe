"""The decorator that Streamlit's own connections cache their queries with."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import FunctionType
from typing import Any

import memoxide


def cache_data(**options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a decorator for queries, which are known by their name alone.

    A connection defines its query anew at each call, around itself: what that function refers to
    has no stable content, and is none of the query's arguments.
    """

    def decorate(query: Callable[..., Any]) -> Callable[..., Any]:
        named = FunctionType(_run.__code__, _run.__globals__, query.__name__)
        named.__qualname__ = query.__qualname__
        named.__module__ = query.__module__
        return partial(memoxide.cache_data(**options)(named), query)

    return decorate


def _run(_query: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    return _query(*args, **kwargs)
