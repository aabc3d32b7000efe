"""Keys of polars' values: equal content has one key, whatever its memory."""

import datetime
import decimal
import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

import memoxide as mx
from memoxide.errors import UnhashableParamError

pl = pytest.importorskip("polars")
cs = pytest.importorskip("polars.selectors")
register_io_source = pytest.importorskip("polars.io.plugins").register_io_source


@mx.cache_data
def probe(value):
    return None


DAY = datetime.date(2024, 2, 29)
LONG = "more than twelve bytes"

INTEGERS = [pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.Int128]
INTEGERS += [pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64, pl.UInt128]

VALUES = {
    **{str(kind): (kind, [1, None, 2, 3]) for kind in INTEGERS},
    **{str(kind): (kind, [0.0, None, -0.0, 1.5]) for kind in [pl.Float16, pl.Float32, pl.Float64]},
    "bool": (pl.Boolean, [True, None, False, True]),
    "null": (pl.Null, [None] * 4),
    "string": (pl.String, ["a", None, "", LONG]),
    "binary": (pl.Binary, [b"a", None, b"", LONG.encode()]),
    "date": (pl.Date, [DAY, None, DAY.replace(year=1904), DAY]),
    "time": (pl.Time, [datetime.time(1), None, datetime.time(2), datetime.time(3)]),
    **{
        f"datetime {unit} {zone}": (pl.Datetime(unit, zone), [1, None, 2, 3])
        for unit in ["ms", "us", "ns"]
        for zone in [None, "UTC", "Europe/Oslo"]
    },
    **{f"duration {unit}": (pl.Duration(unit), [1, None, 2, 3]) for unit in ["ms", "us", "ns"]},
    **{
        str(kind): (
            kind,
            [decimal.Decimal("1.10"), None, decimal.Decimal("-2.00"), decimal.Decimal(3)],
        )
        for kind in [pl.Decimal(12, 2), pl.Decimal(13, 2), pl.Decimal(13, 3)]
    },
    "list": (pl.List(pl.Int64), [[1, 2], None, [], [3, None]]),
    "list of strings": (pl.List(pl.String), [["a", LONG], None, [], ["b", None]]),
    "array": (pl.Array(pl.Int64, 2), [[1, 2], None, [3, None], [0, 0]]),
    "struct": (
        pl.Struct({"a": pl.Int64, "b": pl.String}),
        [{"a": 1, "b": "x"}, None, {"a": None, "b": "y"}, {"a": 2, "b": None}],
    ),
    "categorical": (pl.Categorical, ["b", None, "a", "b"]),
    "named categorical": (pl.Categorical("names"), ["b", None, "a", "b"]),
    "list of categoricals": (pl.List(pl.Categorical), [["b", "a"], None, [], ["c", None]]),
    "enum": (pl.Enum(["a", "b", "c"]), ["b", None, "a", "b"]),
    "other enum": (pl.Enum(["b", "a", "c"]), ["b", None, "a", "b"]),
    "object": (pl.Object, [{1}, None, "a", 2]),
}

SERIES = {name: pl.Series("s", values, kind) for name, (kind, values) in VALUES.items()}

every_type = pytest.mark.parametrize("series", SERIES.values(), ids=SERIES)


def test_types_differ(key):
    assert len({key(series) for series in SERIES.values()}) == len(SERIES)
    assert len({key(series.dtype) for series in SERIES.values()}) == len(SERIES)
    # A column without rows differs by its type alone.
    assert len({key(series.head(0)) for series in SERIES.values()}) == len(SERIES)


@every_type
def test_chunks_do_not_count(key, series):
    for cut in itertools.combinations_with_replacement(range(5), 2):
        ends = [0, *cut, 4]
        pieces = [series.slice(start, end - start) for start, end in itertools.pairwise(ends)]
        assert key(pl.concat(pieces, rechunk=False)) == key(series), ends


@every_type
def test_a_slice_equals_its_copy(key, series):
    copied = series.gather([1, 2]) if series.dtype != pl.Object else series[1:3]
    assert key(series.slice(1, 2)) == key(copied)
    assert key(series.slice(1, 2)) != key(series)


@every_type
def test_the_order_of_rows_and_the_name_count(key, series):
    assert (key(series.reverse()) == key(series)) == (series.dtype == pl.Null)
    assert key(series.rename("t")) != key(series)
    assert key(series.to_frame()) != key(series)
    assert key(series.to_frame()) != key(series.rename("t").to_frame())
    assert key(series.head(3)) != key(series.slice(1)) or series.dtype == pl.Null


def test_categories_are_known_by_value(key):
    before = key(pl.Series(["b", "a"], dtype=pl.Categorical))
    seen = pl.Series(["x", "a", "b"], dtype=pl.Categorical)
    assert key(pl.Series(["b", "a"], dtype=pl.Categorical)) == before
    assert key(seen.reverse().head(2)) == before
    assert key(pl.Series(["a", "b"], dtype=pl.Categorical)) != before
    assert key(pl.Series(["b", "a"], dtype=pl.String)) != before


