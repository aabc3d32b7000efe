"""Spinners, and runs that wait for what another session computes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from memoxide.streamlit import versions

Make = Callable[[str], Any]


@pytest.fixture
def spinners(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Texts of the spinners that were shown, each followed by `None` when it is gone."""
    from contextlib import contextmanager

    shown: list[Any] = []

    @contextmanager
    def spinner(text: str, show_time: bool) -> Any:
        shown.append((text, show_time))
        try:
            yield
        finally:
            shown.append(None)

    monkeypatch.setattr(versions, "spinner", spinner)
    return shown


def test_spinners_have_streamlit_s_texts(app: Make, spinners: list[Any]) -> None:
    app("""
        @st.cache_data
        def plain():
            return 1
        @st.cache_data(show_spinner="Wait", show_time=True)
        def own(x):
            return x
        @st.cache_resource
        def arguments(x):
            return x
        @st.cache_data(show_spinner=False)
        def silent():
            return 1
        plain(), own(1), arguments(1), silent()
        plain(), own(1), arguments(1), silent()
    """).run()
    assert spinners[::2] == [
        ("Running `plain()`.", False),
        ("Wait", True),
        ("Running `arguments(...)`.", False),
    ]
    assert spinners[1::2] == [None] * 3


def test_a_spinner_is_gone_after_stop_and_errors(app: Make, spinners: list[Any]) -> None:
    app("""
        @st.cache_data
        def fail():
            raise ValueError("mine")
        @st.cache_data
        def stop():
            st.stop()
        try:
            fail()
        except ValueError:
            pass
        stop()
    """).run()
    assert spinners == [("Running `fail()`.", False), None, ("Running `stop()`.", False), None]


def test_nested_functions_show_none_of_their_own(app: Make, spinners: list[Any]) -> None:
    app("""
        @st.cache_data
        def inner():
            return 1
        @st.cache_data
        def outer():
            return inner()
        outer()
    """).run()
    expected = 1 if versions.SPINS_ON_MISSES_ONLY else 2
    assert len([shown for shown in spinners if shown]) == expected


def test_a_run_that_waits_can_be_stopped(
    app: Make, monkeypatch: pytest.MonkeyPatch, calls: dict[str, int]
) -> None:
    """Another session computes, and the user of this one asks for something else meanwhile."""
    from streamlit.runtime.scriptrunner import StopException

    asked: list[int] = []

    def stop() -> None:
        asked.append(1)
        raise StopException

    session = app("""
        import threading
        computing = st.session_state.computing
        @st.cache_data(show_spinner=False)
        def slow():
            count("slow")
            computing.set()
            st_release.wait(20)
            return 1
        st_release = st.session_state.release
        other = threading.Thread(target=slow)
        other.start()
        computing.wait(20)
        st.write("waiting")
        slow()
        st.write("not reached")
    """)
    session.session_state.computing = threading.Event()
    session.session_state.release = threading.Event()
    monkeypatch.setattr(versions, "stop_check", lambda: stop)
    try:
        session.run()
    finally:
        session.session_state.release.set()
    assert asked
    assert [shown.value for shown in session.markdown] == ["waiting"]


def test_a_real_run_has_something_that_stops_it(app: Make) -> None:
    session = app("""
        from memoxide.streamlit import versions
        st.session_state.found = versions.stop_check() is not None
    """)
    session.run()
    assert session.session_state.found
