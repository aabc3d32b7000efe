"""One process of the disk's benchmark: what the peer does, and how long it takes.

`python -m benches.disk_process PEER WHAT FOLDER` prints the seconds of the work alone: a process
that finds the folder empty writes, the next one reads. Imports and the making of values are not
counted. The file is the function's module, so that both have the same function.
"""

import os
import pickle
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

SMALL = 10_000
HITS = 2_000

Function = Callable[[int], Any]

# Not arguments: what is in them is in no key.
returned: dict[str, Any] = {}
computed: list[int] = []


def frame(number: int) -> Any:
    computed.append(number)
    return returned["frame"]


def small(number: int) -> Any:
    computed.append(number)
    return {"id": number, "name": f"name {number}", "score": number / 7}


def memoxide(function: Function, folder: str) -> Function:
    import memoxide as mx

    mx.configure(cache_dir=folder)
    return mx.cache_data(persist="disk")(function)


def memoxide_in_memory(function: Function, _folder: str) -> Function:
    import memoxide as mx

    return mx.cache_data(function)


def streamlit(function: Function, _folder: str) -> Function:
    """Return a function with the store that Streamlit's server has; the folder is the home."""
    st: Any = import_module("streamlit")
    st.get_option("logger.level")
    import_module("streamlit.logger").set_log_level("error")
    storage = import_module("streamlit.runtime.caching.storage.local_disk_cache_storage")
    data: Any = import_module("streamlit.runtime.caching.cache_data_api")
    data.DataCaches.get_storage_manager = lambda _self: storage.LocalDiskCacheStorageManager()
    cached: Function = st.cache_data(function, persist="disk", show_spinner=False)
    return cached


def joblib(function: Function, folder: str) -> Function:
    memory = import_module("joblib").Memory(folder, verbose=0)
    cached: Function = memory.cache(function)
    return cached


def joblib_mapped(function: Function, folder: str) -> Function:
    """Return a function whose arrays are mapped; they are read-only, and all callers share them."""
    memory = import_module("joblib").Memory(folder, verbose=0, mmap_mode="r")
    cached: Function = memory.cache(function)
    return cached


def diskcache(function: Function, folder: str) -> Function:
    cache = import_module("diskcache").Cache(folder, size_limit=10 << 30)
    cached: Function = cache.memoize()(function)
    return cached


def plain_files(function: Function, folder: str) -> Function:
    """Return a function with a pickle in a file for each number."""

    def cached(number: int) -> Any:
        path = os.path.join(folder, str(number))
        with suppress(FileNotFoundError), open(path, "rb") as file:
            return pickle.load(file)
        draft = f"{path}.draft"
        result = function(number)
        with open(draft, "xb") as file:
            pickle.dump(result, file)
        os.rename(draft, path)
        return result

    return cached


PEERS = {
    "memoxide": memoxide,
    "memoxide in memory": memoxide_in_memory,
    "st.cache_data on disk": streamlit,
    "joblib.Memory": joblib,
    "joblib.Memory, mapped": joblib_mapped,
    "diskcache": diskcache,
    "plain files": plain_files,
}


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def all_of(cached: Function) -> None:
    for number in range(SMALL):
        cached(number)


def work(what: str, cached: Function) -> float:
    """Do the work; return the seconds of one unit of it."""
    if what == "frame":
        return seconds(lambda: cached(1))
    if what == "hits":
        cached(1)
        return seconds(lambda: [cached(1) for _ in range(HITS)]) / HITS
    return seconds(lambda: all_of(cached)) / SMALL


def main() -> None:
    peer, what, folder, mode = sys.argv[1:]
    if what == "frame" and mode == "write":
        returned["frame"] = import_module("benches.data").pandas_frame()
    # What is loaded anyway by who works with frames.
    import_module("pandas")
    cached = PEERS[peer](frame if what == "frame" else small, folder)
    figure = work(what, cached)
    if mode == "read" and computed:
        raise RuntimeError(f"{peer} has computed {len(computed)} times in a second process")
    print(figure)


if __name__ == "__main__":
    # As a module of its name, by which pickle and the peers know the function.
    from benches import disk_process

    disk_process.main()
