"""Values of numpy, pandas, pyarrow and polars."""

from __future__ import annotations

from collections.abc import Iterator

from .value import Value, named

DTYPES = (
    "bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16",
    "float32", "float64", "complex64", "complex128", ">i4", ">f8", "S3", "U2", "M8[ns]", "m8[s]",
    "V5", "O", ">U2", "M8[25D]",
)  # fmt: skip


def arrays() -> Iterator[Value]:
    for dtype in DTYPES:
        yield Value(f"array of {dtype}", f'numpy.zeros(3, "{dtype}")')
        yield Value(f"data type {dtype}", f'numpy.dtype("{dtype}")')
    for count in (0, 1, 32, 33, 2048, 5000):
        yield Value(f"array of {count}", f"numpy.arange({count}, dtype=numpy.int64)")
    yield from named(
        "numpy.zeros(())", "numpy.zeros((0, 3))", "numpy.zeros((3, 0))", "numpy.zeros((2, 3))",
        "numpy.zeros((3, 2))", "numpy.arange(6.0).reshape(2, 3)",
        "numpy.arange(6.0).reshape(3, 2).T", "numpy.arange(24)[::-2]",
        "numpy.asfortranarray(numpy.arange(6).reshape(2, 3))",
        "numpy.broadcast_to(numpy.arange(3), (4, 3))", "numpy.array([numpy.nan, -0.0, numpy.inf])",
        'numpy.array([1, 0x7FF0000000000001, 0xFFF8000000000002], "u8").view("f8")',
        'numpy.array(["a", 1, None, [2]], object)', 'numpy.array(["ab", "c"])',
        'numpy.array([b"ab", b"c"])', 'numpy.array(["2020-01-01", "NaT"], "M8[D]")',
        "[numpy.arange(3), numpy.arange(3)]", "{1: numpy.arange(300)}",
        "(a := numpy.zeros(2, object), a.__setitem__(0, a), a)[-1]",
        "(a := numpy.zeros(2, object), b := [a], a.__setitem__(0, b), b)[-1]",
    )  # fmt: skip


def structured_arrays() -> Iterator[Value]:
    yield from named(
        'numpy.array([(1, 2.0)], [("a", "i4"), ("b", "f8")])',
        'numpy.zeros(2, numpy.dtype([("a", "i1"), ("b", "f8")], align=True))',
        'numpy.zeros(2, [("a", "i4", (2, 2))])',
        'numpy.zeros(2, [("a", "i4", (2, 2)), ("b", [("c", "i2"), ("d", "S3")])])',
        'numpy.zeros(2, [("a", object), ("b", "i1")])',
        'numpy.zeros(2, [(("title", "a"), "i4")])',
        'numpy.zeros(2, {"names": ["a", "b"], "formats": ["i4", "i4"], "offsets": [4, 0]})',
        'numpy.zeros(2, {"names": ["a", "b"], "formats": ["i4", "i4"], "offsets": [0, 2]})',
        'numpy.zeros(2, {"names": ["a"], "formats": ["i4"], "offsets": [0], "itemsize": 8})',
        "numpy.zeros(2, [])", 'numpy.zeros((), [("a", "i4")])',
        'numpy.zeros(1, [("a", "i4"), ("b", "f8")])[0]', 'numpy.zeros(1, [("a", object)])[0]',
        'numpy.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])',
        'numpy.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])[0]',
    )  # fmt: skip


def kinds_of_arrays() -> Iterator[Value]:
    yield from named(
        "numpy.array([[1, 2], [3, 4]]).view(numpy.matrix)",
        "numpy.array([[1, 3], [2, 4]]).view(numpy.matrix).T",
        "numpy.ma.array([1, 2, 3], mask=[0, 1, 0])",
        "numpy.ma.array([1, 2, 3])", "numpy.ma.masked", "numpy.ma.array([1.0, 2.0], mask=True)",
        "numpy.ma.array([1, 2, 3], mask=[0, 1, 0], hard_mask=True, fill_value=7)",
        'numpy.ma.zeros(2, [("a", "i4"), ("b", "f8")])', 'numpy.ma.array(["a", "b"], mask=[1, 0])',
    )  # fmt: skip


def scalars() -> Iterator[Value]:
    for dtype in DTYPES[:14]:
        yield Value(f"scalar of {dtype}", f'numpy.ones((), "{dtype}")[()]')
    yield from named(
        "numpy.float64(1.5)", "numpy.float32(1.5)", "numpy.int8(-1)",
        'numpy.str_("a")', 'numpy.bytes_(b"a")', 'numpy.datetime64("2020-01-01")',
        'numpy.datetime64("NaT", "s")', 'numpy.timedelta64(5, "s")', "numpy.float64(-0.0)",
        r'numpy.str_("\0")', r'numpy.bytes_(b"a\0")',
        'numpy.void(b"abc")', "[numpy.int64(1), 1]", 'numpy.float32("nan")',
    )  # fmt: skip


