"""Widgets inside of cached functions that allow them: arguments that the user sets in the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from memoxide.streamlit import context, versions


class Widget(NamedTuple):
    """A widget that a cached function has drawn."""

    id: str
    """What Streamlit knows it by."""
    kind: str
    """The command that draws it."""
    metadata: Any
    """What Streamlit needs to register it."""


class CachedFunctionFlag:
    """Stands for Streamlit's variable where it is asked whether a widget may be drawn."""

    def __init__(self, variable: Any) -> None:
        self._variable = variable

    def get(self) -> bool:
        """Whether a cached function is running that allows no widgets."""
        return self._variable.get() and not context.allows_widgets()


def noting_widgets(original: Callable[..., Any]) -> Callable[..., Any]:
    """Streamlit's function that registers a widget, with a note to those who record."""

    def register_widget_from_metadata(metadata: Any, ctx: Any, *more: Any) -> Any:
        result = original(metadata, ctx, *more)
        if ctx is not None and context.allows_widgets():
            for recorder in context.recorders():
                kind = recorder.kinds.get(metadata.id, "widget")
                recorder.drawn[metadata.id] = Widget(metadata.id, kind, metadata)
        return result

    return register_widget_from_metadata


def noting_kinds(original: Callable[..., Any]) -> Callable[..., Any]:
    """Streamlit's function that registers an element's id, with a note to those who record."""

    def register_element_id(ctx: Any, kind: str, element_id: str) -> Any:
        result = original(ctx, kind, element_id)
        for recorder in context.recorders():
            recorder.kinds[element_id] = kind
        return result

    return register_element_id


def register(drawn: list[Widget]) -> None:
    """Register the widgets of an earlier run. Raise Streamlit's error for one that is there."""
    script = versions.script_context()
    elements = versions.elements()
    if elements is None or versions.HAS_WIDGET_REPLAY:
        return
    for widget in drawn:
        elements._register_element_id(script, widget.kind, widget.id)
        versions.register_widget(widget.metadata, script)


def state(ids: list[str]) -> list[tuple[str, Any, bool]] | None:
    """Find the widgets that have a value: what it is, and whether the script has set it."""
    script = versions.script_context()
    if script is None:
        return None
    session = script.session_state
    values = []
    for widget in ids:
        try:
            value = session[widget]
        except KeyError:
            continue
        key = versions.user_key(widget)
        values.append((widget, value, key is not None and session.is_new_state_value(key)))
    return values or None
