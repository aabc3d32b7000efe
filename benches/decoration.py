"""Decoration: what each rerun of an app pays again for each of its functions."""

import tempfile
from pathlib import Path
from typing import Any

from benches.measure import Contender, Plan, alternate, prepared
from benches.peers import CACHEBOX, DECORATORS, JOBLIB, LRU_CACHE, MEMOXIDE, STREAMLIT, Function
from benches.rows import Bar, Comparison, Row, against_peers, at_least

# Functions that are decorated in one turn.
FUNCTIONS = 100

APP = '''
RATE = 1.19


def gross(net):
    return round(net * RATE, 2)


def invoice(customer, quantity=1, *, discount=0.0):
    """Return the lines of an invoice."""
    lines = []
    for position in range(quantity):
        net = (position + 1) * 9.99 * (1 - discount)
        lines.append({"customer": customer, "position": position, "gross": gross(net)})
    return lines
'''


class App:
    """An app that reruns: the same code objects, in the namespace of a new `__main__`."""

    def __init__(self, directory: Path) -> None:
        path = directory / "app.py"
        path.write_text(APP)
        self._code = compile(APP, str(path), "exec")
        self._path = str(path)

    def rerun(self) -> Function:
        """Return the app's function as a rerun defines it, not yet decorated."""
        namespace: dict[str, Any] = {"__name__": "__main__", "__file__": self._path}
        exec(self._code, namespace)
        function: Function = namespace["invoice"]
        return function


def decorations(app: App, peer: str, statement: str) -> Contender:
    namespace: dict[str, Any] = {"decorate": DECORATORS[peer]}

    def prepare() -> None:
        namespace["functions"] = [app.rerun() for _ in range(FUNCTIONS)]

    return prepared(peer, statement, namespace, prepare, units=FUNCTIONS)


def compare(
    statement: str, peers: tuple[str, ...], bars: dict[str, Bar], plan: Plan
) -> list[Comparison]:
    with tempfile.TemporaryDirectory() as directory:
        app = App(Path(directory))
        contenders = [decorations(app, peer, statement) for peer in peers]
        return against_peers(alternate(contenders, plan), bars)


def decorating(plan: Plan) -> list[Comparison]:
    peers = (MEMOXIDE, STREAMLIT, LRU_CACHE, CACHEBOX, JOBLIB)
    bars = {STREAMLIT: at_least(15, present=10)}
    return compare("for f in functions: decorate(f)", peers, bars, plan)


def decorating_and_hitting(plan: Plan) -> list[Comparison]:
    return compare("for f in functions: decorate(f)('Ada', 3)", (MEMOXIDE, STREAMLIT), {}, plan)


ROWS = (
    Row(
        "decorating a function, as each rerun of an app does",
        "The decorator alone, on a function of 7 lines with a helper; same code object, new "
        "function and namespace each time.",
        decorating,
    ),
    Row(
        "decorating a function and its first hit",
        "The same with the call after it, which a former run cached: no cost is put off unseen.",
        decorating_and_hitting,
    ),
)
