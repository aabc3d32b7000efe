"""Images: all that a value is, as text and tuples that nothing done to the value can change.

An array of a frame's has no flag for writing in its image, since a hit's cannot be written to.
"""

import collections
import enum
import types
import uuid

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

CONTAINERS = (list, dict, set, bytearray, collections.deque)
LEAVES = (type, types.ModuleType, enum.Enum, pa.DataType, pa.Field)


def image(value):
    """All that a value is, down to the items, with what it holds twice."""
    return of(value, {})


def contents(value):
    """The same without how it lies in memory, which depends on who else sees it."""
    return of(value, {"contents": (0, True)})


def of(value, seen):
    if isinstance(value, LEAVES) or type(value).__module__ in {"zoneinfo", "datetime"}:
        return (type(value), repr(value))
    if isinstance(value, uuid.UUID):
        return (type(value), value.int)
    if isinstance(value, np.dtype):
        return of_dtype(value, seen)
    if isinstance(value, np.generic):
        return (type(value), of_dtype(value.dtype, seen), repr(value.tolist()))
    if isinstance(value, CONTAINERS):
        if id(value) in seen:
            return ("again", seen[id(value)][0])
        seen[id(value)] = (len(seen), value)
    for classes, look in LOOKS:
        if isinstance(value, classes):
            return (type(value), *look(value, seen))
    if hasattr(value, "__dict__") and not isinstance(value, BaseException):
        return (type(value), repr(value) if is_of_pandas(value) else None, of(vars(value), seen))
    return (type(value), repr(value))


def is_of_pandas(value):
    return type(value).__module__.startswith("pandas")


def of_dtype(dtype, seen):
    fields = [
        (name, dtype.fields[name][1], of_dtype(dtype[name], seen)) for name in dtype.names or ()
    ]
    return (dtype.str, str(dtype), dtype.isnative, fields, repr(dtype.metadata))


def items(value, seen):
    return [of(item, seen) for item in value]


def of_set(value, seen):
    return sorted(map(repr, items(value, seen)))


def of_dict(value, seen):
    return [(of(key, seen), of(content, seen)) for key, content in value.items()]


def of_array(value, seen, *, with_flags=True):
    # A copy in the same order has the order that a hit has.
    flags = value.copy(order="K").flags
    # What lies between the items, or in unused bytes of them, is no content.
    is_exact = value.dtype.char not in "OVTgG" and type(value) is np.ndarray
    return (
        of_dtype(value.dtype, seen),
        value.shape,
        (flags.c_contiguous, flags.f_contiguous) if "contents" not in seen else None,
        value.flags.writeable if with_flags else None,
        value.tobytes() if is_exact else of(value.tolist(), seen),
    )


def of_masked(value, seen):
    parts = (np.asarray(value.data), np.ma.getmaskarray(value), value.fill_value)
    return [of(part, seen) for part in parts] + [value.mask is np.ma.nomask]


def of_index(value, seen):
    names = [of(name, seen) for name in value.names]
    if isinstance(value, pd.MultiIndex):
        codes = [of_part(codes, seen) for codes in value.codes]
        return [names, codes, [of(level, seen) for level in value.levels], value.sortorder]
    if isinstance(value, pd.RangeIndex):
        return [names, (value.start, value.stop, value.step)]
    freq = repr(getattr(value, "freq", None))
    return [names, str(value.dtype), freq, of_part(value._data, seen)]


def of_part(value, seen):
    """What a frame has its memory in."""
    if type(value) is np.ndarray:
        return of_array(value, seen, with_flags=False)
    if isinstance(value, pd.arrays.SparseArray):
        parts = [value.sp_values, value.sp_index.indices, value.fill_value]
    elif isinstance(value, pd.arrays.IntervalArray):
        parts = [value.left, value.right, value.closed]
    else:
        names = ["_ndarray", "_data", "_mask", "_pa_array"]
        parts = [getattr(value, name) for name in names if hasattr(value, name)]
    arrays = [
        of_part(part, seen) if isinstance(part, np.ndarray) else of(part, seen) for part in parts
    ]
    freq = repr(getattr(value, "_freq", None))
    return (type(value), of_pandas_dtype(value.dtype, seen), freq, arrays)


def of_pandas_dtype(dtype, seen):
    if isinstance(dtype, pd.CategoricalDtype):
        return (type(dtype), of(dtype.categories, seen), dtype.ordered)
    return of_dtype(dtype, seen) if isinstance(dtype, np.dtype) else (type(dtype), repr(dtype))


def of_frame(value, seen):
    manager = value._mgr
    if "contents" not in seen:
        blocks = [
            (type(block), block.mgr_locs.as_array.tolist(), block.ndim, of_part(block.values, seen))
            for block in manager.blocks
        ]
    elif isinstance(value, pd.Series):
        blocks = of_part(value.array, seen)
    else:
        blocks = [of_part(value.iloc[:, place].array, seen) for place in range(value.shape[1])]
    names = ["_attrs", *value._metadata, *(["_name"] if isinstance(value, pd.Series) else [])]
    beside = [getattr(value, name) for name in names]
    labels = value.flags.allows_duplicate_labels
    return [items(manager.axes, seen), blocks, labels, items(beside, seen)]


def of_arrow(value, seen):
    if isinstance(value, pa.Schema):
        return [value.to_string(), repr(value.metadata)]
    if isinstance(value, (pa.Table, pa.RecordBatch)):
        return [of(value.schema, seen), [of(column, seen) for column in value.columns]]
    # A slice of a column leaves those out that are empty.
    pieces = [len(piece) for piece in getattr(value, "chunks", ()) if len(piece)]
    return [str(value.type), value._name, pieces, repr(value.to_pylist())]


def of_polars(value, seen):
    if isinstance(value, pl.DataFrame):
        return [list(value.schema.items()), [of(column, seen) for column in value.get_columns()]]
    return [value.name, value.dtype, len(value), of(value.to_list(), seen)]


LOOKS = [
    (dict, of_dict),
    ((set, frozenset), of_set),
    (np.ma.MaskedArray, of_masked),
    (np.ndarray, of_array),
    (pd.Index, of_index),
    ((pd.DataFrame, pd.Series), of_frame),
    (pd.api.extensions.ExtensionArray, lambda value, seen: [of_part(value, seen)]),
    ((pa.Table, pa.RecordBatch, pa.Array, pa.ChunkedArray, pa.Schema), of_arrow),
    ((pl.DataFrame, pl.Series), of_polars),
    (slice, lambda value, seen: [repr(value)]),
    (bytearray, lambda value, seen: [bytes(value)]),
    ((list, tuple, collections.deque), items),
]
