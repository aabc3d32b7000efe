"""The pytest plugin: fixtures and settings that isolate tests from each other's caches.

- `memoxide_isolated`, a fixture, `@pytest.mark.memoxide_isolated` or `memoxide_isolated = true` in
  pytest's settings, for every test: caches start empty.
- `memoxide_disabled`, likewise, or `--memoxide-disabled`: nothing is cached.
- `memoxide_advance_time(seconds)`, a fixture: let time pass for all caches.

Nothing changes for a test that asks for none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

MODES = {
    "isolated": "each test starts with empty caches",
    "disabled": "nothing is cached in a test",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the settings, and an option for each."""
    group = parser.getgroup("memoxide")
    for mode, effect in MODES.items():
        parser.addini(f"memoxide_{mode}", effect, type="bool", default=False)
        group.addoption(f"--memoxide-{mode}", action="store_true", help=effect)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers."""
    for mode, effect in MODES.items():
        config.addinivalue_line("markers", f"memoxide_{mode}: {effect}")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Put each test, with its fixtures, into the modes that are wanted for it."""
    wanted = [mode for mode in MODES if _is_wanted(item, mode)]
    if not wanted:
        yield
        return
    from memoxide import testing

    with ExitStack() as modes:
        for mode in wanted:
            modes.enter_context(getattr(testing, mode)())
        yield


def _is_wanted(item: pytest.Item, mode: str) -> bool:
    name = f"memoxide_{mode}"
    return bool(
        item.config.getini(name) or item.config.getoption(name) or item.get_closest_marker(name)
    )


@pytest.fixture
def memoxide_isolated() -> Iterator[None]:
    """Start with empty caches; those of before are back afterwards."""
    from memoxide import testing

    with testing.isolated():
        yield


@pytest.fixture
def memoxide_disabled() -> Iterator[None]:
    """Have nothing cached."""
    from memoxide import testing

    with testing.disabled():
        yield


@pytest.fixture
def memoxide_advance_time() -> Callable[[float], None]:
    """Let time pass for all caches: `memoxide_advance_time(seconds)`."""
    from memoxide import testing

    return testing.advance_time
