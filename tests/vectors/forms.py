"""Nodes that depend on bytecode or on versions, or that are no values: only their form is fixed."""

from __future__ import annotations

from collections.abc import Iterator

from .value import Value

NAMES = 'nodes.text("module"), nodes.text("name")'
ONE = "nodes.integer(1)"
FOUND = f"nodes.container(nodes.GLOBAL, [{NAMES}])"
EMPTY = "nodes.container(nodes.TUPLE, [])"
DIGEST = "nodes.leaf(nodes.BYTES, bytes(32))"

UNITS = {"default": "DEFAULT", "ignored": "IGNORED"}

CONTAINERS = {
    "global with a version": ("GLOBAL", f'[{NAMES}, nodes.text("1.0")]'),
    "class": ("CLASS", f"[{NAMES}, {FOUND}, {EMPTY}, nodes.container(nodes.DICT, [])]"),
    "code": ("CODE", f'[nodes.text("f"), {ONE}] + [{EMPTY}] * 9'),
    "function as an argument": ("FUNCTION", f"[{NAMES}] + [{EMPTY}] * 8"),
    "function in a definition": ("FUNCTION", f"[{NAMES}] + [{EMPTY}] * 4"),
    "method": ("METHOD", f"[{FOUND}, {ONE}]"),
    "module with a version": ("MODULE", '[nodes.text("m"), nodes.text("1")]'),
    "cached function": ("CACHED", f"[{FOUND}]"),
    "cached method": ("CACHED", f"[{FOUND}, {ONE}]"),
    "opaque": ("OPAQUE", f"[{FOUND}]"),
    "opaque with a name": ("OPAQUE", f'[{FOUND}, nodes.text("n")]'),
    "descriptor": ("DESCRIPTOR", f"[{FOUND}, {FOUND}]"),
    "property": ("DESCRIPTOR", f"[{FOUND}, {FOUND}] + [nodes.unit(nodes.NONE)] * 2"),
    "class of the user": ("DEFINED_CLASS", f"[{NAMES}, {DIGEST}]"),
    "hashed": ("HASHED", f"[{FOUND}, {DIGEST}, {ONE}]"),
    "cache key": ("WITH_CACHE_KEY", f"[{FOUND}, {ONE}]"),
}


def forms() -> Iterator[Value]:
    for name, tag in UNITS.items():
        yield Value(name, f"nodes.unit(nodes.{tag})")
    for name, (tag, children) in CONTAINERS.items():
        yield Value(name, f"nodes.container(nodes.{tag}, {children})")
    for number in (0, 1, 127, 128, 300):
        yield Value(f"object() {number}", f"nodes.unit(nodes.SENTINEL) + nodes.leb128({number})")
