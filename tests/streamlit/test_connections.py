"""`st.connection` and the connections' queries are cached by memoxide."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sqlalchemy")

from streamlit import __version__

import memoxide

VERSION = tuple(int(part) for part in __version__.split(".")[:2])
Make = Callable[[str], Any]

SCRIPT = """
    connection = st.connection("test", type="sql", url="sqlite://")
    with connection.session as session:
        from sqlalchemy import text
        session.execute(text("create table if not exists t (x integer)"))
        session.execute(text("insert into t values (1)"))
        session.commit()
    frame = connection.query("select count(*) as n from t", ttl=60)
    st.write(int(frame["n"][0]))
    if st.button("clear"):
        st.cache_data.clear()
"""


def test_connections_and_queries_are_cached(app: Make, tmp_path: Path) -> None:
    session = app(SCRIPT.replace("sqlite://", f"sqlite:///{tmp_path}/test.db"))
    for _ in range(3):
        session.run()
        assert not session.exception
        assert [shown.value for shown in session.markdown] == ["`1`"]
    assert session.button[0].click().run().markdown[0].value == "`1`"
    assert int(session.run().markdown[0].value.strip("`")) > 1
    names = [row.name for row in memoxide.stats()]
    assert any("create_connection" in name for name in names)
    assert any("_query" in name for name in names)


def test_a_connection_is_released(app: Make) -> None:
    session = app("""
        from streamlit.connections import BaseConnection

        class Connection(BaseConnection):
            def _connect(self, **options):
                count("connect")
                return object()
            def close(self):
                count("close")

        st.session_state.connection = st.connection("mine", type=Connection)
        if st.button("clear"):
            st.cache_resource.clear()
    """)
    from counting import calls

    session.run()
    session.run()
    assert not session.exception
    first = session.session_state.connection
    assert calls["close"] == 0
    session.button[0].click().run()
    session.run()
    assert session.session_state.connection is not first
    if VERSION >= (1, 58):
        assert calls["close"] == 1
