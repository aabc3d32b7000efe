"""Properties of the encoding over values that hypothesis makes up."""

import collections
import dataclasses
import datetime
import enum
import functools
import operator
import pathlib
import random
import re
import types
import uuid
import zoneinfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import reference
from memoxide._core import encode_value

pytestmark = pytest.mark.timeout(900)  # for the slow profile's ten thousand examples


class Colour(enum.Enum):
    RED = 1
    GREEN = "green"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 300


@dataclasses.dataclass
class Point:
    x: object
    y: object = 0


@dataclasses.dataclass(frozen=True)
class Frozen:
    value: object


class Slotted:
    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


@dataclasses.dataclass(frozen=True, slots=True)
class Compact:
    value: object


class Extended(Compact):
    """Has what its base's state does not tell."""


def extended(value, names):
    made = Extended(value)
    vars(made).update(names)
    return made


class Row(list):
    pass


class Table(dict):
    pass


class Plain:
    def __init__(self, **names):
        vars(self).update(names)


Pair = collections.namedtuple("Pair", "first second")
Pair.__module__, Pair.__qualname__ = __name__, "Pair"


class Text(str):
    pass


def encode(value):
    return encode_value(value)


@functools.cache
def encoded_class(cls):
    return encode_value(cls)


def expected(value):
    return reference.encode(value, class_node=encoded_class)


zones = st.sampled_from(
    [
        None,
        datetime.timezone.utc,
        datetime.timezone(datetime.timedelta(hours=1), "one"),
        zoneinfo.ZoneInfo("Europe/Paris"),
    ]
)
texts = st.text(st.characters(), max_size=20) | st.text("ab", min_size=250, max_size=260)
surrogates = st.text(st.characters(categories=["Cs", "Ll"]), max_size=5)
numbers = (
    st.integers()
    | st.integers(-300, 300)
    | st.builds(operator.lshift, st.integers(-5, 5), st.integers(0, 2100))
    | st.floats()
    | st.sampled_from([0, 0.0, -0.0, 1, 1.0, True, False])
    | st.complex_numbers()
)
constants = st.sampled_from(
    [
        *(None, ..., NotImplemented, int, dict, datetime.date, len),
        *(Colour.RED, Colour.GREEN, Level.LOW, Level.HIGH, uuid.SafeUUID.safe),
    ]
)
dates = (
    st.dates()
    | st.times(timezones=zones)
    | st.datetimes(timezones=zones, allow_imaginary=True)
    | st.timedeltas()
)
records = (
    dates
    | st.decimals().filter(lambda number: not number.is_snan())
    | st.fractions()
    | st.uuids()
    | st.ip_addresses()
    | st.builds(pathlib.PurePosixPath, st.sampled_from(["", "/", "a", "a/b", "/a/b"]))
    | st.builds(re.compile, st.sampled_from(["a", "b+"]), st.sampled_from([0, re.I, re.S]))
    | st.builds(range, st.integers(), st.integers(), st.integers(1))
)
any_leaf = (
    constants | numbers | texts | surrogates | st.binary(max_size=20) | st.binary(min_size=250)
) | records


def named(strategy):
    """The same, with a short `repr`, which hypothesis writes out at length and warns about."""

    @st.composite
    def values(draw):
        return draw(strategy)

    return values()


leaves = named(any_leaf)
any_hashable = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4).map(tuple)
        | st.frozensets(inner, max_size=4)
        | st.builds(Pair, inner, inner)
        | st.builds(Frozen, inner)
    ),
    max_leaves=5,
)
hashable = named(any_hashable)