def test_hints_do_not_count(key):
    series = pl.Series("s", [1, 2, 3])
    assert key(series.set_sorted()) == key(series)
    assert key(pl.Series("s", [3, 1, 2]).sort()) == key(series)


def test_a_long_column_equals_its_copy(key):
    series = pl.Series("s", range(200_000)).shift(1)
    pieces = [series.slice(0, 70_001), series.slice(70_001)]
    assert key(pl.concat(pieces, rechunk=False)) == key(series)
    changed = series.scatter(99_999, -1) if hasattr(series, "scatter") else series + 1
    assert key(changed) != key(pl.Series("s", range(200_000)).shift(1))


def test_all_that_can_be_read_of_a_frame_counts(key):
    frame = pl.DataFrame({"a": [1, 2, None], "b": ["x", None, "z"]})
    other = [
        frame,
        frame.rename({"b": "c"}),
        frame.select("b", "a"),
        frame.select("a"),
        frame.head(2),
        frame.with_columns(a=pl.Series([1, 2, 3])),
        frame.with_columns(a=pl.Series([1, None, 2])),
        frame.cast({"a": pl.Int32}),
        frame.cast({"b": pl.Categorical}),
        frame.select([]),
        pl.DataFrame(height=3) if "height" in pl.DataFrame.__init__.__annotations__ else frame[:0],
        frame.lazy(),
        frame.to_struct("s"),
        frame.to_dict(as_series=False),
    ]
    assert len({key(value) for value in other}) == len(other)
    stacked = pl.concat([frame.head(1), frame.tail(2)], rechunk=False)
    assert key(stacked) == key(frame) == key(frame.rechunk()) == key(frame.clone())


def test_types_by_class_and_by_instance_are_one_inside_of_others(key):
    assert key(pl.List(pl.Int64)) == key(pl.List(pl.Int64())) == key(pl.Series([[1]]).dtype)
    assert key(pl.Struct({"a": pl.Int8})) == key(pl.Struct([pl.Field("a", pl.Int8())]))
    assert key(pl.Schema({"a": pl.Int8})) == key(pl.DataFrame(schema={"a": pl.Int8}).schema)


def test_types_and_schemas_differ(key):
    values = [
        pl.Int64,
        pl.String,
        pl.Datetime,
        pl.Datetime("us"),
        pl.Datetime("us", "UTC"),
        pl.Array(pl.Int8, 6),
        pl.Array(pl.Int8, (2, 3)),
        pl.Array(pl.Int8, (3, 2)),
        pl.List(pl.List(pl.Int8)),
        pl.List(pl.Datetime),
        pl.List(pl.Datetime("us")),
        pl.Struct({"a": pl.Int8, "b": pl.Int8}),
        pl.Struct({"b": pl.Int8, "a": pl.Int8}),
        pl.Struct({"a": pl.Int8}),
        pl.Field("a", pl.Int8),
        pl.Schema({"a": pl.Int8}),
        pl.Schema({"a": pl.Int8, "b": pl.Int8}),
        pl.Schema({"b": pl.Int8, "a": pl.Int8}),
        pl.Enum(["a", "b"]),
        pl.Enum(["b", "a"]),
        pl.Categorical(),
        pl.Categorical("names"),
        pl.Categories("names"),
    ]
    assert len({key(value) for value in values}) == len(values)


def test_expressions_and_queries_differ(key):
    def values():
        frame = pl.DataFrame({"a": [1, 2], "b": ["x", "y"]})
        return [
            pl.col("a"),
            pl.col("b"),
            pl.col("a") + 1,
            pl.col("a") + 1.0,
            1 + pl.col("a"),
            pl.col("a").sum().over("b"),
            pl.when(pl.col("a") > 1).then(2),
            pl.when(pl.col("a") > 1).then(2).otherwise(3),
            cs.numeric(),
            cs.string(),
            frame.lazy(),
            frame.lazy().select("a"),
            frame.lazy().filter(pl.col("a") > 1),
            frame.lazy().filter(pl.col("a") > 2),
            frame.head(1).lazy(),
        ]

    keys = [key(value) for value in values()]
    assert len(set(keys)) == len(keys)
    assert [key(value) for value in values()] == keys


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "query",
    [
        lambda: pl.col("a").map_elements(lambda value: value, return_dtype=pl.Int64),
        lambda: pl.col("a").map_batches(len),
        lambda: pl.fold(0, lambda left, right: left + right, [pl.col("a")]),
        lambda: pl.col("a").name.map(lambda name: name.upper()),
        lambda: pl.col("a").name.map(str.upper),
        lambda: pl.col("a").name.map(repr),
        lambda: register_io_source(iter, schema={"a": pl.Int64}),
        lambda: pl.LazyFrame({"a": [1]}).map_batches(lambda frame: frame),
        lambda: pl.LazyFrame({"a": [1]}).group_by("a").map_groups(lambda group: group, None),
        lambda: pl.LazyFrame({"a": [1]}).select(pl.col("a").map_batches(len)),
    ],
)
def test_queries_with_python_functions_are_refused(key, query):
    with pytest.raises(UnhashableParamError, match=r"holds a Python function|cloudpickle"):
        key(query())


