"""Children that measure what they grow by."""

import os
import subprocess
import sys

import pytest

STATM = "/proc/self/statm"
HEAD = """
import collections, ctypes, gc, resource
import memoxide
{imports}
# Of glibc: gives back what is free. A collection takes some megabytes in Python 3.14.
trim = getattr(ctypes.CDLL(None), "malloc_trim", lambda padding: None)
def resident():
    gc.collect()
    trim(0)
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()
"""

needs_proc = pytest.mark.skipif(
    not os.path.exists(STATM), reason=f"resident memory is read from {STATM}"
)


def libraries(code: str) -> list[str]:
    """Return the libraries that the code uses; skips the test if one is not there."""
    used = [name for name in ("numpy", "pandas", "polars", "pyarrow") if f"{name}." in code]
    for name in used:
        pytest.importorskip(name)
    return used


def figures(code: str) -> list[int]:
    """Run code that prints numbers in a process of its own, and return them."""
    imports = "\n".join(f"import {name}" for name in libraries(code))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    child = subprocess.run(
        [sys.executable, "-c", HEAD.format(imports=imports) + code],
        check=True,
        capture_output=True,
        env=environment,
    )
    return [int(number) for number in child.stdout.split()]
