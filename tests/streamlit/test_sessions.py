"""Sessions: whose entries are whose, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import memoxide

Make = Callable[[str], Any]

SCRIPT = """
    released = st.session_state.setdefault("released", [])

    @st.cache_resource(scope="session", on_release=released.append, show_spinner=False)
    def mine():
        count("mine")
        return [1]

    mine()
    st.session_state.mine = mine()
"""


def test_each_session_has_its_own(app: Make, calls: dict[str, int]) -> None:
    one, another = app(SCRIPT), app(SCRIPT)
    # AppTest gives all its sessions one id.
    _renamed(another, "another session")
    one.run()
    one.run()
    another.run()
    assert calls["mine"] == 2
    assert one.session_state.mine is not another.session_state.mine


def test_the_end_of_a_session_releases_its_own(app: Make) -> None:
    from memoxide.streamlit import versions

    one = app(SCRIPT)
    one.run()
    for owner, name, _ in versions.ends_sessions():
        if owner.__name__ == "streamlit.runtime.caching":
            getattr(owner, name)("test session id")
        else:
            memoxide.end_session("test session id")
    assert one.session_state.released == [[1]]


def test_without_a_session_the_error_is_streamlit_s_too(installed: None) -> None:
    import pytest
    import streamlit as st
    from streamlit.errors import StreamlitAPIException

    @st.cache_data(scope="session")
    def mine() -> int:
        return 1

    with pytest.raises(StreamlitAPIException) as raised:
        mine()
    assert isinstance(raised.value, memoxide.errors.NoSessionError)


def _renamed(app: Any, name: str) -> None:
    from streamlit.testing.v1 import local_script_runner

    original = app._run

    def run(*args: Any, **options: Any) -> Any:
        from unittest.mock import patch

        from memoxide.streamlit import versions

        script_context = versions.script_context

        def renamed() -> Any:
            context = script_context()
            if context is not None:
                context.session_id = name
            return context

        with patch.object(versions, "script_context", renamed):
            return original(*args, **options)

    assert local_script_runner
    app._run = run
