"""Keys: what it takes to tell one argument from another."""

from collections.abc import Callable, Container, Iterable
from importlib import import_module
from typing import Any

import memoxide as mx
from benches import data
from benches.measure import Contender, Plan, alternate, timed
from benches.peers import joblib
from benches.rows import Bar, Comparison, Row, against_peers, at_least, at_most

blake3: Any = import_module("blake3").blake3
_streamlit_key: Any = import_module("streamlit.runtime.caching.cache_utils")._make_value_key
_STREAMLIT_DATA: Any = import_module("streamlit.runtime.caching.cache_type").CacheType.DATA

STREAMLIT_KEY = "Streamlit's key"
JOBLIB_HASH = "joblib.hash"
BLAKE3 = "blake3, all cores"


def keyed(value: object) -> None:
    """Stand for a function whose argument is keyed; nobody calls it."""


def contenders(value: object, plan: Plan, without: Container[str] = ()) -> list[Contender]:
    """Return the three that can key many values, or those of them that can key this one."""
    ours: Any = mx.cache_data(keyed)
    theirs = {"key": _streamlit_key, "kind": _STREAMLIT_DATA, "f": keyed, "value": value}
    statements = {
        "memoxide": ("f.key(value)", {"f": ours, "value": value}),
        STREAMLIT_KEY: ("key(kind, f, (value,), {}, None)", theirs),
        JOBLIB_HASH: ("hash(value)", {"hash": joblib.hash, "value": value}),
    }
    return [
        timed(name, statement, namespace, plan)
        for name, (statement, namespace) in statements.items()
        if name not in without
    ]


def against_streamlit(value: Callable[[], object], bar: Bar) -> Callable[[Plan], list[Comparison]]:
    def compare(plan: Plan) -> list[Comparison]:
        return against_peers(alternate(contenders(value(), plan), plan), {STREAMLIT_KEY: bar})

    return compare


def against_buffers(
    value: Callable[[], Any],
    arrays: Callable[[Any], Iterable[Any]],
    without: Container[str] = (),
) -> Callable[[Plan], list[Comparison]]:
    """Hold the key of a value against blake3 over the same memory."""

    def compare(plan: Plan) -> list[Comparison]:
        keyed_value = value()
        views = [memoryview(part).cast("B") for part in arrays(keyed_value)]
        statement = "[blake3(view, max_threads=blake3.AUTO).digest() for view in views]"
        blake = timed(BLAKE3, statement, {"blake3": blake3, "views": views}, plan)
        ours, *others = contenders(keyed_value, plan, without)
        return against_peers(alternate([ours, blake, *others], plan), {BLAKE3: at_most(1.25)})

    return compare


def polars_memory(frame: Any) -> list[Any]:
    """Return the memory of a polars frame's columns."""
    return [series.to_numpy() for series in frame.get_columns()]


def arrow_memory(table: Any) -> list[Any]:
    """Return the memory of an Arrow table's columns."""
    return [column.chunk(0).to_numpy() for column in table.columns]


ROWS = (
    Row(
        "key of a list of 10,000 ints",
        "f.key(value) with the binding of the argument, against Streamlit's own key function.",
        against_streamlit(data.integers, at_least(300, present=200)),
    ),
    Row(
        "key of a dict of 1,000 small dicts",
        "The same for {'user0': {'id': ..., 'name': ..., 'score': ..., 'active': ...}, ...}.",
        against_streamlit(data.records, at_least(100)),
    ),
    Row(
        "key of an 80 MB float array, all of it",
        "memoxide, blake3 and joblib hash 10,000,000 floats; Streamlit hashes a sample of 100,000.",
        against_buffers(data.array, lambda value: [value]),
    ),
    Row(
        "key of an 80 MB frame of 10 contiguous float columns, all of it",
        "memoxide and joblib hash 1,000,000 rows; Streamlit hashes a sample of 10,000.",
        against_streamlit(data.pandas_frame, at_least(1)),
    ),
    Row(
        "key of an 80 MB frame of 10 float columns in one block by rows, all of it",
        "The same for pd.DataFrame(array), whose columns lie in each other.",
        against_streamlit(data.frame_by_rows, at_least(1 / 1.5)),
    ),
    Row(
        "key of a frame of 40,000 short strings",
        "Streamlit hashes each of them with pandas' hash_pandas_object.",
        against_streamlit(data.strings, at_least(10)),
    ),
    Row(
        "key of an 80 MB polars frame, all of it",
        "memoxide, and blake3 over the memory of the ten columns; Streamlit hashes a sample.",
        against_buffers(data.polars_frame, polars_memory),
    ),
    Row(
        "key of an 80 MB arrow table, all of it",
        "The same; Streamlit cannot hash a table.",
        against_buffers(data.arrow_table, arrow_memory, without=(STREAMLIT_KEY,)),
    ),
)
