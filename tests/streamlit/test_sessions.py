"""Sessions: whose entries are whose, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sessions import end, renamed

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
    renamed(another, "another session")
    one.run()
    one.run()
    another.run()
    assert calls["mine"] == 2
    assert one.session_state.mine is not another.session_state.mine


def test_the_end_of_a_session_releases_its_own(app: Make) -> None:
    one = app(SCRIPT)
    one.run()
    end()
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
