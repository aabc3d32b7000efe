"""Recipes for what pandas has: see `values`."""

import datetime as dt
import zoneinfo

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import strategies as st

from snapshot.values import recipes


class Noted(pd.DataFrame):
    """A frame that keeps something beside."""

    _metadata = ["note"]

    @property
    def _constructor(self):
        return Noted


def repeated(values, count):
    """As many of them as asked for."""
    return [values[number % len(values)] for number in range(count)]


def cells_of_arrays(count):
    made = np.empty(count, "O")
    for place in range(count):
        made[place] = np.arange(2)
    return made


ZONE = zoneinfo.ZoneInfo("Europe/Berlin")
OFFSET = dt.timezone(dt.timedelta(hours=1))

# Of each kind of column, how it is made for a number of rows.
COLUMNS = {
    "int": lambda n: np.arange(n),
    "int8": lambda n: np.arange(n, dtype="i1"),
    "float": lambda n: np.arange(n) / 2,
    "complex": lambda n: np.arange(n) * 1j,
    "bool": lambda n: np.arange(n) % 2 == 0,
    "bool again": lambda n: np.arange(n) % 2 == 1,
    "str": lambda n: pd.array(repeated(["a", "b", None], n), dtype="str"),
    "str in Python": lambda n: pd.array(
        repeated(["a", None], n), dtype=pd.StringDtype("python", na_value=np.nan)
    ),
    "string": lambda n: pd.array(repeated(["a", pd.NA], n), dtype="string"),
    "object": lambda n: np.array(repeated([1, "a", None], n), dtype=object),
    "lists": lambda n: pd.Series([[number] for number in range(n)], dtype=object).array,
    "arrays": cells_of_arrays,
    "category": lambda n: pd.Categorical(repeated(["x", "y"], n), categories=["y", "x", "z"]),
    "ordered": lambda n: pd.Categorical(repeated([3, 1], n), categories=[3, 1], ordered=True),
    "datetime": lambda n: pd.date_range("2026", periods=n, freq="D").array,
    "seconds": lambda n: np.arange(n).astype("M8[s]"),
    "zoned": lambda n: pd.date_range("2026", periods=n, freq="h", tz=ZONE).array,
    "offset": lambda n: pd.date_range("2026", periods=n, freq="h", tz=OFFSET).array,
    "timedelta": lambda n: pd.timedelta_range("1h", periods=n, freq="2h").array,
    "period": lambda n: pd.period_range("2026", periods=n, freq="M").array,
    "interval": lambda n: pd.interval_range(0, n).array if n else pd.arrays.IntervalArray([]),
    "sparse": lambda n: pd.arrays.SparseArray(np.arange(n) % 3),
    "Int64": lambda n: pd.array(repeated([1, pd.NA], n), dtype="Int64"),
    "Float32": lambda n: pd.array(repeated([1.5, pd.NA], n), dtype="Float32"),
    "boolean": lambda n: pd.array(repeated([True, pd.NA], n), dtype="boolean"),
    "Arrow's int": lambda n: pd.array(repeated([1, None], n), dtype=pd.ArrowDtype(pa.int32())),
    "Arrow's str": lambda n: pd.array(repeated(["a", None], n), dtype="string[pyarrow]"),
    "Arrow's list": lambda n: pd.array(
        repeated([[1], None], n), dtype=pd.ArrowDtype(pa.list_(pa.int8()))
    ),
}

# Of each kind of labels, how they are made for a number of rows.
LABELS = {
    "range": lambda n: pd.RangeIndex(n),
    "named range": lambda n: pd.RangeIndex(n, name="r"),
    "int": lambda n: pd.Index(np.arange(n) * 2, name=("a", 1)),
    "float": lambda n: pd.Index(np.arange(n) / 2),
    "bool": lambda n: pd.Index(np.arange(n) % 2 == 0),
    "str": lambda n: pd.Index(repeated(["a", "b", "c", "d"], n), name="s", dtype="str"),
    "object": lambda n: pd.Index(repeated([1, "b", None, (1, 2)], n), dtype=object),
    "datetime": lambda n: pd.date_range("2026", periods=n, freq="D", name="d"),
    "zoned": lambda n: pd.date_range("2026", periods=n, freq="h", tz=ZONE),
    "timedelta": lambda n: pd.timedelta_range("1h", periods=n, freq="h"),
    "period": lambda n: pd.period_range("2026", periods=n, freq="M"),
    "interval": lambda n: pd.interval_range(0, n) if n else pd.IntervalIndex([]),
    "category": lambda n: pd.CategoricalIndex(repeated(["x", "y"], n), categories=["y", "x"]),
    "levels": lambda n: pd.MultiIndex.from_arrays(
        [repeated([1, 2], n), pd.date_range("2026", periods=n)], names=["i", None]
    ),
    "levels of categories": lambda n: pd.MultiIndex.from_arrays(
        [pd.Categorical(repeated(["x", "y"], n)), np.arange(n)]
    ),
    "masked": lambda n: pd.Index(np.arange(n), dtype="Int64"),
    "Arrow's": lambda n: pd.Index(np.arange(n), dtype=pd.ArrowDtype(pa.int64())),
    "repeated": lambda n: pd.Index([7] * n),
}

