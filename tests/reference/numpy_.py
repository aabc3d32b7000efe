"""The records of numpy (docs/keys-data.md), as far as the vectors go: arrays and scalars."""

from __future__ import annotations

from typing import Any

import numpy as np

from .standard import Nested, memory


def record(value: Any) -> Nested | None:
    """The record of a value of numpy's own classes."""
    if type(value) is np.ndarray:
        return array(value)
    if isinstance(value, np.generic) and type(value).__module__ == "numpy":
        return Nested("numpy.generic", [value.dtype, contents(np.asarray(value))])
    if isinstance(value, np.dtype):
        return data_type(value)
    return None


def array(value: Any) -> Nested:
    return Nested("numpy.ndarray", [value.dtype, value.shape, contents(value)])


def contents(value: Any) -> Any:
    if value.dtype.hasobject:
        return list(value.ravel())
    if value.dtype.names is None or is_packed(value.dtype):
        return memory(np.ascontiguousarray(value).tobytes())
    return Nested("numpy.fields", [contents(value[name]) for name in value.dtype.names])


def is_packed(dtype: Any) -> bool:
    """Whether the fields lie one after the other in their order."""
    if dtype.subdtype is not None:
        return is_packed(dtype.subdtype[0])
    if dtype.names is None:
        return True
    end = 0
    for name in dtype.names:
        field, offset = dtype.fields[name][:2]
        if offset != end or not is_packed(field):
            return False
        end += field.itemsize
    return end == dtype.itemsize


def data_type(dtype: Any) -> Nested:
    metadata = None if dtype.metadata is None else dict(dtype.metadata)
    if dtype.subdtype is not None:
        return Nested("numpy.dtype.subarray", [*dtype.subdtype, metadata])
    if dtype.names is None:
        return Nested("numpy.dtype", [dtype.str, dtype.char, scalar_class(dtype), metadata])
    head = [dtype.itemsize, dtype.isalignedstruct, scalar_class(dtype), metadata]
    return Nested("numpy.dtype.structured", [*head, *(field(dtype, name) for name in dtype.names)])


def field(dtype: Any, name: str) -> Nested:
    inner, offset, title = (*dtype.fields[name], None)[:3]
    return Nested("numpy.dtype.field", [name, title, offset, inner])


def scalar_class(dtype: Any) -> type | None:
    is_plain = dtype.type.__module__ == "numpy" and dtype.type.__name__ != "record"
    return None if is_plain else dtype.type
