"""Large memory of what the disk has is read where the system's page cache has it."""

import gc
import os

import pytest

import memoxide as mx

for library in ["numpy", "pandas", "polars", "pyarrow"]:
    pytest.importorskip(library)

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import polars as pl  # noqa: E402
import polars.testing  # noqa: E402
import pyarrow as pa  # noqa: E402

MAPS = "/proc/self/maps"
needs_maps = pytest.mark.skipif(not os.path.exists(MAPS), reason=f"maps are read from {MAPS}")
is_lazy = int(pd.__version__.split(".")[0]) >= 3
needs_lazy_pandas = pytest.mark.skipif(not is_lazy, reason="pandas before 3 copies at each hit")

ROWS = 200_000


def frame():
    return pd.DataFrame({"a": np.arange(ROWS), "b": np.arange(ROWS) / 7, "c": ["text"] * ROWS})


def by_rows():
    return pd.DataFrame(np.arange(ROWS * 2.0).reshape(ROWS, 2))


def series():
    return pd.Series(np.arange(ROWS), index=pd.date_range("2026", periods=ROWS, freq="s"))


def table():
    return pa.table({"a": np.arange(ROWS), "b": ["text"] * ROWS})


def polars_frame():
    return pl.DataFrame(
        {"a": np.arange(ROWS), "b": ["a longer text"] * ROWS, "c": [None, 1] * (ROWS // 2)}
    )


def polars_series():
    return pl.Series("name", np.arange(ROWS))


def records():
    return {"frame": frame(), "parts": [by_rows(), 3]}


def array():
    return np.arange(ROWS, dtype="f8").reshape(2, -1)


def mapped(folder):
    """Bytes that this process has mapped of a folder's entries."""
    total = 0
    with open(MAPS) as maps:
        for line in maps:
            if str(folder) in line and ".entry" in line:
                start, end = line.split()[0].split("-")
                total += int(end, 16) - int(start, 16)
    return total


def stored(make, folder):
    """A function whose values are on the disk."""
    mx.cache_data(make, persist=mx.Disk(folder, memory=False))()
    return mx.cache_data(make, persist=mx.Disk(folder))


@needs_maps
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(frame, marks=needs_lazy_pandas),
        pytest.param(by_rows, marks=needs_lazy_pandas),
        pytest.param(series, marks=needs_lazy_pandas),
        pytest.param(records, marks=needs_lazy_pandas),
        table,
        polars_frame,
        polars_series,
        array,
    ],
)
def test_a_value_lies_over_its_file(make, tmp_path):
    load = stored(make, tmp_path)
    assert mapped(tmp_path) == 0
    hit = load()
    size = sum(path.stat().st_size for path in tmp_path.rglob("*.entry"))
    assert mapped(tmp_path) >= size
    assert load.cache_info()[:2] == (1, 0)
    # The next ones come from memory, and the file is there only once.
    again = load()
    assert mapped(tmp_path) < 2 * size
    # A file that is removed stays for as long as somebody reads it.
    for path in tmp_path.rglob("*.entry"):
        path.unlink()
    expected = make()
    for value in (hit, again):
        compare(value, expected)
    del hit, again, value
    load.clear()
    gc.collect()
    assert mapped(tmp_path) == 0


def compare(value, expected):
    if isinstance(expected, dict):
        pd.testing.assert_frame_equal(value["frame"], expected["frame"])
        pd.testing.assert_frame_equal(value["parts"][0], expected["parts"][0])
    elif isinstance(expected, pd.DataFrame):
        pd.testing.assert_frame_equal(value, expected)
    elif isinstance(expected, pd.Series):
        pd.testing.assert_series_equal(value, expected)
    elif isinstance(expected, pa.Table | pl.DataFrame | pl.Series):
        assert value.equals(expected)
    else:
        assert np.array_equal(value, expected)


@needs_lazy_pandas
@pytest.mark.parametrize("make", [frame, by_rows])
def test_nothing_of_a_frame_is_copied(make, tmp_path):
    hit = stored(make, tmp_path)()
    for block in hit._mgr.blocks:
        if isinstance(block.values, np.ndarray):
            assert type(block.values.base).__name__ == "Mapped"


@needs_lazy_pandas
def test_a_frame_of_the_disk_can_be_written_to(tmp_path):
    load = stored(frame, tmp_path)
    hit = load()
    hit.loc[0, "a"] = 99
    hit["d"] = 1
    hit["b"] += 1
    pd.testing.assert_frame_equal(load(), frame())


def test_a_polars_frame_of_the_disk_can_be_written_to(tmp_path):
    load = stored(polars_frame, tmp_path)
    hit = load()
    hit[0, "a"] = 99
    hit = hit.with_columns(pl.col("a").sort(descending=True)).extend(hit)
    series = load()["a"]
    series[1] = 5
    series.append(series)
    assert load().equals(polars_frame())


@pytest.mark.parametrize(
    "make",
    [
        lambda: pl.DataFrame({"a": pl.Series(["x", "y"], dtype=pl.Categorical)}),
        lambda: pl.DataFrame({"a": pl.Series(["x", "y"], dtype=pl.Enum(["y", "x"]))}),
        lambda: pl.DataFrame({"a": pl.Series(["1.50"]).cast(pl.Decimal(10, 2))}),
        lambda: pl.DataFrame({"a": [[1, 2], []], "b": [{"c": 1}, {"c": None}]}),
        lambda: pl.DataFrame(),
        lambda: pl.Series("", []),
        lambda: pl.Series("x", [1, 2]).cast(pl.Datetime("us", "Europe/Berlin")),
    ],
)
def test_polars_types_come_back_as_they_are(make, tmp_path):
    hit = stored(make, tmp_path)()
    testing = pl.testing.assert_frame_equal
    if isinstance(hit, pl.Series):
        testing = pl.testing.assert_series_equal
    testing(hit, make())


def test_an_array_of_the_disk_is_its_callers(tmp_path):
    load = stored(array, tmp_path)
    hit = load()
    assert hit.flags.writeable
    hit[:] = 0
    assert np.array_equal(load(), array())


@pytest.mark.parametrize("is_writeable", [True, False])
@pytest.mark.parametrize("length", [0, 10])
def test_an_array_is_as_writable_as_it_was(length, is_writeable, tmp_path):
    def make():
        made = np.arange(length)
        made.setflags(write=is_writeable)
        return made

    assert stored(make, tmp_path)().flags.writeable == is_writeable


def test_an_unpickled_frame_is_as_cheap_as_another(tmp_path):
    """Unpickling leaves an attribute on frames that others do not have."""
    import pickle

    content = pickle.dumps(by_rows())

    @mx.cache_data
    def load():
        return pickle.loads(content)

    load()
    first, second = load(), load()
    pd.testing.assert_frame_equal(first, by_rows())
    if is_lazy:
        shared = [value._mgr.blocks[0].values for value in (first, second)]
        assert np.shares_memory(*shared)
