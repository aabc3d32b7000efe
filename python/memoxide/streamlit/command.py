"""`memoxide run app.py`: Streamlit's own `run`, with memoxide installed before the app begins."""

from __future__ import annotations

import sys


def main(arguments: list[str]) -> int:
    """Run an app as `streamlit run` does, with all of its options; return its exit status."""
    try:
        from streamlit.web import cli
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "streamlit":
            raise
        print(
            "memoxide: run needs Streamlit, which is not installed here; pip install streamlit",
            file=sys.stderr,
        )
        return 2
    from memoxide.streamlit import install

    install()
    # Streamlit looks there for what it was called with.
    sys.argv = ["streamlit", "run", *arguments]
    try:
        cli.main(prog_name="streamlit")
    except SystemExit as ended:
        return _status(ended.code)
    return 0


def _status(code: object) -> int:
    if code is None:
        return 0
    return code if isinstance(code, int) else 1
