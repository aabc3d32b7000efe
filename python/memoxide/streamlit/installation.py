"""The drop-in: memoxide's decorators where an app looks for Streamlit's."""

from __future__ import annotations

from types import ModuleType
from typing import Final

import memoxide
from memoxide.streamlit import connections, hooks
from memoxide.streamlit.patches import Patches

_patches: Final = Patches()
_is_installed = False

_NAMES: Final = ("cache_data", "cache_resource", "experimental_memo", "experimental_singleton")
# Those who have imported a name from another module, and keep it.
_BORROWERS: Final = ("sql_connection", "snowflake_connection", "snowpark_connection")


def install() -> None:
    """Replace Streamlit's caching decorators, and put the experimental ones back.

    What was imported by name before, as in `from streamlit import cache_data`, stays as it is.
    """
    global _is_installed
    if _is_installed:
        return
    import streamlit
    from streamlit.runtime import caching, connection_factory

    hooks.attach()
    for name in _NAMES:
        _patches.set(streamlit, name, getattr(memoxide, name))
        _patches.set(caching, name, getattr(memoxide, name))
    _patches.set(connection_factory, "cache_resource", memoxide.cache_resource)
    for module in _connections():
        _patches.set(module, "cache_data", connections.cache_data)
    _is_installed = True


def uninstall() -> None:
    """Undo `install`. Functions that were decorated meanwhile keep working as they are."""
    global _is_installed
    _patches.undo()
    hooks.detach()
    _is_installed = False


def _connections() -> list[ModuleType]:
    """Find the modules of Streamlit's own connections that can be imported here."""
    from importlib import import_module

    found = []
    for name in _BORROWERS:
        try:
            found.append(import_module(f"streamlit.connections.{name}"))
        except ImportError:
            continue
    return found
