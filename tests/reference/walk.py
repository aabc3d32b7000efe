"""Values as nodes: the order in which a value is tried, and how its parts are written."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

from . import classes, nodes, objects, records
from .memo import Memo


def encode(value: object, *, class_node: Callable[[type], bytes] | None = None) -> bytes:
    """The encoding of `value`.

    `class_node` encodes classes of the user's own, whose definitions are bytecode.
    """
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        return Walk(class_node).value(value)
    finally:
        sys.setrecursionlimit(limit)


UNITS = {
    type(None): lambda _: nodes.unit(nodes.NONE),
    bool: lambda value: nodes.unit(nodes.TRUE if value else nodes.FALSE),
    type(...): lambda _: nodes.unit(nodes.ELLIPSIS),
    type(NotImplemented): lambda _: nodes.unit(nodes.NOT_IMPLEMENTED),
    int: nodes.integer,
    float: nodes.real,
    complex: nodes.complex_number,
    str: nodes.text,
    bytes: lambda value: nodes.leaf(nodes.BYTES, value),
    bytearray: lambda value: nodes.leaf(nodes.BYTEARRAY, bytes(value)),
}

CONTAINERS = {
    list: nodes.LIST,
    tuple: nodes.TUPLE,
    dict: nodes.DICT,
    set: nodes.SET,
    frozenset: nodes.FROZENSET,
}


class Walk:
    """One encoding, with what it has met."""

    def __init__(self, class_node: Callable[[type], bytes] | None = None):
        self.memo = Memo()
        self.class_node = class_node

    def value(self, value: Any) -> bytes:
        if type(value) in UNITS:
            return UNITS[type(value)](value)
        met = self.memo.reference(value)
        if met is not None:
            return met
        return self.entered(value, lambda: self.contents(value))

    def entered(self, container: object, write: Callable[[], bytes]) -> bytes:
        """What `write` gives, with `container` open meanwhile."""
        pending = self.memo.enter(container)
        node = write()
        self.memo.leave(node, pending)
        return node

    def contents(self, value: Any) -> bytes:
        if type(value) in CONTAINERS:
            return self.builtin(CONTAINERS[type(value)], value)
        if classes.defines(type(value), "__cache_key__"):
            return self.all(nodes.WITH_CACHE_KEY, [type(value), value.__cache_key__()])
        record = records.of(value)
        if record is not None:
            return record.write(self)
        if isinstance(value, type):
            return self.known_class(value)
        return objects.write(self, value)

    def builtin(self, tag: int, value: Iterable[Any]) -> bytes:
        if tag in (nodes.SET, nodes.FROZENSET):
            return nodes.container(tag, sorted(self.elements(value)))
        if tag == nodes.DICT:
            value = [part for item in value.items() for part in item]
        return self.all(tag, value)

    def all(self, tag: int, values: Iterable[Any]) -> bytes:
        return nodes.container(tag, [self.value(value) for value in values])

    def elements(self, values: Iterable[Any]) -> list[bytes]:
        """A set's: none knows the cycles of the others, nor does what comes after the set."""
        scope = self.memo.scope()
        encoded = []
        for value in values:
            encoded.append(self.value(value))
            self.memo.restore(scope)
        return encoded

    def known_class(self, value: type) -> bytes:
        if classes.is_found_by_name(value):
            return self.all(nodes.GLOBAL, [value.__module__, value.__qualname__])
        if self.class_node is None:
            raise TypeError(f"{value!r} is of the user's own")
        return self.class_node(value)
