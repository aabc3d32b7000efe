"""Columns of Arrow as nodes: `arrow.field` and `arrow.data` (docs/keys-arrow.md)."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterable
from typing import Any

from . import nodes


class Schema(ctypes.Structure):
    """The `ArrowSchema` of the C Data Interface."""


Schema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_void_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(Schema))),
    ("dictionary", ctypes.POINTER(Schema)),
    ("release", ctypes.c_void_p),
    ("private_data", ctypes.c_void_p),
]


def record(name: str, parts: Iterable[bytes]) -> bytes:
    return nodes.container(nodes.RECORD, [nodes.text(name), *parts])


def octets(contents: bytes) -> bytes:
    return nodes.leaf(nodes.BYTES, contents)


def none() -> bytes:
    return nodes.unit(nodes.NONE)


def exported(value: Any) -> tuple[Any, Schema]:
    """The capsule, which is to be kept, and what is in it."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    capsule = value.__arrow_c_schema__()
    return capsule, Schema.from_address(pointer(capsule, b"arrow_schema"))


def field(value: Any) -> bytes:
    """The node of a type, field or schema."""
    capsule, schema = exported(value)
    node = field_node(schema)
    del capsule
    return node


def field_node(schema: Schema) -> bytes:
    children = [field_node(schema.children[at].contents) for at in range(schema.n_children)]
    metadata = pairs(schema.metadata)
    name = (schema.name or b"").decode()
    return record(
        "arrow.field",
        [
            nodes.text(name),
            nodes.text(schema.format.decode()),
            nodes.integer(schema.flags & 7),
            nodes.container(nodes.TUPLE, map(octets, metadata)) if metadata else none(),
            nodes.container(nodes.TUPLE, children),
            field_node(schema.dictionary.contents) if schema.dictionary else none(),
        ],
    )


def names_extension(value: Any) -> bool:
    """Whether a field of a type or schema says that it is of an extension type."""
    capsule, schema = exported(value)
    found = has_extension(schema)
    del capsule
    return found


def has_extension(schema: Schema) -> bool:
    inner = [schema.children[at].contents for at in range(schema.n_children)]
    if schema.dictionary:
        inner.append(schema.dictionary.contents)
    own = b"ARROW:extension:name" in pairs(schema.metadata)[::2]
    return own or any(map(has_extension, inner))


def pairs(address: int | None) -> list[bytes]:
    """Keys and values of metadata, one after the other."""
    if not address:
        return []
    (count,) = struct.unpack("i", ctypes.string_at(address, 4))
    found, at = [], address + 4
    for _ in range(2 * count):
        (length,) = struct.unpack("i", ctypes.string_at(at, 4))
        found.append(ctypes.string_at(at + 4, length))
        at += 4 + length
    return found


def data(chunks: list[Any], kind: Any, *, used: bool = False) -> bytes:
    """The node of a column's rows. `used` tells dictionaries that count as far as they are used."""
    import pyarrow as pa

    if isinstance(kind, pa.BaseExtensionType):
        return data([chunk.storage for chunk in chunks], kind.storage_type, used=used)
    if pa.types.is_dictionary(kind):
        return dictionary(chunks, kind, used=used)
    array = pa.concat_arrays(chunks) if chunks else pa.array([], kind)
    validity, rows = none(), array
    if has_validity(kind) and array.null_count:
        valid = [not null for null in array.is_null().to_pylist()]
        kept = [row for row, is_valid in zip(each(array), valid, strict=True) if is_valid]
        validity, rows = octets(bits(valid)), pa.concat_arrays([array.slice(0, 0), *kept])
    return record(
        "arrow.data", [nodes.integer(len(array)), validity, *layout(rows, kind, used=used)]
    )


def has_validity(kind: Any) -> bool:
    import pyarrow as pa

    is_without = (pa.types.is_null, pa.types.is_union, pa.types.is_run_end_encoded)
    return not any(test(kind) for test in is_without)


