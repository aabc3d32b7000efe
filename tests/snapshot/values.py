"""Recipes for values of every form: functions that make the same value anew at each call.

A recipe is given a list, in which it keeps what the value may lie over: arrays of the caller's.
"""

import collections
import datetime as dt
import decimal
import functools
import uuid

import numpy as np
from hypothesis import strategies as st

NUMBERS = ["?", "i1", "u2", ">i4", "i8", "f2", ">f4", "f8", "g", "c8", "c16"]
OTHERS = ["M8[ns]", "M8[25s]", "m8[us]", ">M8[D]", "S3", "U4", ">U2"]
RECORD = np.dtype([("a", "i4"), ("b", "f8", (2,)), ("c", "U2")], align=True)
RECORD_OF_OBJECTS = np.dtype([("a", "i4"), ("o", "O")])
MARKED = np.dtype("f8", metadata={"unit": "m"})
ORDERS = ["C", "F"]
SHAPES = [(), (0,), (1,), (5,), (2, 3), (3, 0), (2, 3, 4)]
LAYOUTS = ["owned", "part", "backwards", "turned", "repeated", "over bytes", "over a bytearray"]


class Thing:
    """Something that only pickle knows how to copy."""

    def __init__(self, content):
        self.content = content


class Cells:
    """What cells hold that Python's containers hold too."""

    LEAVES = (None, True, 7, 2.5, "text", b"bytes", 1j, dt.date(2026, 1, 1), decimal.Decimal("1.5"))


def numbers(dtype, count):
    """As many items of any data type that numpy has."""
    dtype = np.dtype(dtype)
    if dtype.isbuiltin == 0 and dtype.kind != "T":
        dtype = dtype.newbyteorder("|")
    if dtype.kind == "V":
        made = np.zeros(count, dtype)
        for name in dtype.names or ():
            made[name] = numbers(dtype[name].base, count).reshape(
                (count,) + (1,) * (made[name].ndim - 1)
            )
        return made
    if dtype.kind == "O":
        made = np.empty(count, "O")
        made[:] = [Cells.LEAVES[number % len(Cells.LEAVES)] for number in range(count)]
        return made
    return np.arange(count).astype(dtype)


def array(keep, dtype, shape, order, layout, is_writeable):
    """An array over memory of its own, or of another array."""
    size = int(np.prod(shape))
    made = numbers(dtype, size).reshape(shape, order=order)
    if layout == "part":
        base = np.repeat(made.reshape(-1), 2)
        keep.append(base)
        made = base[::2].reshape(shape, order=order) if size < 2 else base[::2]
    elif layout == "backwards" and made.ndim:
        keep.append(made)
        made = made[::-1]
    elif layout == "turned":
        keep.append(made)
        made = made.transpose(*reversed(range(made.ndim)))
        made = made.swapaxes(0, 1) if made.ndim > 2 else made
    elif layout == "repeated" and made.ndim:
        keep.append(made)
        made = np.broadcast_to(made, (2, *made.shape))
    elif layout.startswith("over") and not made.dtype.hasobject:
        memory = made.tobytes()
        memory = bytearray(memory) if "array" in layout else memory
        keep.append(memory)
        made = np.ndarray(made.shape, made.dtype, memory, order=order)
    if not is_writeable:
        made.flags.writeable = False
    return made


def masked(keep, dtype, shape):
    """An array whose items may be missing."""
    data = numbers(dtype, int(np.prod(shape))).reshape(shape)
    mask = np.zeros(shape, bool)
    mask[..., :1] = True
    keep += [data, mask]
    return np.ma.MaskedArray(data, mask, fill_value=data.dtype.type(1))


def object_array(keep, cells):
    """An array of objects, some of which can change."""
    made = np.empty(len(cells), "O")
    for place, cell in enumerate(cells):
        made[place] = cell(keep)
    keep.append(made)
    return made


def scalar(keep, dtype):
    """One item of an array's, as numpy has it."""
    base = numbers(dtype, 3)
    keep.append(base)
    return base[1]


def record(keep):
    """One row of an array of records."""
    base = np.rec.array([(1, 2.0), (3, 4.0)], names="a,b")
    keep.append(base)
    return base[0]


def constant(value, keep):
    """The value itself, which cannot change."""
    return value


def identity(keep):
    """What is immutable by agreement only."""
    return uuid.UUID(int=12345)


def built(keep, kind, parts):
    """A container around other values, each of which it has twice."""
    made = [part(keep) for part in parts]
    keep += made
    if kind == "dict":
        return {str(place): value for place, value in enumerate(made + made)}
    if kind == "list":
        return [*made, made[:1], made[:1]]
    if kind == "tuple":
        return (*made, (*made,), [])
    if kind == "thing":
        return [Thing(made), *made]
    if kind == "ordered":
        return collections.OrderedDict(a=made, b=made)
    return collections.deque([*made, made])


def flat(keep, kind):
    """A container whose elements cannot change."""
    made = {
        "set": lambda: {1, "a", (2, None)},
        "frozenset": lambda: frozenset({1, (2, "b")}),
        "bytearray": lambda: bytearray(b"bytes"),
        "keys": lambda: {(1, 2): [1], uuid.UUID(int=1): [2], None: {}},
        "set of identities": lambda: {uuid.UUID(int=1)},
        "itself": list,
    }[kind]()
    if kind == "itself":
        made.append(made)
    return made


def recipes(function, **options):
    """A strategy for recipes: `function` with some of the options."""
    bound = st.fixed_dictionaries(options)
    return bound.map(lambda chosen: functools.partial(called, function, chosen))


def called(function, options, keep):
    """Calls a recipe's function."""
    return function(keep, **options)


LEAVES = st.sampled_from(Cells.LEAVES).map(lambda leaf: functools.partial(constant, leaf))
FLAT = recipes(
    flat,
    kind=st.sampled_from(
        ["set", "frozenset", "bytearray", "keys", "set of identities", "itself"],
    ),
)
ARRAYS = recipes(
    array,
    dtype=st.sampled_from([*NUMBERS, *OTHERS, "O", "V3", "T", RECORD, RECORD_OF_OBJECTS, MARKED]),
    shape=st.sampled_from(SHAPES),
    order=st.sampled_from(ORDERS),
    layout=st.sampled_from(LAYOUTS),
    is_writeable=st.booleans(),
)
OBJECT_ARRAYS = recipes(
    object_array, cells=st.lists(LEAVES | FLAT | ARRAYS | st.just(identity), max_size=3)
)
MASKED = recipes(masked, dtype=st.sampled_from(NUMBERS), shape=st.sampled_from([(3,), (2, 2)]))
SCALARS = recipes(scalar, dtype=st.sampled_from([*NUMBERS, *OTHERS, RECORD, "V3"]))
NUMPY = ARRAYS | OBJECT_ARRAYS | MASKED | SCALARS | st.just(record)
KINDS = ["dict", "list", "tuple", "thing", "ordered", "deque"]


def trees(leaves):
    """A strategy for containers around values."""
    return st.recursive(
        leaves,
        lambda parts: recipes(
            built, kind=st.sampled_from(KINDS), parts=st.lists(parts, min_size=1, max_size=3)
        ),
        max_leaves=6,
    )


TREES = trees(LEAVES | FLAT | st.just(identity))
