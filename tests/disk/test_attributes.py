"""What a value shows beside its content comes back from the disk."""

import pytest

import memoxide as mx


def from_the_disk(tmp_path, make):
    """A value as another process reads it."""

    @mx.cache_data(persist=mx.Disk(tmp_path))
    def load():
        return make()

    load()
    with_memory = load()

    @mx.cache_data(persist=mx.Disk(tmp_path), max_entries=7)
    def load():
        return make()

    return with_memory, load()


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize(
    "make",
    [
        lambda pl, down: pl.Series("a", [3, 2, 1] if down else [1, 2, 3]).set_sorted(
            descending=down
        ),
        lambda pl, down: pl.DataFrame({"a": [2, 1], "b": [1, 2]}).sort("b", descending=down),
        lambda pl, down: pl.DataFrame({"a": [[1], [2]], "b": [1, 2]}).sort("b", descending=down),
        lambda pl, down: pl.Series("a", ["b", "a"]).sort(descending=down),
    ],
)
def test_the_order_that_polars_knows(tmp_path, make, descending):
    pl = pytest.importorskip("polars")
    made = make(pl, descending)
    for got in from_the_disk(tmp_path, lambda: make(pl, descending)):
        assert got.flags == made.flags
        assert got.equals(made)


def test_what_pandas_notes(tmp_path):
    pd = pytest.importorskip("pandas")

    def make():
        made = pd.DataFrame(
            {"a": [1, 2]}, index=pd.date_range("2020", periods=2, freq="D", name="day")
        )
        made.columns.name = "kinds"
        made.attrs["unit"] = {"length": "m"}
        made.flags.allows_duplicate_labels = False
        return made

    for got in from_the_disk(tmp_path, make):
        assert got.attrs == {"unit": {"length": "m"}}
        assert not got.flags.allows_duplicate_labels
        assert got.index.freq == make().index.freq
        assert got.index.name == "day"
        assert got.columns.name == "kinds"


def test_what_arrow_notes(tmp_path):
    pa = pytest.importorskip("pyarrow")

    def make():
        field = pa.field("a", pa.int64(), nullable=False, metadata={"unit": "m"})
        return pa.table({"a": [1]}, schema=pa.schema([field], metadata={"k": "v"}))

    for got in from_the_disk(tmp_path, make):
        assert got.schema.equals(make().schema, check_metadata=True)


@pytest.mark.parametrize("order", ["C", "F"])
def test_how_numpy_keeps_an_array(tmp_path, order):
    np = pytest.importorskip("numpy")

    def make():
        made = np.ones((2, 3), dtype=np.dtype("f8", metadata={"unit": "m"}), order=order)
        made.flags.writeable = False
        return made

    for got in from_the_disk(tmp_path, make):
        assert got.flags["F_CONTIGUOUS"] == make().flags["F_CONTIGUOUS"]
        assert not got.flags.writeable
