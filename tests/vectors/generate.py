"""Writes the golden vectors from the reference encoder, never from memoxide.

From `tests/`: `python -m vectors.generate`. What it writes is part of the key format: where a file
changes, other than by new vectors, the format has a new version.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import reference
from reference import nodes
from reference.tree import Node

from . import values

DIRECTORY = Path(__file__).parent
FUNCTION = reference.function_digest(b"")
"""The digest of a function without a definition, whose calls the keys are."""

TAGS = {
    nodes.NONE: "None",
    nodes.FALSE: "False",
    nodes.TRUE: "True",
    nodes.INT: "Int",
    nodes.FLOAT: "Float",
    nodes.COMPLEX: "Complex",
    nodes.STR: "Str",
    nodes.STR_WITH_SURROGATES: "StrWithSurrogates",
    nodes.BYTES: "Bytes",
    nodes.BYTEARRAY: "ByteArray",
    nodes.BUFFER: "Buffer",
    nodes.ELLIPSIS: "Ellipsis",
    nodes.NOT_IMPLEMENTED: "NotImplemented",
    nodes.LIST: "List",
    nodes.TUPLE: "Tuple",
    nodes.DICT: "Dict",
    nodes.SET: "Set",
    nodes.FROZENSET: "FrozenSet",
    nodes.OBJECT: "Object",
    nodes.GLOBAL: "Global",
    nodes.CLASS: "Class",
    nodes.FUNCTION: "Function",
    nodes.CODE: "Code",
    nodes.METHOD: "Method",
    nodes.MODULE: "Module",
    nodes.CELL: "Cell",
    nodes.EMPTY_CELL: "EmptyCell",
    nodes.ENUM_MEMBER: "Enum",
    nodes.CACHED: "Cached",
    nodes.SENTINEL: "Sentinel",
    nodes.OPAQUE: "Opaque",
    nodes.DESCRIPTOR: "Descriptor",
    nodes.DEFINED_CLASS: "Defined",
    nodes.RECORD: "Record",
    nodes.SUBCLASS: "Subclass",
    nodes.HASHED: "Hashed",
    nodes.WITH_CACHE_KEY: "CacheKey",
    nodes.OPEN: "Enclosing",
    nodes.PENDING: "InCycle",
    nodes.CYCLE: "OfCycle",
    nodes.DEFAULT: "Default",
    nodes.IGNORED: "Ignored",
}


def names(file: str) -> dict[str, Any]:
    """What an expression of this file can name."""
    namespace: dict[str, Any] = {}
    exec(values.IMPORTS, namespace)
    if file in values.BY_HAND:
        namespace["nodes"] = nodes
    for module in values.REQUIRES.get(file, {}):
        namespace[module] = importlib.import_module(module)
    return namespace


def evaluate(python: str, namespace: dict[str, Any]) -> Any:
    return eval(python, dict(namespace))


def tree(node: Node) -> dict[str, Any]:
    """A node in JSON."""
    name = TAGS[node.tag]
    if node.tag in (nodes.OPEN, nodes.PENDING, nodes.SENTINEL):
        return {"reference": name, "number": node.number}
    if node.tag == nodes.CYCLE:
        return {"reference": name, "cycle": node.contents.hex(), "number": node.number}
    if node.tag in (nodes.FLOAT, nodes.COMPLEX):
        return {name.lower(): node.contents.hex()}
    if node.is_leaf:
        return {"leaf": name, **contents(node.contents)}
    if node.is_unit:
        return {"unit": name}
    return children(name, [tree(child) for child in node.children])


def contents(data: bytes) -> dict[str, Any]:
    if len(data) > 1 and data == data[:1] * len(data):
        return {"hex": data[:1].hex(), "times": len(data)}
    return {"hex": data.hex()}


def children(name: str, nodes: list[dict[str, Any]]) -> dict[str, Any]:
    if len(nodes) > 1 and all(node == nodes[0] for node in nodes):
        return {"container": name, "children": nodes[:1], "times": len(nodes)}
    return {"container": name, "children": nodes}


def vector(file: str, value: values.Value, namespace: dict[str, Any]) -> dict[str, Any]:
    evaluated = evaluate(value.python, namespace)
    encoding = evaluated if file in values.BY_HAND else reference.encode(evaluated)
    return {
        "name": value.name,
        "python": value.python,
        "encoding": encoding.hex(),
        "key": reference.call_key(FUNCTION, encoding).hex(),
        "tree": tree(reference.parse(encoding)),
    }


def content(file: str) -> dict[str, Any]:
    namespace = names(file)
    vectors = [vector(file, value, namespace) for value in values.values(file)]
    return {
        "format": 1,
        "imports": values.IMPORTS.strip(),
        "requires": values.REQUIRES.get(file, {}),
        "function": FUNCTION.hex(),
        "vectors": vectors,
    }


def text(file: str) -> str:
    """A file's text: one line for each vector."""
    head = content(file)
    lines = [json.dumps(vector) for vector in head.pop("vectors")]
    opening = json.dumps(head, indent=1)[:-2]
    return f'{opening},\n "vectors": [\n  ' + ",\n  ".join(lines) + "\n ]\n}\n"


def path(file: str) -> Path:
    return DIRECTORY / f"{file}.json"


if __name__ == "__main__":
    for file in values.FILES:
        path(file).write_text(text(file))
