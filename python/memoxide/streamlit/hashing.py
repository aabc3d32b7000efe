"""What counts of Streamlit's own objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from memoxide.streamlit import versions


def cache_keys() -> Iterator[tuple[Any, Any]]:
    """Find classes of proxies, and the method by which each says what it stands for.

    It is a method of theirs and no registered hash function: as long as there is none of those, no
    argument of any call has to be looked up.
    """
    yield from versions.hashed_by_content()
