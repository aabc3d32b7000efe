"""The records of pandas (docs/keys-data.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .arrays import of_array
from .known import known, memory, nested

# Where the classes of pandas keep what the records have.
OF_PANDAS = """
    _attrs _cache _cacher _categories _closed _codes _data _dtype _dtype_code _fill_value
    _flags _freq _id _is_copy _item_cache _left _levels _mask _mgr _na_value _name _names
    _ndarray _ordered _pa_array _range _readonly _references _right _sparse_index
    _sparse_values _storage _subtype _tz _unit sortorder
""".split()


def column(values: Any) -> Any:
    """An array of numpy as such, whatever is known of its class; else the extension array."""
    return of_array(values) if hasattr(values, "__array_interface__") else values


def user_attributes(value: Any) -> dict[str, Any]:
    own = getattr(value, "__dict__", {})
    return {name: part for name, part in own.items() if not name.startswith("_")}


def around(value: Any) -> list[Any]:
    """What a frame and a series have beside their axes and columns."""
    return [value.attrs or None, value.flags.allows_duplicate_labels]


def frame(value: Any) -> list[Any]:
    columns = [column(value.iloc[:, at]._values) for at in range(value.shape[1])]
    return [value.columns, value.index, *around(value), *columns]


def series(value: Any) -> list[Any]:
    return [value.name, value.index, *around(value), column(value._values)]


def index(value: Any) -> list[Any]:
    return [value.name, column(value._values)]


def index_of_time(value: Any) -> list[Any]:
    return [*index(value), value.freq]


def index_of_range(value: Any) -> list[Any]:
    return [value.name, value.start, value.stop, value.step]


def hierarchical(value: Any) -> list[Any]:
    levels = nested("pandas.MultiIndex.levels", list(value.levels))
    codes = nested("pandas.MultiIndex.codes", [of_array(code) for code in value.codes])
    return [list(value.names), levels, codes, value.sortorder]


def categorical(value: Any) -> list[Any]:
    return [of_array(value.codes), value.categories, value.ordered]


def times(value: Any) -> list[Any]:
    zone, frequency = getattr(value, "tz", None), getattr(value, "freq", None)
    return [of_array(value._ndarray), zone, frequency]


def periods(value: Any) -> list[Any]:
    return [of_array(value._ndarray), value.dtype.freq]


def intervals(value: Any) -> list[Any]:
    return [column(value._left), column(value._right), value.closed]


def sparse(value: Any) -> list[Any]:
    places = value.sp_index.to_int_index().indices
    return [of_array(value.sp_values), value.fill_value, value.kind, len(value), of_array(places)]


def masked(value: Any) -> list[Any]:
    data, mask = value._data.copy(), value._mask
    data[mask] = 0
    return [data.dtype, memory(mask.tobytes()), memory(data.tobytes())]


def offset(value: Any) -> list[Any]:
    return [value.n, value.normalize, dict(sorted(value.kwds.items()))]


def custom_offset(value: Any) -> list[Any]:
    days = [value.offset, value.weekmask, value.holidays]
    calendar = value.calendar
    return [value.n, value.normalize, *days, calendar.weekmask, calendar.holidays]


def reading(*names: str) -> Callable[[Any], list[Any]]:
    """The parts are these attributes."""
    return lambda value: [getattr(value, name) for name in names]


def attributes(value: Any, base: Any) -> dict[str, Any]:
    """Those that `_metadata` adds, then those that the user put there."""
    known_names = getattr(base, "_metadata", ())
    names = [name for name in getattr(value, "_metadata", ()) if name not in known_names]
    added = {name: getattr(value, name) for name in names if hasattr(value, name)}
    is_of_pandas = type(value).__module__.split(".")[0] == "pandas"
    own = user_attributes(value) if is_of_pandas else getattr(value, "__dict__", {})
    return {**added, **{name: part for name, part in own.items() if name not in OF_PANDAS}}


def offset_attributes(value: Any, base: Any) -> dict[str, Any]:
    parts = {"n", "normalize", "kwds", *getattr(value, "kwds", ())}
    return {name: part for name, part in user_attributes(value).items() if name not in parts}


def frames(name: str, parts: Callable[[Any], Any], modules: str, **other: Any) -> None:
    known(name, parts, modules=modules, **{"attributes": attributes, **other})


frames("pandas.DataFrame", frame, "pandas.core.frame")
frames("pandas.Series", series, "pandas.core.series")
for name, module in {
    "Index": "base",
    "CategoricalIndex": "category",
    "PeriodIndex": "period",
    "IntervalIndex": "interval",
}.items():
    frames(f"pandas.{name}", index, f"pandas.core.indexes.{module}")
frames("pandas.DatetimeIndex", index_of_time, "pandas.core.indexes.datetimes")
frames("pandas.TimedeltaIndex", index_of_time, "pandas.core.indexes.timedeltas")
frames("pandas.RangeIndex", index_of_range, "pandas.core.indexes.range")
frames("pandas.MultiIndex", hierarchical, "pandas.core.indexes.multi")
frames("pandas.Categorical", categorical, "pandas.core.arrays.categorical")
for name, (parts, module) in {
    "DatetimeArray": (times, "datetimes"),
    "TimedeltaArray": (times, "timedeltas"),
    "PeriodArray": (periods, "period"),
    "IntervalArray": (intervals, "interval"),
    "SparseArray": (sparse, "sparse.array"),
    "IntegerArray": (masked, "integer"),
    "FloatingArray": (masked, "floating"),
    "BooleanArray": (masked, "boolean"),
    "NumpyExtensionArray": (lambda value: [of_array(value._ndarray)], "numpy_"),
    "StringArray": (lambda value: [of_array(value._ndarray), value.dtype], "string_"),
    "ArrowStringArray": (reading("_pa_array", "dtype"), "string_arrow"),
    "ArrowExtensionArray": (reading("_pa_array"), "arrow.array"),
}.items():
    frames(f"pandas.arrays.{name}", parts, f"pandas.core.arrays.{module}")
frames(
    "pandas.core.arrays.string_.StringArrayNumpySemantics",
    lambda value: [of_array(value._ndarray), value.dtype],
    "",
)
frames(
    "pandas.core.arrays.string_arrow.ArrowStringArrayNumpySemantics",
    reading("_pa_array", "dtype"),
    "",
)
for name, parts in {
    "CategoricalDtype": reading("categories", "ordered"),
    "DatetimeTZDtype": reading("unit", "tz"),
    "PeriodDtype": reading("freq"),
    "IntervalDtype": reading("subtype", "closed"),
    "SparseDtype": reading("subtype", "fill_value"),
    "ArrowDtype": reading("pyarrow_dtype"),
    "StringDtype": reading("storage", "na_value"),
}.items():
    frames(f"pandas.{name}", parts, "pandas.core.dtypes.dtypes pandas.core.arrays.string_")
frames(
    "pandas.core.arrays.masked.BaseMaskedDtype",
    reading("name"),
    "pandas.core.dtypes.dtypes",
    package="pandas",
)
TIMES = "pandas._libs.tslibs."
OFFSETS = TIMES + "offsets"


def scalars(name: str, parts: Callable[[Any], Any], modules: str) -> None:
    known(name, parts, modules=modules, not_attributes=frozenset({"__module__"}))


def offsets(name: str, parts: Callable[[Any], Any]) -> None:
    known(name, parts, modules=OFFSETS, attributes=offset_attributes)


scalars("pandas.Timestamp", reading("_value", "unit", "fold", "tz"), TIMES + "timestamps")
scalars("pandas.Timedelta", reading("_value", "unit"), TIMES + "timedeltas")
scalars("pandas.Period", reading("ordinal", "freq"), TIMES + "period")
scalars("pandas.Interval", reading("left", "right", "closed"), "pandas._libs.interval")
scalars("pandas.api.typing.NaTType", lambda value: [], TIMES + "nattype")
scalars("pandas.api.typing.NAType", lambda value: [], "pandas._libs.missing")
offsets("pandas.DateOffset", offset)
for name in ("Day", "MonthEnd", "MonthBegin"):
    offsets(f"pandas.offsets.CustomBusiness{name}", custom_offset)
offsets(
    "pandas.offsets.CustomBusinessHour",
    lambda value: [*custom_offset(value), value.start, value.end],
)
