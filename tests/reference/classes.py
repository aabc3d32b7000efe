"""Classes: which are found by their name, and whose they are."""

from __future__ import annotations

import contextlib
import sys
import sysconfig
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

HEAP_TYPE = 1 << 9
STANDARD = Path(sysconfig.get_path("stdlib"))


def found(module: str, qualified_name: str) -> Any:
    """What `sys.modules` holds under these names."""
    value = sys.modules.get(module)
    for name in qualified_name.split("."):
        value = getattr(value, name, None)
    return value


def is_static(cls: type) -> bool:
    """Whether the interpreter or an extension made it."""
    return not cls.__flags__ & HEAP_TYPE


def is_installed(module: str) -> bool:
    """Whether a module belongs to Python, or to a package."""
    top = module.partition(".")[0]
    if top in sys.builtin_module_names:
        return True
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None:
        return False
    parts = Path(file).parts
    return "site-packages" in parts or "dist-packages" in parts or STANDARD in Path(file).parents


def is_found_by_name(cls: type) -> bool:
    if is_static(cls):
        return True
    return found(cls.__module__, cls.__qualname__) is cls and is_installed(cls.__module__)


def defines(cls: type, name: str) -> bool:
    """Whether a class or one of its bases has an attribute of this name."""
    return any(name in vars(base) for base in cls.__mro__)


def set_slots(value: Any, cls: type) -> dict[str, Any]:
    """What an instance has in the slots that one of its classes brings."""
    slots = {}
    for name, slot in vars(cls).items() if "__slots__" in vars(cls) else ():
        if isinstance(slot, types.MemberDescriptorType):
            with contextlib.suppress(AttributeError):
                slots[name] = slot.__get__(value)
    return slots


def slots_before(value: Any, is_last: Callable[[type], bool]) -> dict[str, Any]:
    """What is in the slots of the classes before one; of two of one name the first class's."""
    slots: dict[str, Any] = {}
    for cls in type(value).__mro__:
        if is_last(cls):
            break
        slots = slots | set_slots(value, cls) | slots
    return slots
