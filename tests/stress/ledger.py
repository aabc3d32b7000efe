"""What has happened, in one order: what every interleaving has to agree with."""

from __future__ import annotations

import itertools
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

# A function's name, and its argument.
Key = tuple[str, int]


# When the call was made that runs here: its run may be held up, and a clear come before it.
ASKED: ContextVar[int] = ContextVar("asked")


@dataclass
class Interval:
    """When something began and ended, by the ledger's clock."""

    begin: int
    end: int | None = None


@dataclass(eq=False)
class Computation:
    """One run of a function."""

    key: Key
    began: int


@dataclass
class Ledger:
    """Computations, clears and releases. A fault that is found is kept, and ends the run."""

    faults: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        # A release may come meanwhile: functions that are collected are cleared.
        self._lock = threading.RLock()
        self._clock = itertools.count(1)
        self._computations: dict[Key, list[Interval]] = defaultdict(list)
        self._clears: dict[Key, list[Interval]] = defaultdict(list)
        self._doubts: list[Interval] = []
        self._released: dict[int, int] = {}

    def begin_anew(self) -> None:
        """Forget what others do, in the child of a fork: they have stayed behind."""
        self._lock = threading.RLock()
        for begun in (self.faults, self._computations, self._clears, self._doubts):
            begun.clear()

    def now(self) -> int:
        """Return the time. It is later each time."""
        return next(self._clock)

    def ask(self) -> int:
        """Note that a call is made here, and return the time."""
        asked = self.now()
        ASKED.set(asked)
        return asked

    def fault(self, text: str) -> None:
        """Note what must not be."""
        self.faults.append(text)

    @contextmanager
    def computing(self, key: Key) -> Iterator[Computation]:
        """Note a run of a function, which no other of its key may overlap unless a clear does."""
        with self._lock:
            began, run, runs = self.now(), Interval(ASKED.get()), self._computations[key]
            for other in runs:
                if not self._is_cleared_between(key, min(run.begin, other.begin), began):
                    self.fault(f"{key}: two computations at once")
            runs.append(run)
            self.counts["computed"] += 1
        try:
            yield Computation(key, began)
        finally:
            with self._lock:
                runs.remove(run)

    def _is_cleared_between(self, key: Key, asked: int, began: int) -> bool:
        return any(
            (clear.end is None or clear.end > asked) and clear.begin < began
            for clear in (*self._clears[key], *self._doubts)
        )

    @contextmanager
    def clearing(self, *keys: Key) -> Iterator[None]:
        """Note a clear of these keys; without any, of some that nobody knows."""
        with self._lock:
            clear = Interval(self.now())
            for key in keys:
                self._clears[key].append(clear)
            if not keys:
                self._doubts.append(clear)
            self.counts["cleared"] += 1
        try:
            yield
        finally:
            clear.end = self.now()

    def got(self, key: Key, value: Computation, asked: int) -> None:
        """Check what a call has returned that was made at the time `asked`."""
        self.counts["returned"] += 1
        if value.key != key:
            self.fault(f"{key}: the value of {value.key}")
        for clear in self._clears[key]:
            if clear.end is not None and clear.end < asked and value.began < clear.begin:
                self.fault(f"{key}: a value of before a clear that had ended")
        released = self._released.get(value.began)
        if released is not None and released < asked:
            self.fault(f"{key}: a resource that had been released")

    def release(self, value: Computation) -> None:
        """Note the release of a resource, which comes once."""
        with self._lock:
            self.counts["released"] += 1
            if value.began in self._released:
                self.fault(f"{value.key}: released twice")
            self._released[value.began] = self.now()
