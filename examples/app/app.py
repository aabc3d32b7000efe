"""A dashboard over the words of Python's own library: `memoxide run examples/app/app.py`.

The data are real and need no download: the sources of the standard library, read from where this
Python has them. Reading them takes a moment; each further run takes it from the cache.
"""

# mypy: allow-untyped-decorators, disable-error-code="no-any-return"

import ast
import sysconfig
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import pandas as pd
import streamlit as st

LIBRARY = Path(sysconfig.get_path("stdlib"))

st.set_page_config(page_title="Python's library", page_icon="📚", layout="wide")


class Model:
    """How common each word is among the names of definitions: what to call the next one."""

    def __init__(self, names: list[str]) -> None:
        words = (word for name in names for word in name.strip("_").split("_") if word)
        self.counts = Counter(words)
        self.trained_at = time.strftime("%H:%M:%S")

    def complete(self, beginning: str) -> list[str]:
        """Return the most common words that begin so."""
        return [word for word, _ in self.counts.most_common() if word.startswith(beginning)][:8]


@st.cache_data(show_spinner="Reading the library…", show_time=True)
def read_library(files: int) -> pd.DataFrame:
    """Return a row for each definition in the first modules of the library."""
    rows = []
    for path in sorted(LIBRARY.glob("*.py"))[:files]:
        tree = ast.parse(path.read_text(encoding="utf-8", errors="replace"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                kind = "class" if isinstance(node, ast.ClassDef) else "function"
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                rows.append((path.stem, node.name, kind, length))
    return pd.DataFrame(rows, columns=["module", "name", "kind", "lines"])


@st.cache_resource
def train(names: list[str]) -> Model:
    """Train the model once, for all sessions."""
    return Model(names)


@st.cache_data
def overview(frame: pd.DataFrame) -> None:
    """Draw the figures; a further run replays them."""
    columns = st.columns(4)
    columns[0].metric("modules", frame["module"].nunique())
    columns[1].metric("functions", int((frame["kind"] == "function").sum()))
    columns[2].metric("classes", int((frame["kind"] == "class").sum()))
    columns[3].metric("drawn at", time.strftime("%H:%M:%S"))


@st.cache_data(experimental_allow_widgets=True)
def longest(frame: pd.DataFrame) -> pd.DataFrame:
    """Draw a chart that has its own slider; each setting is an entry."""
    count = st.slider("Modules in the chart", 5, 30, 12)
    lines = frame.groupby("module")["lines"].sum().nlargest(count)
    st.bar_chart(lines, horizontal=True, y_label="lines in definitions", sort="-lines", height=420)
    return lines.rename("lines").reset_index()


@st.cache_data(scope="session")
def visit() -> str:
    """Return when this session began."""
    return time.strftime("%H:%M:%S")


st.title("Python's own library")
st.caption(f"{LIBRARY} · this session began at {visit()}")

files = st.sidebar.select_slider("Modules to read", [20, 60, 120], 60)
if st.sidebar.button("Run again"):
    st.sidebar.write(f"ran again at {datetime.now():%H:%M:%S.%f}")

definitions = read_library(files)
overview(definitions)
chart, table = st.columns([3, 2])
with chart:
    table_of_lines = longest(definitions)
with table:
    st.dataframe(table_of_lines, height=420, hide_index=True)

model = train(definitions["name"].tolist())
beginning = st.text_input("Complete a name", "get")
st.write(", ".join(f"`{word}`" for word in model.complete(beginning)) or "nothing begins so")
st.caption(f"The model was trained at {model.trained_at} and knows {len(model.counts):,} words.")
