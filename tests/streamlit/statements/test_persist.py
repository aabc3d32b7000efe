"""The disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from documentation import says
from statement import Make, of_data, run


@says(
    "Optional location to persist cached data to",
    'Passing "disk" (or True) will persist',
    "None (or False) will disable persistence",
    "To set the ``persist`` parameter",
)
@pytest.mark.parametrize(
    ("persist", "files"), [("'disk'", 1), ("True", 1), ("None", 0), ("False", 0)]
)
@of_data
def test_what_is_persisted_is_on_the_disk(
    name: str, persist: str, files: int, app: Make, home: Path
) -> None:
    run(app(f"@st.{name}(persist={persist})\ndef f(x):\n    return [x]\nf(1)\n"))
    assert len(list(home.rglob("*.entry"))) == files
