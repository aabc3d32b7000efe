"""The apps, and what is done in each: who runs it, after which change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Step = tuple[str, Callable[[Any], None]]


def _nothing(app: Any) -> None:
    pass


RUN: Step = ("one", _nothing)
ANOTHER: Step = ("another", _nothing)
THRICE = [RUN, RUN, RUN]


def then(change: Callable[[Any], Any], session: str = "one") -> Step:
    return (session, change)


@dataclass(frozen=True)
class Scenario:
    """An app and the runs of it."""

    steps: list[Step] = field(default_factory=lambda: list(THRICE))
    since: tuple[int, int] = (1, 36)
    """The first version that has what the app uses."""
    allows_widgets: bool = False
    """Whether it replays widgets, which Streamlit itself did until 1.37 only."""


SCENARIOS = {
    "text": Scenario(),
    "data": Scenario(),
    "charts": Scenario(),
    "media": Scenario(),
    "layout": Scenario(),
    "nested": Scenario(),
    "targets": Scenario(),
    "arguments": Scenario(),
    "experimental": Scenario(),
    "spinners": Scenario(),
    "errors": Scenario(),
    "two_sessions": Scenario([RUN, ANOTHER, RUN, ANOTHER]),
    "clearing": Scenario([RUN, RUN, then(lambda app: app.button[0].click()), RUN]),
    "outer_widget": Scenario(
        [
            RUN,
            then(lambda app: app.slider[0].set_value(5)),
            then(lambda app: app.slider[0].set_value(1)),
        ]
    ),
    "widgets_allowed": Scenario(
        [
            RUN,
            RUN,
            then(lambda app: app.slider[0].set_value(5)),
            RUN,
            then(lambda app: app.checkbox[0].check()),
            then(lambda app: app.text_input[0].set_value("typed")),
            then(lambda app: app.slider[0].set_value(3)),
            RUN,
        ],
        allows_widgets=True,
    ),
    "inner_widget": Scenario([RUN, RUN]),
    "fragment": Scenario(since=(1, 37)),
    "reruns": Scenario(),
    "methods": Scenario(),
    "tasks": Scenario(),
    # Before, Streamlit replays nothing of it.
    "threads": Scenario(since=(1, 67)),
    "budget": Scenario(since=(1, 67)),
    "documented": Scenario(),
    "concepts": Scenario([RUN, ANOTHER, RUN, then(lambda app: app.button[0].click()), RUN]),
    "uploads": Scenario(),
    "multipage/main": Scenario(
        [
            RUN,
            RUN,
            then(lambda app: app.switch_page("pages/second.py")),
            RUN,
            then(lambda app: app.button[0].click()),
            RUN,
            ANOTHER,
            then(lambda app: app.switch_page("main.py")),
            RUN,
        ]
    ),
    "navigation/main": Scenario(
        [RUN, RUN, then(lambda app: app.button[0].click()), RUN, ANOTHER, RUN]
    ),
}
