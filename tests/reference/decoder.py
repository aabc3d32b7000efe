"""Nodes back into values: no two values can have one encoding if each is found in its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from . import classes, nodes, rebuild
from .tree import Node, float_of, parse


def decode(encoding: bytes) -> Any:
    """The value whose encoding this is; what was digested must have been encoded here before."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        return Decoder().value(parse(encoding))
    finally:
        sys.setrecursionlimit(limit)


LEAVES: dict[int, Callable[[bytes], Any]] = {
    nodes.INT: lambda contents: int.from_bytes(contents, "little", signed=True),
    nodes.FLOAT: float_of,
    nodes.COMPLEX: lambda contents: complex(float_of(contents[:8]), float_of(contents[8:])),
    nodes.STR: lambda contents: contents.decode("utf-8"),
    nodes.STR_WITH_SURROGATES: lambda contents: contents.decode("utf-8", "surrogatepass"),
    nodes.BYTES: bytes,
    nodes.BYTEARRAY: bytearray,
    nodes.BUFFER: memoryview,
}

UNITS = {
    nodes.NONE: None,
    nodes.FALSE: False,
    nodes.TRUE: True,
    nodes.ELLIPSIS: ...,
    nodes.NOT_IMPLEMENTED: NotImplemented,
}


class Place:
    """A container while it is read. `fillers` wait for its value."""

    def __init__(self, visit: int):
        self.visit = self.low = visit
        self.value: Any = None
        self.is_made = False
        self.fillers: list[Callable[[Any], None]] = []

    def make(self, value: Any) -> None:
        self.value, self.is_made = value, True
        for fill in self.fillers:
            fill(value)


class Hole:
    """Stands for a container that is still being read and cannot be made before its parts."""

    def __init__(self, place: Place):
        self.place = place


class Decoder:
    """One reading, with the containers that it has met."""

    def __init__(self):
        self.open: list[Place] = []
        self.pending: list[Place] = []
        self.cycles: dict[bytes, list[Place]] = {}
        self.visits = 0

    def value(self, node: Node) -> Any:
        if node.tag in UNITS:
            return UNITS[node.tag]
        if node.tag in LEAVES:
            return LEAVES[node.tag](node.contents)
        if node.tag in (nodes.OPEN, nodes.PENDING, nodes.CYCLE):
            return self.reference(node)
        return self.container(node)

    def reference(self, node: Node) -> Any:
        place = self.place(node)
        if node.tag != nodes.CYCLE:
            self.open[-1].low = min(self.open[-1].low, place.visit)
        return place.value if place.is_made else Hole(place)

    def place(self, node: Node) -> Place:
        if node.tag == nodes.CYCLE:
            return self.cycles[node.contents][node.number]
        places = self.open if node.tag == nodes.OPEN else self.pending
        return places[-node.number]

    def container(self, node: Node) -> Any:
        place = Place(self.visits)
        self.visits += 1
        self.open.append(place)
        pending = len(self.pending)
        value = self.contents(node, place)
        if not place.is_made:
            place.make(value)
        self.leave(node, place, pending)
        return value

    def leave(self, node: Node, place: Place, pending: int) -> None:
        self.open.pop()
        if place.low < place.visit:
            self.pending.append(place)
            self.open[-1].low = min(self.open[-1].low, place.low)
            return
        members = self.pending[pending:]
        del self.pending[pending:]
        if members:
            self.cycles[nodes.digest(node.encoding)] = members

    def contents(self, node: Node, place: Place) -> Any:
        if node.tag == nodes.LIST:
            return self.fill_list(place, node)
        if node.tag == nodes.DICT:
            return self.fill_dict(place, node)
        if node.tag in (nodes.SET, nodes.FROZENSET):
            return (set if node.tag == nodes.SET else frozenset)(self.elements(node))
        if node.tag == nodes.GLOBAL:
            return classes.found(*self.parts(node))
        if node.tag == nodes.DEFINED_CLASS:
            return classes.found(*self.parts(node)[:2])
        if node.tag == nodes.OBJECT:
            return self.fill_object(place, node)
        if node.tag == nodes.ENUM_MEMBER:
            cls, name, *_ = self.parts(node)
            return cls[name]
        if node.tag == nodes.RECORD:
            return rebuild.record(*self.parts(node))
        if node.tag == nodes.TUPLE:
            return self.make_tuple(node)
        raise ValueError(f"no way back from {node.tag:#x}")

    def parts(self, node: Node) -> list[Any]:
        return [self.value(child) for child in node.children]

    def elements(self, node: Node) -> list[Any]:
        """A set's: each begins without the cycles of the others."""
        cycles, pending = dict(self.cycles), list(self.pending)
        elements = []
        for child in node.children:
            elements.append(self.value(child))
            self.cycles, self.pending = dict(cycles), list(pending)
        return elements

    def fill_list(self, place: Place, node: Node) -> list[Any]:
        made: list[Any] = []
        place.make(made)
        for at, child in enumerate(node.children):
            made.append(None)
            self.put(made, at, self.value(child))
        return made

    def fill_dict(self, place: Place, node: Node) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        place.make(made)
        for key, child in zip(node.children[::2], node.children[1::2], strict=True):
            name = self.value(key)
            made[name] = None
            self.put(made, name, self.value(child))
        return made

    def make_tuple(self, node: Node) -> tuple[Any, ...]:
        parts = self.parts(node)
        if any(isinstance(part, Hole) for part in parts):
            raise ValueError("a tuple directly in itself")
        return tuple(parts)

    def put(self, made: Any, key: Any, value: Any) -> None:
        made[key] = value
        if isinstance(value, Hole):
            value.place.fillers.append(lambda value: made.__setitem__(key, value))

    def fill_object(self, place: Place, node: Node) -> Any:
        cls, build, arguments = (self.value(child) for child in node.children[:3])
        made = rebuild.constructed(cls, build, arguments)
        place.make(made)
        state, items, pairs, _, *beside = (self.value(child) for child in node.children[3:])
        rebuild.fill(made, state, items, pairs)
        for names in beside:
            vars(made).update(names)
        return made
