"""A tour of memoxide on real input: the source files of Python's own standard library.

Every module is tokenized and parsed, the counts become a table, and each step is cached. Run it
with `make demo`, or as `python examples/quickstart.py --modules 100`. All figures are measured in
the run that prints them.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.util
import io
import logging
import platform
import shutil
import sqlite3
import statistics
import sysconfig
import tempfile
import tokenize
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import memoxide as mx

WARM_RUNS = 5
LEFT_OUT = {"site-packages", "dist-packages", "test", "tests", "idlelib", "lib2to3", "turtledemo"}
COPIED = 8
NOT_CODE = {tokenize.ENCODING, tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.ENDMARKER}


class Row(NamedTuple):
    """One module's counts."""

    module: str
    lines: int
    tokens: int
    imports: tuple[str, ...]
    functions: int
    classes: int


# What is cached. Every function gets the text of a module, never its path: so the key changes when
# the content does, and a file that is read again unchanged is a hit.


@mx.cache_data
def tokens_of(source: str) -> int:
    """Count the tokens of a module, without comments and line ends."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return sum(token.type not in NOT_CODE for token in tokens)


@mx.cache_data
def definitions_of(source: str) -> dict[str, list[str]]:
    """Find what a module imports, and the functions and classes that it defines."""
    found: dict[str, list[str]] = {"imports": [], "functions": [], "classes": []}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found["imports"] += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found["imports"].append(node.module)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found["functions"].append(node.name)
        elif isinstance(node, ast.ClassDef):
            found["classes"].append(node.name)
    return found


@mx.cache_data
def build_table(sources: dict[str, str]) -> list[Row]:
    """Put the counts of all modules into one table."""
    table = []
    for module, source in sources.items():
        found = definitions_of(source)
        table.append(
            Row(
                module=module,
                lines=source.count("\n"),
                tokens=tokens_of(source),
                imports=tuple(found["imports"]),
                functions=len(found["functions"]),
                classes=len(found["classes"]),
            )
        )
    return table


@mx.cache_data
def rank_imports(imports: list[tuple[str, ...]]) -> list[tuple[str, int]]:
    """Count in how many modules each top-level module is imported, most imported first."""
    importers: Counter[str] = Counter()
    for names in imports:
        importers.update({name.partition(".")[0] for name in names})
    return importers.most_common()


def close(connection: sqlite3.Connection) -> None:
    """Release a database: memoxide calls this once for each that leaves the cache."""
    (rows,) = connection.execute("SELECT count(*) FROM module").fetchone()
    connection.close()
    print(f"   on_release: the connection to a table of {rows:,} rows is closed")


@mx.cache_resource(on_release=close)
def open_database(table: list[Row]) -> sqlite3.Connection:
    """Load the table into a database that all callers share."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute("CREATE TABLE module (name, lines, tokens, functions, classes)")
    rows = [(row.module, row.lines, row.tokens, row.functions, row.classes) for row in table]
    connection.executemany("INSERT INTO module VALUES (?, ?, ?, ?, ?)", rows)
    return connection


# What shows it.


def find_modules() -> list[Path]:
    """List the standard library's modules in the order of their names, without its tests."""
    library = Path(sysconfig.get_path("stdlib"))
    paths = (path.relative_to(library) for path in library.rglob("*.py"))
    return sorted(path for path in paths if LEFT_OUT.isdisjoint(path.parts))


def read(folder: Path, modules: list[Path]) -> dict[str, str]:
    """Read modules as Python does, each in the encoding that it declares."""
    sources = {}
    for module in modules:
        with tokenize.open(folder / module) as file:
            sources[module.as_posix()] = file.read()
    return sources


def seconds(work: Callable[[], object]) -> float:
    """Time one run."""
    start = perf_counter()
    work()
    return perf_counter() - start


def median_seconds(work: Callable[[], object]) -> float:
    """Time `WARM_RUNS` runs, and take the one in the middle."""
    return statistics.median(seconds(work) for _ in range(WARM_RUNS))


def shown(duration: float) -> str:
    """Write a duration with a unit that suits it."""
    for unit, length in (("s", 1.0), ("ms", 1e-3)):
        if duration >= length:
            return f"{duration / length:,.2f} {unit}"
    return f"{duration / 1e-6:,.2f} us"


