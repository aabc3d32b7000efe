"""Hits that return something large or mutable, of which each caller gets a value of its own."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from benches import data
from benches.measure import Contender, Plan, alternate, timed
from benches.peers import CACHEBOX_DEEP, DECORATORS, JOBLIB, MEMOXIDE, STREAMLIT
from benches.rows import Bar, Comparison, Row, against_peers, at_least, at_most

COPY = "ndarray.copy"

# Not a closure and not an argument: the value itself must be in no key.
returned: dict[str, Any] = {}
computed: Counter[str] = Counter()


def fetch(what: str) -> Any:
    computed[what] += 1
    return returned[what]


def contenders(what: str, plan: Plan) -> list[Contender]:
    """Return those that hand out a value that the caller may change without harm."""
    return [
        timed(peer, "f(what)", {"f": DECORATORS[peer](fetch), "what": what}, plan)
        for peer in (MEMOXIDE, STREAMLIT, CACHEBOX_DEEP, JOBLIB)
    ]


def hits(
    what: str, make: Callable[[], Any], bars: dict[str, Bar]
) -> Callable[[Plan], list[Comparison]]:
    def compare(plan: Plan) -> list[Comparison]:
        computed.clear()
        returned[what] = make()
        try:
            taking_part = contenders(what, plan)
            expected = len(taking_part)
            if COPY in bars:
                taking_part.insert(1, timed(COPY, "a.copy()", {"a": returned[what]}, plan))
            comparisons = against_peers(alternate(taking_part, plan), bars)
        finally:
            del returned[what]
        if computed[what] != expected:
            raise RuntimeError(f"{expected} contenders computed {computed[what]} times")
        return comparisons

    return compare


def frame_row(library: str, make: Callable[[], Any]) -> Row:
    return Row(
        f"hit that returns an 80 MB {library}",
        "f('name') in a loop over one cached call that returned 1,000,000 rows of 10 floats.",
        hits(library, make, {STREAMLIT: at_least(1_000)}),
    )


ROWS = (
    frame_row("pandas frame", data.pandas_frame),
    frame_row("polars frame", data.polars_frame),
    frame_row("arrow table", data.arrow_table),
    Row(
        "hit that returns an 80 MB array",
        "f('name') against one copy of the same 10,000,000 floats.",
        hits("array", data.array, {COPY: at_most(1.2)}),
    ),
    Row(
        "hit that returns a dict of 1,000 small dicts",
        "f('name') in a loop over one cached call; each hit builds 1,001 dicts anew.",
        hits("records", data.records, {STREAMLIT: at_least(2)}),
    ),
)
