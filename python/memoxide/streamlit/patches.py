"""Attributes of other modules that are set for a time."""

from __future__ import annotations

from typing import Any, Final

_MISSING: Final = object()


class Patches:
    """Attributes that were set, and what was there before."""

    def __init__(self) -> None:
        self._before: list[tuple[Any, str, Any]] = []

    def set(self, owner: Any, name: str, value: Any) -> None:
        """Set an attribute until `undo`."""
        before = vars(owner).get(name, _MISSING)
        setattr(owner, name, value)
        self._before.append((owner, name, before))

    def undo(self) -> None:
        """Put back what was there before, the last first."""
        while self._before:
            owner, name, before = self._before.pop()
            if before is _MISSING:
                delattr(owner, name)
            else:
                setattr(owner, name, before)
