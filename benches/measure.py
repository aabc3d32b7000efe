"""Paired timing: contenders take turns, so that a busy neighbour slows all of them alike."""

import gc
import timeit
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

# A statement below this many seconds is repeated inside the timed loop, whose own step costs
# some nanoseconds.
SHORT = 50e-6
UNROLLED = 10

Samples = dict[str, list[float]]


@dataclass(frozen=True)
class Plan:
    """How long to measure."""

    rounds: int
    """Rounds in which each contender has one turn."""
    turn: float
    """Seconds that a turn lasts at least, unless one run of the statement takes longer."""

    def shortened(self, rounds: int) -> "Plan":
        """Return the plan with at most so many rounds, for work that takes long."""
        return Plan(min(self.rounds, rounds), self.turn)


@dataclass(frozen=True)
class Contender:
    """One of those that are compared."""

    name: str
    take_turn: Callable[[], float]
    """Work for a turn and return the seconds per unit of work."""


def timed(name: str, statement: str, namespace: dict[str, Any], plan: Plan) -> Contender:
    """Return a contender that runs the statement over and over, as `timeit` does."""
    once = timeit.Timer(statement, globals=namespace)
    once.timeit(1)
    seconds = min(once.repeat(3, 1))
    unrolled = UNROLLED if seconds < SHORT else 1
    timer = timeit.Timer("\n".join([statement] * unrolled), globals=namespace)
    loops = max(1, int(plan.turn / (seconds * unrolled)))
    return Contender(name, lambda: timer.timeit(loops) / (loops * unrolled))


def prepared(
    name: str,
    statement: str,
    namespace: dict[str, Any],
    prepare: Callable[[], object],
    units: int = 1,
) -> Contender:
    """Return a contender that runs the statement once per turn, after untimed preparation.

    `units` is how many units of work one run of the statement does.
    """
    timer = timeit.Timer(statement, globals=namespace)

    def take_turn() -> float:
        prepare()
        return timer.timeit(1) / units

    return Contender(name, take_turn)


def alternate(contenders: Sequence[Contender], plan: Plan) -> Samples:
    """Let the contenders take turns and return the figures of each, round by round.

    The first round fills caches and is not counted.
    """
    samples: Samples = {contender.name: [] for contender in contenders}
    gc.collect()
    for counted in [False] + [True] * plan.rounds:
        for contender in contenders:
            figure = contender.take_turn()
            if counted:
                samples[contender.name].append(figure)
    return samples