def data_types() -> Iterator[Value]:
    yield from named(
        'numpy.dtype(("i4", (2, 3)))', 'numpy.dtype([("a", "i4"), ("b", "f8")])',
        'numpy.dtype([("a", "i4"), ("b", "f8")], align=True)',
        'numpy.dtype("i4", metadata={"a": 1})', 'numpy.dtype("i4", metadata={"a": 2})',
        'numpy.dtype([("a", "i4")], metadata={"a": [1]})',
        'numpy.dtype((numpy.record, [("a", "i4")]))', 'numpy.dtype([("a", "i4")])',
        "numpy.float64", "numpy.ndarray", "numpy.dtype",
    )  # fmt: skip


def generators() -> Iterator[Value]:
    yield from named(
        "numpy.random.default_rng(1)", "numpy.random.PCG64(3)", "numpy.random.MT19937(3)",
        "numpy.random.Philox(3)", "numpy.random.SFC64(3)", "numpy.random.SeedSequence(5)",
        "numpy.random.SeedSequence([1, 2], spawn_key=(1,))", "numpy.random.RandomState(1)",
        "(g := numpy.random.default_rng(1), g.random(), g)[-1]",
        "(s := numpy.random.SeedSequence(5), s.spawn(1), s)[-1]",
    )  # fmt: skip


def string_arrays() -> Iterator[Value]:
    yield from named(
        'numpy.array(["a", "bc"], dtype=numpy.dtypes.StringDType())', "numpy.dtypes.StringDType()",
        'numpy.array(["a", None], dtype=numpy.dtypes.StringDType(na_object=None))',
        "numpy.dtypes.StringDType(na_object=None)", "numpy.dtypes.StringDType(coerce=False)",
        "numpy.dtypes.StringDType(na_object=numpy.nan)", "numpy.dtype(numpy.longlong)",
    )  # fmt: skip


def series() -> Iterator[Value]:
    yield from named(
        "pandas.Series([1, 2, 3])", "pandas.Series([1.5, None])", 'pandas.Series([1], name="n")',
        "pandas.Series([1], index=[5])", "pandas.Series([True, False])",
        'pandas.Series(["a", "b", None])', 'pandas.Series([1, None], dtype="Int64")',
        'pandas.Series([1.5, None], dtype="Float64")', "pandas.array([True, None])",
        'pandas.Series(["a", "b", "a"], dtype="category")', "pandas.Series([1, [2]], dtype=object)",
        'pandas.Series(pandas.to_datetime(["2020-01-01"]))', "pandas.Series([], dtype=object)",
        'pandas.Series(pandas.to_timedelta([1, 2], unit="s"))', "pandas.Series([1 + 2j])",
        'pandas.Series([1, 2], dtype="int64[pyarrow]")', 'pandas.Series([1], name=("a", 1))',
        'pandas.Series([0, 0, 1], dtype=pandas.SparseDtype("int64", 0))',
        "pandas.Series([pandas.Interval(0, 1)])", "pandas.Series([numpy.nan, -0.0, numpy.inf])",
        '[pandas.Series([1]), {"a": pandas.Series([1])}]',
        "(s := pandas.Series([None, 1], dtype=object), s.__setitem__(0, s), s)[-1]",
        "(s := pandas.Series([None, []], dtype=object), s[1].append(s), s)[-1]",
        '(s := pandas.Series([1]), s.attrs.update(unit="m"), s)[-1]',
    )  # fmt: skip


