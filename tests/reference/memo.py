"""Containers that were met: references, and the cycles that they close."""

from __future__ import annotations

from . import nodes


class Memo:
    """Finds strongly connected components as Tarjan's algorithm does."""

    def __init__(self):
        self.open: list[int] = []
        """The containers that enclose this place, as addresses."""
        self.pending: list[int] = []
        """Closed containers of cycles that are not complete, in the order in which they closed."""
        self.done: dict[int, bytes] = {}
        """What is written for a complete container that is met again."""
        self.visits: dict[int, int] = {}
        self.lows: list[int] = []
        self.alive: list[object] = []
        self.entered = 0

    def reference(self, value: object) -> bytes | None:
        """What stands for a container that was met before, if it was."""
        address = id(value)
        if address in self.open:
            self.reach(self.visits[address])
            return nodes.unit(nodes.OPEN) + nodes.leb128(self.open[::-1].index(address) + 1)
        if address in self.pending:
            self.reach(self.visits[address])
            return nodes.unit(nodes.PENDING) + nodes.leb128(self.pending[::-1].index(address) + 1)
        return self.done.get(address)

    def reach(self, visit: int) -> None:
        self.lows[-1] = min(self.lows[-1], visit)

    def enter(self, value: object) -> int:
        """Opens a container; gives what `leave` needs to know."""
        self.alive.append(value)
        self.visits[id(value)] = self.entered
        self.open.append(id(value))
        self.lows.append(self.entered)
        self.entered += 1
        return len(self.pending)

    def leave(self, node: bytes, pending_before: int) -> None:
        address, low = self.open.pop(), self.lows.pop()
        if low < self.visits[address]:
            self.pending.append(address)
            self.reach(low)
            return
        members = self.pending[pending_before:]
        del self.pending[pending_before:]
        name = nodes.digest(node) if members else b""
        for number, member in enumerate(members):
            self.done[member] = nodes.unit(nodes.CYCLE) + name + nodes.leb128(number)
        self.done[address] = node

    def scope(self) -> tuple[list[int], dict[int, bytes]]:
        """What is known here, for `restore`."""
        return list(self.pending), dict(self.done)

    def restore(self, scope: tuple[list[int], dict[int, bytes]]) -> None:
        self.pending, self.done = list(scope[0]), dict(scope[1])
