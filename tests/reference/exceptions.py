"""The records of exceptions (docs/keys-records.md)."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from .known import known

ENCODING = "encoding object start end reason"

FIELDS = {
    "BaseException": "",
    "AttributeError": "name obj",
    "BaseExceptionGroup": "message exceptions",
    "ImportError": "msg name path name_from",
    "NameError": "name",
    "OSError": "errno strerror filename filename2 characters_written",
    "StopIteration": "value",
    "SyntaxError": "msg filename lineno offset text end_lineno end_offset print_file_and_line",
    "SystemExit": "code",
    "UnicodeDecodeError": ENCODING,
    "UnicodeEncodeError": ENCODING,
    "UnicodeTranslateError": "object start end reason",
}


def parts(names: list[str]) -> Callable[[BaseException], list[Any]]:
    return lambda value: [
        value.args,
        *(getattr(value, name, None) for name in names),
        value.__cause__,
        value.__context__,
        value.__suppress_context__,
        places(value),
    ]


def places(value: BaseException) -> list[tuple[Any, ...]]:
    """Where it has passed, from the outermost frame on."""
    found, trace = [], value.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append((code.co_filename, code.co_name, trace.tb_lineno, trace.tb_lasti))
        trace = trace.tb_next
    return found


def carried(value: BaseException) -> dict[str, Any]:
    """What an exception that is no record has beside what it reduces to."""
    names = [
        name
        for cls in type(value).__mro__[: type(value).__mro__.index(BaseException)]
        for name, member in vars(cls).items()
        if isinstance(member, types.MemberDescriptorType)
    ]
    context = ["__cause__", "__context__", "__suppress_context__"]
    found = {name: getattr(value, name, None) for name in [*names, *context]}
    return {**found, "__traceback__": places(value)}


for name, fields in FIELDS.items():
    known(f"builtins.{name}", parts(fields.split()), is_standard=True)
