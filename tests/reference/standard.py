"""The records of the standard library (docs/keys-records.md)."""

from __future__ import annotations

import gc
import pathlib
from typing import Any

from .known import KNOWN, known, memory


def date(value: Any) -> list[Any]:
    return [value.year, value.month, value.day]


def time(value: Any) -> list[Any]:
    clock = [value.hour, value.minute, value.second, value.microsecond]
    return [*clock, bool(value.fold), value.tzinfo]


def timezone(value: Any) -> list[Any]:
    offset, name = (*value.__getinitargs__(), None)[:2]
    return [offset, name]


def zone_info(value: Any) -> list[Any]:
    if value.key is None:
        raise TypeError("a zone from a file")
    return [value.key]


def exact_text(value: Any) -> list[Any]:
    base = next(cls for cls in type(value).__mro__ if (cls.__module__, cls.__qualname__) in KNOWN)
    return [base.__str__(value)]


def bounds(value: Any) -> list[Any]:
    return [value.start, value.stop, value.step]


def string_io(value: Any) -> list[Any]:
    contents, newlines, position, *_ = value.__getstate__()
    return [contents, newlines, position]


OF_ADDRESSES = {
    "Address": frozenset(),
    "Interface": frozenset("network netmask hostmask _prefixlen".split()),
    "Network": frozenset(
        "network_address netmask hostmask broadcast_address num_addresses is_private hosts "
        "_prefixlen _cache".split()
    ),
}


def standard(module: str, name: str, parts: Any, **other: Any) -> None:
    known(f"{module}.{name}", parts, is_standard=True, **other)


standard("datetime", "date", date)
standard("datetime", "time", time)
standard("datetime", "datetime", lambda value: [*date(value), *time(value)])
standard("datetime", "timedelta", lambda value: [value.days, value.seconds, value.microseconds])
standard("datetime", "timezone", timezone)
standard("zoneinfo", "ZoneInfo", zone_info)
standard("decimal", "Decimal", exact_text)
standard("fractions", "Fraction", lambda value: [value.numerator, value.denominator])
standard("uuid", "UUID", lambda value: [value.int, value.is_safe.value])
for flavour in ("PurePosixPath", "PureWindowsPath", "PosixPath", "WindowsPath"):
    standard("pathlib", flavour, lambda value: [pathlib.PurePath.__str__(value)])
standard("re", "Pattern", lambda value: [value.pattern, value.flags])
standard("builtins", "range", bounds)
standard("builtins", "slice", bounds)
standard("functools", "partial", lambda value: [value.func, value.args, value.keywords])
standard("types", "SimpleNamespace", lambda value: [vars(value)], has_dict=False)
for family in ("IPv4", "IPv6"):
    for kind in OF_ADDRESSES:
        standard("ipaddress", family + kind, exact_text, not_attributes=OF_ADDRESSES[kind])
standard("collections", "deque", lambda value: [value.maxlen, list(value)])
standard(
    "collections",
    "ChainMap",
    lambda value: [list(value.maps)],
    not_attributes=frozenset({"maps"}),
)
standard("collections", "Counter", lambda value: [dict(dict.items(value))])
standard("collections", "OrderedDict", lambda value: [dict(type(value).items(value))])
standard(
    "collections",
    "defaultdict",
    lambda value: [value.default_factory, dict(dict.items(value))],
)
for view in ("dict_keys", "dict_values", "dict_items"):
    standard("builtins", view, lambda value: [list(value)])
standard("builtins", "mappingproxy", gc.get_referents)
standard("array", "array", lambda value: [value.typecode, memory(value.tobytes())])
standard(
    "builtins",
    "memoryview",
    lambda value: [value.format, value.shape, memory(value.tobytes())],
)
standard("_io", "BytesIO", lambda value: [value.getvalue(), value.tell()])
standard("_io", "StringIO", string_io)
standard(
    "builtins",
    "super",
    lambda value: [value.__thisclass__, value.__self__, value.__self_class__],
)
standard(
    "random",
    "Random",
    lambda value: [value.getstate()],
    not_attributes=frozenset({"gauss_next"}),
)
