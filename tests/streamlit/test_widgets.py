"""Widgets inside of cached functions: replayed, and what they are set to is an argument."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from streamlit import __version__
from trees import kind, tree

VERSION = tuple(int(part) for part in __version__.split(".")[:2])
Make = Callable[[str], Any]

SCRIPT = """
    @st.cache_data(experimental_allow_widgets=True, show_spinner=False)
    def ask(x):
        count("ask")
        st.write("asked", x)
        number = st.slider("number", 0, 10, 3)
        if st.checkbox("more"):
            st.write(st.text_input("text", "default"))
        return number * x

    st.write("result", ask(2))
"""


def shown(app: Any) -> list[str]:
    return [element.value for element in app.markdown]


def test_a_widget_is_replayed_and_keeps_its_state(app: Make, calls: dict[str, int]) -> None:
    session = app(SCRIPT).run()
    # The second call knows which widgets there are, and the third has an entry.
    first = tree(session.run())
    seen = calls["ask"]
    assert tree(session.run()) == first
    assert calls["ask"] == seen
    session.slider[0].set_value(5).run()
    assert calls["ask"] == seen + 1
    assert shown(session)[-1] == "result `10`"
    session.run()
    assert session.slider[0].value == 5
    assert calls["ask"] == seen + 1


def test_each_combination_of_values_has_its_own_entry(app: Make, calls: dict[str, int]) -> None:
    session = app(SCRIPT).run()
    session.slider[0].set_value(5).run()
    session.checkbox[0].check().run()
    session.text_input[0].set_value("typed").run()
    assert shown(session) == ["asked `2`", "typed", "result `10`"]
    session.checkbox[0].uncheck().run()
    seen = calls["ask"]
    session.slider[0].set_value(3).run()
    session.slider[0].set_value(5).run()
    session.slider[0].set_value(3).run()
    assert calls["ask"] <= seen + 2
    seen = calls["ask"]
    for value in (5, 3, 5):
        session.slider[0].set_value(value).run()
        assert shown(session)[-1] == f"result `{2 * value}`"
    assert calls["ask"] == seen


def test_two_calls_in_a_run_are_one_widget_too_many(app: Make) -> None:
    script = SCRIPT + "\n    ask(2)\n"
    session = app(script)
    for _ in range(3):
        session.run()
        assert len(session.exception) == 1
        assert "Duplicate" in kind(session.exception[0])


def test_state_survives_other_arguments(app: Make, calls: dict[str, int]) -> None:
    session = app("""
        @st.cache_data(experimental_allow_widgets=True, show_spinner=False)
        def ask(x):
            count("ask")
            return st.slider("number", 0, 10, 3, key="kept") * x

        factor = st.number_input("factor", 1, 9, 2)
        st.write("result", ask(factor))
    """).run()
    session.slider[0].set_value(7).run()
    session.number_input[0].set_value(3).run()
    assert shown(session) == ["result `21`"]
    session.number_input[0].set_value(2).run()
    assert shown(session) == ["result `14`"]
    assert session.slider[0].value == 7


def test_without_the_option_a_widget_is_warned_of(app: Make, calls: dict[str, int]) -> None:
    session = app("""
        @st.cache_data(show_spinner=False)
        def ask():
            count("ask")
            return st.checkbox("sure?")
        ask()
    """).run()
    assert [kind(element) for element in session.exception] == ["CachedWidgetWarning"]
    assert calls["ask"] == 1


def test_a_function_that_allows_none_forbids_those_inside(app: Make) -> None:
    session = app("""
        @st.cache_data(experimental_allow_widgets=True, show_spinner=False)
        def inner():
            return st.checkbox("sure?")

        @st.cache_data(show_spinner=False)
        def outer():
            return inner()
        outer()
    """).run()
    assert [kind(element) for element in session.exception] == ["CachedWidgetWarning"]


def test_inner_functions_widgets_are_the_outer_s_too(app: Make, calls: dict[str, int]) -> None:
    session = app("""
        @st.cache_data(experimental_allow_widgets=True, show_spinner=False)
        def inner():
            count("inner")
            return st.slider("number", 0, 10, 3)

        @st.cache_data(experimental_allow_widgets=True, show_spinner=False)
        def outer():
            count("outer")
            return inner() + 1
        st.write("result", outer())
    """).run()
    session.slider[0].set_value(5).run()
    assert shown(session) == ["result `6`"]
    session.run()
    seen = dict(calls)
    session.run()
    assert calls == seen
    assert shown(session) == ["result `6`"]
    assert session.slider[0].value == 5


def test_what_the_script_sets_counts(app: Make) -> None:
    session = app("""
        @st.cache_data(experimental_allow_widgets=True, show_spinner=False)
        def ask():
            return st.slider("number", 0, 10, 3, key="number")

        if st.button("set"):
            st.session_state.number = 9
        st.write("result", ask())
    """).run()
    session.run()
    session.button[0].click().run()
    assert shown(session) == ["result `9`"]
    assert session.slider[0].value == 9
    session.run()
    assert shown(session) == ["result `9`"]
    assert not session.exception


def test_clearing_a_call_clears_all_its_states(app: Make, calls: dict[str, int]) -> None:
    session = app(SCRIPT + '\n    if st.button("clear"):\n        ask.clear(2)\n').run()
    session.run()
    session.slider[0].set_value(5).run()
    session.slider[0].set_value(3).run()
    session.button[0].click().run()
    seen = calls["ask"]
    session.run()
    assert calls["ask"] == seen + 1
    session.run()
    session.slider[0].set_value(5).run()
    assert calls["ask"] >= seen + 2


def test_forms_and_callbacks_work(app: Make) -> None:
    session = app("""
        def changed():
            st.session_state.changed = st.session_state.get("changed", 0) + 1

        @st.cache_data(experimental_allow_widgets=True, show_spinner=False)
        def ask():
            with st.form("form"):
                text = st.text_input("text", "a")
                st.form_submit_button("send")
            number = st.number_input("number", 0, 9, 1, on_change=changed)
            return text * number
        st.write("result", ask())
    """).run()
    session.run()
    session.number_input[0].set_value(3).run()
    assert shown(session) == ["result aaa"]
    assert session.session_state.changed == 1
    session.run()
    session.number_input[0].set_value(2).run()
    assert session.session_state.changed == 2


WIDGETS = {
    "button": ('st.button("x")', "button", lambda widget: widget.click()),
    "checkbox": ('st.checkbox("x")', "checkbox", lambda widget: widget.check()),
    "toggle": ('st.toggle("x")', "toggle", lambda widget: widget.set_value(True)),
    "radio": ('st.radio("x", ["a", "b"])', "radio", lambda widget: widget.set_value("b")),
    "selectbox": (
        'st.selectbox("x", ["a", "b"])',
        "selectbox",
        lambda widget: widget.set_value("b"),
    ),
    "multiselect": (
        'st.multiselect("x", ["a", "b"])',
        "multiselect",
        lambda widget: widget.set_value(["b"]),
    ),
    "slider": ('st.slider("x", 0, 9)', "slider", lambda widget: widget.set_value(4)),
    "select_slider": (
        'st.select_slider("x", ["a", "b"])',
        "select_slider",
        lambda widget: widget.set_value("b"),
    ),
    "text_input": ('st.text_input("x")', "text_input", lambda widget: widget.set_value("b")),
    "text_area": ('st.text_area("x")', "text_area", lambda widget: widget.set_value("b")),
    "number_input": ('st.number_input("x")', "number_input", lambda widget: widget.set_value(2.5)),
    "date_input": (
        'st.date_input("x", __import__("datetime").date(2020, 1, 1))',
        "date_input",
        lambda widget: widget.set_value(datetime.date(2021, 2, 3)),
    ),
    "time_input": (
        'st.time_input("x", __import__("datetime").time(1, 2))',
        "time_input",
        lambda widget: widget.set_value(datetime.time(3, 4)),
    ),
    "color_picker": (
        'st.color_picker("x")',
        "color_picker",
        lambda widget: widget.set_value("#ffffff"),
    ),
    "chat_input": ('st.chat_input("x")', "chat_input", lambda widget: widget.set_value("b")),
}


@pytest.mark.parametrize("name", WIDGETS)
def test_every_input_widget_is_replayed(name: str, app: Make, calls: dict[str, int]) -> None:
    command, accessor, change = WIDGETS[name]
    session = app(f"""
        @st.cache_data(experimental_allow_widgets=True, show_spinner=False)
        def ask():
            count("ask")
            with st.container():
                return {command}
        st.write("result", repr(ask()))
    """).run()
    before = shown(session)
    session.run()
    seen = calls["ask"]
    session.run()
    assert (shown(session), calls["ask"]) == (before, seen)
    change(getattr(session, accessor)[0]).run()
    assert not session.exception
    assert shown(session) != before
    assert calls["ask"] > seen


def test_widgets_that_have_no_test_accessor_are_replayed(app: Make, calls: dict[str, int]) -> None:
    session = app("""
        import pandas as pd

        @st.cache_data(experimental_allow_widgets=True, show_spinner=False)
        def ask():
            count("ask")
            st.data_editor(pd.DataFrame({"a": [1]}))
            st.file_uploader("file")
            st.camera_input("picture")
            st.download_button("load", "text")
            st.link_button("link", "https://example.org")
            return 1
        st.write("result", ask())
    """).run()
    session.run()
    seen, first = calls["ask"], tree(session)
    assert tree(session.run()) == first
    assert not session.exception
    if VERSION >= (1, 67):
        # Before, an AppTest forgets what such widgets are set to.
        assert calls["ask"] == seen
