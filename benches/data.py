"""The values that are keyed and returned: lists and dicts of a program, 80 MB of numbers."""

from importlib import import_module
from typing import Any

# By name and as `Any`, because not all of them have types.
np: Any = import_module("numpy")
pd: Any = import_module("pandas")
pl: Any = import_module("polars")
pa: Any = import_module("pyarrow")

# Float64 numbers in 80 MB.
NUMBERS = 10_000_000
COLUMNS = 10


def integers() -> list[int]:
    """Return 10,000 different ints."""
    return [index * 1_000_003 for index in range(10_000)]


def records() -> dict[str, dict[str, object]]:
    """Return a dict of 1,000 small dicts."""
    return {
        f"user{index}": {"id": index, "name": f"name {index}", "score": index / 7, "active": True}
        for index in range(1_000)
    }


def array() -> Any:
    """Return 80 MB of floats."""
    return np.random.default_rng(1).random(NUMBERS)


def columns() -> dict[str, Any]:
    """Return 80 MB of floats in ten contiguous arrays."""
    return {f"c{index}": part for index, part in enumerate(array().reshape(COLUMNS, -1))}


def pandas_frame() -> Any:
    """Return a pandas frame of 80 MB, each of its columns contiguous."""
    return pd.DataFrame(columns())


def frame_by_rows() -> Any:
    """Return a pandas frame of 80 MB that lies row after row in one block."""
    return pd.DataFrame(array().reshape(-1, COLUMNS))


def strings() -> Any:
    """Return a pandas frame of 40,000 short strings."""
    return pd.DataFrame({"name": [f"name {index}" for index in range(40_000)]})


def polars_frame() -> Any:
    """Return a polars frame of 80 MB."""
    return pl.DataFrame(columns())


def arrow_table() -> Any:
    """Return an Arrow table of 80 MB."""
    return pa.table(columns())
