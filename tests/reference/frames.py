"""The records of pandas (docs/keys-data.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import classes
from .arrays import of_array
from .known import known, memory, nested

# By class, where pandas keeps what the records have, and what it remembers.
OF_ARRAYS = "_cache _readonly"
OF_FRAMES = "_attrs _cacher _flags _index _is_copy _item_cache _metadata _mgr _typ"
OF_INDEXES = "_cache _data _id _name _references"
OF_MASKED = f"{OF_ARRAYS} _data _dtype _mask"
OF_ARROW = f"{OF_ARRAYS} _dtype _pa_array"
OF_PANDAS = {
    "DataFrame": OF_FRAMES,
    "Series": f"{OF_FRAMES} _name",
    "Index": OF_INDEXES,
    "CategoricalIndex": OF_INDEXES,
    "PeriodIndex": OF_INDEXES,
    "IntervalIndex": OF_INDEXES,
    "DatetimeIndex": f"{OF_INDEXES} _freq",
    "TimedeltaIndex": f"{OF_INDEXES} _freq",
    "RangeIndex": "_cache _id _name _range _references",
    "MultiIndex": "_cache _codes _id _levels _names _references sortorder",
    "DatetimeArray": f"{OF_ARRAYS} _freq",
    "TimedeltaArray": f"{OF_ARRAYS} _freq",
    "IntervalArray": f"{OF_ARRAYS} _dtype _left _right",
    "SparseArray": f"{OF_ARRAYS} _dtype _sparse_index _sparse_values",
    "IntegerArray": OF_MASKED,
    "FloatingArray": OF_MASKED,
    "BooleanArray": OF_MASKED,
    "ArrowStringArray": OF_ARROW,
    "ArrowStringArrayNumpySemantics": OF_ARROW,
    "ArrowExtensionArray": OF_ARROW,
    "CategoricalDtype": "_cache _categories _ordered",
    "DatetimeTZDtype": "_cache _tz _unit",
    "PeriodDtype": "_cache _dtype_code _freq",
    "IntervalDtype": "_cache _closed _subtype",
    "SparseDtype": "_cache _dtype _fill_value",
    "ArrowDtype": "_cache _storage pyarrow_dtype storage",
    "StringDtype": "_cache _na_value _storage storage",
    "BaseMaskedDtype": "_cache",
}
OF_OFFSETS = {"_cache", "_offset", "_use_relativedelta", "kwds", "n", "normalize"}


def column(values: Any) -> Any:
    """An array of numpy as such, whatever is known of its class; else the extension array."""
    return of_array(values) if hasattr(values, "__array_interface__") else values


def put_on(value: Any, base: type, held: set[str]) -> dict[str, Any]:
    """What lies on an instance and in slots beside what the known class keeps."""
    own = getattr(value, "__dict__", {})
    if is_of_pandas(value):
        own = {name: part for name, part in own.items() if not name.startswith("_")}
    found = {name: part for name, part in own.items() if name not in held}
    return found | classes.slots_before(value, lambda cls: cls is base)


def is_of_pandas(value: Any) -> bool:
    return type(value).__module__.split(".")[0] == "pandas"


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
    held = {*OF_PANDAS.get(base.__name__, OF_ARRAYS).split(), *getattr(value, "_accessors", ())}
    return {**added, **put_on(value, base, held)}


def array_attributes(value: Any, base: Any) -> dict[str, Any]:
    found = attributes(value, base)
    return found if is_of_pandas(value) else {**found, "dtype": value.dtype}


def offset_attributes(value: Any, base: Any) -> dict[str, Any]:
    return put_on(value, base, {*OF_OFFSETS, *getattr(value, "kwds", ())})


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
frames(
    "pandas.Categorical",
    categorical,
    "pandas.core.arrays.categorical",
    attributes=array_attributes,
)
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
    modules = f"pandas.core.arrays.{module}"
    frames(f"pandas.arrays.{name}", parts, modules, attributes=array_attributes)
frames(
    "pandas.core.arrays.string_.StringArrayNumpySemantics",
    lambda value: [of_array(value._ndarray), value.dtype],
    "",
    attributes=array_attributes,
)
frames(
    "pandas.core.arrays.string_arrow.ArrowStringArrayNumpySemantics",
    reading("_pa_array", "dtype"),
    "",
    attributes=array_attributes,
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
