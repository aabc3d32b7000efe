"""What is shown meanwhile, and widgets, which Streamlit had until 1.40."""

from __future__ import annotations

from typing import Any
from unittest import mock

import streamlit as st
from documentation import says
from statement import Calls, Make, of_all, of_both, run, shown
from trees import kind


def spinners(session: Any) -> list[tuple[str, bool]]:
    """What spinners a run shows."""
    with mock.patch.object(st, "spinner", wraps=st.spinner) as spinner:
        run(session)
    return [(call.args[0], call.kwargs.get("show_time", False)) for call in spinner.call_args_list]


@says("Enable the spinner", "Default is True to show a spinner", "If string, value of show_spinner")
@of_all
def test_spinners_are_shown(name: str, app: Make) -> None:
    session = app(f"""
        @st.{name}
        def default():
            pass
        @st.{name}(show_spinner=True)
        def shown(x):
            pass
        @st.{name}(show_spinner=False)
        def silent():
            pass
        @st.{name}(show_spinner="Wait for it")
        def worded():
            pass
        default(), shown(1), silent(), worded()
    """)
    expected = ["Running `default()`.", "Running `shown(...)`.", "Wait for it"]
    assert [text for text, _ in spinners(session)] == expected
    assert spinners(session) == []


@says("show the elapsed time", "no time is displayed", "elapsed time is displayed")
@of_both
def test_the_time_is_shown(name: str, app: Make) -> None:
    session = app(f"""
        @st.{name}(show_time=True)
        def clocked():
            pass
        @st.{name}(show_time=False)
        def unclocked():
            pass
        @st.{name}
        def default():
            pass
        clocked(), unclocked(), default()
    """)
    assert [time for _, time in spinners(session)] == [True, False, False]


@says("Allow widgets to be used in the cached function", "the widget value is treated as an add")
@of_all
def test_widgets_are_allowed_if_asked_for(name: str, app: Make, calls: Calls) -> None:
    session = app(f"""
        @st.{name}(experimental_allow_widgets=True, show_spinner=False)
        def f():
            count("f")
            return st.slider("x", 0, 9, 3)
        st.write(f())
    """)
    # Streamlit says in the page that the option will go.
    assert shown(run(session))[-1] == "`3`"
    session.slider[0].set_value(5)
    assert shown(run(session))[-1] == "`5`"
    run(session)
    seen = calls["f"]
    assert shown(run(session))[-1] == "`5`"
    assert calls["f"] == seen
    script = f"@st.{name}\ndef f():\n    return st.slider('x', 0, 9, 3)\nf()\n"
    assert [kind(error) for error in app(script).run().exception] == ["CachedWidgetWarning"]
