"""What a cached function draws: recorded where it runs, shown again where it does not have to."""

from __future__ import annotations

import dataclasses
import pickle
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import wraps
from typing import Any

import streamlit as st
from streamlit.runtime.caching import (
    CACHE_DATA_MESSAGE_REPLAY_CTX,
    CACHE_RESOURCE_MESSAGE_REPLAY_CTX,
    cached_message_replay,
)
from streamlit.runtime.caching.cache_errors import CacheReplayClosureError
from streamlit.runtime.caching.cache_type import CacheType

from memoxide.streamlit import context, metrics, versions
from memoxide.streamlit.widgets import Widget, register

_CONTEXTS = {
    "data": CACHE_DATA_MESSAGE_REPLAY_CTX,
    "resource": CACHE_RESOURCE_MESSAGE_REPLAY_CTX,
}
_TYPES = {"data": CacheType.DATA, "resource": CacheType.RESOURCE}


_follows_contexts = False
"""Whether what is drawn goes to whose context it is drawn in, and not to whose thread."""


def follow_contexts(follows: bool) -> None:
    """Say whether all functions are wrapped that record into the thread."""
    global _follows_contexts
    _follows_contexts = follows


def following_contexts(original: Callable[..., None]) -> Callable[..., None]:
    """Streamlit's function that records into the thread, for threads and tasks alike."""

    @wraps(original)
    def save(*arguments: Any, **options: Any) -> None:
        running = context.recorders()
        with ExitStack() as stack:
            for kind, of_thread in _CONTEXTS.items():
                records = [record for one in running if (record := one.record_of(kind))]
                stack.enter_context(versions.recording_into(of_thread, records))
            original(*arguments, **options)

    return save


@dataclasses.dataclass(frozen=True)
class Recording:
    """What one run of a function has drawn."""

    messages: list[Any]
    """Streamlit's messages."""
    main_id: str
    """What they call the main container."""
    sidebar_id: str
    """What they call the sidebar."""
    drawn: list[Widget]
    """The widgets, in the order in which they were drawn."""
    size: int
    """Bytes."""

    @property
    def widgets(self) -> list[str]:
        """The ids of the widgets, sorted."""
        return sorted(widget.id for widget in self.drawn)

    @property
    def media(self) -> list[Any]:
        """The files that the messages refer to."""
        return [file for message in self.messages for file in _media(message)]


class Recorder:
    """Record one run of a function, by Streamlit's own means."""

    def __init__(
        self, kind: str, function: Any, name: str, allows_widgets: bool, refreshes: bool
    ) -> None:
        self.allows_widgets = allows_widgets
        self.is_running = True
        self.drawn: dict[str, Widget] = {}
        self.kinds: dict[str, str] = {}
        self.statuses: dict[str, Any] = {}
        self.media: list[Any] = []
        self._kind = kind
        self._function = function
        self._name = name
        self._refreshes = refreshes
        self._started = time.perf_counter()
        self._is_outermost = not context.recorders()
        self._recording = versions.recording(_CONTEXTS[kind], function, allows_widgets)
        self._recording.__enter__()
        self._record = versions.take_record(_CONTEXTS[kind]) if _follows_contexts else None
        self._token = context.enter(self)

    def _end(self) -> list[Any]:
        self.is_running = False
        context.leave(self._token)
        if self._record is not None:
            versions.put_record(_CONTEXTS[self._kind], self._record)
        self._recording.__exit__(None, None, None)
        metrics.computed(self._kind, self._name, time.perf_counter() - self._started)
        return list(_CONTEXTS[self._kind]._most_recent_messages)

    def record_of(self, kind: str) -> versions.Record | None:
        """Find where the messages are kept, if it is not in the thread."""
        return self._record if kind == self._kind else None

    def abandon(self) -> None:
        """End the recording of a run that has failed."""
        # A coroutine may be dropped somewhere else than where it ran: that context is gone.
        with suppress(ValueError):
            self._end()

    def finish(self) -> Recording | None:
        """End the recording; `None` if nothing was drawn."""
        messages = self._end()
        if not messages and not self.drawn:
            return None
        if self._refreshes:
            # What is drawn is shown now, and never again.
            versions.warn_of_drawing(_TYPES[self._kind], self._function)
            return None
        main_id, sidebar_id = versions.container_id(st._main), versions.container_id(st.sidebar)
        if self._is_outermost:
            # Inside another cached function it is that one's recording that is replayed.
            self._check(messages, {main_id, sidebar_id})
        messages = [self._as_it_ended(message) for message in messages]
        self._add_media(messages)
        return Recording(
            messages, main_id, sidebar_id, list(self.drawn.values()), sum(map(_size, messages))
        )

    def _check(self, messages: list[Any], known: set[str]) -> None:
        """Raise for a message to a container that a replay would not have."""
        for message in messages:
            if message.id_of_dg_called_on not in known:
                raise CacheReplayClosureError(_TYPES[self._kind], self._function)
            known.add(message.returned_dgs_id)

    def _as_it_ended(self, message: Any) -> Any:
        """Find the message with what it says now: Streamlit may go on to change the object."""
        container = self.statuses.get(message.returned_dgs_id)
        if container is None or hasattr(message, "delta_type"):
            now = message.message
        else:
            now = container._current_proto
        copy = type(message.message)()
        copy.CopyFrom(now)
        return dataclasses.replace(message, message=copy)

    def _add_media(self, messages: list[Any]) -> None:
        """Keep the files of what other cached functions have replayed in this one."""
        elements = [index for index, one in enumerate(messages) if hasattr(one, "media_data")]
        if self.media and elements:
            last = messages[elements[-1]]
            media = [*(last.media_data or ()), *self.media]
            messages[elements[-1]] = dataclasses.replace(last, media_data=media)


def replay(kind: str, function: Any, recording: Recording) -> None:
    """Show again what was recorded, by Streamlit's own means."""
    register(recording.drawn)
    result = cached_message_replay.CachedResult(
        None, recording.messages, recording.main_id, recording.sidebar_id
    )
    cached_message_replay.replay_cached_messages(result, _TYPES[kind], function)
    for outer in context.recorders():
        outer.media.extend(recording.media)


def dump(recording: Recording) -> bytes | None:
    """Make bytes of a recording; `None` if it has widgets, which refer to what a session has."""
    if recording.drawn:
        return None
    try:
        return pickle.dumps((st.__version__, tuple(vars(recording).values())), protocol=5)
    except Exception:
        # Whatever a component of somebody's is made of.
        return None


def load(dumped: bytes) -> Recording | None:
    """Make a recording of bytes whose seal was checked; `None` if another version drew it."""
    version, content = pickle.loads(dumped)
    return Recording(*content) if version == st.__version__ else None


def _media(message: Any) -> list[Any]:
    return getattr(message, "media_data", None) or []


def _size(message: Any) -> int:
    return int(message.message.ByteSize()) + sum(len(file.media) for file in _media(message))
