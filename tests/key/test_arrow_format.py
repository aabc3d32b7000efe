"""A slow, obvious second implementation of docs/keys-arrow.md, over Python's own values."""

import struct

import blake3
import pytest

from memoxide._core import encode_value

pa = pytest.importorskip("pyarrow")
pl = pytest.importorskip("polars")


def number(value):
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + number(value >> 7)


def leaf(tag, contents):
    if len(contents) > 256:
        return bytes([0xFE, tag]) + number(len(contents)) + blake3.blake3(contents).digest()
    return bytes([tag]) + number(len(contents)) + contents


def container(tag, *children):
    node = bytes([tag]) + number(len(children)) + b"".join(children)
    return b"\xff" + blake3.blake3(node).digest() if len(node) > 256 else node


def record(name, *parts):
    return container(0x33, leaf(6, name.encode()), *parts)


def integer(value):
    return leaf(3, value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True))


NONE = b"\x00"


def bits(truths):
    value = sum(truth << index for index, truth in enumerate(truths))
    return leaf(8, value.to_bytes((len(truths) + 7) // 8, "little"))


def ends(lengths):
    total, ends = 0, b""
    for length in lengths:
        total += length
        ends += struct.pack("<q", total)
    return leaf(8, ends)


def field(kind, name="", flags=2):
    children = [kind.field(index) for index in range(kind.num_fields)]
    fields = [field(child.type, child.name, 2 * child.nullable) for child in children]
    values = field(kind.value_type) if pa.types.is_dictionary(kind) else NONE
    text = leaf(6, FORMATS[str(kind)].encode())
    name = leaf(6, name.encode())
    return record("arrow.field", name, text, integer(flags), NONE, container(0x11, *fields), values)


def data(kind, values):
    valid = [value is not None for value in values]
    present = [value for value in values if value is not None]
    validity = NONE if all(valid) else bits(valid)
    return record("arrow.data", integer(len(values)), validity, *layout(kind, present))


def layout(kind, present):
    if kind == pa.bool_():
        return [bits(present)]
    if kind == pa.int32() or kind == pa.float64():
        code = "<i" if kind == pa.int32() else "<d"
        return [leaf(8, b"".join(struct.pack(code, value) for value in present))]
    if kind in (pa.string(), pa.large_string(), pa.string_view()):
        texts = [text.encode() for text in present]
        return [ends(map(len, texts)), leaf(8, b"".join(texts))]
    if pa.types.is_dictionary(kind):
        values = sorted(set(present), key=present.index)
        indices = bytes(values.index(value) for value in present)
        return [data(kind.value_type, values), leaf(8, indices)]
    if pa.types.is_struct(kind):
        return [data(child.type, [row[child.name] for row in present]) for child in kind]
    rows = [row for rows in present for row in rows]
    return [ends(map(len, present)), data(kind.value_type, rows)]


FORMATS = {
    "bool": "b",
    "int32": "i",
    "double": "g",
    "string": "u",
    "large_string": "U",
    "string_view": "vu",
    "dictionary<values=string, indices=int8, ordered=0>": "c",
    "list<item: string>": "+l",
    "struct<a: int32, b: list<item: string>>": "+s",
}

LONG = "x" * 300
LISTS = [["a"], None, [], [None, LONG]]

COLUMNS = [
    (pa.bool_(), [True, None, False] * 5),
    (pa.int32(), [1, 2, None, -4]),
    (pa.int32(), list(range(1000))),
    (pa.float64(), [1.5, None, -0.0]),
    (pa.string(), ["a", None, "", LONG]),
    (pa.large_string(), ["a", None, ""]),
    (pa.string_view(), ["a", None, LONG]),
    (pa.dictionary(pa.int8(), pa.string()), ["b", None, "a", "b"]),
    (pa.list_(pa.string()), LISTS),
    (
        pa.struct([("a", pa.int32()), ("b", pa.list_(pa.string()))]),
        [{"a": 1, "b": ["x", None]}, None, {"a": None, "b": None}],
    ),
    (pa.int32(), []),
]


@pytest.mark.parametrize(("kind", "values"), COLUMNS)
def test_columns_are_written_as_the_specification_says(kind, values):
    parts = [field(kind), NONE, data(kind, values)]
    array = pa.array(values, kind)
    assert encode_value(array) == record(f"pyarrow.{type(array).__name__}", *parts)
    assert encode_value(pa.chunked_array([array])) == record("pyarrow.ChunkedArray", *parts)
    assert encode_value(kind) == record(f"pyarrow.{type(kind).__name__}", *parts[:2])


def test_tables_are_written_as_the_specification_says():
    table = pa.table({"a": pa.array([1, None], pa.int32()), "b": LISTS[:2]})
    columns = [data(column.type, column.to_pylist()) for column in table.columns]
    struct_of = field(pa.struct(list(table.schema)), flags=0)
    content = record("arrow.data", integer(2), NONE, *columns)
    assert encode_value(table) == record("pyarrow.Table", integer(2), struct_of, NONE, content)


def test_frames_are_written_as_the_specification_says():
    frame = pl.DataFrame({"a": pl.Series([1, None], dtype=pl.Int32), "b": LISTS[:2]})
    text = record("polars.String")
    types = [record("polars.Int32"), record("polars.List", text)]
    columns = [
        record("polars.Series", leaf(6, name.encode()), dtype, data(kind, frame[name].to_list()))
        for name, dtype, kind in zip("ab", types, [pa.int32(), pa.list_(pa.string())], strict=True)
    ]
    assert encode_value(frame) == record("polars.DataFrame", integer(2), *columns)
