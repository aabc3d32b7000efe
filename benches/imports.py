"""Imports: what a program pays that only starts."""

import subprocess
import sys
import tempfile
import time

from benches.measure import Contender, Plan, alternate
from benches.rows import Bar, Comparison, Relation, Row

EMPTY = "empty interpreter"
PAIRS_PER_ROUND = 2
SLOW_ROUNDS = 5


def interpreter(name: str, code: str, directory: str) -> Contender:
    command = [sys.executable, "-c", code]

    def take_turn() -> float:
        start = time.perf_counter()
        subprocess.run(command, cwd=directory, check=True)
        return time.perf_counter() - start

    return Contender(name, take_turn)


def imports(plan: Plan) -> list[Comparison]:
    # In an empty directory, so that nothing of the repository can be imported.
    with tempfile.TemporaryDirectory() as directory:
        ours = interpreter("memoxide", "import memoxide", directory)
        empty = interpreter(EMPTY, "pass", directory)
        pairs = alternate([ours, empty], Plan(plan.rounds * PAIRS_PER_ROUND, plan.turn))
        peers = [
            interpreter(f"import {module}", f"import {module}", directory)
            for module in ("cachebox", "joblib", "streamlit")
        ]
        slow = alternate([ours, *peers], plan.shortened(SLOW_ROUNDS))
    bar = Bar(Relation.EXCESS, 0.015, present=0.025)
    return [
        Comparison(EMPTY, pairs["memoxide"], pairs[EMPTY], bar),
        *(Comparison(peer.name, slow["memoxide"], slow[peer.name]) for peer in peers),
    ]


ROWS = (
    Row(
        "import memoxide",
        "Wall time of whole interpreters, from start to exit: python -c 'import memoxide' less "
        "python -c pass.",
        imports,
    ),
)
