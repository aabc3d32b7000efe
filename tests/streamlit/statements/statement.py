"""What the tests of statements have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Make = Callable[[str], Any]
Calls = dict[str, int]

DATA = ("cache_data", "experimental_memo")
RESOURCE = ("cache_resource", "experimental_singleton")

of_all = pytest.mark.parametrize("name", DATA + RESOURCE)
of_data = pytest.mark.parametrize("name", DATA)
of_resource = pytest.mark.parametrize("name", RESOURCE)
# What came after the experimental pair had gone.
of_both = pytest.mark.parametrize("name", [DATA[0], RESOURCE[0]])


def run(session: Any) -> Any:
    session.run()
    assert not session.exception, session.exception
    return session


def shown(session: Any) -> list[str]:
    return [element.value for element in session.markdown]
