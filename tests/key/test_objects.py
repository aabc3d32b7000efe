"""Objects: the standard library, data libraries, users' classes."""

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import functools
import io
import ipaddress
import itertools
import pathlib
import re
import types
import uuid
import zoneinfo

import pytest

import memoxide as mx


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Shade(enum.Enum):
    RED = 1


class Permission(enum.Flag):
    READ = 1
    WRITE = 2


Point = collections.namedtuple("Point", "x y")
Pair = collections.namedtuple("Pair", "x y")


@dataclasses.dataclass
class Record:
    name: str
    values: list


@dataclasses.dataclass(slots=True)
class Slotted:
    name: str


class Plain:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class Other(Plain):
    pass


UTC = dt.timezone.utc
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin") if zoneinfo.available_timezones() else UTC

DIFFERENT = [
    dt.date(2026, 1, 1),
    dt.datetime(2026, 1, 1),
    dt.datetime(2026, 1, 1, tzinfo=UTC),
    dt.datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN),
    dt.datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1),
    dt.time(1),
    dt.time(1, fold=1),
    dt.timedelta(1),
    dt.timedelta(seconds=1),
    decimal.Decimal("1.0"),
    decimal.Decimal("1.00"),
    decimal.Decimal("NaN"),
    fractions.Fraction(1, 3),
    uuid.UUID(int=1),
    uuid.UUID(int=2),
    pathlib.PurePosixPath("a"),
    pathlib.PureWindowsPath("a"),
    pathlib.PurePosixPath("a/b"),
    re.compile("a"),
    re.compile("a", re.IGNORECASE),
    re.compile(b"a"),
    Color.RED,
    Color.BLUE,
    Shade.RED,
    Permission.READ,
    Permission.READ | Permission.WRITE,
    ipaddress.ip_address("1.2.3.4"),
    ipaddress.ip_network("1.2.3.0/24"),
    collections.deque([1, 2]),
    collections.deque([1, 2], maxlen=2),
    collections.OrderedDict(a=1),
    collections.Counter("aab"),
    collections.defaultdict(int, a=1),
    collections.defaultdict(list, a=1),
    collections.ChainMap({"a": 1}),
    types.MappingProxyType({"a": 1}),
    types.SimpleNamespace(a=1),
    Point(1, 2),
    Pair(1, 2),
    (1, 2),
    Record("a", [1]),
    Record("a", [2]),
    Slotted("a"),
    Slotted("b"),
    Plain(a=1),
    Plain(a=1.0),
    Plain(b=1),
    Other(a=1),
    {"a": 1},
    io.BytesIO(b"a"),
    io.StringIO("a"),
    functools.partial(int, base=2),
    functools.partial(int, base=3),
    Color,
    Shade,
    types,
    re,
    "text".upper,
    "TEXT".upper,
    Plain(a=1).__init__,
    Plain(a=2).__init__,
]


def test_objects_that_differ_have_different_keys(key):
    keys = [key(value) for value in DIFFERENT]
    for (a, key_a), (b, key_b) in itertools.combinations(zip(DIFFERENT, keys, strict=True), 2):
        assert key_a != key_b, f"{a!r} and {b!r} share a key"


def test_the_position_in_a_stream_counts(key):
    stream = io.BytesIO(b"ab")
    before = key(stream)
    stream.read(1)
    assert key(stream) != before


@pytest.mark.parametrize("make", [
    lambda: dt.datetime(2026, 1, 1, tzinfo=BERLIN),
    lambda: Record("a", [1, {"b": {2, 3}}]),
    lambda: Slotted("a"),
    lambda: Plain(a=[1], b=Plain(c=2)),
    lambda: collections.deque([1, [2]], maxlen=3),
    lambda: re.compile("a+b"),
    lambda: Permission.READ | Permission.WRITE,
    lambda: functools.partial(sorted, key=len),
    lambda: decimal.Decimal("1.5"),
])  # fmt: skip
def test_objects_of_equal_content_have_one_key(key, make):
    assert key(make()) == key(make())


def test_the_class_of_an_object_counts_and_its_reduction_cannot_hide_it(key):
    class A:
        def __reduce__(self):
            return dict, ()

    class B:
        def __reduce__(self):
            return dict, ()

    assert key(A()) != key(B())


def test_local_classes_of_one_name_are_told_apart_by_content(key):
    def make(constant):
        class Local:
            factor = constant

            def scale(self, x):
                return x * self.factor

        return Local

    assert key(make(1)) == key(make(1))
    assert key(make(1)) != key(make(2))
    assert key(make(1)()) != key(make(2)())


