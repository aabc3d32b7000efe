"""Whether the tests beside this one run at all."""

import pytest


def test_streamlit_is_here() -> None:
    pytest.importorskip("streamlit.testing", reason="SKIPPED: no Streamlit, and none of its tests")
