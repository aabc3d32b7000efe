"""Misses: what it costs to keep a result."""

from typing import Any

from benches import data
from benches.measure import Contender, Plan, alternate, prepared
from benches.peers import DECORATORS, MEMOXIDE, STREAMLIT
from benches.rows import Comparison, Row, against_peers, at_most

COPY = "DataFrame.copy"

# What the function returns; a fresh frame for each turn, so that none is known already.
fresh: dict[str, Any] = {}


def load() -> Any:
    return fresh["frame"]


def miss(peer: str, original: Any) -> Contender:
    function = DECORATORS[peer](load)

    def prepare() -> None:
        function.clear()
        fresh["frame"] = original.copy()

    return prepared(peer, "result = f()", {"f": function}, prepare)


def copy(original: Any) -> Contender:
    namespace: dict[str, Any] = {}

    def prepare() -> None:
        namespace["frame"] = original.copy()

    return prepared(COPY, "result = frame.copy()", namespace, prepare)


def frame(plan: Plan) -> list[Comparison]:
    original = data.pandas_frame()
    contenders = [miss(MEMOXIDE, original), copy(original), miss(STREAMLIT, original)]
    return against_peers(alternate(contenders, plan), {COPY: at_most(2.5)})


ROWS = (
    Row(
        "miss that stores an 80 MB frame, function excluded",
        "The first call of a function that returns a ready pandas frame of 1,000,000 rows.",
        frame,
    ),
)
