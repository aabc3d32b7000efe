"""The records of the standard library."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable
from typing import Any

from . import nodes

NO_RECORDS = (enum.Enum,)


@dataclasses.dataclass(frozen=True)
class Known:
    """A class whose parts are known."""

    name: str
    parts: Callable[[Any], list[Any]]
    is_standard: bool = True
    not_attributes: frozenset[str] = frozenset()
    has_dict: bool = True
    """Whether what is in the instance's `__dict__` counts beside the parts."""


@dataclasses.dataclass(frozen=True)
class Written:
    """A part that is not encoded as a value is."""

    write: Callable[[Any], bytes]


@dataclasses.dataclass(frozen=True)
class Nested:
    """A record that is no value's own, or that a library's page describes."""

    name: str
    parts: list[Any]

    def write(self, walk: Any) -> bytes:
        parts = [part(walk, each) for each in self.parts]
        return nodes.container(nodes.RECORD, [nodes.text(self.name), *parts])


def part(walk: Any, each: Any) -> bytes:
    if isinstance(each, Nested):
        return walk.inside(each)
    return each.write(walk) if isinstance(each, Written) else walk.value(each)


def memory(contents: bytes) -> Written:
    return Written(lambda _: nodes.leaf(nodes.BUFFER, contents))


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


ADDRESSES = ["Address", "Interface", "Network"]
OF_ADDRESSES = frozenset(
    "_ip _scope_id _prefixlen _cache _str network network_address netmask hostmask "
    "broadcast_address num_addresses is_private".split()
)

FIELDS_OF_EXCEPTIONS = {
    "BaseException": "",
    "AttributeError": "name obj",
    "BaseExceptionGroup": "message exceptions",
    "ImportError": "msg name path name_from",
    "NameError": "name",
    "OSError": "errno strerror filename filename2 characters_written",
    "StopIteration": "value",
    "SyntaxError": "msg filename lineno offset text end_lineno end_offset print_file_and_line",
    "SystemExit": "code",
    "UnicodeDecodeError": "encoding object start end reason",
    "UnicodeEncodeError": "encoding object start end reason",
    "UnicodeTranslateError": "object start end reason",
}


def exception(fields: list[str]) -> Callable[[Any], list[Any]]:
    def parts(value: Any) -> list[Any]:
        of_all = [value.__cause__, value.__context__, value.__suppress_context__]
        return [
            value.args,
            *(getattr(value, field, None) for field in fields),
            *of_all,
            places(value),
        ]

    return parts


def places(value: Any) -> list[tuple[str, str, int, int]]:
    found, passed = [], value.__traceback__
    while passed is not None:
        code = passed.tb_frame.f_code
        found.append((code.co_filename, code.co_name, passed.tb_lineno, passed.tb_lasti))
        passed = passed.tb_next
    return found


KNOWN: dict[tuple[str, str], Known] = {}


def known(
    module: str,
    name: str,
    parts: Callable[[Any], list[Any]],
    **other: Any,
) -> None:
    KNOWN[module, name] = Known(f"{module}.{name}", parts, **other)


known("datetime", "date", date)
known("datetime", "time", time)
known("datetime", "datetime", lambda value: [*date(value), *time(value)])
known("datetime", "timedelta", lambda value: [value.days, value.seconds, value.microseconds])
known("datetime", "timezone", timezone)
known("zoneinfo", "ZoneInfo", zone_info)
known("decimal", "Decimal", exact_text)
known("fractions", "Fraction", lambda value: [value.numerator, value.denominator])
known("uuid", "UUID", lambda value: [value.int, value.is_safe.value])
for flavour in ("PurePosixPath", "PureWindowsPath", "PosixPath", "WindowsPath"):
    known("pathlib", flavour, lambda value: [value.__fspath__()])
known("re", "Pattern", lambda value: [value.pattern, value.flags])
known("builtins", "range", bounds)
known("builtins", "slice", bounds)
known("functools", "partial", lambda value: [value.func, value.args, value.keywords])
known("types", "SimpleNamespace", lambda value: [vars(value)], has_dict=False)
for family in ("IPv4", "IPv6"):
    for kind in ADDRESSES:
        known("ipaddress", family + kind, exact_text, not_attributes=OF_ADDRESSES)
known("collections", "deque", lambda value: [value.maxlen, list(value)])
known(
    "collections",
    "ChainMap",
    lambda value: [list(value.maps)],
    not_attributes=frozenset({"maps"}),
)
known("collections", "Counter", lambda value: [dict(dict.items(value))])
known("collections", "OrderedDict", lambda value: [dict(type(value).items(value))])
known(
    "collections",
    "defaultdict",
    lambda value: [value.default_factory, dict(dict.items(value))],
)
for view in ("dict_keys", "dict_values", "dict_items"):
    known("builtins", view, lambda value: [list(value)])
known("builtins", "mappingproxy", lambda value: [dict(value)])
for name, fields in FIELDS_OF_EXCEPTIONS.items():
    known("builtins", name, exception(fields.split()))
known("array", "array", lambda value: [value.typecode, memory(value.tobytes())])
known(
    "builtins",
    "memoryview",
    lambda value: [value.format, value.shape, memory(value.tobytes())],
)
known("_io", "BytesIO", lambda value: [value.getvalue(), value.tell()])
known("_io", "StringIO", string_io)