def bits(truths: list[bool]) -> bytes:
    number = sum(1 << at for at, truth in enumerate(truths) if truth)
    return number.to_bytes((len(truths) + 7) // 8, "little")


def ends(lengths: Iterable[int]) -> bytes:
    total, out = 0, b""
    for length in lengths:
        total += length
        out += total.to_bytes(8, "little")
    return octets(out)


def layout(rows: Any, kind: Any, *, used: bool) -> list[bytes]:
    """What the layout calls for; no row is null."""
    import pyarrow as pa

    is_ = pa.types
    if is_.is_null(kind):
        return []
    if is_.is_boolean(kind):
        return [octets(bits(rows.to_pylist()))]
    if is_.is_struct(kind):
        return [
            data([rows.field(at)], kind.field(at).type, used=used) for at in range(kind.num_fields)
        ]
    if is_.is_union(kind):
        return union(rows, kind, used=used)
    if is_.is_run_end_encoded(kind):
        return runs(rows, kind, used=used)
    if is_.is_nested(kind):
        return lists(rows, kind, used=used)
    try:
        return [octets(fixed(rows, kind.bit_width // 8))]
    except ValueError:
        texts = [row.as_buffer().to_pybytes() for row in rows]
        return [ends(map(len, texts)), octets(b"".join(texts))]


def fixed(rows: Any, width: int) -> bytes:
    memory = rows.buffers()[1]
    start = rows.offset * width
    return memory.to_pybytes()[start : start + len(rows) * width] if memory else b""


def lists(rows: Any, kind: Any, *, used: bool) -> list[bytes]:
    import pyarrow as pa

    if pa.types.is_map(kind):
        inner = pa.struct([kind.key_field, kind.item_field])
        lengths = [len(row) for row in rows.to_pylist()]
        start, length = rows.offsets[0].as_py() if lengths else 0, sum(lengths)
        columns = [rows.keys.slice(start, length), rows.items.slice(start, length)]
        items = pa.StructArray.from_arrays(columns, fields=[kind.key_field, kind.item_field])
        return [ends(lengths), data([items], inner, used=used)]
    child = data([rows.flatten()], kind.value_type, used=used)
    if pa.types.is_fixed_size_list(kind):
        return [child]
    return [ends(len(row) for row in rows.to_pylist()), child]


def union(rows: Any, kind: Any, *, used: bool) -> list[bytes]:
    import pyarrow as pa

    codes = rows.type_codes.to_pylist()
    children = []
    for at, code in enumerate(kind.type_codes):
        places = [place for place, each in enumerate(codes) if each == code]
        if kind.mode == "dense":
            offsets = rows.offsets.to_pylist()
            places = [offsets[place] for place in places]
        column = rows.field(at).take(pa.array(places, pa.int64()))
        children.append(data([column], kind.field(at).type, used=used))
    return [octets(bytes(codes)), *children]


def runs(rows: Any, kind: Any, *, used: bool) -> list[bytes]:
    """Each run of equal values is one, however many the column has."""
    import pyarrow as pa

    start, stop = rows.offset, rows.offset + len(rows)
    lengths: list[int] = []
    firsts: list[int] = []
    last, before = None, 0
    for at, end in enumerate(rows.run_ends.to_pylist()):
        length = min(end, stop) - max(before, start)
        before = end
        if length <= 0:
            continue
        value = data([rows.values.slice(at, 1)], kind.value_type, used=True)
        if value == last:
            lengths[-1] += length
            continue
        lengths.append(length)
        firsts.append(at)
        last = value
    values = rows.values.take(pa.array(firsts, pa.int64()))
    return [ends(lengths), data([values], kind.value_type, used=used)]


def dictionary(chunks: list[Any], kind: Any, *, used: bool) -> bytes:
    """The values, and for each row which of them it is."""
    import pyarrow as pa

    kept: dict[bytes, int] = {}
    values: list[Any] = []
    rows: list[int | None] = []
    for chunk in chunks:
        places = [data([value], kind.value_type) for value in each(chunk.dictionary)]
        indices = chunk.indices.to_pylist()
        order = [index for index in indices if index is not None] if used else range(len(places))
        is_first = not values and not used
        numbers: dict[int, int] = {}
        for index in order:
            if is_first:
                kept.setdefault(places[index], len(values))
                numbers[index] = len(values)
                values.append(chunk.dictionary.slice(index, 1))
                continue
            if places[index] not in kept:
                kept[places[index]] = len(values)
                values.append(chunk.dictionary.slice(index, 1))
            numbers[index] = kept[places[index]]
        rows += [None if index is None else numbers[index] for index in indices]
    width = next(size for size in (1, 2, 4, 8) if len(values) <= 1 << 8 * size)
    valid = [row is not None for row in rows]
    indices = b"".join(row.to_bytes(width, "little") for row in rows if row is not None)
    return record(
        "arrow.data",
        [
            nodes.integer(len(rows)),
            none() if all(valid) else octets(bits(valid)),
            data([pa.concat_arrays(values)] if values else [], kind.value_type, used=used),
            octets(indices),
        ],
    )


def each(array: Any) -> list[Any]:
    return [array.slice(at, 1) for at in range(len(array))]
