"""What Streamlit's own documentation says of its decorators: the pages are made of these texts."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import pytest
from streamlit.connections import SQLConnection
from streamlit.runtime import connection_factory
from streamlit.runtime.caching.cache_data_api import CacheDataAPI
from streamlit.runtime.caching.cache_resource_api import CacheResourceAPI


def _page(api: type) -> str:
    return inspect.cleandoc(api._decorator.__doc__ or api.__call__.__doc__)


PAGES = {
    "data": _page(CacheDataAPI),
    "resource": _page(CacheResourceAPI),
    "query": inspect.cleandoc(SQLConnection.query.__doc__ or ""),
    "connection": inspect.cleandoc(connection_factory.connection_factory.__doc__ or ""),
}
"""The texts of the installed version."""

TEXT = {name: re.sub(r"\s+", " ", page) for name, page in PAGES.items()}


def sentences(page: str) -> Iterator[str]:
    """What a page says, sentence by sentence, without its examples."""
    for paragraph in re.split(r"\n\s*\n", PAGES[page]):
        if ">>>" not in paragraph:
            yield from re.split(r"(?<=[.:]) (?=[A-Z`(*-])", re.sub(r"\s+", " ", paragraph).strip())


def examples(page: str, contains: str) -> list[str]:
    """Find the programs of a page that contain a text."""
    blocks = re.findall(r"(?:^(?:>>>|\.\.\.).*\n?)+", PAGES[page], re.MULTILINE)
    programs = ["".join(line[4:] or "\n" for line in block.splitlines(True)) for block in blocks]
    return [program for program in programs if contains in program]


def says(*parts: str) -> pytest.MarkDecorator:
    """Mark a test with what it shows; it is skipped where the installed version does not say so."""
    is_said = any(part in text for part in parts for text in TEXT.values())
    return pytest.mark.skipif(not is_said, reason="this version does not say so")
