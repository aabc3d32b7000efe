"""The records of exceptions (docs/keys-records.md)."""

from __future__ import annotations

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
    return lambda value: [value.args, *(getattr(value, name, None) for name in names)]


for name, fields in FIELDS.items():
    known(f"builtins.{name}", parts(fields.split()), is_standard=True)
