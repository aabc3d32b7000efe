"""What the commands print: tables for people, JSON for scripts."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from memoxide._core import CacheEntry
from memoxide.cli.selection import UNREADABLE, Function

# In a pipe, lines are as long as they are: who reads them can cut them.
console = Console(soft_wrap=False)

SHOWN_DIGITS = 12


def as_json(value: Any) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, indent=1))


def table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; a column is a title and `left` or `right`."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for title, side in columns:
        made.add_column(title, justify="right" if side == "right" else "left", overflow="fold")
    for row in rows:
        made.add_row(*(escape(cell) for cell in row))
    wide = Console(width=None if console.is_terminal else 1000)
    wide.print(made)


def size(count: int) -> str:
    """Return a number of bytes in words."""
    amount = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TB"


def length(seconds: float | None) -> str:
    """Return a length of time in words."""
    if seconds is None:
        return ""
    for limit, unit, one in ((1e-3, "µs", 1e-6), (1, "ms", 1e-3), (60, "s", 1)):
        if seconds < limit:
            return f"{seconds / one:.1f} {unit}"
    for limit, unit, one in ((3600, "min", 60), (86_400, "h", 3600)):
        if seconds < limit:
            return f"{seconds / one:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"


def number(count: int | None) -> str:
    """Return a count, if it is known."""
    return "" if count is None else f"{count:,}"


def ago(moment: float | None) -> str:
    """Return how long ago something was."""
    return "" if moment is None else length(max(time.time() - moment, 0.0))


def entry_as_dict(entry: CacheEntry) -> dict[str, Any]:
    """Return what is known of an entry."""
    return {
        "application": entry.application,
        "function": entry.function,
        "digest": entry.digest,
        "key": entry.key,
        "path": entry.path,
        "size": entry.size,
        "created": entry.created,
        "used": entry.used,
        "hits": entry.hits,
        "cost": entry.cost,
    }


def function_as_dict(function: Function) -> dict[str, Any]:
    """Return what is known of a function."""
    return {
        "application": function.application,
        "function": function.name,
        "digest": function.digest,
        "orphaned": function.is_orphaned,
        "entries": len(function.entries),
        "size": function.size,
        "used": function.used,
        "hits": function.hits,
        "cost": function.cost,
    }


def functions(found: Sequence[Function]) -> None:
    """Print a row for each function."""
    columns = [
        ("function", "left"),
        ("definition", "left"),
        ("entries", "right"),
        ("size", "right"),
        ("used", "right"),
        ("hits", "right"),
        ("cost", "right"),
        ("application", "left"),
    ]
    rows = [
        (
            function.name,
            function.digest[:SHOWN_DIGITS] + (" (old)" if function.is_orphaned else ""),
            f"{len(function.entries):,}",
            size(function.size),
            ago(function.used),
            number(function.hits),
            length(function.cost),
            function.application,
        )
        for function in found
    ]
    table(columns, rows)


def entries(found: Iterable[CacheEntry]) -> None:
    """Print a row for each entry."""
    columns = [
        ("key", "left"),
        ("function", "left"),
        ("size", "right"),
        ("age", "right"),
        ("used", "right"),
        ("hits", "right"),
        ("cost", "right"),
    ]
    rows = [
        (
            (entry.key or entry.path)[:SHOWN_DIGITS],
            entry.function or UNREADABLE,
            size(entry.size),
            ago(entry.created),
            ago(entry.used),
            number(entry.hits),
            length(entry.cost),
        )
        for entry in found
    ]
    table(columns, rows)
