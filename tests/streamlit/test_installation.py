"""What `install` sets in Streamlit, and `uninstall` puts back."""

from __future__ import annotations

import logging
import pickle
import sys
import threading
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
import streamlit as st
from streamlit.runtime import caching, connection_factory
from streamlit.runtime.caching import cache_errors
from trees import tree

import memoxide
from memoxide.streamlit.versions import elements

NAMES = ("cache_data", "cache_resource", "experimental_memo", "experimental_singleton")


def _attributes() -> dict[str, Any]:
    from streamlit.elements.lib import policies
    from streamlit.elements.lib.mutable_status_container import StatusContainer
    from streamlit.runtime import app_session, state
    from streamlit.runtime.state import widgets

    owners = {
        "st": st,
        "caching": caching,
        "factory": connection_factory,
        "sql": sys.modules.get("streamlit.connections.sql_connection"),
        "policies": policies,
        "status": StatusContainer,
        "widgets": widgets,
        "state": state.SessionStateProxy,
        "session": app_session.AppSession,
        "data": stock_data,
        "provider": caching.get_data_cache_stats_provider(),
    }
    return {
        f"{owner}.{name}": value
        for owner, of in owners.items()
        if of is not None
        for name, value in vars(of).items()
        if not name.startswith("_") or name == "__cache_key__"
    }


stock_data = st.cache_data


def test_uninstall_restores_everything() -> None:
    before = _attributes()
    memoxide.install()
    changed = {name for name, value in _attributes().items() if before.get(name) is not value}
    assert {"st.cache_data", "caching.cache_data", "factory.cache_resource"} <= changed
    memoxide.uninstall()
    after = _attributes()
    before.pop("provider.get_stats", None)
    assert {name for name in after if before.get(name) is not after[name]} == set()
    assert set(after) == set(before)


def test_install_twice_is_install_once() -> None:
    stock = st.cache_data
    memoxide.install()
    memoxide.install()
    assert st.cache_data is memoxide.cache_data
    memoxide.uninstall()
    assert st.cache_data is stock
    memoxide.uninstall()
    assert st.cache_data is stock


@pytest.mark.usefixtures("installed")
def test_all_names_are_ours() -> None:
    for name in NAMES:
        assert getattr(st, name) is getattr(memoxide, name)


@pytest.mark.usefixtures("installed")
def test_clearing_reaches_what_streamlit_itself_has_cached(calls: dict[str, int]) -> None:
    ran = []

    @stock_data
    def stock() -> int:
        ran.append(1)
        return 1

    stock()
    stock()
    kept = len(ran)
    st.cache_data.clear()
    stock()
    assert len(ran) == kept + 1


@pytest.mark.usefixtures("installed")
def test_tests_may_patch_clear() -> None:
    with mock.patch("streamlit.cache_data.clear") as clear:
        st.cache_data.clear()
    clear.assert_called_once_with()
    st.cache_data.clear()


@pytest.mark.usefixtures("installed")
def test_the_menu_clears_ours() -> None:
    from streamlit.runtime.app_session import AppSession

    @st.cache_data
    def data() -> int:
        return 1

    @st.cache_resource
    def resource() -> object:
        return object()

    first = resource()
    data()
    AppSession._handle_clear_cache_request(mock.MagicMock())
    assert not data.contains()
    assert resource() is not first


def test_errors_are_of_both_kinds() -> None:
    memoxide.install()

    @st.cache_data
    def function(x: object) -> object:
        return threading.Lock()

    with pytest.raises(
        cache_errors.UnhashableParamError, match="Cannot hash argument 'x'"
    ) as raised:
        function(threading.Lock())
    assert isinstance(raised.value, memoxide.errors.UnhashableParamError)
    assert raised.value.path == "x"
    again = pickle.loads(pickle.dumps(raised.value))
    assert isinstance(again, cache_errors.UnhashableParamError)
    assert str(again) == str(raised.value)
    with pytest.raises(cache_errors.UnserializableReturnValueError) as unserializable:
        function(1)
    assert isinstance(unserializable.value, memoxide.errors.UnserializableReturnValueError)
    memoxide.uninstall()
    with pytest.raises(memoxide.errors.UnhashableParamError) as alone:
        function(threading.Lock())
    assert not isinstance(alone.value, cache_errors.UnhashableParamError)


def test_decorators_work_without_install(tmp_path: Any, calls: dict[str, int]) -> None:
    from streamlit.testing.v1 import AppTest

    script = tmp_path / "script.py"
    script.write_text(
        "import streamlit as st\nimport memoxide as mx\nfrom counting import count\n"
        "@mx.cache_data(experimental_allow_widgets=True)\n"
        "def draw():\n    count('draw')\n    st.write('drawn')\n"
        "    return st.slider('x', 0, 9, 1)\n"
        "st.write(draw())\n"
    )
    calls.clear()
    session = AppTest.from_file(str(script)).run()
    session.run()
    first = tree(session)
    seen = calls["draw"]
    assert tree(session.run()) == first
    assert calls["draw"] == seen
    session.slider[0].set_value(4).run()
    assert calls["draw"] == seen + 1
    memoxide.uninstall()


@pytest.mark.skipif(not elements(), reason="replays widgets itself")
def test_a_version_that_lacks_a_place_is_warned_of_and_works(
    app: Callable[[str], Any], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from streamlit.runtime.state import widgets

    memoxide.uninstall()
    monkeypatch.delattr(widgets, "register_widget_from_metadata")
    with caplog.at_level(logging.WARNING, "memoxide.streamlit"):
        memoxide.install()
    assert [record.getMessage().rpartition(": ")[2] for record in caplog.records] == [
        "Replay widgets."
    ]
    session = app("""
        @st.cache_data
        def draw():
            st.write("drawn")
        draw()
    """)
    session.run()
    session.run()
    assert not session.exception
    assert [shown.value for shown in session.markdown] == ["drawn"]


def test_a_recorder_that_takes_something_else_costs_the_replay_only(
    app: Callable[[str], Any], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from memoxide.streamlit import versions

    def recording(*arguments: Any) -> Any:
        raise TypeError("something else")

    monkeypatch.setattr(versions, "recording", recording)
    monkeypatch.setattr(versions, "spinner", recording)
    session = app("""
        @st.cache_data
        def draw(x):
            count("draw")
            st.write("drawn")
            return x
        st.write(draw(1), draw(2), draw(1))
    """)
    with caplog.at_level(logging.WARNING, "memoxide.streamlit"):
        session.run()
        session.run()
    assert not session.exception
    said = [record.getMessage() for record in caplog.records if "What is off" in record.message]
    assert sorted(text.rpartition(": ")[2] for text in said) == [
        "Record and replay.",
        "Show spinners.",
    ]


@pytest.mark.usefixtures("installed")
def test_proxies_are_hashed_by_content(app: Callable[[str], Any]) -> None:
    session = app("""
        @st.cache_data
        def key(x):
            return 1
        keys = []
        for value in (1, 2, 1):
            st.session_state.value = value
            keys.append(key.key(st.session_state))
        st.session_state.clear()
        for value in "121":
            st.query_params["a"] = value
            keys.append(key.key(st.query_params))
        st.session_state.keys = keys
    """)
    session.run()
    assert not session.exception
    keys = session.session_state["keys"]
    assert keys[0] == keys[2] != keys[1]
    assert keys[3] == keys[5] != keys[4]
