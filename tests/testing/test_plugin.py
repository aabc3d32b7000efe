"""The pytest plugin, in suites of its own."""

import os
import subprocess
import sys
import textwrap

import pytest

SUITE = """
import memoxide as mx
import pytest

runs = []

@mx.cache_data(ttl=60)
def value():
    runs.append(1)
    return len(runs)
"""

# Plugins of others that take seconds to load.
OTHERS = ("-p", "no:hypothesispytest", "-p", "no:anyio")


@pytest.fixture
def run_suite(tmp_path):
    """Runs a suite that begins as `SUITE`; its exit status and what it prints."""

    def run(tests, *options, settings=""):
        (tmp_path / "test_suite.py").write_text(SUITE + textwrap.dedent(tests))
        (tmp_path / "pytest.ini").write_text(f"[pytest]\n{settings}\n")
        command = [sys.executable, "-m", "pytest", "-q", "--strict-markers", *OTHERS, *options]
        if not is_installed():
            command += ["-p", "memoxide.pytest_plugin"]
        result = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, timeout=50, env=dict(os.environ)
        )
        return result.returncode, result.stdout + result.stderr

    return run


def is_installed():
    from importlib.metadata import entry_points

    return "memoxide" in entry_points(group="pytest11").names


TWICE = """
def test_one():
    assert value() == 1

def test_two():
    assert value() == {second}
"""


def test_without_a_wish_tests_share_their_caches(run_suite):
    code, out = run_suite(TWICE.format(second=1))
    assert code == 0, out


def test_a_setting_isolates_every_test(run_suite):
    code, out = run_suite(TWICE.format(second=2), settings="memoxide_isolated = true")
    assert code == 0, out


def test_an_option_isolates_every_test(run_suite):
    code, out = run_suite(TWICE.format(second=2), "--memoxide-isolated")
    assert code == 0, out


def test_an_option_disables_caching(run_suite):
    tests = """
    def test_one():
        assert (value(), value()) == (1, 2)
    """
    code, out = run_suite(tests, "--memoxide-disabled")
    assert code == 0, out


def test_markers_and_fixtures(run_suite):
    tests = """
    def test_plain():
        assert value() == 1

    @pytest.mark.memoxide_isolated
    def test_isolated_by_marker():
        assert value() == 2

    def test_isolated_by_fixture(memoxide_isolated):
        assert value() == 3
        assert value() == 3

    @pytest.mark.memoxide_disabled
    def test_disabled_by_marker():
        assert (value(), value()) == (4, 5)

    def test_disabled_by_fixture(memoxide_disabled):
        assert (value(), value()) == (6, 7)

    def test_time(memoxide_advance_time):
        assert value() == 1
        memoxide_advance_time(61)
        assert value() == 8
    """
    code, out = run_suite(tests)
    assert code == 0, out


def test_fixtures_of_a_test_are_isolated_with_it(run_suite):
    tests = """
    @pytest.fixture
    def warm():
        value()
        yield
        assert len(runs) == 1, "it is still there when the test is taken down"
        value()

    @pytest.mark.memoxide_isolated
    def test_one(warm):
        assert value() == 1

    def test_two():
        assert value() == 2
    """
    code, out = run_suite(tests)
    assert code == 0, out


def test_a_suite_that_wants_nothing_loads_nothing(run_suite, tmp_path):
    probe = tmp_path / "test_probe.py"
    probe.write_text(
        "import sys\n\ndef test_it():\n    assert 'memoxide.testing' not in sys.modules\n"
    )
    code, out = run_suite("", "test_probe.py")
    assert code == 0, out
