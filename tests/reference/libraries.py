"""Libraries' records, of those libraries that were imported."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from .standard import Nested

LIBRARIES = {"numpy": "numpy_", "pandas": "pandas_", "pyarrow": "pyarrow_"}
"""By the library's name, the module that knows its records."""


def of(value: Any) -> Nested | None:
    """The record of a value of a library's own class."""
    top = type(value).__module__.partition(".")[0]
    if top not in LIBRARIES or top not in sys.modules:
        return None
    return importlib.import_module(f"reference.{LIBRARIES[top]}").record(value)
