"""The demo runs, and what it prints is consistent."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "examples" / "quickstart.py"
STEPS = ["tokens_of", "definitions_of", "build_table", "rank_imports"]


def run(*options):
    command = [sys.executable, str(SCRIPT), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=50)


@pytest.fixture(scope="module")
def output():
    result = run("--modules", "40")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def part(output, number):
    """The lines of a numbered part."""
    return re.split(r"^\d\. .*\n-+\n", output, flags=re.MULTILINE)[number]


def rows(text):
    """The tables' rows: the function's name, then the cells."""
    found = re.findall(rf"^   ({'|'.join([*STEPS, 'all'])}) {{2,}}(.*)$", text, re.MULTILINE)
    return [(name, re.split(r" {2,}", cells.strip())) for name, cells in found]


def number(text):
    return float(text.replace(",", "").removesuffix(" x"))


def in_seconds(text):
    amount, unit = text.split()
    return number(amount) * {"s": 1, "ms": 1e-3, "us": 1e-6}[unit]


def test_the_lines_fit_a_terminal(output):
    assert output.isascii()
    assert max(map(len, output.splitlines())) <= 88
    assert "Input: 40 of the" in output


def test_the_ratios_are_those_of_the_times(output):
    table = rows(part(output, 1))
    assert [name for name, _ in table] == [*STEPS, "all"]
    for name, cells in table:
        cold, cached, ratio = cells[-3:]
        expected = in_seconds(cold) / in_seconds(cached)
        assert number(ratio) == pytest.approx(expected, rel=0.05, abs=0.6), name
    _, (cold, cached, ratio) = table[-1]
    assert number(ratio) > 10, "hits are far cheaper than parsing"
    parts = [in_seconds(cells[-3]) for _, cells in table[:-1]]
    assert in_seconds(cold) == pytest.approx(sum(parts), rel=0.05)


def test_a_caller_can_do_with_its_table_what_it_likes(output):
    assert "the next one gets 40 rows" in part(output, 2)


def test_every_miss_is_an_entry(output):
    for name, (hits, misses, entries, size, _) in rows(part(output, 3)):
        assert number(misses) == number(entries) <= 40, name
        assert number(hits) > number(misses), name
        assert number(size) > 0, name


def test_an_edit_computes_what_depends_on_it(output):
    table = rows(part(output, 4))
    copies, edited = table[:4], table[4:]
    assert [cells for _, cells in copies] == [["0", "8"], ["0", "8"], ["1", "0"], ["1", "0"]]
    assert [cells for _, cells in edited] == [["1", "7"], ["1", "7"], ["1", "0"], ["0", "1"]]
    counts = re.search(r"(\d+) functions, now (\d+)", part(output, 4))
    before, after = map(int, counts.groups())
    assert after == before + 1
    assert "rows that changed: 1 of 8" in part(output, 4)


def test_the_resource_is_opened_once_and_released(output):
    text = part(output, 5)
    assert "computed 1 time, found in the cache 1 time" in text
    assert text.count("on_release: the connection to a table of 40 rows is closed") == 1


def test_the_comparison_is_measured_or_skipped(output):
    text = part(output, 6)
    if "Skipped: Streamlit is not installed" in text:
        return
    table = rows(text)
    assert [name for name, _ in table] == STEPS
    for name, (_, theirs, ours, ratio) in table:
        expected = in_seconds(theirs) / in_seconds(ours)
        assert number(ratio) == pytest.approx(expected, rel=0.05, abs=0.1), name


def test_a_bad_limit_is_refused():
    result = run("--modules", "0")
    assert result.returncode == 2
    assert "--modules must be at least 1" in result.stderr
