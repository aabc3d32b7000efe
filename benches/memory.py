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


ARGUMENT = 1_000_000_000

LAYOUTS = {
    "contiguous": "numpy.ones(125_000_000)",
    "Fortran order": "numpy.ones((12_500, 10_000), order='F')",
    "frame by rows": "pandas.DataFrame(numpy.ones((12_500_000, 10)))",
}

# Linux begins a new peak when 5 is written to clear_refs.
KEYING = """
import numpy, pandas
from memoxide import cache_data
def status(name):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith(name))
@cache_data
def f(value):
    pass
f.key(numpy.ones((3_000, 1_000), order="F"))
value = {layout}
with open("/proc/self/clear_refs", "w") as peak:
    peak.write("5")
before = status("VmRSS")
f.key(value)
print(status("VmHWM") - before)
"""


def keyed(plan: Plan) -> list[Comparison]:
    if not STATM.exists():
        raise UnmeasurableError("the peak of resident memory is read from /proc, which is not here")
    bar = Bar(Relation.AMOUNT, ARGUMENT / 10)
    rounds = plan.shortened(3).rounds
    comparisons = []
    for name, layout in LAYOUTS.items():
        command = [sys.executable, "-c", KEYING.format(layout=layout)]
        samples = [
            float(subprocess.run(command, check=True, capture_output=True).stdout)
            for _ in range(rounds)
        ]
        comparisons.append(Comparison(f"({name})", samples, samples, bar, Unit.BYTES))
    return comparisons


ROWS = (
    Row(
        "memory while 1 GB is keyed",
        "Growth of a process's peak memory during f.key(value), where value holds 1 GB of floats; "
        "the bar is a tenth of that.",
        keyed,
    ),
    Row(
        "memory per small entry",
        "Growth of a process's resident memory per entry, int to int and with these ints, over "
        "100,000 to 183,000 entries (Streamlit: a tenth).",
        small_entries,
    ),
)
