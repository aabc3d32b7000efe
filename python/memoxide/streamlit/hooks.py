"""Where Streamlit and memoxide meet: what is set in Streamlit so that each knows of the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import memoxide
from memoxide._core import set_default_folder, set_host
from memoxide.streamlit import configuration, unknown
from memoxide.streamlit.patches import Patches

_patches: Final = Patches()
_is_attached = False
_stock_clears: Final[dict[str, Callable[[], None]]] = {}


def discover() -> bool:
    """Attach if this is the process of a running app; says whether it is."""
    from streamlit import runtime

    exists = getattr(runtime, "exists", None)
    if exists is None or not exists():
        return False
    attach()
    return True


def attach() -> None:
    """Make cached functions known to the app, and the app to cached functions."""
    global _is_attached
    if _is_attached:
        return
    _is_attached = True
    for hook in (
        _hook_clears,
        _hook_sessions,
        _hook_recording,
        _hook_widgets,
        _hook_status,
        _hook_metrics,
        _hook_hashing,
        _hook_disk,
    ):
        _try(hook)
    _try(_set_host)


def detach() -> None:
    """Undo `attach`."""
    global _is_attached
    set_host(None)
    set_default_folder(None)
    configuration.forget()
    _patches.undo()
    unknown.forget()
    _is_attached = False
    _stock_clears.clear()


def clear_stock(kind: str) -> None:
    """Clear what Streamlit's own decorators of that kind have cached."""
    from memoxide.streamlit import versions

    clear = _stock_clears.get(kind)
    # Streamlit logs that it has no runtime where it clears without one.
    if clear is not None and versions.has_stock_entries(kind):
        clear()


def _try(hook: Callable[[], None]) -> None:
    """Set a hook; a version that is not known yet may not have its place any more."""
    try:
        hook()
    except (ImportError, AttributeError) as missing:
        unknown.say(hook.__doc__ or hook.__name__, missing)


def _set_host() -> None:
    """Record, replay, and show spinners."""
    from memoxide.streamlit.host import Host

    set_host(Host())


def _hook_clears() -> None:
    """Clear with the menu."""
    from streamlit.runtime import caching

    for kind, name in (("data", "cache_data"), ("resource", "cache_resource")):
        stock, ours = getattr(caching, name), getattr(memoxide, name)
        _stock_clears[kind] = stock.clear
        # Only matters where memoxide is not installed: then this is what the menu calls.
        _patches.set(stock, "clear", ours.clear)


def _hook_sessions() -> None:
    """Clear the caches of sessions that end."""
    from memoxide.streamlit import versions

    for owner, name, session_of in versions.ends_sessions():
        _patches.set(owner, name, _ending(getattr(owner, name), session_of))


def _ending(original: Callable[..., Any], session_of: Callable[..., str]) -> Callable[..., Any]:
    @wraps(original)
    def end(session: Any) -> Any:
        try:
            return original(session)
        finally:
            memoxide.end_session(session_of(session))

    return end


def _hook_recording() -> None:
    """Record what other threads draw."""
    from streamlit.runtime import caching

    from memoxide.streamlit import recorder, versions

    for name in versions.THREAD_BOUND:
        _patches.set(caching, name, recorder.following_contexts(getattr(caching, name)))
    recorder.follow_contexts(bool(versions.THREAD_BOUND))


def _hook_widgets() -> None:
    """Replay widgets."""
    from streamlit.runtime.state import widgets as state

    from memoxide.streamlit import versions, widgets

    noting = widgets.noting_widgets(state.register_widget_from_metadata)
    _patches.set(state, "register_widget_from_metadata", noting)
    elements, policies = versions.elements(), versions.policies()
    if elements is not None:
        noting = widgets.noting_kinds(elements._register_element_id)
        _patches.set(elements, "_register_element_id", noting)
    if policies is not None:
        flag = widgets.CachedFunctionFlag(policies.in_cached_function)
        _patches.set(policies, "in_cached_function", flag)


def _hook_status() -> None:
    """Replay a status as it ended."""
    from streamlit.elements.lib.mutable_status_container import StatusContainer

    from memoxide.streamlit import context, versions

    original = StatusContainer.update

    @wraps(original)
    def update(self: Any, **changes: Any) -> None:
        original(self, **changes)
        for recorder in context.recorders():
            recorder.statuses[versions.container_id(self)] = self

    _patches.set(StatusContainer, "update", update)


def _hook_metrics() -> None:
    """Report figures to the metrics."""
    from memoxide.streamlit import metrics

    for provider, ours in metrics.providers():
        _patches.set(provider, "get_stats", metrics.merged(provider, ours))


def _hook_hashing() -> None:
    """Hash Streamlit's own objects by content."""
    from memoxide.streamlit import hashing

    for class_, cache_key in hashing.cache_keys():
        _patches.set(class_, "__cache_key__", cache_key)


def _hook_disk() -> None:
    """Clear what is on the disk with `streamlit cache clear`."""
    from memoxide.streamlit import versions

    set_default_folder(versions.disk_folder())
