"""What a caller may do to a value: it finds all that the value is made of, and spoils it."""

import collections
import enum
import gc
import types
import uuid
import warnings
import weakref

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

# What is not the value's own: the interpreter's, or a library's.
OF_ALL = (
    type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType,
    types.GetSetDescriptorType, types.MappingProxyType, types.FrameType, types.CodeType,
    enum.Enum, str, bytes, int, float, complex, type(None), type(np.ma.masked),
    type(pd.NA), type(pd.NaT), pd.offsets.BaseOffset, pd.PeriodDtype,
    pd.IntervalDtype, pd.BooleanDtype.__mro__[1],
)  # fmt: skip
# What objects of each library hold without telling the collector of garbage, or hand out.
HIDDEN = {
    "pandas": [
        "_mgr", "blocks", "axes", "values", "mgr_locs", "as_array", "indexer", "refs",
        "referenced_blocks", "array", "_data", "_ndarray", "_pa_array", "_mask", "_dtype", "dtype",
        "_cache", "_references", "_left", "_right", "sp_index", "sp_values", "indices", "index",
        "columns", "blknos", "blklocs", "name", "freq", "attrs", "flags", "categories", "base",
    ],
    "pyarrow": ["chunks", "columns", "dictionary", "schema", "metadata", "parent", "base"],
    "polars": ["_s", "_df"],
    "numpy": ["base", "dtype", "_mask"],
}  # fmt: skip
METHODS = {
    "pandas": ["to_numpy", "__array__"],
    "pyarrow": ["buffers", "to_numpy", "flatten"],
    "polars": ["get_columns", "to_numpy", "to_arrow", "to_physical"],
}
MOST = 200


def reachable(value):
    """All objects that a value is made of, from the outside to the inside."""
    found, left = {}, collections.deque([value])
    while left and len(found) < MOST:
        value = left.popleft()
        if isinstance(value, OF_ALL) or id(value) in found:
            continue
        found[id(value)] = value
        left += parts(value)
    return list(found.values())


def parts(value):
    """What an object holds, openly or not."""
    yield from gc.get_referents(value)
    if isinstance(value, np.ndarray):
        yield from value.flat if value.dtype.hasobject else ()
    if isinstance(value, weakref.ref):
        yield value()
    if isinstance(value, (bytearray, memoryview, pa.Buffer)):
        yield attempt(lambda: raw(value))
    library = type(value).__module__.split(".")[0]
    for name in HIDDEN.get(library, ()):
        yield attempt(lambda name=name: getattr(value, name))
    for name in METHODS.get(library, ()):
        yield attempt(lambda name=name: getattr(value, name)())
    if library in HIDDEN:
        yield attempt(lambda: vars(value))
    if library in {"pyarrow", "polars"}:
        yield attempt(lambda: np.from_dlpack(value))


def raw(value):
    """The memory of a buffer; not that of pointers, which would end the process."""
    if "O" in memoryview(value).format:
        raise TypeError("objects")
    return np.frombuffer(value, "u1")


def attempt(action):
    """What an action returns; what it raises is fine."""
    try:
        return action()
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        return None


def spoil_all(value):
    """Writes to all that a value is made of, contents first."""
    found = reachable(value)
    for spoil in (spoil_contents, spoil_shape, spoil_containers, spoil_attributes):
        for part in found:
            attempt(lambda part=part, spoil=spoil: spoil(part))


def spoil_contents(value):
    """Writes to memory."""
    if isinstance(value, np.ndarray):
        spoil_array(value)
    elif isinstance(value, (memoryview, pa.Buffer, bytearray)):
        attempt(lambda: overwrite(raw(value)))
    elif isinstance(value, np.void):
        attempt(lambda: value.__setitem__(0, 77))
        attempt(lambda: overwrite(raw(value)))


def spoil_array(value):
    for array in (value, value.view(), value.view(np.ndarray)):
        attempt(lambda array=array: array.setflags(write=True))
        attempt(lambda array=array: overwrite(array.view("u1")))
        attempt(lambda array=array: overwrite(array))
    if not value.dtype.hasobject:
        attempt(lambda: value.byteswap(inplace=True))
    attempt(lambda: value.sort())
    attempt(lambda: np.ma.asarray(value).__setitem__(..., np.ma.masked))


def overwrite(view):
    """Writes something else to each item."""
    if view.dtype.kind == "O":
        view[...] = "spoilt"
    elif view.dtype.kind == "b" or view.dtype == np.uint8:
        np.bitwise_not(view, out=view)
    else:
        view[...] = np.ones((), view.dtype)


def spoil_shape(value):
    """Changes what an array, or a data type, says of itself."""
    if isinstance(value, np.ndarray):
        attempt(lambda: setattr(value, "shape", (1, *value.shape)))
        attempt(lambda: setattr(value, "strides", (0,) * value.ndim))
        attempt(lambda: setattr(value, "dtype", f"S{value.itemsize}"))
        attempt(lambda: value.resize((9,)))
        attempt(lambda: value.setflags(write=False))
    elif isinstance(value, np.dtype) and value.isbuiltin == 0:
        attempt(lambda: setattr(value, "names", [name * 2 for name in value.names]))
        version, order, *state = value.__reduce__()[2]
        value.__setstate__((version, "<" if order == ">" else ">", *state))


