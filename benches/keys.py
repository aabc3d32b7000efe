"""Keys: what it takes to tell one argument from another."""

from collections.abc import Callable
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


def contenders(value: object, plan: Plan) -> list[Contender]:
    """Return the three that can key any value."""
    ours: Any = mx.cache_data(keyed)
    theirs = {"key": _streamlit_key, "kind": _STREAMLIT_DATA, "f": keyed, "value": value}
    return [
        timed("memoxide", "f.key(value)", {"f": ours, "value": value}, plan),
        timed(STREAMLIT_KEY, "key(kind, f, (value,), {}, None)", theirs, plan),
        timed(JOBLIB_HASH, "hash(value)", {"hash": joblib.hash, "value": value}, plan),
    ]


def against_streamlit(value: Callable[[], object], bar: Bar) -> Callable[[Plan], list[Comparison]]:
    def compare(plan: Plan) -> list[Comparison]:
        return against_peers(alternate(contenders(value(), plan), plan), {STREAMLIT_KEY: bar})

    return compare


def array(plan: Plan) -> list[Comparison]:
    value = data.array()
    namespace = {"blake3": blake3, "view": memoryview(value).cast("B")}
    statement = "blake3(view, max_threads=blake3.AUTO).hexdigest()"
    ours, *others = contenders(value, plan)
    blake = timed(BLAKE3, statement, namespace, plan)
    return against_peers(alternate([ours, blake, *others], plan), {BLAKE3: at_most(1.25)})


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
        array,
    ),
    Row(
        "key of an 80 MB frame of 10 contiguous float columns, all of it",
        "memoxide and joblib hash 1,000,000 rows; Streamlit hashes a sample of 10,000.",
        against_streamlit(data.pandas_frame, at_least(1)),
    ),
)
