"""The records of pyarrow (docs/keys-arrow.md), as far as the vectors go: flat columns and lists."""

from __future__ import annotations

import struct
from typing import Any

import pyarrow as pa
import pyarrow.types as kinds

from .standard import Nested

NULLABLE = 2
FORMATS = {
    pa.null(): "n",
    pa.bool_(): "b",
    pa.int8(): "c",
    pa.uint8(): "C",
    pa.int16(): "s",
    pa.uint16(): "S",
    pa.int32(): "i",
    pa.uint32(): "I",
    pa.int64(): "l",
    pa.uint64(): "L",
    pa.float32(): "f",
    pa.float64(): "g",
    pa.string(): "u",
    pa.large_string(): "U",
    pa.binary(): "z",
    pa.large_binary(): "Z",
    pa.date32(): "tdD",
}
CODES = dict(zip("cCsSiIlLfg", "bBhHiIqQfd", strict=True)) | {"tdD": "i"}
"""How `struct` writes the rows of a fixed width."""


def record(value: Any) -> Nested | None:
    """The record of a value of pyarrow's own classes."""
    if type(value) is pa.Table:
        fields = [field(each.name, each.type, each.nullable) for each in value.schema]
        whole = Nested("arrow.field", ["", "+s", 0, pairs(value.schema), Fields(fields), None])
        columns = [data(column.to_pylist(), column.type) for column in value.columns]
        inner = Nested("arrow.data", [value.num_rows, None, *columns])
        return Nested("pyarrow.Table", [value.num_rows, whole, None, inner])
    if isinstance(value, (pa.ChunkedArray, pa.Array)):
        of_type = field("", value.type, True)
        return Nested(
            f"pyarrow.{type(value).__name__}",
            [of_type, None, data(value.to_pylist(), value.type)],
        )
    return None


class Fields(Nested):
    """A tuple of records."""

    def __init__(self, fields: list[Nested]):
        super().__init__("", fields)

    def write(self, walk: Any) -> bytes:
        from . import nodes

        return nodes.container(nodes.TUPLE, [walk.inside(each) for each in self.parts])


def pairs(schema: Any) -> tuple[bytes, ...] | None:
    return tuple(part for pair in (schema.metadata or {}).items() for part in pair) or None


def field(name: str, kind: Any, nullable: bool) -> Nested:
    flags = NULLABLE if nullable else 0
    if kinds.is_list(kind):
        child = field(kind.value_field.name, kind.value_type, kind.value_field.nullable)
        return Nested("arrow.field", [name, "+l", flags, None, Fields([child]), None])
    return Nested("arrow.field", [name, FORMATS[kind], flags, None, (), None])


def bits(rows: list[Any]) -> bytes:
    packed = bytearray((len(rows) + 7) // 8)
    for at, row in enumerate(rows):
        packed[at // 8] |= bool(row) << at % 8
    return bytes(packed)


def data(rows: list[Any], kind: Any) -> Nested:
    present = [row for row in rows if row is not None]
    has_nulls = len(present) < len(rows) and not kinds.is_null(kind)
    validity = bits([row is not None for row in rows]) if has_nulls else None
    return Nested("arrow.data", [len(rows), validity, *layout(present, kind)])


def layout(present: list[Any], kind: Any) -> list[Any]:
    if kinds.is_null(kind):
        return []
    if kinds.is_boolean(kind):
        return [bits(present)]
    if kinds.is_list(kind):
        return [ends(present), data([row for rows in present for row in rows], kind.value_type)]
    if FORMATS[kind] in ("u", "U", "z", "Z"):
        texts = [row.encode() if isinstance(row, str) else row for row in present]
        return [ends(texts), b"".join(texts)]
    if kinds.is_date32(kind):
        present = [row.toordinal() - 719_163 for row in present]
    return [struct.pack(f"<{len(present)}{CODES[FORMATS[kind]]}", *present)]


def ends(parts: list[Any]) -> bytes:
    totals = [sum(len(part) for part in parts[: at + 1]) for at in range(len(parts))]
    return struct.pack(f"<{len(totals)}Q", *totals)