def test_local_classes_with_things_that_have_no_content_are_accepted(key):
    import threading

    @dataclasses.dataclass
    class Local:
        lock = threading.Lock()
        value: int

    assert key(Local(1)) == key(Local(1))
    assert key(Local(1)) != key(Local(2))


@pytest.mark.parametrize("library", ["numpy", "pandas", "polars", "pyarrow", "pydantic", "attrs"])
def test_libraries_hash_all_of_their_content(key, library):
    pytest.importorskip(library)
    make = globals()[f"{library}_values"]
    first, second = make(), make()
    keys = [key(value) for value in first]
    assert keys == [key(value) for value in second], "the same content, another key"
    assert len(set(keys)) == len(keys), "two values share a key"


def numpy_values():
    import numpy as np

    large = np.zeros(200_000)
    changed = large.copy()
    changed[100_001] = 1
    return [
        large,
        changed,
        large.astype("f4"),
        large.reshape(2, -1),
        np.arange(4),
        np.arange(4, dtype="i4"),
        np.arange(4).reshape(2, 2),
        np.arange(8)[::2],
        np.array([1, "a", None], dtype=object),
        np.array([1, "a", [2]], dtype=object),
        np.array(["a", "b"]),
        np.array("2026-01-01", dtype="M8[D]"),
        np.array("2026-01-01", dtype="M8[s]"),
        np.array(1.5),
        np.float64(1.5),
        np.float32(1.5),
        np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
        np.ma.masked_array([1, 2], mask=[True, False]),
        np.dtype("f8"),
    ]


def pandas_values():
    import pandas as pd

    frame = pd.DataFrame({"a": range(100_000), "b": 1.5})
    changed = frame.copy()
    changed.loc[50_001, "b"] = 2
    named = pd.DataFrame({"a": [1]})
    named.index.name = "i"
    noted = pd.DataFrame({"a": [1]})
    noted.attrs["unit"] = "m"
    return [
        frame,
        changed,
        pd.DataFrame({"a": [1]}),
        pd.DataFrame({"b": [1]}),
        named,
        noted,
        pd.DataFrame({"a": [1]}, index=[1]),
        pd.DataFrame({"a": ["x", None]}),
        pd.DataFrame({"a": pd.Categorical(["x", "y"])}),
        pd.DataFrame({"a": pd.Categorical(["x", "y"], categories=["y", "x"])}),
        pd.Series([1, 2]),
        pd.Series([1, 2], name="n"),
        pd.Series([1, 2], dtype="Int64"),
        pd.Series(pd.date_range("2026", periods=2)),
        pd.Series(pd.date_range("2026", periods=2, tz="UTC")),
        pd.Index([1, 2]),
        pd.RangeIndex(2),
        pd.MultiIndex.from_tuples([(1, "a")]),
        pd.Timestamp("2026"),
        pd.Timedelta("1s"),
        pd.NA,
        pd.NaT,
        pd.Interval(0, 1),
    ]


def polars_values():
    import polars as pl

    middle = list(range(1000))
    changed = [*middle[:500], -1, *middle[501:]]
    return [
        pl.DataFrame({"a": middle}),
        pl.DataFrame({"a": changed}),
        pl.DataFrame({"b": middle}),
        pl.Series("a", [1]),
        pl.Series("b", [1]),
        pl.Series("a", [1], dtype=pl.Int8),
        pl.DataFrame({"a": [[1], [2]]}),
        pl.col("a"),
        pl.col("b"),
    ]


def pyarrow_values():
    import pyarrow as pa

    middle = list(range(1000))
    return [
        pa.table({"a": middle}),
        pa.table({"a": [*middle[:500], -1, *middle[501:]]}),
        pa.table({"b": middle}),
        pa.array([1, 2]),
        pa.array([1, 3]),
        pa.array([1, None]),
        pa.array(["a"]),
        pa.schema([("a", pa.int64())]),
    ]


def pydantic_values():
    import pydantic

    class Settings(pydantic.BaseModel):
        name: str
        secret: pydantic.SecretStr

    return [
        Settings(name="a", secret="one"),
        Settings(name="a", secret="two"),
        Settings(name="b", secret="one"),
    ]


def attrs_values():
    import attrs

    @attrs.define
    class Thing:
        a: int
        b: list = attrs.field(repr=False, eq=False)

    return [Thing(1, [1]), Thing(1, [2]), Thing(2, [1])]


class Tagged:
    def __init__(self, tag, noise):
        self.tag, self.noise = tag, noise

    def __cache_key__(self):
        return self.tag


def test_a_class_may_say_what_counts(key):
    assert key(Tagged("a", 1)) == key(Tagged("a", 2))
    assert key(Tagged("a", 1)) != key(Tagged("b", 1))
    assert key([Tagged("a", 1)]) != key(["a"])


