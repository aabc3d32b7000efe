"""Nodes as bytes: units, leaves, containers, and the digests of long ones."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from blake3 import blake3

INLINE_LIMIT = 256

NONE, FALSE, TRUE = 0x00, 0x01, 0x02
INT, FLOAT, COMPLEX = 0x03, 0x04, 0x05
STR, STR_WITH_SURROGATES = 0x06, 0x07
BYTES, BYTEARRAY, BUFFER = 0x08, 0x09, 0x0A
ELLIPSIS, NOT_IMPLEMENTED = 0x0B, 0x0C
LIST, TUPLE, DICT, SET, FROZENSET = 0x10, 0x11, 0x12, 0x13, 0x14
OBJECT, GLOBAL, CLASS, FUNCTION, CODE = 0x20, 0x21, 0x22, 0x23, 0x24
METHOD, MODULE, CELL, EMPTY_CELL, ENUM_MEMBER = 0x25, 0x26, 0x27, 0x28, 0x29
CACHED, SENTINEL, OPAQUE, DESCRIPTOR = 0x2E, 0x2F, 0x30, 0x31
DEFINED_CLASS, RECORD, SUBCLASS = 0x32, 0x33, 0x34
HASHED, WITH_CACHE_KEY = 0x38, 0x39
OPEN, PENDING, CYCLE = 0x40, 0x41, 0x42
DEFAULT, IGNORED = 0x48, 0x4A
LONG_LEAF, DIGEST = 0xFE, 0xFF

BLOCKS: dict[bytes, bytes] = {}
"""What was digested, by its digest: the way back for the decoder. Memoxide keeps no such thing."""


def digest(contents: bytes) -> bytes:
    """The BLAKE3 of `contents`, which is remembered."""
    result = blake3(contents).digest()
    BLOCKS[result] = contents
    return result


def leb128(number: int) -> bytes:
    """Seven bits a byte, low ones first, the highest bit set in all bytes but the last."""
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def unit(tag: int) -> bytes:
    return bytes([tag])


def leaf(tag: int, contents: bytes) -> bytes:
    if len(contents) <= INLINE_LIMIT:
        return bytes([tag]) + leb128(len(contents)) + contents
    return bytes([LONG_LEAF, tag]) + leb128(len(contents)) + digest(contents)


def container(tag: int, children: Iterable[bytes]) -> bytes:
    children = list(children)
    count = len(children) // 2 if tag == DICT else len(children)
    node = bytes([tag]) + leb128(count) + b"".join(children)
    return node if len(node) <= INLINE_LIMIT else bytes([DIGEST]) + digest(node)


def integer(value: int) -> bytes:
    length = 1
    while not -(1 << 8 * length - 1) <= value < 1 << 8 * length - 1:
        length += 1
    return leaf(INT, value.to_bytes(length, "little", signed=True))


def float_bits(value: float) -> bytes:
    return struct.pack("<Q", 0x7FF8000000000000) if value != value else struct.pack("<d", value)


def real(value: float) -> bytes:
    return unit(FLOAT) + float_bits(value)


def complex_number(value: complex) -> bytes:
    return unit(COMPLEX) + float_bits(value.real) + float_bits(value.imag)


def text(value: str) -> bytes:
    try:
        return leaf(STR, value.encode("utf-8"))
    except UnicodeEncodeError:
        return leaf(STR_WITH_SURROGATES, value.encode("utf-8", "surrogatepass"))
