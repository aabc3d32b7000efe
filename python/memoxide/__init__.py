"""memoxide: caching decorators that never return another input's result.

`cache_data` hands each caller a value of its own, `cache_resource` one object to all of them;
`experimental_memo` and `experimental_singleton` are their older names.
"""

from memoxide import errors
from memoxide._core import (
    Disk,
    __version__,
    cache_data,
    cache_resource,
    configure,
    end_session,
    experimental_memo,
    experimental_singleton,
    register_hasher,
    session,
    stats,
)

__all__ = [
    "ArgumentInfo",
    "CacheInfo",
    "Disk",
    "Explanation",
    "FunctionStats",
    "__version__",
    "cache_data",
    "cache_resource",
    "configure",
    "end_session",
    "errors",
    "experimental_memo",
    "experimental_singleton",
    "install",
    "register_hasher",
    "session",
    "stats",
    "uninstall",
]


def install() -> None:
    """Put memoxide's decorators in the place of Streamlit's, which has to be installed.

    Call it before the app imports a decorator by its name. To do it again changes nothing.
    """
    from memoxide import streamlit

    streamlit.install()


def uninstall() -> None:
    """Undo `install`; functions that were decorated meanwhile keep working."""
    from memoxide import streamlit

    streamlit.uninstall()


# Type checkers know this name without `typing`, whose import would cost more than all the rest.
# They are not shown `__getattr__`: they would take every misspelt name for an object.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from memoxide import testing as testing
    from memoxide.info import ArgumentInfo, CacheInfo, Explanation, FunctionStats
else:
    from importlib import import_module

    def __getattr__(name: str) -> object:
        """Import what few programs name only when it is named."""
        if name in ("ArgumentInfo", "CacheInfo", "Explanation", "FunctionStats"):
            from memoxide import info

            return getattr(info, name)
        if name == "testing":
            # `from memoxide import testing` would ask here again.
            return import_module("memoxide.testing")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
