"""A second implementation of the key format, written from docs/keys*.md: obvious and slow.

It shares no code with memoxide. `encode` says what a value's bytes are, `decode` gives the value
back that some bytes stand for.
"""

from .decoder import decode
from .keys import call_key, function_digest
from .same import same
from .tree import parse
from .walk import encode

__all__ = ["call_key", "decode", "encode", "function_digest", "parse", "same"]
