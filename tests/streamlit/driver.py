"""Runs apps and tells what they showed: `driver.py stock|memoxide NAME...`."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

APPS = Path(__file__).parent / "apps"
sys.path.insert(0, str(Path(__file__).parent))


def main(mode: str, names: list[str]) -> None:
    logging.disable(logging.WARNING)
    if mode == "memoxide":
        import memoxide

        memoxide.install()
    print("\x1e" + json.dumps({name: _run(name) for name in names}))


def _run(name: str) -> list[dict[str, Any]]:
    import counting
    import manifests
    import streamlit as st
    from scenarios import SCENARIOS
    from streamlit.testing.v1 import AppTest
    from trees import tree

    manifests.read_once()
    st.cache_data.clear()
    st.cache_resource.clear()
    counting.calls.clear()
    sessions: dict[str, AppTest] = {}
    runs = []
    for session, step in SCENARIOS[name].steps:
        if session not in sessions:
            sessions[session] = AppTest.from_file(str(APPS / f"{name}.py"), default_timeout=20)
        app = sessions[session]
        try:
            step(app)
            app.run()
        except Exception as raised:  # By AppTest itself.
            runs.append({"tree": repr(raised), "calls": dict(counting.calls)})
            break
        runs.append({"tree": tree(app), "calls": dict(counting.calls)})
    return runs


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
