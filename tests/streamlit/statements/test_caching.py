"""What is cached, and for whom; clearing."""

from __future__ import annotations

import sessions
from documentation import says
from statement import Calls, Make, of_all, of_both, of_data, of_resource, run, shown
from trees import kind


@says("cache functions that return", "The function to cache.", "creates the cached resource.")
@of_all
def test_a_function_s_result_is_cached(name: str, app: Make, calls: Calls) -> None:
    session = app(f"@st.{name}\ndef f(x):\n    count('f')\n    return x\nst.write(f(1), f(1))\n")
    assert shown(run(session)) == shown(run(session)) == ["`1` `1`"]
    assert calls["f"] == 1


@says("hashes the function's source code")
@of_all
def test_the_function_s_source_is_hashed(name: str, app: Make, calls: Calls) -> None:
    script = f"@st.{name}\ndef f():\n    count('f')\n    return 'one'\nst.write(f())\n"
    assert shown(run(app(script))) == ["one"]
    assert shown(run(app(script.replace("one", "two")))) == ["two"]
    assert calls["f"] == 2
    assert shown(run(app(script))) == ["one"]
    assert calls["f"] == 2


@says(
    "available across all users, sessions, and reruns",
    "shared across all users, sessions, and reruns",
    "available to all users of your app",
    'If this is ``"global"`` (default)',
    "uses a global cache",
    "Within each user session",
)
@of_all
def test_it_is_shared_by_all_sessions_and_reruns(name: str, app: Make, calls: Calls) -> None:
    script = f"@st.{name}\ndef f():\n    count('f')\n    return 1\nst.write(f())\n"
    for session in (app(script), sessions.renamed(app(script), "another")):
        assert shown(run(session)) == shown(run(session)) == ["`1`"]
    assert calls["f"] == 1


@says("must be thread-safe", "If thread safety is an issue")
@of_resource
def test_threads_get_the_same_object(name: str, app: Make) -> None:
    session = app(f"""
        from threading import Thread
        from streamlit.runtime.scriptrunner import add_script_run_ctx
        @st.{name}
        def f():
            return object()
        found = []
        threads = [Thread(target=lambda: found.append(f())) for _ in range(4)]
        for thread in threads:
            add_script_run_ctx(thread).start()
        for thread in threads:
            thread.join()
        st.write(len(found), len(set(map(id, found))))
    """)
    assert shown(run(session)) == ["`4` `1`"]


@says(
    "Cached objects can be global or session-scoped",
    "removed when the session disconnects",
    "removed from the cache when the session disconnects",
    "The scope for the",
    'By passing ``scope="session"``',
)
@of_both
def test_what_is_a_session_s_goes_with_it(name: str, app: Make, calls: Calls) -> None:
    script = f"@st.{name}(scope='session')\ndef f():\n    count('f')\n    return 1\nf()\n"
    one, another = app(script), sessions.renamed(app(script), "another")
    run(one), run(another), run(one), run(another)
    assert calls["f"] == 2
    sessions.end("another")
    run(one)
    assert calls["f"] == 2
    run(another)
    assert calls["f"] == 3


@says("which means that the return value of a cached function must be pickleable")
@of_data
def test_what_cannot_be_pickled_cannot_be_data(name: str, app: Make) -> None:
    session = app(f"import threading\n@st.{name}\ndef f():\n    return threading.Lock()\nf()\n")
    assert [kind(error) for error in session.run().exception] == ["UnserializableReturnValueError"]


@says("gets its own copy of the cached data", "returned as copies", "returns a *copy*")
@of_data
def test_each_caller_has_a_copy(name: str, app: Make) -> None:
    session = app(f"@st.{name}\ndef f():\n    return [1]\nf().append(2)\nst.write(len(f()))\n")
    assert shown(run(session)) == shown(run(session)) == ["`1`"]


@says(
    "act like singletons and can mutate",
    "something you want to mutate in place",
    "returns the cached instance",
    "shared global resources (singletons)",
    "To cache global resources",
    "To cache data",
)
@of_resource
def test_each_caller_has_the_object_itself(name: str, app: Make) -> None:
    session = app(f"@st.{name}\ndef f():\n    return [1]\nf().append(2)\nst.write(len(f()))\n")
    assert shown(run(session)) == ["`2`"]
    assert shown(run(session)) == ["`3`"]


@says("You can clear a function's cache with ``func.clear()``", "procedurally cleared")
@of_all
def test_a_function_or_all_are_cleared(name: str, app: Make, calls: Calls) -> None:
    session = app(f"""
        @st.{name}
        def f(x):
            count(f"f{{x}}")
        @st.{name}
        def g():
            count("g")
        def call():
            f(1), f(2), g()
        call()
        f.clear()
        call()
        st.{name}.clear()
        call()
        f.clear(1)
        call()
    """)
    run(session)
    assert calls == {"f1": 4, "f2": 3, "g": 2}
