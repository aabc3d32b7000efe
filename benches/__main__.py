"""Measure each row of the table and print it.

It reports and does not judge: the exit status is 0 whatever the verdicts are.
"""

import argparse
import gc
import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from benches.measure import Plan
from benches.report import Result, as_json, header, summary, table_head, table_row
from benches.rows import Comparison, Row, UnmeasurableError

CONCERNS = (
    "hits",
    "keys",
    "results",
    "misses",
    "disk",
    "decoration",
    "app",
    "imports",
    "memory",
    "population",
    "threads",
)

FULL = Plan(rounds=25, turn=0.01)
QUICK = Plan(rounds=5, turn=0.002)


def rows() -> Iterator[Row]:
    """Return the rows in the order of the table."""
    for concern in CONCERNS:
        try:
            yield from import_module(f"benches.{concern}").ROWS
        except ImportError as error:
            if str(error.name).startswith(("benches", "memoxide")):
                raise
            yield absent(concern, error)


def absent(concern: str, error: ImportError) -> Row:
    """Return a row for those of a concern whose peers are not installed."""

    def compare(_plan: Plan) -> list[Comparison]:
        raise UnmeasurableError(str(error))

    return Row(concern, "All rows of this concern.", compare)


def measure(row: Row, plan: Plan) -> Result:
    """Measure the row, or tell why that cannot be done here."""
    try:
        return Result(row, row.compare(plan))
    except UnmeasurableError as error:
        return Result(row, why_not=str(error))
    finally:
        if peers := sys.modules.get("benches.peers"):
            peers.forget()
        gc.collect()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benches", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--only", metavar="SUBSTRING", default="", help="rows whose name has it")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the samples as well")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    plan = QUICK if options.quick else FULL
    head = header(plan.rounds)
    print("\n".join(f"{name + ':':<10}{value}" for name, value in head.items()))
    print(f"\n{table_head()}")
    results = []
    for row in rows():
        if options.only.lower() in row.work.lower():
            results.append(measure(row, plan))
            print(table_row(results[-1]), flush=True)
    print(summary(results))
    if options.json:
        options.json.write_text(json.dumps(as_json(head, results), indent=1) + "\n")


if __name__ == "__main__":
    main()
