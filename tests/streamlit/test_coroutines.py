"""Coroutine functions draw, show a spinner and are replayed as plain ones are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streamlit import __version__
from trees import tree

VERSION = tuple(int(part) for part in __version__.split(".")[:2])

Make = Callable[[str], Any]


def test_what_a_coroutine_function_draws_is_replayed(app: Make, calls: dict[str, int]) -> None:
    session = app("""
        import asyncio

        @st.cache_data(show_spinner=False)
        async def draw(x):
            count("draw")
            st.write("before", x)
            await asyncio.sleep(0)
            with st.container():
                st.write("after", x)
            return x

        st.write(asyncio.run(draw(1)), asyncio.run(draw(2)))
    """)
    first = tree(session.run())
    assert [shown.value for shown in session.markdown][:2] == ["before `1`", "after `1`"] or first
    assert tree(session.run()) == first
    assert calls["draw"] == 2


def test_tasks_do_not_record_each_other(app: Make, calls: dict[str, int]) -> None:
    session = app("""
        import asyncio

        @st.cache_data(show_spinner=False)
        async def draw(x):
            count(f"draw {x}")
            await asyncio.sleep(0)
            st.write("drawn", x)
            await asyncio.sleep(0)
            return x

        async def both():
            return await asyncio.gather(draw(1), draw(2))

        asyncio.run(both())
        if st.checkbox("only one"):
            st.write("only")
            asyncio.run(draw(2))
    """)
    session.run()
    session.checkbox[0].check().run()
    assert not session.exception
    drawn = [shown.value for shown in session.markdown]
    assert drawn.count("drawn `1`") == 1
    assert drawn.count("drawn `2`") == 2
    assert calls == {"draw 1": 1, "draw 2": 1}


def test_an_awaited_function_that_fails_leaves_no_recording(app: Make) -> None:
    session = app("""
        import asyncio

        @st.cache_data(show_spinner=False)
        async def fail():
            st.write("drawn")
            await asyncio.sleep(0)
            raise ValueError("mine")

        try:
            asyncio.run(fail())
        except ValueError:
            pass
        from memoxide.streamlit import context
        st.session_state.open = len(context.recorders())
        st.write("done")
    """)
    session.run()
    assert session.session_state.open == 0
    assert [shown.value for shown in session.markdown] == ["drawn", "done"]


def test_refreshed_functions_draw_once_and_warn(app: Make) -> None:
    session = app("""
        @st.cache_data(ttl=60, refresh_mode="background", show_spinner=False)
        def draw():
            st.write("drawn")
            return 1
        draw()
    """)
    session.run()
    assert [shown.value for shown in session.markdown] == ["drawn"]
    session.run()
    assert [shown.value for shown in session.markdown] == []
