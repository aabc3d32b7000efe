"""What a golden vector is of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Value(NamedTuple):
    """One value."""

    name: str
    python: str


def named(*expressions: str) -> Iterator[Value]:
    for expression in expressions:
        yield Value(expression, expression)
