"""Bytes back into nodes."""

from __future__ import annotations

import dataclasses
import struct

from . import nodes

UNITS = {nodes.NONE, nodes.FALSE, nodes.TRUE, nodes.ELLIPSIS, nodes.NOT_IMPLEMENTED} | {
    nodes.EMPTY_CELL,
    nodes.DEFAULT,
    nodes.IGNORED,
}
LEAVES = {nodes.INT, nodes.STR, nodes.STR_WITH_SURROGATES} | {
    nodes.BYTES,
    nodes.BYTEARRAY,
    nodes.BUFFER,
}


@dataclasses.dataclass(frozen=True)
class Node:
    """A tag, and what it calls for."""

    tag: int
    contents: bytes = b""
    """Of leaves; of floats and complex numbers their bytes; of a complete cycle its name."""
    number: int = 0
    """Of references."""
    children: tuple[Node, ...] = ()
    encoding: bytes = b""
    """Of containers: their bytes as they stand in what encloses them."""

    @property
    def is_unit(self) -> bool:
        return self.tag in UNITS

    @property
    def is_leaf(self) -> bool:
        return self.tag in LEAVES


class Reader:
    """A place in bytes."""

    def __init__(self, data: bytes):
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        taken = self.data[self.at : self.at + count]
        if len(taken) < count:
            raise ValueError("the bytes end too early")
        self.at += count
        return taken

    def byte(self) -> int:
        return self.take(1)[0]

    def leb128(self) -> int:
        number = shift = 0
        while True:
            byte = self.byte()
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number


def parse(encoding: bytes) -> Node:
    """The one node that `encoding` is."""
    reader = Reader(encoding)
    parsed = node(reader)
    if reader.at != len(encoding):
        raise ValueError("bytes after the node")
    return parsed


def node(reader: Reader) -> Node:
    start, tag = reader.at, reader.byte()
    if tag in UNITS:
        return Node(tag)
    if tag in LEAVES:
        return Node(tag, reader.take(reader.leb128()))
    if tag == nodes.LONG_LEAF:
        return long_leaf(reader)
    if tag == nodes.DIGEST:
        name = reader.take(32)
        whole = parse(nodes.BLOCKS[name])
        return dataclasses.replace(whole, encoding=nodes.unit(nodes.DIGEST) + name)
    if tag in (nodes.FLOAT, nodes.COMPLEX):
        return Node(tag, reader.take(8 if tag == nodes.FLOAT else 16))
    if tag in (nodes.OPEN, nodes.PENDING, nodes.SENTINEL):
        return Node(tag, number=reader.leb128())
    if tag == nodes.CYCLE:
        name = reader.take(32)
        return Node(tag, name, number=reader.leb128())
    count = reader.leb128() * (2 if tag == nodes.DICT else 1)
    children = tuple(node(reader) for _ in range(count))
    return Node(tag, children=children, encoding=reader.data[start : reader.at])


def float_of(contents: bytes) -> float:
    return struct.unpack("<d", contents)[0]


def long_leaf(reader: Reader) -> Node:
    tag, length = reader.byte(), reader.leb128()
    contents = nodes.BLOCKS[reader.take(32)]
    if len(contents) != length:
        raise ValueError("a leaf of another length")
    return Node(tag, contents)