def frames() -> Iterator[Value]:
    yield from named(
        "pandas.DataFrame()", "pandas.DataFrame(index=[1])", 'pandas.DataFrame(columns=["a"])',
        "pandas.DataFrame({1: [1, 2]})", 'pandas.DataFrame({"a": [1, 2], "b": [1.5, 2.5]})',
        'pandas.DataFrame({"b": [1.5, 2.5], "a": [1, 2]})', 'pandas.DataFrame({"a": ["x", "y"]})',
        'pandas.DataFrame({"a": range(1000)})', 'pandas.DataFrame({"a": [1]}, index=["x"])',
        "pandas.DataFrame([[1, 2], [3, 4]])", "pandas.DataFrame([[1, 2], [3, 4]]).T",
        "pandas.DataFrame(numpy.arange(6).reshape(3, 2))[::2]",
        'pandas.DataFrame({"a": [1, None, "x"]}, dtype=object)',
        'pandas.DataFrame({"a": pandas.to_datetime(["2020-01-01"]).tz_localize("Europe/Paris")})',
        'pandas.DataFrame([[1, 2]], columns=pandas.MultiIndex.from_tuples([("a", 1), ("a", 2)]))',
        'pandas.DataFrame([[1, 2]], columns=["a", "a"])', 'pandas.DataFrame({1: [1], "1": [2]})',
        '(d := pandas.DataFrame({"a": [1]}), d.attrs.update(x=1), d)[-1]',
        'pandas.DataFrame({"a": [1]}).set_flags(allows_duplicate_labels=False)',
        'pandas.DataFrame({"a": [1]}).rename_axis(columns="c")',
        'pandas.DataFrame({"a": pandas.Categorical(["u", "v"]), "b": pandas.array([1, None])})',
    )  # fmt: skip


def indexes() -> Iterator[Value]:
    yield from named(
        "pandas.RangeIndex(5)", "pandas.RangeIndex(0, 10, 2)", 'pandas.RangeIndex(1, name="r")',
        "pandas.Index([1, 2])", 'pandas.Index(["a", "b"])', 'pandas.Index([1.5], name="n")',
        'pandas.Index(["a", 1], dtype=object)', "pandas.Index([True, False])",
        'pandas.MultiIndex.from_product([[1, 2], ["a", "b"]], names=["x", None])',
        'pandas.MultiIndex.from_tuples([("a", 1), ("b", 2)])',
        'pandas.MultiIndex.from_product([["a", "b"], [1, 2]])[:2]',
        'pandas.CategoricalIndex(["a", "b"])', "pandas.IntervalIndex.from_breaks([0, 1, 2])",
        'pandas.CategoricalIndex(["a", "b"], ["b", "a"], ordered=True)',
        'pandas.IntervalIndex.from_breaks([0, 1, 2], closed="left")',
        'pandas.DatetimeIndex(["2020-01-01", None])', 'pandas.TimedeltaIndex(["1h", None])',
        'pandas.DatetimeIndex(["2020-01-01"], tz="UTC", name="t")',
    )  # fmt: skip


def arrays_of_pandas() -> Iterator[Value]:
    yield from named(
        'pandas.Categorical(["a", "b"], ["b", "a", "c"], ordered=True)',
        'pandas.Categorical(["a", None, "b"])', 'pandas.array([1, None], dtype="Int32")',
        'pandas.array([1, 2], dtype="UInt8")', 'pandas.array([1.5, None], dtype="Float32")',
        'pandas.array([1, 2], dtype=numpy.dtype("i4"))', "pandas.arrays.SparseArray([0, 0, 1, 2])",
        'pandas.arrays.SparseArray([0, 0, 1, 1, 0], kind="block")',
        'pandas.arrays.SparseArray([1.0, numpy.nan], fill_value=numpy.nan)',
        'pandas.array(["a", None], dtype=pandas.StringDtype("python", na_value=pandas.NA))',
        'pandas.array(["a", None], dtype=pandas.StringDtype("python", na_value=numpy.nan))',
        'pandas.array(["a", None], dtype=pandas.StringDtype("pyarrow", na_value=pandas.NA))',
        'pandas.array(["a", None], dtype=pandas.StringDtype("pyarrow", na_value=numpy.nan))',
        'pandas.array([1, None], dtype="int8[pyarrow]")', 'pandas.array([pandas.Interval(0, 1)])',
    )  # fmt: skip


def data_types_of_pandas() -> Iterator[Value]:
    yield from named(
        'pandas.CategoricalDtype(["a", "b"])', "pandas.CategoricalDtype()",
        'pandas.CategoricalDtype(["a", "b"], ordered=True)',
        'pandas.DatetimeTZDtype("ns", "UTC")', 'pandas.IntervalDtype("int64", "right")',
        "pandas.IntervalDtype()", 'pandas.SparseDtype("float64")', 'pandas.StringDtype("python")',
        'pandas.StringDtype("pyarrow", na_value=numpy.nan)', "pandas.Int64Dtype()",
        "pandas.BooleanDtype()", "pandas.Float32Dtype()",
    )  # fmt: skip


