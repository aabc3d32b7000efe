"""The values of the golden vectors, as expressions."""

from __future__ import annotations

from collections.abc import Iterator

from . import forms, libraries
from .value import Value, named

IMPORTS = """
import array, collections, collections.abc, datetime, decimal, fractions, functools, http, io
import ipaddress, math, operator, pathlib, pickle, re, string, struct, sys, types, uuid, zoneinfo
"""
"""What every expression can name, besides the modules that its file requires."""

BOUNDARIES = (0, 1, 2, 127, 128, 255, 256, 257, 16_383, 16_384)
"""Lengths where a number takes another byte, and where contents or a node are digested."""


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
        'ipaddress.ip_network("2001:db8::/32")', 'ipaddress.ip_network("10.0.0.0/31")',
        'ipaddress.ip_network("10.0.0.0/32")', 'ipaddress.ip_network("::1/128")',
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
        'pickle.PickleBuffer(array.array("h", [1, 2]))', 'pickle.PickleBuffer(b"abcd")',
        'pickle.PickleBuffer(memoryview(b"abcd").cast("B", (2, 2)))',
        'pickle.PickleBuffer(memoryview(b"abcdef")[::2])',
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


def exceptions() -> Iterator[Value]:
    yield from named(
        "BaseException()", "BaseException(1, [2])", "Exception(1)", "OSError(2, 'x', 'file')",
        "OSError(5)", "FileNotFoundError(2, 'x')", "StopIteration(1)", "SystemExit(3)",
        "ImportError('x', name='m', path='p')", "ModuleNotFoundError('x', name='m')",
        "SyntaxError('x', ('file', 1, 2, 'text', 3, 4))", "KeyboardInterrupt()",
        "NameError('x', name='n')", "AttributeError('x', name='n', obj=[1])",
        "UnicodeDecodeError('utf-8', b'x', 0, 1, 'r')", "UnicodeTranslateError('x', 0, 1, 'r')",
        "UnicodeEncodeError('utf-8', 'x', 0, 1, 'r')", "decimal.InvalidOperation()",
        "(e := ValueError(1), setattr(e, 'extra', 2), e)[-1]", "[KeyError('a'), IndexError('a')]",
    )  # fmt: skip


def with_attributes() -> Iterator[Value]:
    """Instances on which attributes were put."""
    yield from named(
        "(p := functools.partial(len), setattr(p, 'x', 1), p)[-1]",
        "(c := collections.Counter(a=1), setattr(c, 'x', [2]), c)[-1]",
        "(d := collections.OrderedDict(), setattr(d, 'me', d), d)[-1]",
        "(p := functools.partial(len), setattr(p, 'x', 1), [p, p])[-1]",
    )


FILES = {
    "nodes": (forms.forms,),
    "builtins": (units, integers, floats, texts, containers, sets),
    "structures": (nested, cycles),
    "objects": (found_by_name, enums, objects, exceptions, with_attributes),
    "standard_library": (
        dates,
        numbers,
        paths_and_patterns,
        ranges_and_calls,
        addresses,
        collections_,
        memory,
    ),
    **libraries.FILES,
}
"""By the name of a file, what it holds."""

BY_HAND = ("nodes",)
"""Files whose expressions are the nodes themselves."""

REQUIRES = libraries.REQUIRES
"""By the name of a file, the modules that it needs and their lowest versions."""


def values(file: str) -> list[Value]:
    return [value for family in FILES[file] for value in family()]
