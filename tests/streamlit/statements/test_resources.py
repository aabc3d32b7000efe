"""Resources."""

from __future__ import annotations

import pytest
import sessions
from documentation import examples, says
from statement import Calls, Make, of_resource, run, shown

import memoxide
import memoxide.testing


@says(
    "An optional validation function",
    "called each time the cached value is accessed",
    "It receives the cached value as its only parameter",
    "the current cached value is discarded, and the decorated function is called",
    "check the health of database connections",
)
@of_resource
def test_a_resource_is_validated(name: str, app: Make, calls: Calls) -> None:
    session = app(f"""
        class Connection:
            healthy = True
        def validate(connection):
            count(f"validate {{connection.healthy}}")
            return connection.healthy
        @st.{name}(validate=validate)
        def connect():
            count("connect")
            return Connection()
        connect(), connect()
        connect().healthy = False
        st.write(connect().healthy)
    """)
    assert shown(run(session)) == ["`True`"]
    assert calls == {"connect": 2, "validate True": 2, "validate False": 1}


@says("must be a synchronous function; coroutine functions (``async def``) aren't supported")
@pytest.mark.parametrize("option", ["validate", "on_release"])
def test_what_validates_or_releases_is_no_coroutine_function(option: str, app: Make) -> None:
    session = app(f"""
        async def check(resource):
            return True
        @st.cache_resource({option}=check)
        def f():
            return 1
    """).run()
    (error,) = session.exception
    assert option in error.message


@says(
    "A function to call when an entry is removed from the cache",
    "The removed item will be provided to the function",
    "only useful for caches that remove entries normally",
    "can also be used with ``max_entries`` or ``ttl`` settings",
)
@pytest.mark.parametrize(
    ("options", "then"),
    [
        ("max_entries=1", "f(2)"),
        ("ttl=10", "memoxide.testing.advance_time(11)\n        f(1)"),
        ("validate=lambda resource: resource != [1] or count('asked')", "f(1)"),
        ("ttl=None", "f.clear(1)"),
        ("ttl=None", "f.clear()"),
        ("ttl=None", "st.cache_resource.clear()"),
    ],
)
def test_what_leaves_is_released(options: str, then: str, app: Make) -> None:
    session = app(f"""
        import memoxide.testing
        released = []
        @st.cache_resource(on_release=released.append, {options})
        def f(x):
            return [x]
        f(1)
        {then}
        st.session_state.released = released
    """)
    assert run(session).session_state.released == [[1]]


@says(
    "used session-scoped caches to release per-session resources",
    "You can also use ``on_release`` to clean up",
)
def test_a_session_s_resources_are_released_with_it(app: Make, calls: Calls) -> None:
    (program,) = examples("resource", 'scope="session", on_release=lambda sess: sess.close()')
    session = app(
        "class Session:\n"
        "    def close(self):\n"
        "        count('close')\n"
        "session = Session()\n" + program + "\nget_database_session('url')\n"
    )
    run(session)
    assert calls["close"] == 0
    sessions.end()
    assert calls["close"] == 1


@says(
    "TTL expiration only happens when expired", "don't rely on TTL expiration", "can happen on any"
)
def test_what_has_expired_is_released_when_it_is_asked_for(app: Make, calls: Calls) -> None:
    """Mostly earlier: a thread looks for it."""
    session = app("""
        @st.cache_resource(ttl=10, on_release=lambda resource: count("release"))
        def f():
            return object()
        f()
    """)
    run(session)
    memoxide.testing.advance_time(11)
    run(session)
    assert calls["release"] == 1