def scalars_of_pandas() -> Iterator[Value]:
    yield from named(
        'pandas.Timestamp("2020-01-01")', 'pandas.Timestamp("2020-01-01", tz="UTC")',
        'pandas.Timestamp("2020-01-01").as_unit("s")', 'pandas.Timedelta("1h").as_unit("ns")',
        'pandas.Timestamp("2020-01-01 12:00:00.123456789", tz="Europe/Paris")',
        'pandas.Timestamp(2020, 10, 25, 2, 30, fold=1, tz="Europe/Paris")',
        'pandas.Timestamp("2020-01-01", tz=datetime.timezone.utc)',
        'pandas.Timedelta("1h").as_unit("s")', "pandas.Interval(0, 1)", "pandas.NaT", "pandas.NA",
        'pandas.Interval(0, 1, closed="both")', "pandas.Interval(0.5, 1)",
        "pandas.DateOffset(months=1, days=2)", "pandas.DateOffset(days=2, months=1)",
        "pandas.DateOffset(2)", "pandas.DateOffset(days=1, normalize=True)",
        'pandas.offsets.CustomBusinessDay(2, holidays=["2020-01-01"])',
        "pandas.offsets.CustomBusinessMonthEnd()", "pandas.offsets.CustomBusinessHour()",
    )  # fmt: skip


def columns() -> Iterator[Value]:
    for kind in ("int8", "uint8", "int16", "uint32", "int64", "float32", "float64"):
        yield Value(f"array of {kind}", f"pyarrow.array([1, None, 3], pyarrow.{kind}())")
    for kind in ("string", "large_string", "binary"):
        yield Value(f"array of {kind}", f'pyarrow.array(["a", None, "bc"], pyarrow.{kind}())')
    yield from named(
        "pyarrow.array([])", "pyarrow.nulls(3)", "pyarrow.array([True, None, False])",
        "pyarrow.array(range(100))", "pyarrow.array(range(100)).slice(10, 20)",
        "pyarrow.chunked_array([[1, 2], [3]])", "pyarrow.chunked_array([[1, 2, 3]])",
        "pyarrow.chunked_array([], pyarrow.int8())", "pyarrow.array([datetime.timedelta(1)])",
        "pyarrow.array([datetime.date(2020, 1, 1), None])", "pyarrow.array([datetime.time(1)])",
        'pyarrow.array([datetime.datetime(2020, 1, 1)], pyarrow.timestamp("us", "UTC"))',
        'pyarrow.array([decimal.Decimal("1.5")])', 'pyarrow.array([b"abc"], pyarrow.binary(3))',
        'pyarrow.array([b"a", b""])', "pyarrow.array([b'\\0' * 300])",
        'pyarrow.array([(1, 2, 3)], pyarrow.month_day_nano_interval())',
    )  # fmt: skip


def nested_columns() -> Iterator[Value]:
    yield from named(
        "pyarrow.array([[1, 2], None, [], [3]])", 'pyarrow.array([["a"], [None, "b"]])',
        "pyarrow.array([[1, 2], [3, 4], None], pyarrow.list_(pyarrow.int8(), 2))",
        'pyarrow.array([{"a": 1, "b": "x"}, None, {"a": None, "b": "y"}])',
        'pyarrow.array([{"a": [1]}, {"a": None}])[1:]', 'pyarrow.array([[["a"]], [None]])',
        'pyarrow.array([[("k", 1)], [], None], pyarrow.map_(pyarrow.string(), pyarrow.int32()))',
        'pyarrow.array(["a", "b", "a", None]).dictionary_encode()',
        'pyarrow.chunked_array([pyarrow.array(["a", "b"]).dictionary_encode(), '
        'pyarrow.array(["c", "a"]).dictionary_encode()])',
        "pyarrow.RunEndEncodedArray.from_arrays([2, 3, 5], [1, 1, 2])",
        'pyarrow.RunEndEncodedArray.from_arrays([2, 3, 5], ["a", "a", "b"])[1:4]',
        "pyarrow.UnionArray.from_sparse(pyarrow.array([0, 1, 0], pyarrow.int8()), "
        '[pyarrow.array([1, 2, 3]), pyarrow.array(["a", "b", "c"])])',
        "pyarrow.UnionArray.from_dense(pyarrow.array([0, 1, 0], pyarrow.int8()), "
        'pyarrow.array([0, 0, 1], pyarrow.int32()), [pyarrow.array([1, 2]), pyarrow.array(["a"])])',
        'pyarrow.nulls(3, pyarrow.struct([("a", pyarrow.int8())]))',
    )  # fmt: skip


