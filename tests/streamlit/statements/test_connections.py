"""Connections."""

from __future__ import annotations

from pathlib import Path

import pytest
from documentation import says
from statement import Calls, Make, run, shown

import memoxide
import memoxide.testing


@says(
    "implements query result caching",
    "The caching behavior is identical",
    "cached indefinitely",
    "passed down to",
    "ttl : float, int, timedelta or None",
)
@pytest.mark.parametrize(("ttl", "later"), [("None", 1), ("60", 2), ("timedelta(minutes=1)", 2)])
def test_a_query_s_result_is_cached(ttl: str, later: int, app: Make, tmp_path: Path) -> None:
    pytest.importorskip("sqlalchemy")
    session = app(f"""
        from datetime import timedelta
        from sqlalchemy import text
        connection = st.connection("test", type="sql", url="sqlite:///{tmp_path}/test.db")
        with connection.session as opened:
            opened.execute(text("create table if not exists t (x integer)"))
            opened.execute(text("insert into t values (1)"))
            opened.commit()
        frame = connection.query(
            "select count(*) as n from t where x = :x", ttl={ttl}, params={{"x": 1}}
        )
        st.write(int(frame["n"][0]))
    """)
    assert shown(run(session)) == shown(run(session)) == ["`1`"]
    memoxide.testing.advance_time(61)
    found = int(shown(run(session))[0].strip("`"))
    assert (found > 1) == (later > 1)


@says("internally cached with ``st.cache_resource``", "or return an existing one")
def test_a_connection_is_cached_as_a_resource(app: Make, calls: Calls) -> None:
    session = app("""
        from streamlit.connections import BaseConnection
        class Connection(BaseConnection):
            def _connect(self, **options):
                count("connect")
                return object()
        if st.session_state.get("clear"):
            st.cache_resource.clear()
        st.connection("mine", type=Connection)
    """)
    run(session), run(session)
    assert calls["connect"] == 1
    session.session_state.clear_ = True
    session.session_state["clear"] = True
    run(session)
    assert calls["connect"] == 2


@says(
    "The maximum number of connections to keep", "max_entries : int or None The maximum number of"
)
def test_connections_are_bounded(app: Make, calls: Calls) -> None:
    run(
        app("""
        from streamlit.connections import BaseConnection
        class Connection(BaseConnection):
            def _connect(self, **options):
                count(self._connection_name)
                return object()
        for name in ("a", "b", "c", "c", "b", "a"):
            st.connection(name, type=Connection, max_entries=2)
    """)
    )
    assert calls == {"a": 2, "b": 1, "c": 1}


@says(
    "The maximum number of seconds to keep the connection in the cache",
    "ttl : float, timedelta, or None",
)
@pytest.mark.parametrize(("ttl", "connects"), [("60", 2), ("None", 1)])
def test_connections_expire(ttl: str, connects: int, app: Make, calls: Calls) -> None:
    session = app(f"""
        from streamlit.connections import BaseConnection
        class Connection(BaseConnection):
            def _connect(self, **options):
                count("connect")
                return object()
        st.connection("mine", type=Connection, ttl={ttl})
    """)
    run(session)
    memoxide.testing.advance_time(61)
    run(session)
    assert calls["connect"] == connects
