"""Which entries a command is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from memoxide._core import CacheEntry

UNREADABLE = "(unreadable)"


@dataclass(frozen=True)
class Function:
    """The entries of one definition of a function in one application."""

    application: str
    name: str
    digest: str
    is_orphaned: bool
    entries: tuple[CacheEntry, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.entries)

    @property
    def used(self) -> float:
        """When one of them was used last."""
        return max(entry.used for entry in self.entries)

    @property
    def hits(self) -> int | None:
        """How often their files were read, as far as that is kept."""
        known = [entry.hits for entry in self.entries if entry.hits is not None]
        return sum(known) if known else None

    @property
    def cost(self) -> float:
        """Seconds that all of them took to compute."""
        return sum(entry.cost or 0 for entry in self.entries)


@dataclass(frozen=True)
class Selection:
    """What the options of a command say; those that are not given leave everything in."""

    function: str | None = None
    application: str | None = None
    key: str | None = None
    orphaned: bool = False

    @property
    def is_everything(self) -> bool:
        """Whether nothing was given."""
        return self == Selection()

    def of(self, entries: Iterable[CacheEntry]) -> Iterator[CacheEntry]:
        """Return those that are meant."""
        entries = list(entries)
        current = current_digests(entries) if self.orphaned else {}
        for entry in entries:
            if self._is_meant(entry) and not (self.orphaned and is_current(entry, current)):
                yield entry

    def _is_meant(self, entry: CacheEntry) -> bool:
        name = entry.function or UNREADABLE
        return (
            (self.function is None or is_called(name, self.function))
            and (self.application is None or entry.application == self.application)
            and (self.key is None or (entry.key or "").startswith(self.key.lower()))
        )


def is_called(name: str, pattern: str) -> bool:
    """Tell whether a function is meant: by its whole name, its last part, or a pattern with `*`."""
    return fnmatchcase(name, pattern) or name.rpartition(".")[2] == pattern


def current_digests(entries: Iterable[CacheEntry]) -> dict[tuple[str | None, str | None], str]:
    """Return of each function the definition that was used last: the others are its old code."""
    latest: dict[tuple[str | None, str | None], tuple[float, str]] = {}
    for entry in entries:
        if entry.digest is not None:
            function = (entry.application, entry.function)
            used = (max(entry.used, entry.created or 0), entry.digest)
            latest[function] = max(latest.get(function, used), used)
    return {function: digest for function, (_, digest) in latest.items()}


def is_current(entry: CacheEntry, current: dict[tuple[str | None, str | None], str]) -> bool:
    """Tell whether an entry is of the definition that was used last."""
    return current.get((entry.application, entry.function)) == entry.digest


def by_function(entries: Iterable[CacheEntry]) -> list[Function]:
    """Return the entries by application, function and definition."""
    entries = list(entries)
    current = current_digests(entries)
    groups: dict[tuple[str, str, str], list[CacheEntry]] = defaultdict(list)
    for entry in entries:
        name = entry.function or UNREADABLE
        groups[entry.application or "", name, entry.digest or ""].append(entry)
    return [
        Function(application, name, digest, not is_current(group[0], current), tuple(group))
        for (application, name, digest), group in sorted(groups.items())
    ]