def tables() -> Iterator[Value]:
    yield from named(
        'pyarrow.table({"a": [1, 2], "b": ["x", None]})', "pyarrow.table({})",
        'pyarrow.table({"a": pyarrow.chunked_array([[1], [2]]), "b": ["x", None]})',
        'pyarrow.table({"a": [1]}).replace_schema_metadata({"k": "v"})',
        'pyarrow.RecordBatch.from_pydict({"a": [1, 2]})', "pyarrow.scalar(5)",
        'pyarrow.scalar("a")',
        "pyarrow.scalar(None)", "pyarrow.scalar([1, 2])", 'pyarrow.py_buffer(b"abc")',
        'pyarrow.schema([("a", pyarrow.int8()), ("b", pyarrow.string())])',
        'pyarrow.schema([pyarrow.field("a", pyarrow.int8(), False, {"m": "1"})], {"x": "y"})',
        'pyarrow.field("a", pyarrow.int8())', "pyarrow.int64()", "pyarrow.list_(pyarrow.int8())",
        'pyarrow.struct([("a", pyarrow.int8())])', "pyarrow.decimal128(10, 2)",
        "pyarrow.dictionary(pyarrow.int8(), pyarrow.string(), ordered=True)",
        'pyarrow.timestamp("ns", "Europe/Paris")', 'pyarrow.KeyValueMetadata({"a": "b"})',
        "pyarrow.map_(pyarrow.string(), pyarrow.int8())",
        r'pyarrow.table({"a\0b": [1], "c": [{"d": 2}]})', r'pyarrow.field("a\0b", pyarrow.int8())',
        r'pyarrow.nulls(1, pyarrow.timestamp("s", "UTC\0"))',
    )  # fmt: skip


def frames_of_polars() -> Iterator[Value]:
    yield from named(
        "polars.DataFrame()", 'polars.DataFrame({"a": [1, 2], "b": ["x", None]})',
        'polars.DataFrame({"b": ["x", None], "a": [1, 2]})',
        'polars.DataFrame({"a": []}, schema={"a": polars.Int8})',
        'polars.Series("a", [1, 2, 3])', "polars.Series([1, None, 3])",
        'polars.Series([1.5, float("nan")])', 'polars.Series(["a", "b", None, "a"])',
        'polars.Series(["a", "b", "a"], dtype=polars.Enum(["b", "a"]))',
        "polars.Series([[1, 2], [], None])", "polars.Series([True, False, None])",
        "polars.Series([[1, 2], [3, 4]], dtype=polars.Array(polars.Int8, 2))",
        'polars.Series([{"a": 1, "b": "x"}, {"a": None, "b": "y"}])', 'polars.Series([b"a", b""])',
        "polars.Series([datetime.date(2020, 1, 1)])", "polars.Series([datetime.timedelta(1)])",
        "polars.Series([datetime.datetime(2020, 1, 1)])", "polars.Series([datetime.time(1)])",
        'polars.Series([datetime.datetime(2020, 1, 1)], dtype=polars.Datetime("ms", "UTC"))',
        "polars.Series([None, None])", "polars.Series([[1], 1], dtype=polars.Object)",
        "polars.Series([1, 2, 3]).slice(1)", "polars.Series([1]).append(polars.Series([2]))",
        'polars.Series("x", [], dtype=polars.List(polars.Struct({"a": polars.Int8})))',
        'polars.Series([[["a"]], [[]]])', "polars.Series(range(1000))",
        r'polars.DataFrame({"a\0b": [1]})',
    )  # fmt: skip


def data_types_of_polars() -> Iterator[Value]:
    yield from named(
        "polars.Int64()", "polars.Int64", 'polars.Datetime("us", "UTC")', 'polars.Duration("ms")',
        'polars.Enum(["a", "b"])', "polars.List(polars.Int8)", "polars.Array(polars.Int8, 3)",
        'polars.Struct({"a": polars.Int8})', "polars.Decimal(5, 2)",
        'polars.Field("a", polars.Int8)',
        'polars.Schema({"a": polars.Int8, "b": polars.List(polars.String)})',
    )  # fmt: skip


FILES = {
    "numpy": (arrays, structured_arrays, kinds_of_arrays, scalars, data_types, generators),
    "numpy_strings": (string_arrays,),
    "pandas": (
        series,
        frames,
        indexes,
        arrays_of_pandas,
        data_types_of_pandas,
        scalars_of_pandas,
    ),
    "pyarrow": (columns, nested_columns, tables),
    "polars": (frames_of_polars, data_types_of_polars),
}

REQUIRES = {
    "numpy": {"numpy": "1.26"},
    "numpy_strings": {"numpy": "2.0"},
    "pandas": {"numpy": "2.0", "pandas": "3.0", "pyarrow": "15.0"},
    "pyarrow": {"pyarrow": "15.0"},
    "polars": {"polars": "1.32", "pyarrow": "15.0"},
}
