"""How much the tests do: `make test` does little, `make test-all` much, by `MEMOXIDE_TESTS`.

What a test does in few rounds still fails for a fault; more rounds find what is rare.
"""

from __future__ import annotations

import os

THOROUGH = os.environ.get("MEMOXIDE_TESTS") == "thorough"


def rounds(few: int, many: int) -> int:
    """Return how many rounds a test does; tests that ask have the mark `rounds`."""
    return many if THOROUGH else few
