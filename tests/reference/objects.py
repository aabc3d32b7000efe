"""What is neither a built-in value nor a record: by its name, or by what it reduces to."""

from __future__ import annotations

import copyreg
import enum
import pickle
import sys
import types
from collections.abc import Callable
from typing import Any

from . import classes, exceptions, nodes
from .known import memory, record

PARTS = 6
"""Of a reduction: constructor, arguments, state, items, pairs, state setter."""


def write(walk: Any, value: Any) -> bytes:
    if isinstance(value, types.ModuleType):
        return walk.all(nodes.MODULE, [value.__name__])
    if isinstance(value, types.CellType):
        return cell(walk, value)
    if isinstance(value, enum.Enum):
        return member(walk, value)
    if isinstance(value, pickle.PickleBuffer):
        return buffer(walk, memoryview(value))
    return reduction(walk, value)


def buffer(walk: Any, view: memoryview) -> bytes:
    if view.format == "B" and view.ndim == 1:
        return nodes.leaf(nodes.BUFFER, bytes(view))
    return record(walk, "pickle.PickleBuffer", [view.format, view.shape, memory(view.tobytes())])


def cell(walk: Any, value: Any) -> bytes:
    try:
        return walk.all(nodes.CELL, [value.cell_contents])
    except ValueError:
        return nodes.unit(nodes.EMPTY_CELL)


def member(walk: Any, value: enum.Enum) -> bytes:
    public = {name: part for name, part in vars(value).items() if not is_enums_own(name)}
    children = [type(value), value._name_, value._value_]
    return walk.all(nodes.ENUM_MEMBER, [*children, public] if public else children)


def is_enums_own(name: str) -> bool:
    return name.startswith("__") or (name.startswith("_") and name.endswith("_"))


def reduction(walk: Any, value: Any) -> bytes:
    reduce = copyreg.dispatch_table.get(type(value))
    reduced = reduce(value) if reduce else value.__reduce_ex__(5)
    if isinstance(reduced, str):
        module = getattr(value, "__module__", None) or type(value).__module__
        return walk.all(nodes.GLOBAL, [module, reduced])
    build, arguments, state, items, pairs, setter = (*reduced, *[None] * (PARTS - len(reduced)))
    if isinstance(state, dict):
        state = {name: part for name, part in state.items() if name != "_attrs_cached_hash"}
    items = None if items is None else list(items)
    pairs = None if pairs is None else list(pairs)
    if isinstance(value, (set, frozenset)) and [type(part) for part in arguments] == [list]:
        arguments = (frozenset(arguments[0]),)
    children = [type(value), constructor(build), arguments, state, items, pairs, setter]
    if isinstance(value, BaseException):
        children.append(exceptions.carried(value))
    beside = beside_fields(value) or beside_told(value, state)
    if beside:
        children.append(beside)
    return walk.all(nodes.OBJECT, children)


def beside_fields(value: Any) -> dict[str, Any]:
    """What an instance has that a `__getstate__` of attrs or dataclasses does not tell."""
    getstate = getattr(type(value), "__getstate__", None)
    if getattr(getstate, "__module__", None) not in ("attr._make", "dataclasses"):
        return {}
    return before(value, lambda cls: "__getstate__" in vars(cls))


TELLERS = ("__reduce_ex__", "__reduce__", "__getstate__")


def beside_told(value: Any, state: Any) -> dict[str, Any]:
    """What an instance of a user's class has that a class of the library below it does not tell."""
    teller = next(cls for cls in type(value).__mro__ if any(name in vars(cls) for name in TELLERS))
    if teller is object or not is_of_library(teller) or is_of_library(type(value)):
        return {}
    if isinstance(value, BaseException):
        return {}
    found = before(value, lambda cls: cls is teller)
    for told in state if isinstance(state, tuple) else (state,):
        if isinstance(told, dict):
            found = {name: part for name, part in found.items() if told.get(name, told) is not part}
    return found


def is_of_library(cls: type) -> bool:
    return cls.__module__.partition(".")[0] in sys.stdlib_module_names


def before(value: Any, is_last: Callable[[type], bool]) -> dict[str, Any]:
    """The attributes of an instance, and its slots of the classes before one."""
    return {**getattr(value, "__dict__", {}), **classes.slots_before(value, is_last)}


def constructor(build: Any) -> Any:
    if build is copyreg.__newobj__:
        return "copyreg.__newobj__"
    if isinstance(build, types.FunctionType):
        names = build.__module__, build.__qualname__
        return names if classes.found(*names) is build else build
    if isinstance(build, types.BuiltinFunctionType) and build.__self__ is not None:
        return build.__self__, build.__name__
    return build
