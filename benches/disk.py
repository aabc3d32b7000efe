"""The disk: what one process writes, and the next one reads."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from benches.measure import Contender, Plan, alternate
from benches.rows import Bar, Comparison, Relation, Row, UnmeasurableError, against_peers, at_most

MEMOXIDE = "memoxide"
IN_MEMORY = "memoxide in memory"
STREAMLIT = "st.cache_data on disk"
JOBLIB = "joblib.Memory"
MAPPED = "joblib.Memory, mapped"
DISKCACHE = "diskcache"
MODULES = {STREAMLIT: "streamlit", JOBLIB: "joblib", MAPPED: "joblib", DISKCACHE: "diskcache"}
FILES = "plain files"
PEERS = (MEMOXIDE, STREAMLIT, JOBLIB, MAPPED, DISKCACHE, FILES)

# Processes take seconds to start.
ROUNDS = 5

FRAME = "frame"
SMALL = "small"


def process(peer: str, what: str, folder: str, mode: str) -> float:
    """Run one process and return what it has measured."""
    command = [sys.executable, "-m", "benches.disk_process", peer, what, folder, mode]
    # Streamlit's folder is in the home.
    environment = {**os.environ, "HOME": folder}
    result = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return float(result.stdout)


def writer(peer: str, what: str, folder: str) -> Contender:
    """Return one that finds an empty folder each time."""

    def take_turn() -> float:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        place = tempfile.mkdtemp(dir=folder)
        seconds = process(peer, what, place, "write")
        # Small files stay: after thousands are removed, ext4 is slow to make others for a while.
        if what == FRAME:
            shutil.rmtree(place)
        return seconds

    return Contender(peer, take_turn)


def reader(peer: str, what: str, folder: str) -> Contender:
    """Return one that finds what another process has written."""
    os.makedirs(folder, mode=0o700)
    process(peer, what, folder, "write")
    return Contender(peer, lambda: process(peer, what, folder, "read"))


def compare(
    make: Callable[[str, str, str], Contender], what: str, bars: dict[str, Bar]
) -> Callable[[Plan], list[Comparison]]:
    def run(plan: Plan) -> list[Comparison]:
        missing = {name for name in MODULES.values() if find_spec(name) is None}
        if missing:
            raise UnmeasurableError(f"not installed: {', '.join(sorted(missing))}")
        with tempfile.TemporaryDirectory(prefix="memoxide-benches-") as root:
            contenders = [
                make(peer, what, os.path.join(root, str(number)))
                for number, peer in enumerate(PEERS)
            ]
            return against_peers(alternate(contenders, plan.shortened(ROUNDS)), bars)

    return run


def hits(plan: Plan) -> list[Comparison]:
    with tempfile.TemporaryDirectory(prefix="memoxide-benches-") as root:
        contenders = [
            Contender(peer, lambda peer=peer: process(peer, "hits", root, "write"))  # type: ignore[misc]
            for peer in (MEMOXIDE, IN_MEMORY)
        ]
        return against_peers(alternate(contenders, plan.shortened(ROUNDS)), {IN_MEMORY: at_most(2)})


def at_least_three(peers: tuple[str, ...]) -> dict[str, Bar]:
    return {peer: Bar(Relation.SPEEDUP, 3) for peer in peers}


import_module("pandas")

ROWS = (
    Row(
        "write of an 80 MB frame to the disk",
        "The first call, in a new process, of a function that returns a ready pandas frame.",
        compare(writer, FRAME, {}),
    ),
    Row(
        "read of an 80 MB frame from the disk by a new process",
        "The first call in a process that finds the entry; the file is in the page cache. "
        "Mapped, joblib checks nothing, and all callers share what they get.",
        compare(reader, FRAME, at_least_three((STREAMLIT, JOBLIB, DISKCACHE))),
    ),
    Row(
        "write of a small value to the disk",
        "Each of 10,000 first calls that return a small dict, in a new process. Plain files are "
        "what the file system takes for a store of files: each is made, written and renamed.",
        compare(writer, SMALL, {DISKCACHE: at_most(1)}),
    ),
    Row(
        "read of a small value from the disk by a new process",
        "Each of 10,000 calls in a process that finds their entries.",
        compare(reader, SMALL, {DISKCACHE: at_most(1)}),
    ),
    Row(
        "hit after the first, of a value that the disk has",
        "A call with an int whose value, a small dict, is in memory as well.",
        hits,
    ),
)
