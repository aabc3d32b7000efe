"""Records: what a value of a known class is made of, part by part (docs/keys-records.md)."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from . import arrays, classes, exceptions, frames, nodes, series, standard, tables
from .known import KNOWN, NO_RECORDS, Known, record

FAMILIES = (standard, exceptions, arrays, frames, tables, series)
"""Each has put its classes into `KNOWN`."""


@dataclasses.dataclass
class Record:
    """A value's record, and what a subclass or its attributes add to it."""

    value: Any
    known: Known
    base: type
    """The known class."""
    is_exact: bool

    def write(self, walk: Any) -> bytes:
        attributes = own_attributes(self.value, self.known, self.base)
        if self.is_exact and not attributes:
            return self.parts(walk)
        cls = walk.value(type(self.value))
        inner = walk.entered(object(), lambda: self.parts(walk))
        return nodes.container(nodes.SUBCLASS, [cls, inner, walk.value(attributes or None)])

    def parts(self, walk: Any) -> bytes:
        return record(walk, self.known.name, self.known.parts(self.value))


def of(value: Any) -> Record | None:
    """The record of a value whose class, or a base of it, is known."""
    if isinstance(value, NO_RECORDS):
        return None
    for cls in type(value).__mro__:
        known = find(cls)
        if known is None:
            continue
        is_exact = cls is type(value) or known.package == packaged(type(value))
        if known.is_standard and not is_exact and reduces_otherwise(type(value), cls):
            return None
        return Record(value, known, cls, is_exact)
    return None


def find(cls: type) -> Known | None:
    known = named(cls) or below(cls)
    if known is None:
        return None
    return known if classes.is_static(cls) or is_where_it_says(cls) else None


def named(cls: type) -> Known | None:
    return KNOWN.get((public_module(cls.__module__), cls.__qualname__))


def below(cls: type) -> Known | None:
    """What a class is that a library has derived from a known one, if it has a record by itself."""
    for base in cls.__mro__[1:]:
        known = named(base)
        if known is not None and known.names_subclasses and known.package == packaged(cls):
            return dataclasses.replace(known, name=f"{known.package}.{cls.__qualname__}")
    return None


def is_where_it_says(cls: type) -> bool:
    """Whether one of the modules that may say that a class is theirs holds it."""
    known = named(cls)
    places = {
        module
        for (module, name), other in KNOWN.items()
        if name == cls.__qualname__ and other == known
    }
    return any(classes.found(place, cls.__qualname__) is cls for place in {cls.__module__, *places})


def public_module(module: str) -> str:
    """A class's module as the page names it, whatever this version of Python calls it."""
    return re.sub(r"^(pathlib)\._local$", r"\1", module)


def reduces_otherwise(cls: type, known: type) -> bool:
    names = ("__reduce_ex__", "__reduce__", "__getstate__")
    return any(getattr(cls, name, None) is not getattr(known, name, None) for name in names)


def packaged(cls: type) -> str:
    return cls.__module__.partition(".")[0]


def own_attributes(value: Any, known: Known, base: type) -> dict[str, Any]:
    if known.attributes is not None:
        return known.attributes(value, base)
    attributes = dict(getattr(value, "__dict__", {})) if known.has_dict else {}
    attributes.update(classes.slots_before(value, lambda cls: find(cls) is not None))
    return {name: part for name, part in attributes.items() if name not in known.not_attributes}