def test_bytes_that_look_like_a_pickle_do_not_make_a_function(key):
    assert key(pl.lit(b"\x80\x05\x95abc")) != key(pl.lit(b"\x80\x04\x95abc"))


def test_what_has_no_content_is_refused(key):
    for value in [
        pl.LazyFrame({"a": [1]}).group_by("a"),
        pl.SQLContext(),
        pl.Series([pytest], dtype=pl.Object).to_frame().lazy(),
        pl.Series([(item for item in ())], dtype=pl.Object),
    ]:
        with pytest.raises(UnhashableParamError):
            key(value)


def test_messages_say_where_an_object_is(key):
    column = pl.Series([{"k": (item for item in ())}], dtype=pl.Object)
    with pytest.raises(UnhashableParamError, match=r'argument value\[0\]\["k"\],'):
        key(column)
    with pytest.raises(UnhashableParamError, match=r'value \(a column\)\[0\]\["k"\],'):
        key(column.to_frame())


def test_hash_functions_see_objects_in_a_column(key):
    class Point:
        pass

    @mx.cache_data(hash_funcs={Point: lambda point: point.x})
    def seen(value):
        return None

    def column(x):
        point = Point()
        point.x, point.noise = x, object()
        return pl.Series([point], dtype=pl.Object)

    assert seen.key(column(1)) == seen.key(column(1))
    assert seen.key(column(1)) != seen.key(column(2))


ZERO_BYTES = {
    "series": lambda text: pl.Series(text, [1]),
    "frame": lambda text: pl.DataFrame({"a": [0], text: [1]}),
    "frame from a file": lambda text: pl.read_csv(f"{text},x\n1,2\n".encode()),
    "struct": lambda text: pl.Series("s", [{text: 1}]),
    "list": lambda text: pl.Series("s", [[{text: 1}], []]),
    "array": lambda text: pl.Series("s", [], dtype=pl.Array(pl.Struct({text: pl.Int8}), 1)),
    "query": lambda text: pl.LazyFrame({text: [1]}),
    "values": lambda text: pl.Series("s", [{"a\0": text}]),
}


def test_names_with_a_zero_byte_count(in_child):
    in_child(f"""
        import sys
        sys.path.insert(0, {str(Path(__file__).parent.parent)!r})
        from key.test_polars import ZERO_BYTES, probe
        for kind, made in ZERO_BYTES.items():
            keys = [probe.key(made(text)) for text in ("a", "a\\0", "a\\0b", "a\\0c")]
            assert len(set(keys)) == 4, kind
            assert keys[2] == probe.key(made("a\\0b")), kind
    """)


class Frame(pl.DataFrame):
    """A frame of the user's, with an attribute of its own."""

    def get_columns(self):
        raise AssertionError("it is not asked")


def test_attributes_of_a_users_frame_count(key):
    def frame(note):
        made = Frame({"a": [1]})
        made.note = note
        return made

    assert key(frame("x")) == key(frame("x"))
    assert key(frame("x")) != key(frame("y"))
    assert key(frame("x")) != key(pl.DataFrame({"a": [1]}))


@pytest.mark.parametrize("name", ["name", "size", "inner", "fields", "dtype", "scale", "note"])
@pytest.mark.parametrize("kind", [pl.DataFrame, Frame, pl.LazyFrame])
def test_attributes_of_any_name_count(key, kind, name):
    one, other = kind({"a": [1]}), kind({"a": [1]})
    assert key(one) == key(other)
    setattr(one, name, 1)
    setattr(other, name, 2)
    assert key(one) != key(other)


def test_keys_are_the_same_in_every_process(key):
    program = f"""
import sys
sys.path.insert(0, {os.path.dirname(__file__)!r})
import polars as pl
seen = pl.Series(sys.argv[1:], dtype=pl.Categorical)
import test_polars
for series in test_polars.SERIES.values():
    print(test_polars.probe.key((series, series.dtype, series.to_frame())))
query = pl.LazyFrame({{"a": [1], "b": [2]}}).group_by("a").agg(pl.col("b").sum())
print(test_polars.probe.key(query), test_polars.probe.key(pl.col("a").replace({{1: 2, 3: 4}})))
"""
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program, *seen],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed, seen in [("1", "abc"), ("2", "cba")]
    }
    assert len(outputs) == 1
    assert len(outputs.pop().splitlines()) == len(SERIES) + 1
