"""From arguments' encodings to the key of a call."""

from __future__ import annotations

from blake3 import blake3

CALL_CONTEXT = "memoxide key format 1: call"
FUNCTION_CONTEXT = "memoxide key format 1: function"


def short_form(arguments: bytes) -> bytes:
    """33 bytes: the arguments themselves, or their digest."""
    if len(arguments) > 32:
        return b"\xff" + blake3(arguments).digest()
    return bytes([len(arguments)]) + arguments.ljust(32, b"\0")


def function_digest(definition: bytes) -> bytes:
    return blake3(definition, derive_key_context=FUNCTION_CONTEXT).digest()


def call_key(function: bytes, arguments: bytes) -> bytes:
    return blake3(function + short_form(arguments), derive_key_context=CALL_CONTEXT).digest()
