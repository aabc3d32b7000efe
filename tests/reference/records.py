"""Records: what a value of a known class is made of, part by part (docs/keys-records.md)."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from . import classes, nodes, standard


@dataclasses.dataclass
class Record:
    """A value's record, and what a subclass or its attributes add to it."""

    value: Any
    known: standard.Known
    is_exact: bool

    def write(self, walk: Any) -> bytes:
        record = standard.Nested(self.known.name, self.known.parts(self.value))
        attributes = own_attributes(self.value, self.known)
        if self.is_exact and not attributes:
            return record.write(walk)
        cls = walk.value(type(self.value))
        inner = walk.inside(record)
        return nodes.container(nodes.SUBCLASS, [cls, inner, walk.value(attributes or None)])


def of(value: Any) -> Record | None:
    """The record of a value whose class, or a base of it, is known."""
    if isinstance(value, standard.NO_RECORDS):
        return None
    for cls in type(value).__mro__:
        known = find(cls)
        if known is None:
            continue
        is_exact = cls is type(value)
        if known.is_standard and not is_exact and reduces_otherwise(type(value), cls):
            return None
        return Record(value, known, is_exact)
    return None


def find(cls: type) -> standard.Known | None:
    known = standard.KNOWN.get((public_module(cls.__module__), cls.__qualname__))
    if known is None:
        return None
    return known if classes.is_static(cls) or is_where_it_says(cls) else None


def is_where_it_says(cls: type) -> bool:
    return classes.found(cls.__module__, cls.__qualname__) is cls


def public_module(module: str) -> str:
    """A class's module as the page names it, whatever this version of Python calls it."""
    return re.sub(r"^(pathlib)\._local$", r"\1", module)


def reduces_otherwise(cls: type, known: type) -> bool:
    names = ("__reduce_ex__", "__reduce__", "__getstate__")
    return any(getattr(cls, name, None) is not getattr(known, name, None) for name in names)


def own_attributes(value: Any, known: standard.Known) -> dict[str, Any]:
    attributes = dict(getattr(value, "__dict__", {})) if known.has_dict else {}
    for cls in type(value).__mro__:
        if find(cls) is not None:
            break
        attributes.update(set_slots(value, cls))
    return {name: part for name, part in attributes.items() if name not in known.not_attributes}


def set_slots(value: Any, cls: type) -> dict[str, Any]:
    slots = vars(cls).get("__slots__", ())
    names = [slots] if isinstance(slots, str) else list(slots)
    names = [name for name in names if name not in ("__dict__", "__weakref__")]
    return {name: getattr(value, name) for name in names if hasattr(value, name)}
