"""Apps whose files change while they are served, and parts of apps that run alone."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from browsers import in_browser
from servers import served

pytestmark = in_browser

RELOADING = ("--server.fileWatcherType=poll", "--server.runOnSave=true")
NOTING = """
from pathlib import Path

def ran(name):
    with (Path(__file__).parent / "ran").open("a") as file:
        file.write(name + "\\n")
"""
COMMANDS = {"stock": ("-m", "streamlit"), "memoxide": ("-m", "memoxide")}

Write = Callable[[str, str], None]


class Page:
    """An app in the browser."""

    def __init__(self, folder: Path, page: Any) -> None:
        self.folder = folder
        self.page = page

    def shows(self, text: str) -> None:
        """Wait for a text, and for the end of the run."""
        self.page.get_by_text(text, exact=True).first.wait_for()
        self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        assert self.page.get_by_test_id("stException").count() == 0

    def ran(self) -> Counter[str]:
        """How often each function has run."""
        return Counter((self.folder / "ran").read_text().split())

    def write(self, name: str, text: str) -> None:
        """Change a file of the app; a watcher that polls sees whole seconds."""
        time.sleep(1.1)
        (self.folder / name).write_text(text)


@contextmanager
def opened(mode: str, browser: Any, folder: Path) -> Iterator[Page]:
    """Serve `app.py` of a folder, and open it."""
    (folder / "noting.py").write_text(NOTING)
    command = (*COMMANDS[mode], "run", str(folder / "app.py"))
    with served(*command, log=folder / "log", options=RELOADING) as server:
        context = browser.new_context()
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(server.address)
        yield Page(folder, page)
        context.close()


RELOADED = """
import streamlit as st
from noting import ran
import helper

@st.cache_data
def edited():
    ran("edited")
    return "edited one"

@st.cache_data
def left():
    ran("left")
    return "left"

@st.cache_data
def using():
    ran("using")
    return helper.word()

@st.cache_resource
def resource():
    ran("resource")
    return object()

resource()
st.text(edited())
st.text(left())
st.text(using())
st.text(helper.load())
st.text("end one")
"""
HELPER = """
import streamlit as st
from noting import ran

def word():
    return "word one"

@st.cache_data
def load():
    ran("load")
    return "load"
"""


# What Streamlit itself does is what the test expects of us.
OURS_AND_SLOWLY_STOCK = ["memoxide", pytest.param("stock", marks=pytest.mark.slow)]


@pytest.mark.parametrize("mode", OURS_AND_SLOWLY_STOCK)
def test_files_that_change_are_run_anew(mode: str, browser: Any, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(RELOADED)
    (tmp_path / "helper.py").write_text(HELPER)
    with opened(mode, browser, tmp_path) as page:
        page.shows("end one")
        once = Counter(["edited", "left", "using", "resource", "load"])
        assert page.ran() == once

        # What was edited runs again, and nothing else.
        edited = RELOADED.replace("edited one", "edited two").replace("end one", "end two")
        page.write("app.py", edited)
        page.shows("end two")
        page.shows("edited two")
        assert page.ran() == once + Counter(["edited"])

        # And so it is in a module; what is not edited in it stays.
        page.write("helper.py", HELPER.replace("word one", "word two"))
        if mode == "memoxide":
            # Who uses what was edited follows.
            page.shows("word two")
            assert page.ran() == once + Counter(["edited", "using"])
        page.write("helper.py", HELPER.replace('return "load"', 'return "load two"'))
        page.shows("load two")
        followed = ["edited", "load"]
        assert page.ran() - Counter(using=9) == once - Counter(using=1) + Counter(followed)

        # What was there before is found again.
        page.write("app.py", RELOADED)
        page.shows("end one")
        page.shows("edited one")
        assert page.ran()["edited"] == 2
        assert page.ran()["resource"] == 1


FRAGMENT = """
import streamlit as st
from noting import ran

@st.cache_data
def drawn(x):
    ran("drawn")
    st.text(f"drawn {x}")
    return x

@st.fragment
def part():
    ran("part")
    drawn(1)
    clicks = st.session_state.setdefault("clicks", 0)
    if st.button("again"):
        st.session_state.clicks += 1
        if st.session_state.clicks == 2:
            drawn.clear()
    st.text(f"clicks {st.session_state.clicks}")

ran("script")
drawn(1)
part()
st.text("end")
"""


# Without a browser, the app `fragment` shows it.
@pytest.mark.slow
@pytest.mark.parametrize("mode", COMMANDS)
def test_a_fragment_runs_alone(mode: str, browser: Any, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(FRAGMENT)
    with opened(mode, browser, tmp_path) as page:
        page.shows("end")
        assert page.page.get_by_text("drawn 1", exact=True).count() == 2
        for click in (1, 2, 3):
            page.page.get_by_role("button", name="again").click()
            page.shows(f"clicks {click}")
            assert page.page.get_by_text("drawn 1", exact=True).count() == 2
        assert page.ran() == Counter(script=1, part=4, drawn=2)


PAGES = """
import streamlit as st
from noting import ran

@st.cache_data
def common(x):
    ran("common")
    st.text(f"common {{x}}")
    return x

common(1)
st.text("end of {}")
"""


# Without a browser, the app `multipage` shows it.
@pytest.mark.slow
@pytest.mark.parametrize("mode", COMMANDS)
def test_pages_are_walked_through(mode: str, browser: Any, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(PAGES.format("first"))
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "second.py").write_text(PAGES.format("second"))
    with opened(mode, browser, tmp_path) as page:
        page.shows("end of first")
        for name, text in (("second", "second"), ("app", "first"), ("second", "second")):
            link = page.page.get_by_test_id("stSidebarNavLink").filter(has_text=name)
            link.click()
            page.shows(f"end of {text}")
            assert page.page.get_by_text("common 1", exact=True).count() == 1
        # Both pages are `__main__`, and have the same function.
        assert page.ran() == Counter(common=1)
