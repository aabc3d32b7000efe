"""The recordings that are under way where the program is."""

from __future__ import annotations

from contextvars import ContextVar, Token
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memoxide.streamlit.recorder import Recorder

_open: ContextVar[tuple[Recorder, ...]] = ContextVar("memoxide_recorders", default=())


def recorders() -> tuple[Recorder, ...]:
    """Find the recorders of the cached functions that are running, the outermost first."""
    return tuple(recorder for recorder in _open.get() if recorder.is_running)


def enter(recorder: Recorder) -> Token[tuple[Recorder, ...]]:
    """Begin a recording inside those that are under way."""
    return _open.set((*recorders(), recorder))


def leave(token: Token[tuple[Recorder, ...]]) -> None:
    """End the recording that was begun last."""
    _open.reset(token)


def allows_widgets() -> bool:
    """Whether a widget may be drawn: all cached functions that are running have to allow it."""
    running = recorders()
    return bool(running) and all(recorder.allows_widgets for recorder in running)