def heading(text: str) -> None:
    """Print the title of a part."""
    print(f"\n{text}\n{'-' * len(text)}")


def steps(sources: dict[str, str]) -> Iterator[tuple[Any, list[Any]]]:
    """Yield each cached function with the arguments of its calls."""
    texts = list(sources.values())
    yield tokens_of, texts
    yield definitions_of, texts
    yield build_table, [sources]
    yield rank_imports, [[row.imports for row in build_table(sources)]]


def run(function: Callable[[Any], object], arguments: list[Any]) -> None:
    """Call a function once for each argument."""
    for argument in arguments:
        function(argument)


def show_steps(sources: dict[str, str]) -> None:
    """Time each step, computed and cached."""
    heading("1. Each step, computed and cached")
    print("   cold: the first calls, which compute.")
    print(f"   cached: the same calls again; the median of {WARM_RUNS} repetitions.\n")
    print(f"   {'step':<16}{'calls':>7}{'cold':>14}{'cached':>14}{'cold / cached':>16}")
    cold_sum = cached_sum = 0.0
    for function, arguments in steps(sources):
        cold = seconds(partial(run, function, arguments))
        cached = median_seconds(partial(run, function, arguments))
        cold_sum, cached_sum = cold_sum + cold, cached_sum + cached
        line = f"   {function.__name__:<16}{len(arguments):>7,}{shown(cold):>14}"
        print(f"{line}{shown(cached):>14}{cold / cached:>14,.0f} x")
    line = f"   {'all':<16}{'':>7}{shown(cold_sum):>14}"
    print(f"{line}{shown(cached_sum):>14}{cold_sum / cached_sum:>14,.0f} x")
    print("\n   build_table calls the two functions above it: cold, it finds them cached.")


def show_table(sources: dict[str, str]) -> list[Row]:
    """Print the result, and that a caller can do with it as it likes."""
    heading("2. The result, and that each caller has its own")
    table = build_table(sources)
    lines, tokens = sum(row.lines for row in table), sum(row.tokens for row in table)
    functions, classes = sum(row.functions for row in table), sum(row.classes for row in table)
    print(f"   {len(table):,} modules, {lines:,} lines, {tokens:,} tokens,")
    print(f"   {functions:,} functions, {classes:,} classes")
    ranking = rank_imports([row.imports for row in table])[:5]
    print("   most imported: " + ", ".join(f"{name} ({count})" for name, count in ranking))
    mine = build_table(sources)
    mine.clear()
    print(f"   One caller empties its table; the next one gets {len(build_table(sources)):,} rows.")
    return table


def show_info() -> None:
    """Print what the caches know of themselves."""
    heading("3. cache_info()")
    print("   bytes: what the entries hold. saved: the time that the hits did not compute.")
    print("   Modules of the same text, such as empty ones, share an entry.\n")
    print(f"   {'function':<16}{'hits':>9}{'misses':>9}{'entries':>9}{'bytes':>13}{'saved':>14}")
    for function in (tokens_of, definitions_of, build_table, rank_imports):
        info = function.cache_info()
        counts = f"{info.hits:>9,}{info.misses:>9,}{info.entries:>9,}{info.bytes:>13,}"
        print(f"   {function.__name__:<16}{counts}{shown(info.seconds_saved):>14}")


