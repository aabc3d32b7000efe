"""The records of numpy (docs/keys-data.md)."""

from __future__ import annotations

import sys
from typing import Any

from .known import Written, known, memory, nested

OF_MEMORY_MAPS = frozenset("_mmap filename offset mode".split())
OF_MASKED = frozenset(
    "_mask _fill_value _hardmask _sharedmask _isfield _baseclass _basedict _optinfo "
    "_fieldmask".split()
)


def plain(value: Any) -> Any:
    """An array as one of the base class, whatever a subclass makes of it."""
    numpy = sys.modules["numpy"]
    return numpy.ndarray.view(value, numpy.ndarray)


def array(value: Any) -> list[Any]:
    value = plain(value)
    return [value.dtype, value.shape, contents(value)]


def of_array(value: Any) -> Written:
    return nested("numpy.ndarray", array(value))


def contents(value: Any) -> Any:
    if value.dtype.char in "OT":
        return value.ravel().tolist()
    if value.dtype.names is None or is_packed(value.dtype):
        return memory(items(value))
    return nested("numpy.fields", [contents(plain(value[name])) for name in value.dtype.names])


def items(value: Any) -> bytes:
    data = value.tobytes()
    if not has_unused_bytes(value.dtype):
        return data
    start = 0 if value.dtype.isnative else 6
    return b"".join(data[at + start : at + start + 10] for at in range(0, len(data), 16))


def has_unused_bytes(dtype: Any) -> bool:
    numpy = sys.modules["numpy"]
    return dtype.char in "gG" and numpy.finfo(numpy.longdouble).nmant == 63


def is_packed(dtype: Any) -> bool:
    """Whether structured items have no gaps, and their fields stand in their order."""
    end = 0
    for name in dtype.names:
        field, offset = dtype.fields[name][:2]
        if offset != end or not is_whole(field.base):
            return False
        end += field.itemsize
    return end == dtype.itemsize


def is_whole(dtype: Any) -> bool:
    if dtype.names is not None:
        return is_packed(dtype)
    return not dtype.hasobject and not has_unused_bytes(dtype)


def masked(value: Any) -> list[Any]:
    numpy = sys.modules["numpy"]
    mask = None if value.mask is numpy.ma.nomask else of_array(value.mask)
    return [*array(value.data), mask, value.fill_value, bool(value.hardmask)]


def memory_map(value: Any) -> list[Any]:
    return [*array(value), value.filename, value.offset, value.mode]


def scalar(value: Any) -> list[Any]:
    if isinstance(value, (str, bytes)):
        return [value.dtype, value[:]]
    numpy = sys.modules["numpy"]
    return [value.dtype, contents(numpy.asarray(value, value.dtype))]


def scalar_class(dtype: Any) -> type | None:
    cls = dtype.type
    return None if cls.__module__ == "numpy" and cls.__name__ != "record" else cls


def metadata(dtype: Any) -> dict[Any, Any] | None:
    return dict(dtype.metadata) if dtype.metadata else None


def data_type(value: Any) -> Written:
    """Which of the records of a data type it is."""
    if value.subdtype is not None:
        base, shape = value.subdtype
        return nested("numpy.dtype.subarray", [base, shape, metadata(value)])
    if value.names is not None:
        layout = [value.itemsize, value.isalignedstruct, scalar_class(value), metadata(value)]
        fields = [field(value, name) for name in value.names]
        return nested("numpy.dtype.structured", [*layout, *fields])
    parts = [value.str, value.char, scalar_class(value), metadata(value)]
    return nested("numpy.dtype", parts)


def field(dtype: Any, name: str) -> Written:
    inner, offset, title = (*dtype.fields[name], None)[:3]
    return nested("numpy.dtype.field", [name, title, offset, inner])


def string_type(value: Any) -> list[Any]:
    return [value.coerce, hasattr(value, "na_object"), getattr(value, "na_object", None)]


def seed_sequence(value: Any) -> list[Any]:
    return [value.entropy, value.spawn_key, value.pool_size, value.n_children_spawned]


MASKED = {"not_attributes": OF_MASKED}
NUMPY = {"package": "numpy"}

known("numpy.ndarray", array)
known("numpy.matrix", array)
known("numpy.rec.recarray", array, modules="numpy")
known("numpy.char.chararray", array, modules="numpy numpy.core.defchararray")
known("numpy.memmap", memory_map, not_attributes=OF_MEMORY_MAPS)
known("numpy.ma.MaskedArray", masked, modules="numpy.ma.core", **MASKED)
known("numpy.ma.core.MaskedConstant", lambda value: [], modules="numpy.ma", **MASKED)
known("numpy.generic", scalar, **NUMPY)
known("numpy.dtype", data_type, **NUMPY)
known("numpy.dtypes.StringDType", string_type, **NUMPY)
known("numpy.random._generator.Generator", lambda value: [value.bit_generator])
known(
    "numpy.random.mtrand.RandomState",
    lambda value: [value.get_state(legacy=False), value._bit_generator],
)
known(
    "numpy.random.bit_generator.BitGenerator",
    lambda value: [value.state, value.seed_seq],
    **NUMPY,
)
known("numpy.random.bit_generator.SeedSequence", seed_sequence, **NUMPY)
