"""Objects and records from their parts."""

from __future__ import annotations

import array
import collections
import datetime
import decimal
import fractions
import functools
import io
import ipaddress
import pathlib
import re
import types
import uuid
import zoneinfo
from collections.abc import Callable
from typing import Any

from . import classes


def constructed(cls: type, build: Any, arguments: tuple[Any, ...]) -> Any:
    if build == "copyreg.__newobj__":
        return cls.__new__(*arguments)
    if isinstance(build, tuple):
        build = classes.found(*build) if isinstance(build[0], str) else getattr(*build)
    return build(*arguments)


def fill(made: Any, state: Any, items: list[Any] | None, pairs: list[Any] | None) -> None:
    slots: dict[str, Any] | None = None
    if isinstance(state, list):
        made.__setstate__(state)
        state = None
    if isinstance(state, tuple):
        state, slots = state
    if state:
        vars(made).update(state)
    for name, value in (slots or {}).items():
        setattr(made, name, value)
    if items:
        made.extend(items)
    for key, value in pairs or []:
        made[key] = value


def clock(parts: tuple[Any, ...]) -> dict[str, Any]:
    names = ("hour", "minute", "second", "microsecond", "fold", "tzinfo")
    return dict(zip(names, parts, strict=True))


def zone(offset: datetime.timedelta, name: str | None) -> datetime.timezone:
    return datetime.timezone(offset) if name is None else datetime.timezone(offset, name)


def counter(items: dict[Any, int]) -> collections.Counter[Any]:
    made: collections.Counter[Any] = collections.Counter()
    dict.update(made, items)
    return made


def bytes_io(contents: bytes, position: int) -> io.BytesIO:
    made = io.BytesIO(contents)
    made.seek(position)
    return made


def partial(function: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    return functools.partial(function, *arguments, **keywords)


RECORDS: dict[str, Callable[..., Any]] = {
    "datetime.date": datetime.date,
    "datetime.time": lambda *parts: datetime.time(**clock(parts)),
    "datetime.datetime": lambda *parts: datetime.datetime(*parts[:3], **clock(parts[3:])),
    "datetime.timedelta": datetime.timedelta,
    "datetime.timezone": zone,
    "zoneinfo.ZoneInfo": zoneinfo.ZoneInfo,
    "decimal.Decimal": decimal.Decimal,
    "fractions.Fraction": fractions.Fraction,
    "uuid.UUID": lambda number, safe: uuid.UUID(int=number, is_safe=uuid.SafeUUID(safe)),
    "pathlib.PurePosixPath": pathlib.PurePosixPath,
    "pathlib.PureWindowsPath": pathlib.PureWindowsPath,
    "pathlib.PosixPath": pathlib.Path,
    "re.Pattern": lambda text, flags: re.compile(text, flags),
    "builtins.range": range,
    "builtins.slice": slice,
    "functools.partial": partial,
    "types.SimpleNamespace": lambda names: types.SimpleNamespace(**names),
    "ipaddress.IPv4Address": ipaddress.IPv4Address,
    "ipaddress.IPv4Interface": ipaddress.IPv4Interface,
    "ipaddress.IPv4Network": ipaddress.IPv4Network,
    "ipaddress.IPv6Address": ipaddress.IPv6Address,
    "ipaddress.IPv6Interface": ipaddress.IPv6Interface,
    "ipaddress.IPv6Network": ipaddress.IPv6Network,
    "collections.deque": lambda length, items: collections.deque(items, length),
    "collections.ChainMap": lambda maps: collections.ChainMap(*maps),
    "collections.Counter": counter,
    "collections.OrderedDict": collections.OrderedDict,
    "collections.defaultdict": collections.defaultdict,
    "builtins.mappingproxy": types.MappingProxyType,
    "array.array": lambda code, contents: array.array(code, bytes(contents)),
    "_io.BytesIO": bytes_io,
}


def record(name: str, *parts: Any) -> Any:
    return RECORDS[name](*parts)
