"""What is known of caches."""

from typing import NamedTuple


class CacheInfo(NamedTuple):
    """A function's figures since it was first used."""

    hits: int
    """Calls that were answered from the cache."""
    misses: int
    """Calls that were computed."""
    max_entries: int | None
    """How many entries there may be."""
    entries: int
    """How many there are."""
    bytes: int
    """What the entries hold, in bytes."""
    evictions: int
    """Entries that made room for others."""
    seconds_saved: float
    """The time that the hits would have taken to compute."""


class FunctionStats(NamedTuple):
    """One function's row in `memoxide.stats()`."""

    name: str
    """Module and qualified name."""
    kind: str
    """`"data"` or `"resource"`."""
    session: str | None
    """The session that the entries belong to."""
    hits: int
    """Calls that were answered from the cache."""
    misses: int
    """Calls that were computed."""
    max_entries: int | None
    """How many entries there may be."""
    entries: int
    """How many there are."""
    bytes: int
    """What the entries hold, in bytes."""
    evictions: int
    """Entries that made room for others."""
    seconds_saved: float
    """The time that the hits would have taken to compute."""
