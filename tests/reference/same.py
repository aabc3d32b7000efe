"""Whether two values are the same for everyone who reads them."""

from __future__ import annotations

import collections
import functools
import io
import struct
import types
from typing import Any

from . import classes


def same(one: Any, other: Any, assumed: frozenset[tuple[int, int]] = frozenset()) -> bool:
    """Equality that tells classes, zeros' signs and orders of dicts apart, and no NaN from another.

    Two places of cyclic values are the same if nothing that is reached from them differs.
    """
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return bits(one) == bits(other)
    if isinstance(one, complex):
        return bits(one.real) == bits(other.real) and bits(one.imag) == bits(other.imag)
    pair = (id(one), id(other))
    if pair in assumed:
        return True
    assumed |= {pair}
    if isinstance(one, (set, frozenset)):
        return same_set(one, other, assumed)
    parts = parts_of(one)
    if parts is None:
        return one == other
    return same_items(parts, parts_of(other), assumed)


def bits(value: float) -> bytes:
    return b"nan" if value != value else struct.pack("<d", value)


def same_items(ones: Any, others: Any, assumed: frozenset[tuple[int, int]]) -> bool:
    if len(ones) != len(others):
        return False
    return all(same(one, other, assumed) for one, other in zip(ones, others, strict=True))


def same_set(ones: Any, others: Any, assumed: frozenset[tuple[int, int]]) -> bool:
    rest = list(others)
    for one in ones:
        match = next((at for at, other in enumerate(rest) if same(one, other, assumed)), None)
        if match is None:
            return False
        del rest[match]
    return not rest


def parts_of(value: Any) -> list[Any] | None:
    """What a value is made of, in its order; nothing if `==` tells all."""
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, collections.deque):
        return [value.maxlen, *value]
    if isinstance(value, collections.ChainMap):
        return list(value.maps)
    if isinstance(value, (dict, types.MappingProxyType)):
        factory = getattr(value, "default_factory", None)
        return [factory, *(part for item in value.items() for part in item)]
    return parts_of_object(value)


def parts_of_object(value: Any) -> list[Any] | None:
    if isinstance(value, (range, slice)):
        return [value.start, value.stop, value.step]
    if isinstance(value, functools.partial):
        return [value.func, value.args, value.keywords]
    if isinstance(value, io.BytesIO):
        return [value.getvalue(), value.tell()]
    if isinstance(value, type):
        return None
    if hasattr(value, "fold"):
        return [value.replace(tzinfo=None, fold=0).isoformat(), value.fold, value.tzinfo]
    if hasattr(value, "as_tuple"):
        return list(value.as_tuple())
    return attributes(value) if is_users(value) else None


def attributes(value: Any) -> list[Any]:
    found = dict(getattr(value, "__dict__", {}))
    for cls in type(value).__mro__:
        found.update(classes.set_slots(value, cls))
    return list(found.items())


def is_users(value: Any) -> bool:
    """Whether `==` may be that of `object`, or one that a decorator wrote."""
    eq = type(value).__eq__
    if isinstance(value, types.SimpleNamespace):
        return True
    return eq is object.__eq__ or hasattr(type(value), "__dataclass_fields__")
