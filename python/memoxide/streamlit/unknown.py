"""What is said of a version of Streamlit that is not known in full: once of each thing."""

from __future__ import annotations

import logging
from typing import Final

_logger: Final = logging.getLogger("memoxide.streamlit")
_said: Final[set[str]] = set()


def say(what: str, why: Exception) -> None:
    """Warn that something is off, unless that has been said."""
    if what in _said:
        return
    _said.add(what)
    import streamlit

    _logger.warning(
        "Streamlit %s is not known to memoxide in full (%s: %s). What is off: %s",
        getattr(streamlit, "__version__", "here"),
        type(why).__name__,
        why,
        what,
    )


def forget() -> None:
    """Say everything anew from now on."""
    _said.clear()