def spoil_containers(value):
    """Puts something else into containers."""
    if isinstance(value, list):
        attempt(lambda: list.__setitem__(value, 0, "spoilt"))
        attempt(lambda: list.append(value, "spoilt"))
    elif isinstance(value, dict):
        attempt(lambda: dict.update(value, dict.fromkeys(value, "spoilt")))
        attempt(lambda: dict.__setitem__(value, "more", "spoilt"))
    elif isinstance(value, set):
        attempt(lambda: set.add(value, "spoilt"))
    elif isinstance(value, collections.deque):
        value.append("spoilt")


def spoil_attributes(value):
    """Sets attributes, whatever the class says to that."""
    if isinstance(value, uuid.UUID):
        attempt(lambda: object.__setattr__(value, "int", 1))
    if is_of_pandas(value):
        for name in ["name", "_name", "freq", "_freq", "values", "mgr_locs", "ndim", "refs"]:
            attempt(lambda name=name: setattr(value, name, "spoilt"))
            attempt(lambda name=name: object.__setattr__(value, name, "spoilt"))
        attempt(lambda: setattr(value, "names", ["spoilt"] * len(value.names)))
        attempt(lambda: setattr(value, "note", "spoilt"))
    if isinstance(value, (pa.Array, pa.ChunkedArray)):
        attempt(lambda: setattr(value, "_name", "spoilt"))


def is_of_pandas(value):
    return type(value).__module__.startswith("pandas")


def public_pandas(value):
    """What pandas' documentation says changes a frame, a series or labels in place."""
    index = value if isinstance(value, pd.Index) else value.index
    yield lambda: setattr(index, "name", "spoilt")
    yield lambda: setattr(index, "names", ["spoilt"] * index.nlevels)
    yield lambda: index.rename("spoilt", inplace=True)
    yield lambda: index.categories.rename("spoilt", inplace=True)
    yield lambda: index.values.__setitem__(0, 9)
    yield lambda: index.insert(0, index[0])
    if isinstance(value, pd.Index):
        return
    yield lambda: value.attrs["unit"].append("spoilt")
    yield lambda: value.attrs.update(spoilt=1)
    yield lambda: setattr(value.flags, "allows_duplicate_labels", True)
    yield lambda: value.iloc.__setitem__(0, value.iloc[-1])
    yield lambda: value.iloc.__setitem__((slice(None), 0), value.iloc[::-1, 0].to_numpy())
    yield lambda: value.loc.__setitem__(value.index[0], 9)
    yield lambda: value.at.__setitem__((value.index[0], value.columns[0]), 9)
    yield lambda: value.iat.__setitem__((0, 0), 9)
    yield lambda: value.iat.__setitem__(0, 9)
    yield lambda: value.fillna(0, inplace=True)
    yield lambda: value.replace({1: 9}, inplace=True)
    yield lambda: value.clip(lower=2, inplace=True)
    yield lambda: value.mask(value == value, inplace=True)
    yield lambda: value.sort_index(ascending=False, inplace=True)
    yield lambda: value.cat.categories.rename("spoilt", inplace=True)
    yield lambda: value.array.__setitem__(0, value.array[-1])
    yield lambda: value.to_numpy().__setitem__(0, 9)
    yield lambda: value.__iadd__(1)
    yield lambda: value.reset_index(inplace=True)
    yield lambda: value.index.__class__.rename(value.index, "spoilt", inplace=True)
    if isinstance(value, pd.Series):
        yield lambda: setattr(value, "name", "spoilt")
        return
    yield lambda: setattr(value.columns, "name", "spoilt")
    yield lambda: value.iloc[:, 0].iloc.__setitem__(0, 9)
    yield lambda: value[value.columns[0]].array.__setitem__(0, 9)
    yield lambda: value.insert(0, "more", 1)
    yield lambda: value.update(value.iloc[::-1].set_axis(value.index))
    yield lambda: value.drop(columns=value.columns[0], inplace=True)
    yield lambda: value.pop(value.columns[0])
    yield lambda: value.set_index(value.columns[0], inplace=True)
    yield lambda: setattr(value, "columns", range(value.shape[1]))


def public_polars(value):
    """What polars' documentation says changes a frame or a series in place, and some beneath."""
    if isinstance(value, pl.DataFrame):
        yield lambda: value.__setitem__((0, 0), value[-1, 0])
        yield lambda: value.insert_column(0, pl.Series("more", [1] * value.height))
        yield lambda: value.extend(value.clone())
        yield lambda: value.drop_in_place("0")
        yield lambda: setattr(value, "columns", [name * 2 for name in value.columns])
        yield lambda: value._df.clear()
        yield lambda: value.replace_column(0, value.to_series(0).reverse())
        yield lambda: value.to_series(0).scatter(0, value.to_series(0)[-1])
        return
    yield lambda: value.scatter([0], value[-1])
    yield lambda: value.__setitem__(0, value[-1])
    yield lambda: value[0].append("spoilt")
    yield lambda: value.extend(value.clone())
    yield lambda: value.append(value.clone())
    yield lambda: value.sort(descending=True, in_place=True)
    yield lambda: value.set_sorted(descending=True)
    yield lambda: value._s.rename("spoilt")
    yield lambda: value._s.append(value._s)


def public(value):
    """All that is done to values of a library's by what it has for that."""
    if isinstance(value, (pd.DataFrame, pd.Series, pd.Index)):
        return list(public_pandas(value))
    if isinstance(value, (pl.DataFrame, pl.Series)):
        return list(public_polars(value))
    return []


def change_by_public_ways(value):
    """Does to each value of a library's what its library has for that."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for part in reachable(value):
            for change in public(part):
                attempt(change)