def show_edit(modules: list[Path]) -> None:
    """Edit one of a few files, and print which functions are computed again."""
    heading("4. After an edit, what depends on it is computed again")
    library = Path(sysconfig.get_path("stdlib"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for module in modules:
            (folder / module).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(library / module, folder / module)
        print(
            f"   {len(modules)} modules, those with the most functions, are copied to a temporary"
        )
        print("   folder and analysed there. The content counts and not the path, so that the")
        print("   copies are found in the cache; only their table is new.")
        before = analyse("the copies", folder, modules)

        edited = modules[-1]
        with (folder / edited).open("a", encoding="utf-8") as file:
            file.write("\n\ndef added_by_the_demo():\n    return 1\n")
        print(f"\n   One function is appended to {edited}. Its imports stay what they")
        print("   were, so that rank_imports has nothing to do.")
        after = analyse("after the edit", folder, modules)
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    for old, new in changed:
        print(f"\n   {old.module}: {old.functions} functions, now {new.functions}")
    print(f"   rows that changed: {len(changed)} of {len(after)}")


def analyse(what: str, folder: Path, modules: list[Path]) -> list[Row]:
    """Build the table of a folder's modules, and print what of it was computed."""
    functions: list[Any] = [tokens_of, definitions_of, build_table, rank_imports]
    before = [function.cache_info() for function in functions]
    table = build_table(read(folder, modules))
    rank_imports([row.imports for row in table])
    print(f"\n   {what:<18}{'computed':>10}{'cached':>10}")
    for function, old in zip(functions, before, strict=True):
        new = function.cache_info()
        print(f"   {function.__name__:<18}{new.misses - old.misses:>10}{new.hits - old.hits:>10}")
    return table


def show_resource(table: list[Row]) -> None:
    """Open a connection once, use it twice, release it."""
    heading("5. A resource: one object for all callers, closed when it leaves")
    questions = {
        "largest module": "SELECT name, tokens FROM module ORDER BY tokens DESC LIMIT 1",
        "most functions": "SELECT name, functions FROM module ORDER BY functions DESC LIMIT 1",
    }
    for question, query in questions.items():
        name, count = open_database(table).execute(query).fetchone()
        print(f"   {question:<16}{name} ({count:,})")
    info = open_database.cache_info()
    print(f"   open_database: computed {info.misses} time, found in the cache {info.hits} time")
    open_database.clear()


def show_streamlit(sources: dict[str, str]) -> None:
    """Time the same functions under `st.cache_data`, where Streamlit is at hand."""
    heading("6. The same functions under st.cache_data")
    if importlib.util.find_spec("streamlit") is None:
        print("   Skipped: Streamlit is not installed in this environment.")
        return
    # Outside an app Streamlit warns at each call that there is none.
    logging.disable(logging.WARNING)
    st = importlib.import_module("streamlit")
    print(f"   Streamlit {st.__version__}, outside an app. The time of one hit, key included:")
    print(f"   the median of {WARM_RUNS} repetitions of all calls, over their number.\n")
    print(f"   {'step':<16}{'calls':>7}{'Streamlit':>14}{'memoxide':>14}{'ratio':>12}")
    for function, arguments in steps(sources):
        other = st.cache_data(show_spinner=False)(function.__wrapped__)
        run(other, arguments)
        theirs = median_seconds(partial(run, other, arguments)) / len(arguments)
        ours = median_seconds(partial(run, function, arguments)) / len(arguments)
        line = f"   {function.__name__:<16}{len(arguments):>7,}{shown(theirs):>14}"
        print(f"{line}{shown(ours):>14}{theirs / ours:>10,.1f} x")
    logging.disable(logging.NOTSET)


def main() -> None:
    """Run the tour."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--modules", type=int, help="analyse at most so many modules")
    limit = parser.parse_args().modules
    if limit is not None and limit < 1:
        parser.error("--modules must be at least 1")
    # Some modules of the library have escapes that the parser warns about.
    warnings.simplefilter("ignore", SyntaxWarning)
    start = perf_counter()

    every = find_modules()
    # Evenly spread over the names, so that a small number is a fair sample.
    modules = every[:: max(1, len(every) // (limit or len(every)))][:limit]
    sources = read(Path(sysconfig.get_path("stdlib")), modules)
    size = sum(len(text.encode()) for text in sources.values()) / 1e6
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"memoxide {mx.__version__} on {python}, {platform.machine()}")
    print(f"Input: {len(modules):,} of the {len(every):,} modules of Python's standard library")
    print(f"(without its tests), {size:.1f} MB of source. All times are measured in this run.")

    show_steps(sources)
    table = show_table(sources)
    show_info()
    richest = sorted(table, key=lambda row: row.functions, reverse=True)
    show_edit([Path(row.module) for row in richest[:COPIED]])
    show_resource(table)
    show_streamlit(sources)
    print(f"\nDone in {perf_counter() - start:.1f} s.")


if __name__ == "__main__":
    main()
