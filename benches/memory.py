"""Memory: what a small entry costs, as the operating system counts it."""

import math
import subprocess
import sys
import tempfile
from pathlib import Path

from benches.measure import Plan
from benches.rows import Bar, Comparison, Relation, Row, Unit, UnmeasurableError

STATM = Path("/proc/self/statm")

# Sizes over one doubling, because a table that grows by doubling is now full, now half empty.
SIZES = tuple(int(100_000 * 2 ** (step / 8)) for step in range(8))

DECORATORS = {
    "memoxide": "from memoxide import cache_data as decorate",
    "functools.lru_cache": "from functools import cache as decorate",
    "cachebox": "import cachebox; decorate = cachebox.cached(cachebox.LRUCache(0))",
    "st.cache_data": "from streamlit import cache_data as decorate",
}

# A tenth of the entries are enough for Streamlit's, whose misses take a hundred times longer.
FEWER = {"st.cache_data": 10}

CHILD = """
import gc, resource, sys
{decorator}
def echo(x):
    return x
def resident():
    gc.collect()
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()
f = decorate(echo)
for x in range(1_000):
    f(-x)
before = resident()
for x in range(1_000, 1_000 + {entries}):
    f(x)
print((resident() - before) / {entries})
"""


def bytes_per_entry(peer: str, entries: int) -> float:
    """Fill a cache in a process of its own and return how much that grew, per entry."""
    entries //= FEWER.get(peer, 1)
    code = CHILD.format(decorator=DECORATORS[peer], entries=entries)
    with tempfile.TemporaryDirectory() as directory:
        child = subprocess.run(
            [sys.executable, "-c", code], cwd=directory, check=True, capture_output=True
        )
    return float(child.stdout)


def small_entries(plan: Plan) -> list[Comparison]:
    if not STATM.exists():
        raise UnmeasurableError(f"resident memory is read from {STATM}, which is not here")
    sizes = SIZES[:: math.ceil(len(SIZES) / plan.rounds)]
    samples = {peer: [bytes_per_entry(peer, size) for size in sizes] for peer in DECORATORS}
    ours, *peers = samples
    bar = Bar(Relation.AMOUNT, 250)
    return [
        Comparison("(bytes per entry)", samples[ours], samples[ours], bar, Unit.BYTES),
        *(Comparison(peer, samples[ours], samples[peer], None, Unit.BYTES) for peer in peers),
    ]


ROWS = (
    Row(
        "memory per small entry",
        "Growth of a process's resident memory per entry, int to int and with these ints, over "
        "100,000 to 183,000 entries (Streamlit: a tenth).",
        small_entries,
    ),
)
