"""Refreshing."""

from __future__ import annotations

import pytest
from documentation import says
from statement import Calls, Make, of_both, run, shown
from trees import kind

import memoxide
import memoxide.testing

REFRESHED = """
    @st.{name}(ttl=10, refresh_mode={mode}{more})
    def f():
        count("f")
        return st.session_state.get("version", 0) if False else __import__("counting").calls["f"]
    st.write(f())
"""


def until(calls: Calls, count: int) -> None:
    """Wait for what runs in the background."""
    import time

    for _ in range(1000):
        if calls["f"] >= count:
            return
        time.sleep(0.01)
    raise AssertionError(calls)


@says(
    "How to refresh a cache",
    "When the ``ttl`` expires, the next access runs the cached function synchronously",
    "The app rerun waits until the new",
)
@pytest.mark.parametrize("mode", ["'foreground'"])
@of_both
def test_in_the_foreground_the_next_one_waits(
    name: str, mode: str, app: Make, calls: Calls
) -> None:
    session = app(REFRESHED.format(name=name, mode=mode, more=""))
    assert shown(run(session)) == ["`1`"]
    memoxide.testing.advance_time(11)
    assert shown(run(session)) == ["`2`"]


@says(
    "immediately and update it in the background",
    "Streamlit can keep returning the expired",
)
@of_both
def test_in_the_background_the_old_one_is_served(name: str, app: Make, calls: Calls) -> None:
    session = app(REFRESHED.format(name=name, mode="'background'", more=""))
    assert shown(run(session)) == ["`1`"]
    memoxide.testing.advance_time(11)
    assert shown(run(session)) == ["`1`"]
    until(calls, 2)
    while shown(run(session)) == ["`1`"]:
        pass
    assert shown(run(session)) == ["`2`"]
    # After one more time to live nobody is given the old one.
    memoxide.testing.advance_time(21)
    assert shown(run(session)) == ["`3`"]


@says("use the ``runner.cacheBackgroundRefreshTTLMultiplier`` configuration option")
@of_both
def test_how_long_is_configured(name: str, app: Make, calls: Calls) -> None:
    from streamlit import config

    before = config.get_option("runner.cacheBackgroundRefreshTTLMultiplier")
    config.set_option("runner.cacheBackgroundRefreshTTLMultiplier", 10.0)
    try:
        session = app(REFRESHED.format(name=name, mode="'background'", more=""))
        assert shown(run(session)) == ["`1`"]
        memoxide.testing.advance_time(50)
        assert shown(run(session)) == ["`1`"]
    finally:
        config.set_option("runner.cacheBackgroundRefreshTTLMultiplier", before)
        memoxide.configure(refresh_multiplier=2)
    until(calls, 2)


@says("This mode requires a ``ttl``")
@of_both
def test_the_background_needs_a_time(name: str, app: Make) -> None:
    script = f"@st.{name}(refresh_mode='background')\ndef f():\n    return 1\n"
    (error,) = app(script).run().exception
    assert "ttl" in error.message


@says("can't be used with ``persist``")
def test_the_background_does_not_go_with_the_disk(app: Make) -> None:
    options = "ttl=1, persist='disk', refresh_mode='background'"
    (error,) = app(f"@st.cache_data({options})\ndef f():\n    return 1\n").run().exception
    assert "persist" in error.message


@says("calls it for the old resource after a successful update")
def test_a_resource_that_was_replaced_is_released(app: Make, calls: Calls) -> None:
    more = ", on_release=lambda resource: count(f'release {resource}')"
    session = app(REFRESHED.format(name="cache_resource", mode="'background'", more=more))
    run(session)
    memoxide.testing.advance_time(11)
    run(session)
    until(calls, 2)
    while shown(run(session)) == ["`1`"]:
        pass
    assert calls["release 1"] == 1


@says("can't use session-specific features", "Pass any required session values as arguments")
def test_in_the_background_there_is_no_session(app: Make, calls: Calls) -> None:
    session = app("""
        @st.cache_data(ttl=10, refresh_mode="background")
        def f(value):
            count("f")
            from streamlit.runtime.scriptrunner import get_script_run_ctx
            count(f"session {get_script_run_ctx(suppress_warning=True) is not None}")
            return value
        st.session_state.value = "mine"
        st.write(f(st.session_state.value))
    """)
    run(session)
    memoxide.testing.advance_time(11)
    assert shown(run(session)) == ["mine"]
    until(calls, 2)
    assert calls["session True"] == 1
    assert calls["session False"] == 1


@says(
    "shouldn't contain Streamlit commands that display elements",
    "doesn't replay these elements for cached results and shows a warning",
)
@of_both
def test_what_is_drawn_there_is_not_replayed(name: str, app: Make) -> None:
    session = app(f"""
        @st.{name}(ttl=10, refresh_mode="background", show_spinner=False)
        def f():
            st.write("drawn")
        f()
    """)
    session.run()
    assert shown(session) == ["drawn"]
    assert [kind(error) for error in session.exception] == [
        "CachedStFunctionInBackgroundModeWarning"
    ]
    session.run()
    assert shown(session) == []
    assert not session.exception