def test_an_error_in_cache_key_names_it():
    class Broken:
        def __cache_key__(self):
            raise KeyError("no")

    @mx.cache_data
    def f(value):
        return None

    with pytest.raises(mx.errors.UserHashError, match=r"Broken.__cache_key__") as info:
        f({"a": Broken()})
    assert info.value.path == 'value["a"]'
    assert isinstance(info.value.__cause__, KeyError)
    assert str(info.value).endswith("Mend it, or remove the method.")


def wrapper(rate):
    @functools.lru_cache
    def convert(x):
        return x * rate

    return convert


def rebuild(value):
    def make():
        return value

    class Job:
        def __reduce__(self):
            return make, ()

    return Job()


class Copies:
    def __init__(self, payload):
        self.payload = payload

    def __reduce__(self):
        return self.payload.copy, ()


class Marked(pathlib.PurePosixPath):
    mark = 0

    def __reduce__(self):
        return Marked, (str(self), self.mark)


def marked(mark):
    path = Marked("a")
    path.__dict__["mark"] = mark
    return path


class Labelled(enum.Enum):
    def __new__(cls, value, label):
        member = object.__new__(cls)
        member._value_ = value
        member.label = label
        return member


def labelled(label):
    return Labelled("Local", {"A": (1, label)}).A


class Marker(enum.Enum):
    A = 1


def privately_marked(mark):
    member = object.__new__(Marker)
    member._name_, member._value_, member._mark = "B", 2, mark
    return member


def annotated(kind):
    def function(x: kind):
        return x

    return function


def called(name):
    def function():
        return None

    function.__name__ = name
    return function


def connected(rows):
    class Connection:
        def __init__(self):
            import threading

            self.lock = threading.Lock()

    connection = Connection()

    class Repository:
        def rows(self):
            return connection, rows

    return Repository()


@pytest.mark.parametrize("pair", [
    (lambda: wrapper(1), lambda: wrapper(2)),
    (lambda: rebuild(1), lambda: rebuild(2)),
    (lambda: Copies({1: 1}), lambda: Copies({2: 2})),
    (lambda: labelled("a"), lambda: labelled("b")),
    (lambda: privately_marked("a"), lambda: privately_marked("b")),
    (lambda: annotated(int), lambda: annotated(str)),
    (lambda: called("a"), lambda: called("b")),
    (lambda: connected(1), lambda: connected(2)),
], ids=["wrapper", "closure", "method", "enum", "private", "hints", "name", "class"])  # fmt: skip
def test_what_hides_its_content_is_told_apart(key, pair):
    first, second = pair
    assert key(first()) != key(second())


def test_paths_of_ones_own_say_themselves_what_they_are(key):
    assert key(marked(1)) != key(marked(2))


def test_a_module_that_is_not_the_one_of_its_name_is_refused(key):
    impostor = types.ModuleType("json")
    with pytest.raises(mx.errors.UnhashableParamError, match="another module"):
        key(impostor)


def test_addresses_of_objects_are_refused(key):
    np = pytest.importorskip("numpy")
    with pytest.raises(mx.errors.UnhashableParamError, match="addresses"):
        key(memoryview(np.array(["a"], dtype=object)))


def test_models_that_differ_in_a_default(key):
    pydantic = pytest.importorskip("pydantic")

    def make(default):
        return pydantic.create_model("Made", x=(int, default))

    assert key(make(1)) != key(make(2))


def options(content):
    """A dataclass whose docstring shows the address of its default."""
    shown = type("Default", (), {"content": lambda self: content})()

    @dataclasses.dataclass
    class Options:
        default: object = shown

    return Options


def test_a_dataclass_whose_docstring_shows_an_address_has_one_key(key):
    first, second = options("a"), options("a")
    assert first.__doc__ != second.__doc__
    assert key(first) == key(second)
    assert key(first()) == key(second())
    assert key(first) != key(options("b"))


class Group(set):
    pass


def test_subclasses_of_sets_have_no_order(key):
    names = [f"n{i}" for i in range(40)]
    assert key(Group(names)) == key(Group(names[::-1]))
    assert key(Group(names)) != key(Group(names[1:]))


def test_hash_functions_see_values_and_not_what_values_are_made_of():
    np = pytest.importorskip("numpy")

    @mx.cache_data(hash_funcs={tuple: len, dict: lambda d: 0, bytes: len, str: len})
    def f(*args, **kwargs):
        return None

    assert f.key(1) != f.key(2)
    assert f.key(a=1) != f.key(b=1)
    assert f.key(lambda: 1) != f.key(lambda: 2)
    assert f.key(np.zeros((2, 3))) != f.key(np.zeros((3, 2)))
    assert f.key(np.arange(6)[::2]) != f.key(np.arange(1, 7)[::2])
    assert f.key((1, 2)) == f.key((3, 4))
    assert f.key([{"a": 1}]) == f.key([{"b": 1}])
    assert f.key(Plain(a=b"x")) == f.key(Plain(a=b"y"))
    assert f.key(Plain(a=1)) != f.key(Plain(b=1))


