"""What differs between Streamlit's versions: all of it is here, with the version that brought it.

Nothing is decided by a version's number where the difference itself can be seen: a version that is
not known yet is then treated as the newest one that is.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

import streamlit as st
from streamlit.runtime.caching import cache_errors, cache_utils, cached_message_replay
from streamlit.runtime.state import widgets as state_widgets


def _first(*places: str) -> Any:
    """Import the first of some modules that is there."""
    for place in places[:-1]:
        try:
            return import_module(place)
        except ImportError:
            continue
    return import_module(places[-1])


# 1.38 moved it.
script_run_context = _first(
    "streamlit.runtime.scriptrunner_utils.script_run_context",
    "streamlit.runtime.scriptrunner.script_run_context",
)


def script_context() -> Any | None:
    """Find the run of the script that calls; `None` outside of any."""
    return script_run_context.get_script_run_ctx(suppress_warning=True)


# Recording and replay.


HAS_WIDGET_REPLAY: Final[bool] = hasattr(cached_message_replay, "MultiCacheResults")
"""Whether Streamlit records and replays widgets itself, as it did until 1.37."""


def recording(context: Any, function: Any, allows_widgets: bool) -> AbstractContextManager[None]:
    """Streamlit's own recorder. Until 1.37 it knew of widgets."""
    if HAS_WIDGET_REPLAY:
        return context.calling_cached_function(function, allows_widgets)  # type: ignore[no-any-return]
    return context.calling_cached_function(function)  # type: ignore[no-any-return]


class Record(NamedTuple):
    """What one run of a function draws, where Streamlit would keep it in the thread."""

    messages: list[Any]
    seen: set[str]
    """The containers that it has made."""
    depth: int
    """How many functions were recording in the thread before."""


THREAD_BOUND: Final[tuple[str, ...]] = (
    ("save_element_message", "save_block_message")
    if issubclass(cached_message_replay.CachedMessageReplayContext, threading.local)
    else ()
)
"""The functions of `streamlit.runtime.caching` that record into the thread, as until 1.58."""


def take_record(context: Any) -> Record:
    """Take what was begun last out of the thread that calls."""
    messages, seen = context._cached_message_stack.pop(), context._seen_dg_stack.pop()
    return Record(messages, seen, len(context._cached_message_stack))


def put_record(context: Any, record: Record) -> None:
    """Put it back, so that Streamlit can end it."""
    context._cached_message_stack.append(record.messages)
    context._seen_dg_stack.append(record.seen)


@contextmanager
def recording_into(context: Any, records: list[Record]) -> Iterator[None]:
    """Have the thread that calls record into these too, the outermost first."""
    before = context._cached_message_stack, context._seen_dg_stack
    messages, seen = list(before[0]), list(before[1])
    for place, record in enumerate(records):
        messages.insert(record.depth + place, record.messages)
        seen.insert(record.depth + place, record.seen)
    context._cached_message_stack, context._seen_dg_stack = messages, seen
    try:
        yield
    finally:
        context._cached_message_stack, context._seen_dg_stack = before


def container_id(container: Any) -> str:
    """Find what recorded messages call a container. Until 1.50 the attribute was called `id`."""
    name = "_id" if hasattr(type(container), "_id") else "id"
    return getattr(container, name)  # type: ignore[no-any-return]


# Widgets.


def policies() -> Any | None:
    """Find the module that asks a context variable whether a widget may be drawn, since 1.38."""
    if not hasattr(script_run_context, "in_cached_function"):
        return None
    from streamlit.elements.lib import policies

    return policies


def elements() -> Any | None:
    """Find the module that registers elements by id; before 1.38 that was part of widgets."""
    from streamlit.elements.lib import utils

    return utils if hasattr(utils, "_register_element_id") else None


def register_widget(metadata: Any, context: Any) -> None:
    """Register a widget of an earlier run. Only since 1.38: before, replay did it."""
    state_widgets.register_widget_from_metadata(metadata, context)


def user_key(widget: str) -> str | None:
    """Find the key that a script gave a widget, which is in its id. 1.38 renamed the function."""
    from streamlit.runtime.state import common

    name = (
        "user_key_from_element_id"
        if hasattr(common, "user_key_from_element_id")
        else "user_key_from_widget_id"
    )
    return getattr(common, name)(widget)  # type: ignore[no-any-return]


# The spinner.


def _takes(function: Any, parameter: str) -> bool:
    return parameter in inspect.signature(function).parameters


SPINS_ON_MISSES_ONLY: Final[bool] = _takes(
    cache_utils.CachedFunc._get_or_create_cached_value, "spinner_message"
)
"""Whether only the outermost call that computes shows a spinner; until 1.40 each call did."""

_SPINNER_TAKES_TIME: Final[bool] = _takes(st.spinner, "show_time")


def spinner(text: str, show_time: bool) -> AbstractContextManager[None]:
    """Streamlit's spinner as its cached functions show it. `show_time` came after 1.40."""
    options = {"show_time": show_time} if _SPINNER_TAKES_TIME else {}
    return st.spinner(text, _cache=True, **options)  # type: ignore[no-any-return]


# Sessions.


def stop_check() -> Callable[[], None] | None:
    """Find what raises if the run is to stop or to begin anew.

    1.58 made it an attribute of the run.
    """
    context = script_context()
    if context is None:
        return None
    check = getattr(context, "yield_check", None)
    if check is None:
        runner = getattr(getattr(context, "_enqueue", None), "__self__", None)
        check = getattr(runner, "_maybe_handle_execution_control_request", None)
    return check


