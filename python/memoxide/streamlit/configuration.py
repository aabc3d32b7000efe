"""What an app's configuration says of caches; it is read when it is needed, not before."""

from __future__ import annotations

import logging
from typing import Any, Final

import memoxide
from memoxide.errors import OptionError

_logger: Final = logging.getLogger("memoxide.streamlit")
_last: dict[str, Any] = {}

_OPTIONS: Final = {
    "refresh_multiplier": "runner.cacheBackgroundRefreshTTLMultiplier",
    "refresh_workers": "runner.cacheBackgroundRefreshMaxWorkers",
}


def configure_refreshes() -> None:
    """Take over how long stale values are served, and how many are made anew at once."""
    for setting, option in _OPTIONS.items():
        value = _option(option)
        if value is None or _last.get(setting) == value:
            continue
        _last[setting] = value
        try:
            memoxide.configure(**{setting: value})
        except OptionError as error:
            _logger.warning("Ignoring %s=%r: %s.", option, value, error)


def _option(name: str) -> Any | None:
    """Find an option's value; `None` where this version has no such option."""
    from streamlit import config

    try:
        value = config.get_option(name)
    except RuntimeError:
        return None
    return value
