"""What the commands print: tables for people, JSON for scripts."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

from rich.cells import cell_len

from memoxide._core import CacheEntry
from memoxide.cli.selection import UNREADABLE, Function

SHOWN_DIGITS = 12

BOLD, PLAIN = "\x1b[1m", "\x1b[0m"


def as_json(value: Any) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, indent=1))


def printable(text: str) -> str:
    """Return text that a terminal only shows: names may hold its control sequences."""
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )


def table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; a column is a title and `left` or `right`."""
    titles = [title for title, _ in columns]
    lines = [titles, *([printable(cell) for cell in row] for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    is_right = [side == "right" for _, side in columns]
    for number, cells in enumerate(lines):
        line = "  ".join(map(padded, cells, widths, is_right)).rstrip()
        is_heading = number == 0 and sys.stdout.isatty()
        print(f"{BOLD}{line}{PLAIN}" if is_heading else line)


def padded(cell: str, width: int, is_right: bool) -> str:
    """Return a cell as wide as its column."""
    space = " " * (width - cell_len(cell))
    return space + cell if is_right else cell + space


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
