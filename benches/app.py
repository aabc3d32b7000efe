"""Reruns of a Streamlit app: what its cached functions cost each time."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benches.measure import Contender, Plan, alternate
from benches.peers import MEMOXIDE, STREAMLIT
from benches.rows import Bar, Comparison, Row, UnmeasurableError, against_peers, at_least

# An app of fifty cached functions, each of which is called ten times in a run.
MANY = "\n\n".join(
    f"""
@st.cache_data(show_spinner=False)
def load_{number}(year, region="all"):
    return {{"year": year, "region": region, "rows": list(range(20))}}
"""
    for number in range(50)
) + "\n".join(f"load_{number}({year})" for number in range(50) for year in range(10))

# An app that passes a frame to a cached function and gets another one.
FRAME = """
import numpy as np
import pandas as pd

@st.cache_data(show_spinner=False)
def read(rows):
    return pd.DataFrame({name: np.arange(rows, dtype="f8") for name in "abcdefgh"})

@st.cache_data(show_spinner=False)
def scale(frame):
    return frame * 2

scale(read(100_000))
"""


class App:
    """An app that reruns in this process, under one pair of decorators."""

    def __init__(self, script: str, path: Path, install: Callable[[], None]) -> None:
        path.write_text("import streamlit as st\n" + script)
        self._code = compile(path.read_text(), str(path), "exec")
        self._install = install

    def rerun(self) -> float:
        """Run the script as a rerun does; return the seconds."""
        import streamlit

        self._install()
        namespace: dict[str, Any] = {"__name__": "__main__", "st": streamlit}
        started = time.perf_counter()
        exec(self._code, namespace)
        return time.perf_counter() - started


def _installers() -> dict[str, Callable[[], None]]:
    import memoxide

    return {MEMOXIDE: memoxide.install, STREAMLIT: memoxide.uninstall}


def compare(script: str, bar: Bar, plan: Plan) -> list[Comparison]:
    """Let the app rerun under both, turn by turn."""
    try:
        installers = _installers()
        import streamlit  # noqa: F401
    except ImportError as error:
        raise UnmeasurableError(str(error)) from error
    import logging

    logging.getLogger("streamlit").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory)
        apps = [
            Contender(peer, App(script, path / f"{index}.py", install).rerun)
            for index, (peer, install) in enumerate(installers.items())
        ]
        try:
            samples = alternate(apps, plan.shortened(10))
        finally:
            installers[STREAMLIT]()
    return against_peers(samples, {STREAMLIT: bar})


def many_functions(plan: Plan) -> list[Comparison]:
    return compare(MANY, at_least(5), plan)


def frame(plan: Plan) -> list[Comparison]:
    return compare(FRAME, at_least(5), plan)


ROWS = (
    Row(
        "rerun of a Streamlit app of 50 cached functions, 500 hits",
        "The whole script, which does nothing else: each function is decorated, and hit ten times.",
        many_functions,
    ),
    Row(
        "rerun of a Streamlit app that passes and returns a frame of 100,000 rows",
        "One hit that returns a frame of 8 float columns, and one that takes it and returns "
        "another; both functions are decorated anew.",
        frame,
    ),
)
