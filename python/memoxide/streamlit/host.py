"""The host: what the compiled module asks of the app that surrounds a call."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import streamlit as st

from memoxide.streamlit import configuration, context, errors, unknown, versions, widgets
from memoxide.streamlit.recorder import Recorder, Recording, dump, load, replay


class Host:
    """A Streamlit app. Each method is called without any of memoxide's locks."""

    def __init__(self) -> None:
        self.marks_hits = not versions.SPINS_ON_MISSES_ONLY

    def session(self) -> str | None:
        """Find the id of the session that calls."""
        script = versions.script_context()
        return None if script is None else script.session_id

    def record(
        self, kind: str, function: Any, name: str, allows_widgets: bool, refreshes: bool
    ) -> Recorder | None:
        """Begin to record what a function draws; `None` where nothing can be drawn."""
        if kind == "data":
            configuration.configure_size()
        if versions.script_context() is None:
            return None
        try:
            return Recorder(kind, function, name, allows_widgets, refreshes)
        except (AttributeError, TypeError) as error:
            unknown.say("Record and replay.", error)
            return None

    def replay(self, kind: str, function: Any, recording: Recording) -> None:
        """Show again what a function has drawn."""
        if versions.script_context() is not None:
            replay(kind, function, recording)

    def dump(self, recording: Recording) -> bytes | None:
        """Make bytes of what a function has drawn; `None` if they would mean nothing elsewhere."""
        return dump(recording)

    def load(self, dumped: bytes) -> Recording | None:
        """Find what another process has dumped; `None` if it means nothing here."""
        return load(dumped)

    def spinner(
        self, function: Any, text: str | None, has_arguments: bool, show_time: bool
    ) -> ExitStack | None:
        """Show that a function runs, until what is returned is closed."""
        if versions.script_context() is None:
            return None
        if versions.SPINS_ON_MISSES_ONLY and context.recorders():
            return None
        if text is None:
            name = getattr(function, "__qualname__", type(function).__qualname__)
            text = f"Running `{name}(...)`." if has_arguments else f"Running `{name}()`."
        shown = ExitStack()
        try:
            shown.enter_context(versions.spinner(text, show_time))
        except (AttributeError, TypeError) as error:
            unknown.say("Show spinners.", error)
        return shown

    def mark(self) -> None:
        """Take the place of the spinner that this version shows for hits too."""
        if versions.script_context() is not None:
            st.empty()

    def poll(self) -> None:
        """End a run that waits if it is to stop, unless a cached function would lose its work."""
        check = None if context.recorders() else versions.stop_check()
        if check is not None:
            check()

    def configure_refreshes(self) -> None:
        """Have the app's configuration say how stale values are made anew."""
        configuration.configure_refreshes()

    def widget_state(self, ids: list[str]) -> list[tuple[str, Any, bool]] | None:
        """Find what the widgets are set to."""
        return widgets.state(ids)

    def error(self, raised: Exception) -> Exception:
        """Make the exception one of Streamlit's too."""
        return errors.translated(raised)

    def cleared(self, kind: str) -> None:
        """Clear what Streamlit's own decorators have cached."""
        from memoxide.streamlit import hooks

        hooks.clear_stock(kind)