def ends_sessions() -> list[tuple[Any, str, Callable[..., str]]]:
    """Who is called when a session ends, by which name, and how its arguments tell the session.

    Since 1.58 caches are told; before, only the session itself knows.
    """
    from streamlit.runtime import app_session, caching

    if hasattr(caching, "clear_session_data_cache"):
        return [(caching, "clear_session_data_cache", lambda session_id: session_id)]
    return [(app_session.AppSession, "shutdown", lambda session: session.id)]


# Clearing.


def disk_folder() -> Path:
    """Find a folder inside of the one that `streamlit cache clear` removes."""
    from streamlit.runtime.caching.storage import local_disk_cache_storage

    return Path(local_disk_cache_storage.get_cache_folder_path(), "memoxide")


def has_stock_entries(kind: str) -> bool:
    """Whether Streamlit's own decorators may have cached something."""
    from streamlit.runtime.caching import cache_data_api, cache_resource_api

    caches = (
        getattr(cache_data_api, "_data_caches", None)
        if kind == "data"
        else getattr(cache_resource_api, "_resource_caches", None)
    )
    return bool(getattr(caches, "_function_caches", True))


# Errors.


def error_classes() -> Iterator[tuple[str, type[Exception]]]:
    """Streamlit's exceptions that ours are too, by the names of ours."""
    from streamlit.errors import StreamlitAPIException
    from streamlit.runtime.caching import hashing

    yield "UnhashableParamError", cache_errors.UnhashableParamError
    yield "UnserializableReturnValueError", cache_errors.UnserializableReturnValueError
    yield "UserHashError", getattr(hashing, "UserHashError", StreamlitAPIException)
    yield "NoSessionError", StreamlitAPIException
    yield "OptionError", StreamlitAPIException
    yield "DecorationError", StreamlitAPIException


def awaitable_error() -> type[Exception] | None:
    """Find the error for a plain function that returned an awaitable, which came after 1.58."""
    return getattr(cache_errors, "CachedFunctionReturnedAwaitableError", None)


def warn_of_drawing(cache_type: Any, function: Any) -> None:
    """Warn of a function that draws and is refreshed in the background as newer ones do."""
    warning = getattr(cache_errors, "CachedStFunctionInBackgroundModeWarning", None)
    if warning is not None:
        st.exception(warning(cache_type, function))


def is_unevaluated(value: object) -> bool:
    """Whether a value stands for data that are not here yet. 1.37 moved the test."""
    module = _first("streamlit.dataframe_util", "streamlit.type_util")
    return bool(module.is_unevaluated_data_object(value))


# Metrics.


def has_metric_families() -> bool:
    """Whether providers of metrics answer by family, as they do since 1.58 at the latest."""
    from streamlit.runtime import stats

    return hasattr(stats, "StatsProvider")


def memory_providers() -> Iterator[tuple[str, Any]]:
    """Find those who report what Streamlit's own caches hold."""
    from streamlit.runtime import caching

    yield "data", caching.get_data_cache_stats_provider()
    yield "resource", caching.get_resource_cache_stats_provider()


def counters_provider() -> Any | None:
    """Find who counts lookups, durations, evictions and refreshes, which came after 1.58."""
    try:
        from streamlit.runtime.caching import cache_metrics
    except ImportError:
        return None
    return cache_metrics.get_cache_metrics()


def memory_stat(cache_type: str, name: str, size: int) -> Any:
    """Make the figure of what a function's entries hold."""
    from streamlit.runtime.stats import CacheStat

    return CacheStat(cache_type, name, size)


def counter_stat(family: str, value: int, labels: dict[str, str]) -> Any:
    """Make a counter, of Streamlit's kind."""
    from streamlit.runtime.stats import CounterStat

    return CounterStat(family_name=family, value=value, labels=labels, help=_HELP[family])


def duration_stat(
    buckets: tuple[tuple[float, int], ...], total: float, labels: dict[str, str]
) -> Any:
    """Make the histogram of a function's computations."""
    from streamlit.runtime.stats import HistogramStat

    family = "cache_compute_duration_seconds"
    return HistogramStat(
        family_name=family,
        buckets=buckets,
        observation_sum=total,
        observation_count=buckets[-1][1],
        labels=labels,
        unit="seconds",
        help=_HELP[family],
    )


_HELP: Final = {
    "cache_lookups": "Calls of a cached function, by whether its result was there.",
    "cache_evictions": "Entries that left by themselves, by reason. Clearing does not count.",
    "cache_background_refreshes": "Refreshes in the background, by how they ended.",
    "cache_compute_duration_seconds": "Time that a cached function has run.",
}


# Streamlit's own objects.


def hashed_by_content() -> Iterator[tuple[Any, Callable[[Any], Any]]]:
    """Find classes whose instances stand for something else, and what that is."""
    from streamlit.runtime.secrets import Secrets
    from streamlit.runtime.state import QueryParamsProxy, SessionStateProxy
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    yield SessionStateProxy, lambda state: state.to_dict()
    yield QueryParamsProxy, lambda query: {key: query.get_all(key) for key in query}
    yield Secrets, lambda secrets: secrets.to_dict()
    # One that is uploaded once more has another id.
    yield UploadedFile, lambda file: (file.name, file.type, file.tell(), file.getvalue())
    try:  # 1.37 brought it.
        from streamlit.runtime.context import ContextProxy
    except ImportError:
        return
    yield ContextProxy, lambda context: (dict(context.headers), dict(context.cookies))
