"""Recipes for what pyarrow and polars have: see `values`."""

import numpy as np
import polars as pl
import pyarrow as pa
from hypothesis import strategies as st

from snapshot.values import recipes

# Of each kind of Arrow's arrays, how it is made around an array of the caller's.
ARRAYS = {
    "int": pa.array,
    "small": lambda base: pa.array(base.astype("i1")),
    "float": lambda base: pa.array(base / 2),
    "missing": lambda base: pa.array(base, mask=base % 2 == 0),
    "bool": lambda base: pa.array(base > 1),
    "text": lambda base: pa.array([str(number) for number in base]),
    "view": lambda base: pa.array(["long enough to be out of line"] * len(base), pa.string_view()),
    "dictionary": lambda base: pa.array(map(str, base), pa.string()).dictionary_encode(),
    "list": lambda base: pa.ListArray.from_arrays(pa.array([0, len(base)], pa.int32()), base),
    "struct": lambda base: pa.StructArray.from_arrays([pa.array(base), pa.array(base)], ["a", "b"]),
    "null": lambda base: pa.nulls(len(base)),
    "zoned": lambda base: pa.array(base, pa.timestamp("us", "Europe/Berlin")),
    "buffer": lambda base: pa.Array.from_buffers(pa.int64(), len(base), [None, pa.py_buffer(base)]),
    "extension": lambda base: pa.ExtensionArray.from_storage(
        pa.bool8(), pa.array(base.astype("i1"))
    ),
}


def arrow_array(keep, kind, rows, is_part):
    """An array of Arrow's, which may lie over one of numpy's."""
    base = np.arange(rows)
    made = ARRAYS[kind](base)
    keep += [base, made]
    return made[rows // 2 :] if is_part else made


def chunked(keep, kind, rows):
    """A column in pieces."""
    pieces = [arrow_array(keep, kind, count, is_part) for count, is_part in [(rows, 0), (4, 1)]]
    return pa.chunked_array([piece for piece in pieces if piece.type == pieces[0].type])


def table(keep, kinds, rows, how):
    """A table of Arrow's."""
    arrays = {}
    for place, kind in enumerate(kinds):
        made = arrow_array(keep, kind, rows, is_part=False)
        if len(made) == rows:
            arrays[f"{place}{kind}"] = made
    made = pa.table(arrays)
    if how == "metadata":
        return made.replace_schema_metadata({"unit": "m"})
    if how == "pieces":
        return pa.concat_tables([made, made])
    if how == "part":
        return made.slice(rows // 2)
    if how == "batch" and arrays:
        return pa.record_batch(arrays)
    return made.schema if how == "schema" else made


def polars_series(keep, kind, rows):
    """A column of polars', which may lie over an array of numpy's."""
    base = np.arange(rows)
    keep.append(base)
    made = {
        "int": lambda: pl.Series("s", base),
        "float": lambda: pl.Series("s", base / 2),
        "bool": lambda: pl.Series("s", base > 1),
        "text": lambda: pl.Series("s", [str(number) for number in base], dtype=pl.String),
        "list": lambda: pl.Series("s", [[number] for number in base.tolist()]),
        "struct": lambda: pl.Series("s", [{"a": number} for number in base.tolist()]),
        "array": lambda: pl.Series("s", np.arange(rows * 2).reshape(rows, 2)),
        "category": lambda: pl.Series("s", ["x", None], dtype=pl.Categorical),
        "enum": lambda: pl.Series("s", ["y", "x"], dtype=pl.Enum(["x", "y"])),
        "date": lambda: pl.Series("s", base.astype("M8[us]")),
        "null": lambda: pl.Series("s", [None] * rows),
        "Arrow's": lambda: pl.from_arrow(pa.array(base)),
        "object": lambda: pl.Series("s", [[number] for number in range(rows)], dtype=pl.Object),
    }[kind]()
    keep.append(made)
    return made


def polars_frame(keep, kinds, rows):
    """A frame of polars'."""
    columns = [polars_series(keep, kind, rows) for kind in kinds]
    columns = [column for column in columns if len(column) == rows]
    made = pl.DataFrame([column.alias(str(place)) for place, column in enumerate(columns)])
    keep.append(made)
    return made


ROWS = st.sampled_from([0, 1, 5])
ARROW_KINDS = st.sampled_from(sorted(ARRAYS))
ARROW = (
    recipes(arrow_array, kind=ARROW_KINDS, rows=ROWS, is_part=st.booleans())
    | recipes(chunked, kind=ARROW_KINDS, rows=ROWS)
    | recipes(
        table,
        kinds=st.lists(ARROW_KINDS, max_size=3),
        rows=ROWS,
        how=st.sampled_from(["plain", "metadata", "pieces", "part", "batch", "schema"]),
    )
)
OF_POLARS = ["int", "float", "bool", "text", "list", "struct", "array", "category", "enum", "date"]
POLARS_KINDS = st.sampled_from([*OF_POLARS, "null", "Arrow's", "object"])
POLARS = recipes(polars_series, kind=POLARS_KINDS, rows=ROWS) | recipes(
    polars_frame, kinds=st.lists(POLARS_KINDS, max_size=3), rows=ROWS
)
