"""What functions with `persist="disk"` have drawn is shown again by the processes to come."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.thread_unsafe(reason="starts processes"),
]

DRIVER = """
import json, logging, sys
logging.disable(logging.WARNING)
mode, script, *options = sys.argv[1:]
if mode == "memoxide":
    import memoxide
    memoxide.install()
from pathlib import Path
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.runtime.caching.storage import local_disk_cache_storage
from streamlit.testing.v1 import app_test
# An AppTest has a storage in memory.
app_test.MemoryCacheStorageManager = local_disk_cache_storage.LocalDiskCacheStorageManager
if options:
    st.__version__ = options[0]
from trees import tree
import counting, manifests
manifests.read_once()
app = AppTest.from_file(script, default_timeout=20)
pages = []
for _ in range(2):
    app.run()
    assert not app.exception, app.exception
    pages.append(tree(app))
print("\\x1e" + json.dumps({"pages": pages, "calls": dict(counting.calls)}))
"""
SCRIPT = """
import numpy as np
import pandas as pd
import streamlit as st
from counting import count

@st.cache_data(persist="disk", show_spinner=False)
def draw(x):
    count("draw")
    st.write("drawn", x)
    with st.expander("more"):
        st.dataframe(pd.DataFrame({"a": [x]}))
        st.image(np.full((2, 2, 3), x, dtype=np.uint8))
    st.sidebar.metric("x", x)
    return pd.DataFrame({"x": np.arange(x)})

@st.cache_data(show_spinner=False)
def outer():
    count("outer")
    return len(draw(2))

st.write(len(draw(1)), outer())
"""


def run(mode: str, folder: Path, script: str = SCRIPT, *options: str) -> dict[str, Any]:
    """What a process shows and calls, which has the folder as its home."""
    path = folder / "script.py"
    path.write_text(script)
    driver = folder / "driver.py"
    driver.write_text(DRIVER)
    here = str(Path(__file__).parent)
    result = subprocess.run(
        [sys.executable, str(driver), mode, str(path), *options],
        capture_output=True,
        text=True,
        timeout=100,
        env={
            **os.environ,
            "HOME": str(folder),
            "PYTHONPATH": os.pathsep.join([here, os.environ.get("PYTHONPATH", "")]),
        },
    )
    assert result.returncode == 0, result.stderr[-3000:]
    return json.loads(result.stdout.rpartition("\x1e")[2])


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The home of two processes in each mode."""
    return {mode: tmp_path_factory.mktemp(mode) for mode in ("stock", "memoxide")}


@pytest.fixture(scope="module")
def runs(folders: dict[str, Path]) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """What the first process and the next one showed and called, in each mode."""
    return {mode: (run(mode, folder), run(mode, folder)) for mode, folder in folders.items()}


@pytest.mark.parametrize("mode", ["stock", "memoxide"])
def test_the_next_process_shows_it_and_does_not_compute(mode: str, runs: dict[str, Any]) -> None:
    first, second = runs[mode]
    assert first["calls"] == {"draw": 2, "outer": 1}
    assert second["calls"] == {"outer": 1}
    assert "drawn `1`" in json.dumps(first["pages"])
    assert second["pages"] == first["pages"]
    assert first["pages"][0] == first["pages"][1]


def test_it_is_what_streamlit_itself_shows(runs: dict[str, Any]) -> None:
    assert runs["memoxide"][1]["pages"] == runs["stock"][1]["pages"]


@pytest.mark.usefixtures("runs")
def test_another_version_of_streamlit_computes(folders: dict[str, Path]) -> None:
    again = run("memoxide", folders["memoxide"], SCRIPT, "another")
    assert again["calls"]["draw"] == 2


def test_what_has_widgets_stays_in_memory(tmp_path: Path) -> None:
    script = """
import streamlit as st
from counting import count

@st.cache_data(persist="disk", experimental_allow_widgets=True, show_spinner=False)
def ask():
    count("ask")
    return st.checkbox("sure?")
st.write(ask())
"""
    first, second = run("memoxide", tmp_path, script), run("memoxide", tmp_path, script)
    assert first["pages"][-1] == second["pages"][-1]
    assert second["calls"]["ask"] >= 1


def test_outside_of_an_app_the_value_is_used(tmp_path: Path) -> None:
    """The folder is another one by default."""
    (tmp_path / "both.py").write_text(
        "import memoxide\n"
        f"memoxide.configure(cache_dir={str(tmp_path / 'cache')!r})\n"
        "@memoxide.cache_data(persist='disk')\n"
        "def draw(x):\n"
        "    import streamlit as st\n"
        "    print('computed')\n"
        "    st.write('drawn')\n"
        "    return [x]\n"
    )
    in_app = (
        "import memoxide\n"
        "memoxide.install()\n"
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_string('from both import draw; draw(1)').run()\n"
        "assert not app.exception\n"
        "assert [shown.value for shown in app.markdown] == ['drawn']\n"
    )
    alone = "from both import draw\nprint(draw(1))\n"
    printed = []
    for program in (in_app, in_app, alone):
        result = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=tmp_path,
        )
        assert result.returncode == 0, result.stderr
        printed.append(result.stdout.split())
    assert printed == [["computed"], [], ["[1]"]]
