"""Containers and small values of the standard library."""

import array
import collections
import ctypes
import functools
import ipaddress
import re
import sys
import types
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque

import pytest

# The type code of text, which 3.13 renamed.
CHARACTERS = "w" if sys.version_info >= (3, 13) else "u"


class Tally(Counter):
    def items(self):
        raise AssertionError("asked a subclass")

    __iter__ = items


class Bounded(deque):
    maxlen = property(lambda self: None)


class Making(defaultdict):
    default_factory = None


class Pixel(ctypes.Structure):
    _fields_ = (("x", ctypes.c_int), ("y", ctypes.c_double))


class Parent:
    pass


class Child(Parent):
    pass


CHILD = Child()


def reordered():
    ordered = OrderedDict(a=1, b=2)
    ordered.move_to_end("a")
    return ordered


def put_on(value, **attributes):
    value.__dict__.update(attributes)
    return value


def test_containers_differ(differ):
    differ([
        [1, 2], deque([1, 2]), deque([1, 2], 2), deque([1, 2], 3), deque([2, 1]), deque(),
        {"a": 1}, OrderedDict(a=1), Counter(a=1), defaultdict(int, a=1), defaultdict(None, a=1),
        defaultdict(list, a=1), ChainMap({"a": 1}), ChainMap({}, {"a": 1}), ChainMap({"a": 1}, {}),
        Counter(a=1, b=0), Counter(), OrderedDict(), OrderedDict(a=1, b=2), reordered(), Tally(a=1),
        collections.UserDict(a=1), collections.UserList([1, 2]), collections.UserString("a"),
        {"a": 1}.keys(), {"a": 1}.values(), {"a": 1}.items(), {"b": 1}.keys(), ["a"], [("a", 1)],
        types.MappingProxyType({"a": 1}), types.MappingProxyType(OrderedDict(a=1, b=2)),
        types.SimpleNamespace(a=1), types.SimpleNamespace(a=2), types.SimpleNamespace(b=1),
        Bounded([1], 2), Bounded([1], 3), Making(int, a=1), Making(list, a=1),
        put_on(OrderedDict(a=1), note=1), put_on(Counter(a=1), note=1), put_on(Tally(a=1), note=1),
    ])  # fmt: skip


def test_equal_containers_have_one_key(key):
    assert key(OrderedDict(b=2, a=1)) == key(reordered())
    assert key(deque([1, 2])) == key(deque((1, 2)))
    assert key(Counter("aab")) == key(Counter(a=2, b=1))
    assert key(Tally("aab")) == key(Tally(a=2, b=1))
    assert key(ChainMap({"a": 1})) == key(ChainMap({"a": 1}))
    rotated = deque([2, 3, 1])
    rotated.rotate(1)
    assert key(rotated) == key(deque([1, 2, 3]))
    missed = defaultdict(list)
    missed["a"]
    assert key(missed) == key(defaultdict(list, a=[]))


def test_containers_may_contain_themselves(key):
    def ring():
        items = deque()
        items.append(items)
        return items

    assert key(ring()) == key(ring())


def test_small_values_differ(differ):
    differ([
        range(3), range(0, 3, 2), range(0, 4, 2), range(1), range(0), range(1, 1), [0, 1, 2],
        slice(3), slice(0, 3), slice(0, 3, 1), slice("a", None),
        re.compile("a"), re.compile("a", re.I), re.compile(b"a"), re.compile("b"), "a",
        functools.partial(int, "1"), functools.partial(int, "2"),
        functools.partial(int, "1", base=2),
        functools.partial(int, base=2), functools.partial(str, "1"),
        put_on(functools.partial(int, "1"), note=1), int,
        array.array("i", [1, 2]), array.array("l", [1, 2]), array.array("i", [1, 3]),
        array.array("i"), array.array("d"), array.array(CHARACTERS, "ab"), b"\1\0\0\0\2\0\0\0",
        memoryview(b"ab"), memoryview(b"ab").cast("b"),
        memoryview(b"abcd").cast("B", (2, 2)),
        memoryview(ctypes.c_int(1)), memoryview(ctypes.c_int(2)),
        memoryview(Pixel(1, 2)), memoryview(Pixel(1, 3)),
        super(Child, CHILD), super(Parent, CHILD), super(Child), CHILD,
        memoryview(b"abcd"), memoryview(array.array("i", [1, 2])), b"ab",
    ])  # fmt: skip


def test_addresses_differ(differ):
    differ([
        ipaddress.ip_address("1.2.3.4"), ipaddress.ip_address("1.2.3.5"), 0x01020304,
        ipaddress.ip_interface("1.2.3.4/24"), ipaddress.ip_interface("1.2.3.4/25"),
        ipaddress.ip_network("1.2.3.0/24"), ipaddress.ip_network("1.2.3.0/25"),
        ipaddress.ip_address("fe80::1"), ipaddress.ip_address("fe80::1%eth0"),
        ipaddress.ip_address("fe80::1%eth1"), ipaddress.ip_interface("fe80::1/64"),
        ipaddress.ip_interface("fe80::1%a/64"), ipaddress.ip_network("fe80::/64"), "1.2.3.4",
    ])  # fmt: skip


@pytest.mark.parametrize(
    "make",
    [
        lambda: ipaddress.ip_network("1.2.3.0/24"),
        lambda: ipaddress.ip_interface("fe80::1%a/64"),
        lambda: ipaddress.ip_network("fe80::/64"),
        lambda: re.compile("(a)(b)"),
    ],
)
def test_asking_a_value_leaves_its_key(key, make):
    asked = make()
    for name in dir(asked):
        if not name.startswith("__"):
            getattr(asked, name)
    assert str(asked)
    assert hash(asked) is not None
    assert key(asked) == key(make())
