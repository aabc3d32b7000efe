"""What an app's configuration says of caches; it is read when it is needed, not before."""

from __future__ import annotations

import logging
import math
from typing import Any, Final

import memoxide
from memoxide.errors import OptionError

_logger: Final = logging.getLogger("memoxide.streamlit")
_last: dict[str, Any] = {}

_REFRESHES: Final = {
    "refresh_multiplier": "runner.cacheBackgroundRefreshTTLMultiplier",
    "refresh_workers": "runner.cacheBackgroundRefreshMaxWorkers",
}
_SIZE: Final = "server.maxCacheDataSize"


def configure_refreshes() -> None:
    """Take over how long stale values are served, and how many are made anew at once."""
    for setting, option in _REFRESHES.items():
        _take_over(setting, option, _option(option))


def configure_size() -> None:
    """Take over how much `cache_data` may have in memory."""
    value = _option(_SIZE)
    if str(value).strip() == "0":
        value = math.inf
    if value is None and "data_max_size" in _last:
        del _last["data_max_size"]
        memoxide.configure(data_max_size=math.inf)
    _take_over("data_max_size", _SIZE, value)


def _take_over(setting: str, option: str, value: Any | None) -> None:
    if value is None or _last.get(setting) == value:
        return
    _last[setting] = value
    try:
        memoxide.configure(**{setting: value})
    except OptionError as error:
        _logger.warning("Ignoring %s=%r: %s.", option, value, error)


def forget() -> None:
    """Lift the bound, and read everything anew for the next app."""
    if "data_max_size" in _last:
        memoxide.configure(data_max_size=math.inf)
    _last.clear()


def _option(name: str) -> Any | None:
    """Find an option's value; `None` where this version has no such option."""
    from streamlit import config

    try:
        value = config.get_option(name)
    except RuntimeError:
        return None
    return value
