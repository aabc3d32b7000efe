"""What an app shows, as plain data that can be compared."""

from __future__ import annotations

from typing import Any


def tree(app: Any) -> list[Any]:
    """The elements of a run of an AppTest, by container."""
    return [_node(child) for _, child in sorted(app._tree.children.items())]


def _node(node: Any) -> Any:
    children = getattr(node, "children", None)
    if children is None:
        return [node.type, _content(node)]
    shown = [_node(child) for _, child in sorted(children.items())]
    return {node.type or "block": _content(node), "children": shown}


def _content(node: Any) -> str:
    if node.type == "exception":
        # Messages are each library's own, and a stack trace has paths.
        return kind(node)
    return str(node.proto)


def kind(exception: Any) -> str:
    """The name of the class of an exception that is shown; some versions give its module too."""
    return str(exception.proto.type).rpartition(".")[2]
