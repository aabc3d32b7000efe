"""The records of polars (docs/keys-arrow.md)."""

from __future__ import annotations

from typing import Any

from . import columns
from .known import Written, known, nested

PARAMETERS = {
    "Decimal": ["precision", "scale"],
    "Datetime": ["time_unit", "time_zone"],
    "Duration": ["time_unit"],
    "Categorical": ["categories"],
    "Enum": ["categories"],
    "List": ["inner"],
    "Array": ["inner", "size"],
    "Map": ["key", "value"],
    "Struct": ["fields"],
}
PLAIN = (
    "Int8 Int16 Int32 Int64 Int128 UInt8 UInt16 UInt32 UInt64 UInt128 Float16 Float32 Float64 "
    "Boolean String Binary Date Time Null Object Unknown"
).split()


def instance(kind: Any) -> Any:
    """A type that is a part: a class without parameters is its instance."""
    return kind() if isinstance(kind, type) else kind


def data_type(value: Any) -> list[Any]:
    parts = [getattr(value, name) for name in PARAMETERS.get(type(value).__name__, [])]
    return [instance(part) if is_type(part) else part for part in parts]


def is_type(part: Any) -> bool:
    return isinstance(part, type)


def series(value: Any) -> list[Any]:
    return [value.name, instance(value.dtype), content(value)]


def content(value: Any) -> Any:
    import pyarrow as pa

    if type(value.dtype).__name__ == "Object":
        return value.to_list()
    if has_cut_names(value.dtype):
        return value.to_frame().rechunk().serialize()
    column = pa.chunked_array(value.rename(""))
    node = columns.data(column.chunks, column.type, used=True)
    return Written(lambda _: node)


def has_cut_names(kind: Any) -> bool:
    """Whether a name in a type has a zero byte, which Arrow's interface does not hand out."""
    if fields := getattr(kind, "fields", None):
        return any("\0" in field.name or has_cut_names(field.dtype) for field in fields)
    return any(
        has_cut_names(getattr(kind, name, None)) for name in ("inner", "key", "value") if kind
    )


def frame(value: Any) -> list[Any]:
    inner = [nested("polars.Series", series(column)) for column in value.get_columns()]
    return [value.height, *inner]


def schema(value: Any) -> list[Any]:
    return [list(value.keys()), [instance(kind) for kind in value.values()]]


def categories(value: Any) -> list[Any]:
    return [value.name(), value.namespace(), instance(value.physical())]


def query(value: Any) -> list[Any]:
    return [written_query(value)]


def written_query(value: Any) -> bytes:
    inner = getattr(value, "meta", value)
    return inner.serialize()


def polars(name: str, parts: Any, module: str, *held: str) -> None:
    """`held` are attributes in which the class keeps what the record has."""
    known(f"polars.{name}", parts, modules=f"polars.{module}", not_attributes=frozenset(held))


CLASSES = "datatypes.classes"

polars("DataFrame", frame, "dataframe.frame", "_df")
polars("Series", series, "series.series", "_s")
polars("Schema", schema, "schema")
polars("Field", lambda value: [value.name, instance(value.dtype)], CLASSES, "name", "dtype")
polars("Categories", categories, CLASSES, "_categories")
polars("LazyFrame", query, "lazyframe.frame", "_ldf")
polars("Expr", query, "expr.expr", "_pyexpr")
for name in [*PARAMETERS, *PLAIN]:
    polars(
        name, data_type, CLASSES, *PARAMETERS.get(name, []), *(["shape"] if name == "Array" else [])
    )
