"""Nothing is left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from documentation import PAGES, TEXT, sentences

NO_STATEMENTS = (
    # Links, and what introduces or refers to something else.
    "https://",
    ".. note::",
    ".. warning::",
    ".. deprecated::",
    "See below for an example",
    "This can be one of the following",
    "Can be one of",
    '- ``"foreground"`` (default):',
    '- ``"background"``:',
    "Examples -----",
    "**",
    "You can do that by mapping",
    # Defaults, which the tests of the options rely on.
    "Defaults to None",
    "Defaults to False",
    "The default is None",
    # Advice, and what may happen.
    "The time format is not configurable",
    "Because a session-scoped cache is cleared",
    "you might consider adjusting the ``server.websocketPingInterval``",
    "Ensure that ``on_release`` functions are thread-safe",
    "isn't guaranteed to be called when an app is shut down",
    "Caching a live, event-loop-bound async object",
    "Streamlit may close event loops",
    "Cache resources that remain valid independently",
    "Async objects are not officially supported",
    "Caching async objects",
    # What does not work with Streamlit's own decorators, and does with these.
    "It is not supported for coroutine functions",
    "Caching async functions is not supported",
    "Support for widgets in cached functions is currently experimental",
    "is deprecated and will be removed in a later version",
    "The cached widget replay functionality was removed in 1.38",
    "Please remove the ``experimental_allow_widgets`` parameter",
    "This parameter will be removed in a future version",
)


def shown_by_tests() -> Iterator[str]:
    """Parts of sentences that a test stands for."""
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "says":
                yield from map(ast.literal_eval, node.args)


@pytest.mark.parametrize("page", ["data", "resource"])
def test_every_statement_has_a_test(page: str) -> None:
    known = [*shown_by_tests(), *NO_STATEMENTS]
    untested = [
        sentence for sentence in sentences(page) if not any(part in sentence for part in known)
    ]
    assert untested == []


def test_the_pages_are_found() -> None:
    assert all(len(PAGES[page]) > 3000 for page in ("data", "resource"))
    assert all(TEXT.values())
