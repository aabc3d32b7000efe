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
    disk_hits: int
    """Those of the hits that the disk answered, with `persist`."""


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
    disk_hits: int
    """Those of the hits that the disk answered, with `persist`."""


class ArgumentInfo(NamedTuple):
    """How one argument of a call was hashed."""

    name: str
    """The parameter."""
    type_name: str
    """The argument's class."""
    how: str
    """What of it counts, in words."""
    bytes: int
    """Bytes that were hashed of it, with the lengths and types between them."""
    seconds: float
    """The time that this took."""
    digest: str
    """The BLAKE3 of its encoding, in 64 hexadecimal digits."""

    def __str__(self) -> str:
        """One line: `x: int, 3 bytes in 0.2 µs: all of its content`."""
        time = (
            f"{self.seconds * 1e3:,.1f} ms"
            if self.seconds > 1e-3
            else f"{self.seconds * 1e6:.1f} µs"
        )
        return f"{self.name}: {self.type_name}, {self.bytes:,} bytes in {time}: {self.how}"


class Explanation(NamedTuple):
    """Why a call would hit or miss, as `f.explain(*args)` tells it."""

    hit: bool
    """Whether the value is there."""
    reason: str
    """Why, in a few words: `never computed`, `expired`, `argument changed: df.columns`."""
    changes: tuple[str, ...]
    """What differs from the nearest earlier call that was computed, one difference each."""
    arguments: tuple[ArgumentInfo, ...]
    """How each argument was hashed."""
    key: str
    """The call's key, 64 hexadecimal digits."""

    def __str__(self) -> str:
        """All of it, line by line."""
        lines = [f"{'hit' if self.hit else 'miss'}: {self.reason}"]
        lines += [f"  {change}" for change in self.changes]
        lines += ["arguments:"] if self.arguments else []
        lines += [f"  {argument}" for argument in self.arguments]
        return "\n".join([*lines, f"key: {self.key}"])
