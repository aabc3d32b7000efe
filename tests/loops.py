"""The event loops that tests run under, as far as they are installed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest

LOOPS = {
    "asyncio": ("asyncio", {}),
    "asyncio-debug": ("asyncio", {"debug": True}),
    "uvloop": ("asyncio", {"use_uvloop": True}),
    "trio": ("trio", {}),
}


class Loop:
    """One of them."""

    def __init__(self, name: str) -> None:
        self.name = name
        backend, _ = LOOPS[name]
        if "uvloop" in name:
            pytest.importorskip("uvloop", reason="SKIPPED: uvloop is not installed")
        elif backend == "trio":
            pytest.importorskip("trio", reason="SKIPPED: trio is not installed")

    def run(self, function: Callable[..., Awaitable[Any]], *args: Any) -> Any:
        """Run an asynchronous function to its end."""
        backend, options = LOOPS[self.name]
        return anyio.run(function, *args, backend=backend, backend_options=options)


async def gather(*functions: Callable[[], Awaitable[Any]]) -> list[Any]:
    """What each returns or raises, run side by side."""
    results: list[Any] = [None] * len(functions)

    async def keep(index: int, function: Callable[[], Awaitable[Any]]) -> None:
        try:
            results[index] = await function()
        except Exception as error:
            results[index] = error

    async with anyio.create_task_group() as group:
        for index, function in enumerate(functions):
            group.start_soon(keep, index, function)
    return results
