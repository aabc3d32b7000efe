"""What an app shows, as plain data that can be compared."""

from __future__ import annotations

from typing import Any


def tree(app: Any) -> list[Any]:
    """The elements of a run of an AppTest, by container."""
    return _nodes(app._tree)


def _nodes(container: Any) -> list[Any]:
    children = [child for _, child in sorted(container.children.items())]
    return [_node(child) for child in children if not _is_deprecation(child)]


def _is_deprecation(node: Any) -> bool:
    """Whether it says in the page what is deprecated: memoxide says it in the log."""
    return node.type == "warning" and "experimental" in str(node.proto)


def _node(node: Any) -> Any:
    if getattr(node, "children", None) is None:
        return [node.type, _content(node)]
    return {node.type or "block": _content(node), "children": _nodes(node)}


def _content(node: Any) -> str:
    if node.type == "exception":
        # Messages are each library's own, and a stack trace has paths.
        return kind(node)
    return str(node.proto)


def kind(exception: Any) -> str:
    """The name of the class of an exception that is shown; some versions give its module too."""
    return str(exception.proto.type).rpartition(".")[2]