def test_hash_functions_see_the_pairs_of_mappings_of_ones_own():
    @mx.cache_data(hash_funcs={list: len, tuple: len, str: len})
    def f(value):
        return None

    ordered = collections.OrderedDict
    assert f.key(ordered(k=[1])) == f.key(ordered(l=[2])) != f.key(ordered(k=[1, 2]))
    assert f.key(ordered(k=1)) != f.key(ordered(k=2))
    assert f.key(collections.deque([[1]])) == f.key(collections.deque([[2]]))


def test_a_cache_key_that_repeats_a_part_takes_no_time(key):
    class Tree:
        def __init__(self, left):
            self.left = left

        def __cache_key__(self):
            return (self.left, self.left)

    tree = None
    for _ in range(60):
        tree = Tree(tree)
    assert key(tree)


class Answers(type):
    def __getattr__(cls, name):
        if name == "__cache_key__":
            return lambda self: 1
        raise AttributeError(name)


class Answered(metaclass=Answers):
    def __init__(self, value):
        self.value = value


def test_a_metaclass_does_not_speak_for_its_instances(key):
    assert key(Answered(1)) != key(Answered(2))


class Liar:
    @property
    def __class__(self):
        raise ValueError("no class")


def test_classes_that_lie_are_refused_with_a_path(key):
    with pytest.raises(mx.errors.UnhashableParamError, match="no class") as info:
        key([Liar()])
    assert info.value.path.startswith("value[0]")


@pytest.mark.parametrize(
    "part", [list(range(50_000)), "x" * 10**7, b"x" * 10**7, {1: "x" * 10**7}, [[[0] * 50_000]]]
)
def test_a_long_part_is_encoded_once_however_often_it_is_met(key, part):
    """Encoded each time, it would take many minutes."""
    assert key([part] * 50_000) == key([part] * 50_000) != key([part] * 50_001)


class Holder:
    """Pickle makes it of a list, which is no value of the user's there."""

    def __init__(self, items):
        self.items = items

    def __reduce__(self):
        return Holder, (self.items,)


@mx.cache_data(hash_funcs={list: len})
def by_length(value):
    return None


@pytest.mark.parametrize("length", [2, 100])
def test_a_list_counts_as_a_part_though_a_hash_function_has_seen_it_as_a_value(length):
    def made(item, order):
        items = [item] * length
        return tuple([items, Holder(items)][::order])

    for order in (1, -1):
        assert by_length.key(made(1, order)) != by_length.key(made(2, order))
        apart = tuple([[1] * length, Holder([1] * length)][::order])
        assert by_length.key(made(1, order)) == by_length.key(apart)
    assert by_length.key(([1], 0)) == by_length.key(([2], 0))


@pytest.mark.parametrize(
    ("target", "value"),
    [
        (object, 1),
        (int, True),
        ("int", 1),
        ("builtins.str", "a"),
        (type(None), None),
        ("NoneType", None),
        (type(...), ...),
        (bytes | float, b"a"),
        (frozenset, frozenset()),
        (bytearray, bytearray()),
        (type, int),
    ],
)
def test_hash_functions_for_built_in_classes_apply(target, value):
    seen = []

    @mx.cache_data(hash_funcs={target: lambda value: seen.append(value)})
    def probe(value):
        return None

    probe.key(value)
    assert any(one is value for one in seen)


def test_parts_that_double_have_keys_in_all_contexts():
    value = [1]
    for _ in range(60):
        value = [value, Holder(value)]

    @mx.cache_data(hash_funcs={list: lambda value: (value, value), Holder: lambda held: held.items})
    def probe(value):
        return None

    assert probe.key((value, value)) == probe.key((value, value))


def test_hash_functions_of_rarer_built_in_classes_have_contexts():
    class Held:
        def __init__(self, numbers):
            self.numbers = numbers

        def __reduce__(self):
            return Held, (self.numbers,)

    @mx.cache_data(hash_funcs={range: len})
    def f(value):
        return value

    a, b = range(3), range(5, 8)
    assert f.key(a) == f.key(b)
    assert f.key(Held(a)) != f.key(Held(b))
    assert f.key([a, Held(a)]) != f.key([b, Held(b)])
    assert f.key([a, Held(a)]) == f.key([a, Held(range(3))])
