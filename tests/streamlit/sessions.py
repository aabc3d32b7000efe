"""Sessions of AppTest, which gives all of them one id."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import memoxide

AN_ID = "test session id"


def renamed(app: Any, name: str) -> Any:
    """Give a session an id of its own."""
    from memoxide.streamlit import versions

    original, script_context = app._run, versions.script_context

    def context() -> Any:
        found = script_context()
        if found is not None:
            found.session_id = name
        return found

    def run(*args: Any, **options: Any) -> Any:
        with patch.object(versions, "script_context", context):
            return original(*args, **options)

    app._run = run
    return app


def end(session_id: str = AN_ID) -> None:
    """Tell memoxide that a session has ended, as Streamlit does."""
    from memoxide.streamlit import versions

    for owner, name, _ in versions.ends_sessions():
        if owner.__name__ == "streamlit.runtime.caching":
            getattr(owner, name)(session_id)
        else:
            memoxide.end_session(session_id)
