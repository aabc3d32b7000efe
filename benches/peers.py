"""The peers, each in the form that compares best with what memoxide does.

`functools.lru_cache` and cachebox are unbounded, as memoxide is by default. Streamlit runs bare,
without the context of a script run; an app's hit costs it more. joblib keeps its entries in
a temporary directory.
"""

import functools
import tempfile
from collections.abc import Callable
from importlib import import_module
from typing import Any

import memoxide as mx

Function = Callable[..., Any]
Decorator = Callable[[Function], Any]

# By name and as `Any`, because types are checked where the peers are not installed.
st: Any = import_module("streamlit")
cachebox: Any = import_module("cachebox")
joblib: Any = import_module("joblib")

# Without a server, Streamlit warns about each new cache, which takes its time. Reading the
# configuration sets the level, so that is done first.
st.get_option("logger.level")
import_module("streamlit.logger").set_log_level("error")

MEMOXIDE = "memoxide"
LRU_CACHE = "functools.lru_cache"
STREAMLIT = "st.cache_data"
CACHEBOX = "cachebox"
CACHEBOX_DEEP = "cachebox, deep copies"
JOBLIB = "joblib.Memory"

_joblib_directory = tempfile.TemporaryDirectory(prefix="memoxide-benches-")
_joblib_memory: Any = joblib.Memory(_joblib_directory.name, verbose=0)


def _cachebox(function: Function) -> Any:
    return cachebox.cached(cachebox.LRUCache(0))(function)


def _cachebox_deep(function: Function) -> Any:
    deep = cachebox.postprocess_deepcopy
    return cachebox.cached(cachebox.LRUCache(0), postprocess=deep)(function)


DECORATORS: dict[str, Decorator] = {
    MEMOXIDE: mx.cache_data,
    LRU_CACHE: functools.lru_cache(maxsize=None),
    STREAMLIT: st.cache_data,
    CACHEBOX: _cachebox,
    CACHEBOX_DEEP: _cachebox_deep,
    JOBLIB: _joblib_memory.cache,
}


def forget() -> None:
    """Empty the caches that outlive a row: those of the process, and joblib's on disk."""
    mx.cache_data.clear()
    st.cache_data.clear()
    _joblib_memory.clear(warn=False)
