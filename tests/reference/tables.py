"""The records of pyarrow and polars (docs/keys-arrow.md)."""

from __future__ import annotations

from typing import Any

from . import columns
from .known import Written, known, memory


def written(node: bytes) -> Written:
    return Written(lambda _: node)


def extension_types(value: Any, *kinds: Any) -> list[Any] | None:
    """The types that columns' types are made of, as far as they are extension types."""
    if not columns.names_extension(value):
        return None
    return [found for kind in kinds for found in types_in(kind)]


def types_in(kind: Any) -> Any:
    import pyarrow as pa

    is_extension = isinstance(kind, pa.BaseExtensionType)
    yield kind if is_extension else None
    if is_extension:
        yield from types_in(kind.storage_type)
    elif pa.types.is_dictionary(kind):
        yield from types_in(kind.value_type)
    else:
        for at in range(kind.num_fields):
            yield from types_in(kind.field(at).type)


def texts(kind: Any) -> list[str | None]:
    """The names and zones of a type."""
    import pyarrow as pa

    if isinstance(kind, pa.BaseExtensionType):
        return texts(kind.storage_type)
    if pa.types.is_dictionary(kind):
        return texts(kind.value_type)
    return [getattr(kind, "tz", None), *texts_of(kind.field(at) for at in range(kind.num_fields))]


def texts_of(fields: Any) -> list[str | None]:
    return [text for field in fields for text in (field.name, *texts(field.type))]


def cut(found: list[str | None]) -> list[Any]:
    """One more part, if the interface ends a text before its end."""
    return [found] if any("\0" in text for text in found if text) else []


def table(value: Any) -> list[Any]:
    length = columns.nodes.integer(value.num_rows)
    children = [columns.data(chunks(column), column.type) for column in value.columns]
    data = columns.record("arrow.data", [length, columns.none(), *children])
    return [value.num_rows, *schema(value.schema), written(data)]


def chunks(column: Any) -> list[Any]:
    return list(getattr(column, "chunks", [column]))


def array(value: Any) -> list[Any]:
    data = written(columns.data(chunks(value), value.type))
    types = extension_types(value.type, value.type)
    return [written(columns.field(value.type)), types, *cut(texts(value.type)), data]


def scalar(value: Any) -> list[Any]:
    import pyarrow as pa

    return array(pa.repeat(value, 1))


def dictionary_scalar(value: Any) -> list[Any]:
    return [*scalar(value), value.dictionary]


def data_type(value: Any) -> list[Any]:
    types = extension_types(value, value)
    if types and types[0] is value:
        types[0] = None
    return [written(columns.field(value)), types, *cut(texts(value))]


def field(value: Any) -> list[Any]:
    types = extension_types(value, value.type)
    return [written(columns.field(value)), types, *cut(texts_of([value]))]


def schema(value: Any) -> list[Any]:
    types = extension_types(value, *value.types)
    return [written(columns.field(value)), types, *cut(texts_of(value))]


def metadata(value: Any) -> list[Any]:
    return [[(key, value[key]) for key in value]]


def buffer(value: Any) -> list[Any]:
    return [value.is_mutable, memory(bytes(value))]


LIBRARY = "pyarrow.lib"
KINDS: dict[str, Any] = {"package": "pyarrow", "names_subclasses": True, "modules": LIBRARY}

for name in ("Table", "RecordBatch"):
    known(f"pyarrow.{name}", table, modules=LIBRARY)
known("pyarrow.ChunkedArray", array, modules=LIBRARY)
known("pyarrow.Array", array, **KINDS)
known("pyarrow.Scalar", scalar, **KINDS)
known("pyarrow.DictionaryScalar", dictionary_scalar, modules=LIBRARY)
known("pyarrow.DataType", data_type, **KINDS)
known("pyarrow.Field", field, modules=LIBRARY)
known("pyarrow.Schema", schema, modules=LIBRARY)
known("pyarrow.KeyValueMetadata", metadata, modules=LIBRARY)
for name in ("Buffer", "ResizableBuffer"):
    known(f"pyarrow.{name}", buffer, modules=LIBRARY)
