"""The records of pandas (docs/keys-data.md), as far as the vectors go: no subclasses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from . import numpy_
from .standard import Nested, memory


def record(value: Any) -> Nested | None:
    """The record of a value of pandas' own classes."""
    for cls, (name, parts) in RECORDS.items():
        if type(value) is cls:
            return Nested(name, parts(value))
    return None


def column(values: Any) -> Any:
    """Of a series or an index: times and spans of time have an extension array in any case."""
    is_plain = isinstance(values.dtype, np.dtype) and values.dtype.kind not in "mM"
    return numpy_.array(values.to_numpy()) if is_plain else values.array


def instants(value: Any) -> list[Any]:
    numbers = numpy_.array(value._ndarray)
    return [numbers, getattr(value, "tz", None), getattr(value, "_freq", None)]


def axes(value: Any) -> list[Any]:
    return [dict(value.attrs) or None, value.flags.allows_duplicate_labels]


def frame(value: Any) -> list[Any]:
    columns = [column(value.iloc[:, at]) for at in range(value.shape[1])]
    return [value.columns, value.index, *axes(value), *columns]


def series(value: Any) -> list[Any]:
    return [value.name, value.index, *axes(value), column(value)]


def index(value: Any) -> list[Any]:
    return [value.name, column(value)]


def index_with_frequency(value: Any) -> list[Any]:
    return [*index(value), value.freq]


def arrow_strings(value: Any) -> list[Any]:
    return [value._pa_array, value.dtype]


def multi_index(value: Any) -> list[Any]:
    levels = Nested("pandas.MultiIndex.levels", list(value.levels))
    codes = Nested("pandas.MultiIndex.codes", [numpy_.array(codes) for codes in value.codes])
    return [list(value.names), levels, codes, value.sortorder]


def masked(value: Any) -> list[Any]:
    data = np.where(value._mask, np.zeros((), value._data.dtype), value._data)
    return [value._data.dtype, memory(value._mask.tobytes()), memory(data.tobytes())]


def categorical(value: Any) -> list[Any]:
    return [numpy_.array(value.codes), value.categories, value.ordered]


def timestamp(value: Any) -> list[Any]:
    return [value._value, value.unit, value.fold, value.tzinfo]


Parts = Callable[[Any], list[Any]]

RECORDS: dict[type, tuple[str, Parts]] = {
    pd.DataFrame: ("pandas.DataFrame", frame),
    pd.Series: ("pandas.Series", series),
    pd.Index: ("pandas.Index", index),
    pd.CategoricalIndex: ("pandas.CategoricalIndex", index),
    pd.IntervalIndex: ("pandas.IntervalIndex", index),
    pd.PeriodIndex: ("pandas.PeriodIndex", index),
    pd.RangeIndex: (
        "pandas.RangeIndex",
        lambda value: [value.name, value.start, value.stop, value.step],
    ),
    pd.MultiIndex: ("pandas.MultiIndex", multi_index),
    pd.Categorical: ("pandas.Categorical", categorical),
    pd.arrays.IntegerArray: ("pandas.arrays.IntegerArray", masked),
    pd.arrays.FloatingArray: ("pandas.arrays.FloatingArray", masked),
    pd.arrays.BooleanArray: ("pandas.arrays.BooleanArray", masked),
    pd.arrays.IntervalArray: (
        "pandas.arrays.IntervalArray",
        lambda value: [value._left, value._right, value.closed],
    ),
    pd.CategoricalDtype: (
        "pandas.CategoricalDtype",
        lambda value: [value.categories, value.ordered],
    ),
    pd.Timestamp: ("pandas.Timestamp", timestamp),
    pd.Timedelta: ("pandas.Timedelta", lambda value: [value._value, value.unit]),
    pd.Interval: (
        "pandas.Interval",
        lambda value: [value.left, value.right, value.closed],
    ),
    pd.DatetimeIndex: ("pandas.DatetimeIndex", index_with_frequency),
    pd.TimedeltaIndex: ("pandas.TimedeltaIndex", index_with_frequency),
    pd.arrays.ArrowStringArray: ("pandas.arrays.ArrowStringArray", arrow_strings),
    pd.StringDtype: ("pandas.StringDtype", lambda value: [value.storage, value.na_value]),
    pd.arrays.DatetimeArray: ("pandas.arrays.DatetimeArray", instants),
    pd.arrays.TimedeltaArray: ("pandas.arrays.TimedeltaArray", instants),
}
