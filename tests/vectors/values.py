"""The values of the golden vectors, as expressions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

IMPORTS = """
import array, collections, collections.abc, datetime, decimal, fractions, functools, http, io
import ipaddress, math, operator, pathlib, pickle, re, string, struct, sys, types, uuid, zoneinfo
"""
"""What every expression can name, besides the modules that its file requires."""

BOUNDARIES = (0, 1, 2, 127, 128, 255, 256, 257, 16_383, 16_384)
"""Lengths where a number takes another byte, and where contents or a node are digested."""


class Value(NamedTuple):
    """One value."""

    name: str
    python: str


def named(*expressions: str) -> Iterator[Value]:
    for expression in expressions:
        yield Value(expression, expression)


def units() -> Iterator[Value]:
    yield from named("None", "False", "True", "...", "NotImplemented")


def integers() -> Iterator[Value]:
    yield from named("0", "1", "-1", "2", "-2", "10**100", "-(10**100)", "7**5000")
    for size in (1, 2, 3, 4, 7, 8, 9, 16, 32):
        for offset in (-1, 0, 1):
            number = (1 << 8 * size - 1) + offset
            yield Value(f"int at {size} bytes {offset:+}", f"{number}")
            yield Value(f"negative int at {size} bytes {offset:+}", f"{-number}")
    for size in (255, 256, 257):
        yield Value(f"int of {size} bytes", f"(1 << {8 * size - 2})")


def floats() -> Iterator[Value]:
    yield from named(
        "0.0", "-0.0", "1.0", "-1.0", "0.1", "1.5", "1e308", "5e-324", "2.2250738585072014e-308",
        "1.7976931348623157e308", "math.inf", "-math.inf", "math.nan", "-math.nan",
        'struct.unpack("<d", bytes.fromhex("010000000000f07f"))[0]',
        'struct.unpack("<d", bytes.fromhex("efcdab896745f8ff"))[0]',
        "0j", "complex(0.0, -0.0)", "complex(-0.0, 0.0)", "1.5-2j", "complex(math.nan, math.inf)",
        "complex(1.0, -math.nan)",
    )  # fmt: skip


def texts() -> Iterator[Value]:
    for length in BOUNDARIES:
        yield Value(f"str of {length}", f'"a" * {length}')
        yield Value(f"bytes of {length}", f'b"a" * {length}')
        yield Value(f"bytearray of {length}", f'bytearray(b"a") * {length}')
        yield Value(f"buffer of {length}", f'pickle.PickleBuffer(b"a" * {length})')
    yield from named(
        r'"\xe9"', r'"e\u0301"', r'"\u20ac"', r'"\U0001f600"', r'"\x00"', r'"a\x00b"', r'"\ufeff"',
        r'"\xe9" * 127', r'"\xe9" * 128', r'"\xe9" * 129', r'"\u20ac" * 85', r'"\u20ac" * 86',
        r'"\ud800"', r'"\udfff"', r'"a\udc80b"', r'"\ud83d\ude00"', r'"\ud800" * 85',
        r'"\ud800" * 86', r'"1"', r'b"1"', r'b"\x00"', r'b"\xff"', "bytes(range(256))",
        "bytes(range(256)) * 2", 'bytearray(b"1")', "bytearray(range(256))",
    )  # fmt: skip


def containers() -> Iterator[Value]:
    for length in BOUNDARIES:
        yield Value(f"list of {length}", f"[None] * {length}")
        yield Value(f"tuple of {length}", f"(None,) * {length}")
    for length in (0, 1, 63, 64, 127, 128, 200):
        yield Value(f"dict of {length}", f"dict.fromkeys(range({length}))")
        yield Value(f"set of {length}", f"set(range({length}))")
        yield Value(f"frozenset of {length}", f"frozenset(range({length}))")
    for length in (250, 251, 252, 253, 254):
        yield Value(f"list with a str of {length}", f'["a" * {length}]')
    yield from named(
        '[1, "a"]', "[1, 1.0, True]", "[[]]", "[[], []]", "[[[]]]", "([],)", "((),)", "{(): []}",
        '{"a": 1, "b": 2}', '{"b": 2, "a": 1}', "{1: {2: {3: 4}}}", "{None: None}", "{1.5: (1, 2)}",
        "[{}, (), set(), frozenset(), []]", '{"ab": "c"}', '{"a": "bc"}',
    )  # fmt: skip


def sets() -> Iterator[Value]:
    yield from named(
        '{1, "a"}', '{"a", b"a", 1, 1.5, None, ..., (1, 2), frozenset({1})}', "{-1, 0, 300, -300}",
        "{frozenset(), frozenset({frozenset()})}", '{"a" * n for n in range(40)}',
        "{(n, str(n)) for n in range(100)}", "{0.5, 1j, False, 3}", "frozenset({(), ((),)})",
        '{"x" * 300, "y" * 300}', "{int, str, None}", "{math.nan}",
        "{datetime.date(2020, 1, day) for day in range(1, 20)}",
    )  # fmt: skip


def nested() -> Iterator[Value]:
    for depth in (2, 10, 100, 400):
        yield Value(
            f"list {depth} deep",
            f"functools.reduce(lambda inner, _: [inner], range({depth}), [])",
        )
        yield Value(
            f"dict {depth} deep",
            f'functools.reduce(lambda inner, n: {{n: inner, "s": "t"}}, range({depth}), None)',
        )
    yield Value("a doubling", "functools.reduce(lambda inner, _: [inner, inner], range(8), [1])")
    yield Value("shared, short", "[part := [1], part]")
    yield Value("shared, long", '[part := ["x" * 300], part, {"again": part}]')
    yield Value("copied, long", '[["x" * 300], ["x" * 300], {"again": ["x" * 300]}]')
    yield Value("rows", '[{"id": n, "name": str(n), "tags": [n, n + 1]} for n in range(200)]')


def cycles() -> Iterator[Value]:
    shapes = {
        "a list in itself": "(a := [], a.append(a), a)[-1]",
        "a list in itself, twice": "(a := [], a.extend([a, a]), a)[-1]",
        "a list in itself, with a value": "(a := [1], a.append(a), a)[-1]",
        "a long list in itself": '(a := ["x" * 300], a.append(a), a)[-1]',
        "a dict in itself": "(a := {}, a.update(me=a), a)[-1]",
        "a tuple in its list": "(a := [], t := (a,), a.append(t), t)[-1]",
        "a list in its tuple": "(a := [], t := (a,), a.append(t), a)[-1]",
        "two lists": "(a := [1], b := [2, a], a.append(b), a)[-1]",
        "two lists, from the other": "(a := [1], b := [2, a], a.append(b), b)[-1]",
        "three in a ring": "(a := [1], b := [2, a], c := [3, b], a.append(c), a)[-1]",
        "back to a sibling": "(a := [], b := [a], c := [b, a], a.extend([b, c]), a)[-1]",
        "back to two siblings": (
            "(a := [], b := [a], c := [b, a], d := [c, b], a.extend([b, c, d, d]), a)[-1]"
        ),
        "a complete cycle, again": "(a := [], a.append(a), [a, a])[-1]",
        "a complete cycle, inside": "(a := [1], b := [2, a], a.append(b), [a, b, a, [b]])[-1]",
        "two cycles": "(a := [], a.append(a), b := [1], b.append(b), [a, b, a, b])[-1]",
        "a cycle in a cycle": "(a := [], a.append(a), b := [a], b.extend([b, a]), b)[-1]",
        "eight": "(a := [], b := [a], c := [a], a.extend([b, c]), a)[-1]",
        "a cycle beside a set": "(a := [], a.append(a), [{(1,)}, a, frozenset({2}), a])[-1]",
        "a deque in itself": "(d := collections.deque(), d.append(d), d)[-1]",
        "a namespace in itself": "(n := types.SimpleNamespace(x=1), setattr(n, 'me', n), n)[-1]",
        "a default dict in itself": (
            "(d := collections.defaultdict(list), d['me'].append(d), d)[-1]"
        ),
        "a partial of its list": "(a := [], p := functools.partial(len, a), a.append(p), p)[-1]",
        "an exception that holds itself": (
            "(e := ValueError(), setattr(e, 'me', [e, (e,)]), e)[-1]"
        ),
        "an exception that caused itself": ("(e := ValueError([]), e.args[0].append(e), e)[-1]"),
        "a ring of 20": (
            "(r := [[n] for n in range(20)], [r[n].append(r[n - 1]) for n in range(20)], r[0])[-1]"
        ),
        "a complete graph of 5": (
            "(r := [[n] for n in range(5)], [one.extend(r) for one in r], r)[-1]"
        ),
        "a graph met again": (
            "(r := [[n] for n in range(4)], [one.extend(r) for one in r], [r, r[::-1], r[2]])[-1]"
        ),
    }
    for name, expression in shapes.items():
        yield Value(name, expression)


def dates() -> Iterator[Value]:
    yield from named(
        "datetime.date(1, 1, 1)", "datetime.date(2020, 2, 29)", "datetime.date(9999, 12, 31)",
        "datetime.time()", "datetime.time(23, 59, 59, 999999)", "datetime.time(1, fold=1)",
        "datetime.time(1, tzinfo=datetime.timezone.utc)",
        "datetime.datetime(2020, 1, 1)", "datetime.datetime(2020, 1, 1, fold=1)",
        "datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)",
        'datetime.datetime(2020, 1, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Paris"))',
        'datetime.datetime(2020, 10, 25, 2, 30, tzinfo=zoneinfo.ZoneInfo("UTC"), fold=1)',
        "datetime.timedelta()", "datetime.timedelta(days=-1)", "datetime.timedelta(hours=1)",
        "datetime.timedelta(seconds=3600)", "datetime.timedelta(days=999999999, microseconds=1)",
        "datetime.timezone.utc", "datetime.timezone(datetime.timedelta(0))",
        'datetime.timezone(datetime.timedelta(0), "UTC")',
        'datetime.timezone(datetime.timedelta(hours=-5), "EST")',
        'zoneinfo.ZoneInfo("UTC")', 'zoneinfo.ZoneInfo("America/New_York")',
    )  # fmt: skip


def numbers() -> Iterator[Value]:
    yield from named(
        'decimal.Decimal("1")', 'decimal.Decimal("1.0")', 'decimal.Decimal("-0")',
        'decimal.Decimal("1E+3")', 'decimal.Decimal("NaN123")', 'decimal.Decimal("-Infinity")',
        'decimal.Decimal("sNaN")', "decimal.Decimal(10) ** 40", "fractions.Fraction(1, 3)",
        "fractions.Fraction(-22, 7)", "fractions.Fraction(0)", "uuid.UUID(int=0)",
        "uuid.UUID(int=2**128 - 1)", "uuid.UUID(int=1, is_safe=uuid.SafeUUID.safe)",
        "uuid.UUID(int=1, is_safe=uuid.SafeUUID.unsafe)",
    )  # fmt: skip


def paths_and_patterns() -> Iterator[Value]:
    yield from named(
        'pathlib.PurePosixPath("/a/b")', 'pathlib.PurePosixPath("")', 'pathlib.PosixPath("a")',
        'pathlib.PureWindowsPath("c:/a")', r'pathlib.PureWindowsPath("c:\\a")',
        'pathlib.Path("/a") / "b"', 're.compile("a+")', 're.compile(b"a+")',
        're.compile("a+", re.IGNORECASE | re.DOTALL)', 're.compile("a" * 300, re.VERBOSE)',
    )  # fmt: skip


def ranges_and_calls() -> Iterator[Value]:
    yield from named(
        "range(0)", "range(1, 1)", "range(10)", "range(10, 0, -3)", "range(10**30)", "slice(3)",
        "slice(1, None, 2)", "slice([], {}, ())", "slice(None)", "functools.partial(len)",
        "functools.partial(len, [1])", 'functools.partial(int, "11", base=2)',
        "functools.partial(functools.partial(max, 1), 2)", "types.SimpleNamespace()",
        'types.SimpleNamespace(a=1, b="c")', "types.SimpleNamespace(a=types.SimpleNamespace())",
    )  # fmt: skip


def addresses() -> Iterator[Value]:
    yield from named(
        'ipaddress.ip_address("0.0.0.0")', 'ipaddress.ip_address("255.255.255.255")',
        'ipaddress.ip_address("::")', 'ipaddress.ip_address("fe80::1")',
        'ipaddress.IPv6Address("fe80::1%eth0")', 'ipaddress.ip_interface("10.0.0.1/8")',
        'ipaddress.ip_interface("fe80::1/64")', 'ipaddress.ip_network("10.0.0.0/8")',
        'ipaddress.ip_network("2001:db8::/32")',
    )  # fmt: skip


def collections_() -> Iterator[Value]:
    yield from named(
        "collections.deque()", "collections.deque([1, 2, 3])", "collections.deque([1, 2], 5)",
        "collections.deque([], 0)", "collections.ChainMap()", "collections.ChainMap({1: 2}, {})",
        "collections.Counter()", 'collections.Counter("abca")', "collections.OrderedDict()",
        "collections.OrderedDict(b=1, a=2)", "collections.defaultdict()",
        "collections.defaultdict(list, {1: [2]})", "collections.defaultdict(int)",
        "{1: 2}.keys()", "{1: 2}.values()", "{1: 2}.items()", "{}.keys()",
        "types.MappingProxyType({})", 'types.MappingProxyType({"a": [1]})',
        "collections.UserDict({1: 2})", "collections.UserList([1, 2])",
        'collections.UserString("a")', "collections.deque(range(1000))",
        "collections.Counter({n: n for n in range(300)})",
    )  # fmt: skip


def memory() -> Iterator[Value]:
    yield from named(
        'array.array("d")', 'array.array("d", [1.0, -0.0])', 'array.array("b", [1, -1])',
        'array.array("q", range(100))', 'memoryview(b"")', 'memoryview(b"abc")',
        'memoryview(b"abcdef")[::2]', 'memoryview(b"abcdef")[::-1]',
        'memoryview(b"abcd").cast("H")', 'memoryview(bytes(24)).cast("B", (2, 3, 4))',
        "memoryview(bytearray(300))", 'io.BytesIO(b"")', 'io.BytesIO(b"abc")',
        '(s := io.BytesIO(b"abc"), s.read(2), s)[-1]', 'io.BytesIO(b"a" * 1000)',
        'io.StringIO("")', r'io.StringIO("a\nb")', r'io.StringIO("a\nb", newline="\r\n")',
        "io.StringIO(newline=None)", '(s := io.StringIO("abc"), s.read(1), s)[-1]',
    )  # fmt: skip


def found_by_name() -> Iterator[Value]:
    yield from named(
        "int", "type", "object", "type(None)", "type(...)", "list", "BaseException", "KeyError",
        "datetime.date", "collections.OrderedDict", "collections.Counter", "types.FunctionType",
        "decimal.Decimal", "fractions.Fraction", "len", "math.sqrt", "operator.add", "math",
        "collections.abc", "types.CellType(1)", "types.CellType()", "types.CellType([1, [2]])",
    )  # fmt: skip


def enums() -> Iterator[Value]:
    yield from named(
        "uuid.SafeUUID.safe", "uuid.SafeUUID.unknown", "http.HTTPStatus.OK",
        "http.HTTPStatus.NOT_FOUND", "[uuid.SafeUUID.safe, uuid.SafeUUID.safe.value]",
    )  # fmt: skip


def objects() -> Iterator[Value]:
    yield from named(
        "ValueError()", 'ValueError("x", 1)', "KeyError(1)", "StopIteration([])",
        "operator.itemgetter(1, 2)", 'operator.attrgetter("a.b")', "[1].append", '"x".join',
        "iter([1, 2])", "iter((1, 2))", 'string.Template("$a")', "Exception({})",
        "collections.UserList([collections.UserList()])", "reversed([1, 2, 3])",
        'operator.methodcaller("m", 1)', "dict.fromkeys",
    )  # fmt: skip


DTYPES = (
    "bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16",
    "float32", "float64", "complex64", "complex128", ">i4", ">f8", "S3", "U2", "M8[ns]", "m8[s]",
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
        'numpy.array(["a", 1, None, [2]], object)', 'numpy.array(["ab", "c"])',
        'numpy.array([b"ab", b"c"])', 'numpy.array(["2020-01-01", "NaT"], "M8[D]")',
        'numpy.array([(1, 2.0)], [("a", "i4"), ("b", "f8")])',
        'numpy.zeros(2, numpy.dtype([("a", "i1"), ("b", "f8")], align=True))',
        'numpy.zeros(2, [("a", "i4", (2, 2))])', "numpy.float64(1.5)",
        "numpy.float32(1.5)", "numpy.int8(-1)",
        "numpy.bool_(True)", 'numpy.str_("a")', 'numpy.datetime64("2020-01-01")',
        'numpy.timedelta64(5, "s")', "numpy.float64(-0.0)", "[numpy.int64(1), 1]",
    )  # fmt: skip


def frames() -> Iterator[Value]:
    yield from named(
        "pandas.Series([1, 2, 3])", "pandas.Series([1.5, None])", 'pandas.Series([1], name="n")',
        "pandas.Series([1], index=[5])", "pandas.Series([True, False])",
        'pandas.Series(["a", "b", None])', 'pandas.Series([1, None], dtype="Int64")',
        'pandas.Series([1.5, None], dtype="Float64")', 'pandas.array([True, None])',
        'pandas.Series(["a", "b", "a"], dtype="category")', "pandas.Series([1, [2]], dtype=object)",
        'pandas.Series(pandas.to_datetime(["2020-01-01"]))', "pandas.DataFrame()",
        "pandas.DataFrame({1: [1, 2]})", 'pandas.DataFrame({"a": [1, 2], "b": [1.5, 2.5]})',
        'pandas.DataFrame({"b": [1.5, 2.5], "a": [1, 2]})', 'pandas.DataFrame({"a": ["x", "y"]})',
        'pandas.DataFrame({"a": range(1000)})', 'pandas.DataFrame({"a": [1]}, index=["x"])',
        "pandas.DataFrame([[1, 2], [3, 4]])", "pandas.RangeIndex(5)", "pandas.RangeIndex(0, 10, 2)",
        "pandas.Index([1, 2])", 'pandas.Index(["a", "b"])', 'pandas.Index([1.5], name="n")',
        'pandas.MultiIndex.from_product([[1, 2], ["a", "b"]], names=["x", None])',
        'pandas.CategoricalIndex(["a", "b"])', "pandas.IntervalIndex.from_breaks([0, 1, 2])",
        'pandas.Categorical(["a", "b"], ["b", "a", "c"], ordered=True)',
        'pandas.array([1, None], dtype="Int32")', 'pandas.CategoricalDtype(["a", "b"])',
        'pandas.Timestamp("2020-01-01")', 'pandas.Timestamp("2020-01-01", tz="UTC")',
        'pandas.Timestamp("2020-01-01").as_unit("s")', 'pandas.Timedelta("1h")',
        'pandas.DatetimeIndex(["2020-01-01", None])',
        'pandas.Series(pandas.to_timedelta([1, 2], unit="s"))', "pandas.Interval(0, 1)",
        'pandas.Interval(0, 1, closed="both")',
        '[pandas.Series([1]), {"a": pandas.Series([1])}]',
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
        "pyarrow.array([[1, 2], None, [], [3]])", 'pyarrow.array([["a"], [None, "b"]])',
        "pyarrow.array([datetime.date(2020, 1, 1), None])",
        'pyarrow.table({"a": [1, 2], "b": ["x", None]})', "pyarrow.table({})",
        'pyarrow.table({"a": pyarrow.chunked_array([[1], [2]]), "b": ["x", None]})',
        'pyarrow.table({"a": [1]}).replace_schema_metadata({"k": "v"})',
    )  # fmt: skip


def exceptions() -> Iterator[Value]:
    yield from named(
        "BaseException()", "KeyboardInterrupt(1)", 'AttributeError("a", name="b", obj=1)',
        'ImportError("a", name="b", path="c")', 'NameError("a", name="b")', 'OSError("a")',
        'OSError(9999, "none", "file")', 'FileNotFoundError(2, "none", "file")', "SystemExit(1)",
        'SyntaxError("a", ("file", 1, 2, "text"))', 'UnicodeDecodeError("utf-8", b"a", 0, 1, "r")',
        'UnicodeEncodeError("utf-8", "a", 0, 1, "r")', 'UnicodeTranslateError("a", 0, 1, "r")',
        "StopIteration(1)", "[KeyError(1), LookupError(1)]",
        '(e := ValueError(1), setattr(e, "note", [2]), e)[-1]',
    )  # fmt: skip


FILES = {
    "builtins": (units, integers, floats, texts, containers, sets),
    "structures": (nested, cycles),
    "objects": (found_by_name, enums, objects),
    "standard_library": (
        dates,
        numbers,
        paths_and_patterns,
        ranges_and_calls,
        addresses,
        collections_,
        memory,
        exceptions,
    ),
    "numpy": (arrays,),
    "pandas": (frames,),
    "pyarrow": (columns,),
}
"""By the name of a file, what it holds."""

REQUIRES = {
    "numpy": {"numpy": "1.26"},
    "pandas": {"numpy": "2.0", "pandas": "3.0", "pyarrow": "15.0"},
    "pyarrow": {"pyarrow": "15.0"},
}
"""By the name of a file, the modules that it needs and their lowest versions."""


def values(file: str) -> list[Value]:
    return [value for family in FILES[file] for value in family()]
