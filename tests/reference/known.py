"""Known classes: by its module and name, the record that an instance of a class is."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable
from typing import Any

from . import nodes

NO_RECORDS = (enum.Enum,)


@dataclasses.dataclass(frozen=True)
class Written:
    """A part that is not encoded as a value is."""

    write: Callable[[Any], bytes]


@dataclasses.dataclass(frozen=True)
class Known:
    """A class whose parts are known."""

    name: str
    parts: Callable[[Any], list[Any] | Written]
    """A record's parts, or the record itself where its name is up to the value."""
    is_standard: bool = False
    not_attributes: frozenset[str] = frozenset()
    has_dict: bool = True
    """Whether what is in the instance's `__dict__` counts beside the parts."""
    attributes: Callable[[Any, type], dict[str, Any]] | None = None
    """Of a class whose attributes are not all those of `__dict__` and of slots."""
    package: str = ""
    """The package whose own subclasses are no subclasses."""
    names_subclasses: bool = False
    """Whether each of these has a record of its own name."""


def memory(contents: bytes) -> Written:
    return Written(lambda _: nodes.leaf(nodes.BUFFER, contents))


def nested(name: str, parts: list[Any]) -> Written:
    """A record that is a part, and a container like any other."""
    return Written(lambda walk: walk.entered(object(), lambda: record(walk, name, parts)))


def record(walk: Any, name: str, parts: list[Any] | Written) -> bytes:
    if isinstance(parts, Written):
        return parts.write(walk)
    written = [
        part.write(walk) if isinstance(part, Written) else walk.value(part) for part in parts
    ]
    return nodes.container(nodes.RECORD, [nodes.text(name), *written])


KNOWN: dict[tuple[str, str], Known] = {}


def known(
    name: str, parts: Callable[[Any], list[Any] | Written], *, modules: str = "", **other: Any
) -> None:
    """Says what the record `name` is made of. `modules` are others in which its class may be."""
    module, _, cls = name.rpartition(".")
    for place in [module, *modules.split()]:
        KNOWN[place, cls] = Known(name, parts, **other)