HEADERS = ["plain", "repeated", "levels", "category", "numbers", "dates"]


def header(kind, names):
    """The names of columns."""
    count = len(names)
    return {
        "plain": lambda: pd.Index(names),
        "repeated": lambda: pd.Index(["c"] * count),
        "levels": lambda: pd.MultiIndex.from_tuples(
            [(name[:1], name) for name in names], names=["u", None]
        ),
        "category": lambda: pd.CategoricalIndex(names, name="k"),
        "numbers": lambda: pd.RangeIndex(count),
        "dates": lambda: pd.date_range("2026", periods=count, freq="D"),
    }[kind]()


def frame(keep, columns, rows, labels, names, extras, unique):
    """A frame of such columns."""
    values = {f"{place}{kind}": COLUMNS[kind](rows) for place, kind in enumerate(columns)}
    made = pd.DataFrame(values, index=LABELS[labels](rows))
    if "pieces" in extras:
        made["added"] = np.arange(rows)
        made["twin"] = made["added"]
        made.insert(0, "first", 1.5)
    if "attrs" in extras:
        made.attrs.update(unit=["m", {"k": [1]}], array=np.arange(3))
    made.columns = header(names, list(made.columns) if made.columns.is_unique else [])
    if "used" in extras:
        # What pandas finds out, it keeps beside.
        _ = made.index.is_unique, made.columns.is_monotonic_increasing, made.dtypes, made.values
        if rows and made.index.is_unique:
            made.index.get_loc(made.index[0])
    if "noted" in extras:
        made = Noted(made)
        made.note = ["note"]
    if "part" in extras:
        keep.append(made)
        made = made.iloc[rows // 2 :, :]
    if unique and made.index.is_unique and made.columns.is_unique:
        made = made.set_flags(allows_duplicate_labels=False)
    keep.append(made)
    return made


def over_array(keep, shape, order):
    """A frame over an array of the caller's."""
    base = np.arange(np.prod(shape), dtype="f8").reshape(shape, order=order)
    keep.append(base)
    return pd.DataFrame(base, copy=False)


def series(keep, kind, rows, labels, name, attrs):
    """A column on its own."""
    made = pd.Series(COLUMNS[kind](rows), index=LABELS[labels](rows), name=name)
    if attrs:
        made.attrs["notes"] = [["a"]]
    keep.append(made)
    return made


def labels(keep, kind, rows):
    """Labels on their own."""
    made = LABELS[kind](rows)
    keep.append(made)
    return made


def series_over_index(keep):
    """A column and its labels over the same memory."""
    index = pd.Index(np.arange(4) * 3)
    keep.append(index)
    return pd.Series(index, index=index, copy=False)


ROWS = st.sampled_from([0, 1, 4])
FRAMES = recipes(
    frame,
    columns=st.lists(st.sampled_from(sorted(COLUMNS)), max_size=4),
    rows=ROWS,
    labels=st.sampled_from(sorted(LABELS)),
    names=st.sampled_from(HEADERS),
    extras=st.sets(st.sampled_from(["pieces", "attrs", "used", "noted", "part"])),
    unique=st.booleans(),
)
SERIES = recipes(
    series,
    kind=st.sampled_from(sorted(COLUMNS)),
    rows=ROWS,
    labels=st.sampled_from(sorted(LABELS)),
    name=st.sampled_from([None, "s", ("a", 1), 3.5, dt.date(2026, 1, 1)]),
    attrs=st.booleans(),
)
INDEXES = recipes(labels, kind=st.sampled_from(sorted(LABELS)), rows=ROWS)
OVER_ARRAYS = recipes(
    over_array, shape=st.sampled_from([(4, 1), (3, 2), (0, 2)]), order=st.sampled_from("CF")
)
PANDAS = FRAMES | SERIES | INDEXES | OVER_ARRAYS | st.just(series_over_index)
