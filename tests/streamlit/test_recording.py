"""What memoxide does beyond what Streamlit does with what functions draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trees import kind, tree

Make = Callable[[str], Any]


def test_a_status_is_replayed_as_it_ended(app: Make, calls: dict[str, int]) -> None:
    session = app("""
        @st.cache_data(show_spinner=False)
        def work():
            count("work")
            with st.status("working") as status:
                st.write("step")
                status.update(label="half way")
        work()
    """)
    first = tree(session.run())
    second = tree(session.run())
    assert calls["work"] == 1
    assert "half way" in str(first)
    assert second == first


def test_a_container_from_outside_is_an_error_in_the_first_run(app: Make) -> None:
    session = app("""
        outside = st.container()
        @st.cache_data(show_spinner=False)
        def draw():
            outside.write("inside")
        draw()
    """)
    for _ in range(2):
        session.run()
        assert [kind(shown) for shown in session.exception] == ["CacheReplayClosureError"]


def test_a_container_of_the_caller_s_that_is_cached_too_is_none(
    app: Make, calls: dict[str, int]
) -> None:
    session = app("""
        @st.cache_data(show_spinner=False)
        def inner(_place):
            count("inner")
            _place.write("inside")

        @st.cache_data(show_spinner=False)
        def outer():
            inner(st.container())
        outer()
    """)
    first = tree(session.run())
    assert not session.exception
    assert tree(session.run()) == first
    assert calls["inner"] == 1


def test_what_is_drawn_counts_in_the_size(app: Make) -> None:
    session = app("""
        @st.cache_data(show_spinner=False, max_size=20_000)
        def draw(n):
            st.write("x" * n)
        draw(10)
        draw(100_000)
        st.session_state.found = [draw.contains(10), draw.contains(100_000)]
        st.session_state.size = draw.cache_info().bytes
    """)
    session.run()
    assert session.session_state.found == [False, True]
    assert session.session_state.size > 100_000


def test_elements_that_a_function_changes_later_are_replayed_as_they_were(app: Make) -> None:
    session = app("""
        @st.cache_resource(show_spinner=False)
        def place():
            container = st.empty()
            container.write("drawn inside")
            return container
        found = place()
        if "ran" not in st.session_state:
            st.session_state.ran = True
            found.write("changed outside")
    """)
    session.run()
    session.run()
    assert [shown.value for shown in session.markdown] == ["drawn inside"]


def test_generators_of_resources_are_recorded(app: Make, calls: dict[str, int]) -> None:
    session = app("""
        @st.cache_resource(show_spinner=False)
        def connection():
            count("connection")
            st.write("connecting")
            yield object()
        connection()
    """)
    for _ in range(3):
        session.run()
        assert [shown.value for shown in session.markdown] == ["connecting"]
    assert calls["connection"] == 1


def test_pictures_of_inner_functions_are_kept_by_the_outer_ones(app: Make) -> None:
    """Their files are gone when no page shows them, and come back with a replay."""
    session = app("""
        import numpy as np
        from memoxide.streamlit import recorder

        seen = []
        original = recorder.replay
        def noting(kind, function, recording):
            seen.append(len(recording.media))
            original(kind, function, recording)

        @st.cache_data(show_spinner=False)
        def inner():
            st.image(np.zeros((2, 2, 3), dtype=np.uint8))

        @st.cache_data(show_spinner=False)
        def outer():
            inner()

        inner()
        outer()
        from memoxide.streamlit import host
        host.replay = noting
        outer()
        host.replay = original
        st.session_state.seen = seen
    """)
    session.run()
    assert session.session_state.seen == [1]


def test_what_threads_draw_is_replayed(app: Make, calls: dict[str, int]) -> None:
    """Of threads that run in the function's context, and what they draw where."""
    session = app("""
        import contextvars, threading
        from streamlit.runtime.scriptrunner import add_script_run_ctx

        def in_thread(function, *arguments):
            context = contextvars.copy_context()
            thread = threading.Thread(target=context.run, args=(function, *arguments))
            add_script_run_ctx(thread)
            thread.start()
            thread.join()

        def draw(place):
            place.write("in a container")
            with st.expander("more"):
                st.metric("by a thread", 1)

        @st.cache_resource(show_spinner=False)
        def inner():
            count("inner")
            st.write("by the inner one")
            in_thread(st.write, "by its thread")
            return object()

        @st.cache_data(show_spinner=False)
        def outer():
            count("outer")
            st.write("by the function")
            in_thread(draw, st.container())
            in_thread(inner)
            st.write("at the end")
        outer()
        st.write("below")
        inner()
    """)
    first = tree(session.run())
    assert not session.exception
    expected = ["by the function", "in a container", "by the inner one", "by its thread"]
    assert [shown.value for shown in session.markdown] == [
        *expected,
        "at the end",
        "below",
        *expected[2:],
    ]
    assert tree(session.run()) == first
    assert calls == {"outer": 1, "inner": 1}


def test_what_a_thread_draws_later_is_nobody_s(app: Make) -> None:
    session = app("""
        import contextvars, threading
        from streamlit.runtime.scriptrunner import add_script_run_ctx

        @st.cache_data(show_spinner=False)
        def outer(_go):
            context = contextvars.copy_context()
            def draw():
                _go.wait()
                st.write("later")
            thread = threading.Thread(target=context.run, args=(draw,))
            add_script_run_ctx(thread)
            thread.start()
            st.write("drawn")
            st.session_state.thread = thread

        go = threading.Event()
        outer(go)
        if "joined" not in st.session_state:
            go.set()
            st.session_state.thread.join()
            st.session_state.joined = True
    """)
    session.run()
    assert [shown.value for shown in session.markdown] == ["drawn", "later"]
    session.run()
    assert [shown.value for shown in session.markdown] == ["drawn"]


def test_streamlit_s_own_functions_record_what_ours_draw(app: Make) -> None:
    session = app("""
        import memoxide
        memoxide.uninstall()
        stock = st.cache_data
        memoxide.install()

        @st.cache_data(show_spinner=False)
        def ours(x):
            with st.container():
                st.write("ours", x)
            return x

        @stock(show_spinner=False)
        def theirs(x):
            ours(x)
            with st.container():
                st.write("theirs", x)

        @st.cache_data(show_spinner=False)
        def around(x):
            theirs(x)
            st.write("around", x)

        theirs(1)
        around(2)
    """)
    first = tree(session.run())
    assert not session.exception
    texts = ["ours `1`", "theirs `1`", "ours `2`", "theirs `2`", "around `2`"]
    assert [shown.value for shown in session.markdown] == texts
    assert tree(session.run()) == first
