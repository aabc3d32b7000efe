"""Hits that return a scalar: the overhead of the call itself."""

from collections import Counter
from collections.abc import Sequence

from benches.measure import Contender, Plan, alternate, timed
from benches.peers import CACHEBOX, DECORATORS, JOBLIB, LRU_CACHE, MEMOXIDE, STREAMLIT
from benches.rows import Bar, Comparison, Row, against_peers, at_least, at_most

# An int that the interpreter does not keep ready.
ARGUMENT = 12_345

computed: Counter[str] = Counter()


def echo(x: int) -> int:
    computed["echo"] += 1
    return x


def look_up(_self: object, x: int) -> int:
    computed["look_up"] += 1
    return x


class MemoxideReader:
    """A class as programs have it, at the top of a module."""

    read = DECORATORS[MEMOXIDE](look_up)


class LruCacheReader:
    """The same with `functools.lru_cache`."""

    read = DECORATORS[LRU_CACHE](look_up)


class StreamlitReader:
    """The same with `st.cache_data`."""

    read = DECORATORS[STREAMLIT](look_up)


class CacheboxReader:
    """The same with cachebox."""

    read = DECORATORS[CACHEBOX](look_up)


READERS: dict[str, type] = {
    MEMOXIDE: MemoxideReader,
    LRU_CACHE: LruCacheReader,
    STREAMLIT: StreamlitReader,
    CACHEBOX: CacheboxReader,
}


def function_hits(call: str, peers: Sequence[str], plan: Plan) -> list[Contender]:
    return [timed(peer, call, {"f": DECORATORS[peer](echo), "x": ARGUMENT}, plan) for peer in peers]


def method_hits(plan: Plan) -> list[Contender]:
    return [
        timed(peer, "o.read(x)", {"o": reader(), "x": ARGUMENT}, plan)
        for peer, reader in READERS.items()
    ]


def compare(contenders: list[Contender], bars: dict[str, Bar], plan: Plan) -> list[Comparison]:
    """Compare hits, and check that nothing but the first call of each contender computed."""
    comparisons = against_peers(alternate(contenders, plan), bars)
    if computed.total() != len(contenders):
        raise RuntimeError(f"{len(contenders)} contenders computed {computed.total()} times")
    return comparisons


def positional(plan: Plan) -> list[Comparison]:
    computed.clear()
    peers = (MEMOXIDE, LRU_CACHE, STREAMLIT, CACHEBOX, JOBLIB)
    bars = {LRU_CACHE: at_most(3, present=5), STREAMLIT: at_least(100, present=60)}
    return compare(function_hits("f(x)", peers, plan), bars, plan)


def keyword(plan: Plan) -> list[Comparison]:
    computed.clear()
    peers = (MEMOXIDE, LRU_CACHE, STREAMLIT, CACHEBOX, JOBLIB)
    return compare(function_hits("f(x=x)", peers, plan), {LRU_CACHE: at_most(4)}, plan)


def method(plan: Plan) -> list[Comparison]:
    computed.clear()
    return compare(method_hits(plan), {LRU_CACHE: at_most(4)}, plan)


ROWS = (
    Row(
        "hit, one int argument",
        "f(x) in a loop over one cached call of a function of one parameter; returns the int.",
        positional,
    ),
    Row(
        "hit, keyword argument",
        "f(x=x) in a loop over one cached call of the same function.",
        keyword,
    ),
    Row(
        "hit, method",
        "o.read(x) in a loop over one cached call; the method's first parameter is _self, which "
        "memoxide and Streamlit leave out of the key and the others hash by identity.",
        method,
    ),
)