def inside(inner):
    """Containers of values."""
    names = st.dictionaries(st.sampled_from(["a", "b", "name"]), inner, max_size=3)
    return (
        st.lists(inner, max_size=5)
        | st.lists(inner, max_size=5).map(tuple)
        | st.dictionaries(hashable, inner, max_size=4)
        | st.sets(hashable, max_size=5)
        | st.binary(max_size=5).map(bytearray)
        | st.builds(Point, inner, inner)
        | st.builds(Slotted, inner)
        | st.builds(Compact, inner)
        | st.tuples(inner, names).map(lambda parts: extended(*parts))
        | st.lists(inner, max_size=3).map(Row)
        | names.map(Table)
        | names.map(lambda names: Plain(**names))
        | names.map(lambda names: types.SimpleNamespace(**names))
        | names.map(collections.OrderedDict)
        | names.map(lambda names: collections.defaultdict(list, names))
        | st.lists(inner, max_size=3).map(collections.deque)
        | st.lists(inner, max_size=2).map(lambda values: functools.partial(len, *values))
        | st.dictionaries(texts, st.integers(), max_size=3).map(collections.Counter)
        | st.lists(names, min_size=1, max_size=2).map(lambda maps: collections.ChainMap(*maps))
    )


values = st.recursive(hashable, inside, max_leaves=12)


@st.composite
def graphs(draw):
    """Lists, dicts and objects that refer to each other at will."""
    makers = st.sampled_from([list, dict, Plain, lambda: Point(None)])
    places = [draw(makers)() for _ in range(draw(st.integers(1, 5)))]
    for place in places:
        targets = draw(st.lists(st.sampled_from(places) | leaves, max_size=4))
        link(place, targets, wrap=draw(st.booleans()))
    return draw(st.sampled_from([places[0], tuple(places), {"all": places}]))


def link(place, targets, *, wrap):
    for number, target in enumerate(targets):
        part = (target,) if wrap else target
        if isinstance(place, list):
            place.append(part)
        elif isinstance(place, dict):
            place[number] = part
        else:
            setattr(place, "xyzu"[number], part)


def rebuilt(value):
    """Equal, and built in another way: nothing is shared, sets have another history."""
    kind = type(value)
    if kind in (list, tuple, collections.deque):
        return kind(rebuilt(part) for part in value)
    if kind in (set, frozenset):
        return resettled(kind, [rebuilt(part) for part in value])
    if kind in (dict, collections.OrderedDict):
        return kind((rebuilt(name), rebuilt(part)) for name, part in value.items())
    if kind in (str, bytes):
        return value[:1] + value[1:]
    if kind is int:
        return int(str(value)) if abs(value) < 10**4000 else value + 1 - 1
    if kind is Pair:
        return Pair(*(rebuilt(part) for part in value))
    if kind in (Point, Plain, types.SimpleNamespace):
        return copied(value)
    return value


def resettled(kind, parts):
    """A set whose table grew, shrank and was filled in another order."""
    random.Random(len(parts)).shuffle(parts)
    made = set(range(10**6, 10**6 + 100))
    made.update(parts)
    made -= set(range(10**6, 10**6 + 100)) - set(parts)
    return kind(made)


def copied(value):
    made = type(value).__new__(type(value))
    for name, part in vars(value).items():
        setattr(made, name, rebuilt(part))
    return made


@given(values)
def test_equal_values_have_one_encoding(value):
    encoding = encode(value)
    assert encode(value) == encoding
    assert encode(rebuilt(value)) == encoding


@given(values)
def test_each_value_has_the_reference_encoding_and_is_found_in_it(value):
    assert encode(value) == expected(value)
    assert reference.same(reference.decode(encode(value)), value)


@given(graphs())
def test_each_graph_has_the_reference_encoding_and_is_found_in_it(value):
    assert encode(value) == expected(value)
    assert reference.same(reference.decode(encode(value)), value)


@given(values, values)
def test_values_are_the_same_if_their_encodings_are(one, other):
    assert (encode(one) == encode(other)) == reference.same(one, other)


@given(st.lists(numbers | texts | st.binary(), min_size=1, max_size=6), st.randoms())
def test_another_order_is_another_list(parts, chance):
    shuffled = chance.sample(parts, len(parts))
    assume(not reference.same(parts, shuffled))
    assert encode(parts) != encode(shuffled)
