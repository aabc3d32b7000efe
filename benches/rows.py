"""What a row of the table is: some work, what it shows, and a comparison with each peer."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from benches.measure import Plan, Samples


class Relation(Enum):
    """What a bar limits, and how the figure follows from the samples of one round."""

    COST = "ours / theirs, at most"
    SPEEDUP = "theirs / ours, at least"
    EXCESS = "ours - theirs, at most"
    AMOUNT = "ours, at most"

    def figure(self, ours: float, theirs: float) -> float:
        """Return the figure of one round."""
        match self:
            case Relation.COST:
                return ours / theirs
            case Relation.SPEEDUP:
                return theirs / ours
            case Relation.EXCESS:
                return ours - theirs
            case Relation.AMOUNT:
                return ours


class Unit(Enum):
    """What the samples are."""

    SECONDS = "s"
    BYTES = "B"


@dataclass(frozen=True)
class Bar:
    """A limit to a figure."""

    relation: Relation
    final: float
    present: float | None = None
    """The limit that already holds, where the final one is still ahead."""

    def is_met(self, limit: float, figure: float) -> bool:
        """Tell whether the figure is on the right side of the limit."""
        return figure >= limit if self.relation is Relation.SPEEDUP else figure <= limit


def at_most(final: float, present: float | None = None) -> Bar:
    """Return a bar for work that may cost so many times what the peer's costs."""
    return Bar(Relation.COST, final, present)


def at_least(final: float, present: float | None = None) -> Bar:
    """Return a bar for work that is to be so many times faster than the peer's."""
    return Bar(Relation.SPEEDUP, final, present)


@dataclass(frozen=True)
class Comparison:
    """One peer's line: the samples of both, round by round, and the bar if there is one."""

    peer: str
    ours: Sequence[float]
    theirs: Sequence[float]
    bar: Bar | None = None
    unit: Unit = Unit.SECONDS

    @property
    def relation(self) -> Relation:
        """How the two are compared: as the bar does, else by what is larger."""
        if self.bar:
            return self.bar.relation
        slower = statistics.median(self.ours) > statistics.median(self.theirs)
        return Relation.COST if slower else Relation.SPEEDUP

    @property
    def figures(self) -> list[float]:
        """The figure of each round."""
        pairs = zip(self.ours, self.theirs, strict=True)
        return [self.relation.figure(ours, theirs) for ours, theirs in pairs]

    @property
    def figure(self) -> float:
        """The median of the rounds' figures, which is what a bar is held against."""
        return statistics.median(self.figures)


@dataclass(frozen=True)
class Row:
    """Some work that is measured."""

    work: str
    shows: str
    """One sentence: what exactly the figures say."""
    compare: Callable[[Plan], list[Comparison]]


class UnmeasurableError(Exception):
    """The row cannot be measured here; the message says why."""


def against_peers(
    samples: Samples, bars: Mapping[str, Bar], unit: Unit = Unit.SECONDS
) -> list[Comparison]:
    """Compare the first contender with each of the others."""
    ours, *peers = samples
    if unknown := bars.keys() - set(peers):
        raise ValueError(f"bars for peers that are not measured: {unknown}")
    return [Comparison(peer, samples[ours], samples[peer], bars.get(peer), unit) for peer in peers]
