"""The table, the header above it, and the same as JSON."""

import os
import platform
import shlex
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path

from benches.rows import Bar, Comparison, Relation, Row, Unit

PACKAGES = (
    "memoxide",
    "streamlit",
    "cachebox",
    "joblib",
    "blake3",
    "numpy",
    "pandas",
    "polars",
    "pyarrow",
)
COLUMNS = ("memoxide", "peer", "its time", "ratio", "min .. max", "bar", "verdict", "present bar")
LINE = "  {:>8}  {:<23}  {:>8}  {:>14}  {:>19}  {:>14}  {:<7}  {}"


@dataclass(frozen=True)
class Result:
    """A measured row, or one that says why it is not."""

    row: Row
    comparisons: Sequence[Comparison] = ()
    why_not: str = ""


def processor() -> str:
    """Return the processor's model."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def version(package: str) -> str:
    """Return the package's version, if it is installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def header(rounds: int) -> dict[str, str]:
    """Return what was measured, where and how."""
    return {
        "date": datetime.now().astimezone().isoformat(" ", "minutes"),
        "command": shlex.join(["python", "-m", "benches", *sys.argv[1:]]),
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": ", ".join(f"{package} {version(package)}" for package in PACKAGES),
        "machine": f"{os.cpu_count()} x {processor()}, {platform.platform()}",
        "ratios": f"median, smallest and largest of up to {rounds} rounds in which the contenders "
        "take turns, without garbage collection",
        "reading": "'3 x': memoxide takes 3 times as long as the peer; '3 x faster': the peer does",
    }


def seconds(value: float) -> str:
    """Format a time with three digits."""
    for factor, unit in ((1e9, "ns"), (1e6, "µs"), (1e3, "ms")):
        if abs(value) * factor < 999.5:
            return f"{value * factor:.3g} {unit}"
    return f"{value:.3g} s"


def number(value: float) -> str:
    """Format a ratio or a number of bytes with three digits, or as many as it has."""
    return f"{value:,.0f}" if abs(value) >= 99.95 else f"{value:.3g}"


def amount(value: float, unit: Unit) -> str:
    return seconds(value) if unit is Unit.SECONDS else f"{number(value)} B"


def figure(value: float, comparison: Comparison) -> str:
    """Format a figure without its direction."""
    match comparison.relation:
        case Relation.EXCESS:
            return seconds(value)
        case Relation.AMOUNT:
            return amount(value, comparison.unit)
        case _:
            return number(value)


def ratio(comparison: Comparison) -> str:
    """Format the figure that is held against the bar."""
    text = figure(comparison.figure, comparison)
    match comparison.relation:
        case Relation.COST:
            return f"{text} x"
        case Relation.SPEEDUP:
            return f"{text} x {'less' if comparison.unit is Unit.BYTES else 'faster'}"
        case Relation.EXCESS:
            return f"+{text}"
        case Relation.AMOUNT:
            return text


def limit(bar: Bar, value: float, unit: Unit) -> str:
    """Format a bar."""
    match bar.relation:
        case Relation.COST:
            return f"≤ {number(value)} x"
        case Relation.SPEEDUP:
            return f"≥ {number(value)} x faster"
        case Relation.EXCESS:
            return f"≤ +{seconds(value)}"
        case Relation.AMOUNT:
            return f"≤ {amount(value, unit)}"


def verdict(bar: Bar, value: float, comparison: Comparison) -> str:
    return "met" if bar.is_met(value, comparison.figure) else "not met"


def line(comparison: Comparison) -> str:
    """Format one peer's line of the table."""
    bar, unit = comparison.bar, comparison.unit
    judged = present = text = ""
    if bar:
        text = limit(bar, bar.final, unit)
        judged = verdict(bar, bar.final, comparison)
    if bar and bar.present is not None:
        held = verdict(bar, bar.present, comparison)
        present = f"{limit(bar, bar.present, unit)}: {held}"
    alone = comparison.relation is Relation.AMOUNT
    figures = comparison.figures
    low, high = figure(min(figures), comparison), figure(max(figures), comparison)
    return LINE.format(
        amount(statistics.median(comparison.ours), unit),
        comparison.peer,
        "" if alone else amount(statistics.median(comparison.theirs), unit),
        ratio(comparison),
        f"{low} .. {high}",
        text,
        judged,
        present,
    ).rstrip()


def table_head() -> str:
    heading = LINE.format(*COLUMNS)
    return f"{heading}\n{'-' * len(heading)}"


def table_row(result: Result) -> str:
    """Format a row: the work, what it shows, and a line for each peer."""
    row = result.row
    lines = [line(comparison) for comparison in result.comparisons]
    if result.why_not:
        lines = [f"  not measured: {result.why_not}"]
    return "\n".join([row.work, f"  {row.shows}", *lines, ""])


def summary(results: Iterable[Result]) -> str:
    """Count the bars that are met."""
    barred = [c for result in results for c in result.comparisons if c.bar]
    final = [c.bar.is_met(c.bar.final, c.figure) for c in barred if c.bar]
    present = [
        c.bar.is_met(c.bar.present, c.figure) for c in barred if c.bar and c.bar.present is not None
    ]
    return (
        f"bars met: {sum(final)} of {len(final)}; "
        f"present bars met: {sum(present)} of {len(present)}"
    )


def as_json(head: dict[str, str], results: Iterable[Result]) -> dict[str, object]:
    """Return the header and the rows, with the samples of each round."""
    return {"header": head, "rows": [row_as_json(result) for result in results]}


def row_as_json(result: Result) -> dict[str, object]:
    return {
        "work": result.row.work,
        "shows": result.row.shows,
        "not_measured": result.why_not or None,
        "comparisons": [comparison_as_json(comparison) for comparison in result.comparisons],
    }


def comparison_as_json(comparison: Comparison) -> dict[str, object]:
    bar = comparison.bar
    return {
        "peer": comparison.peer,
        "unit": comparison.unit.value,
        "memoxide": list(comparison.ours),
        "theirs": list(comparison.theirs),
        "figure": comparison.relation.value,
        "median": comparison.figure,
        "min": min(comparison.figures),
        "max": max(comparison.figures),
        "bar": bar and bar.final,
        "met": bar and bar.is_met(bar.final, comparison.figure),
        "present_bar": bar and bar.present,
        "present_met": bar and bar.present and bar.is_met(bar.present, comparison.figure),
    }
