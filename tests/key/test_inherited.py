"""Subclasses whose methods hide what they have from their built-in class."""

import ast
import collections
import ctypes
import datetime
import decimal
import functools
import inspect
import pathlib
import plistlib
import random
import statistics
import types
import xml.etree.ElementTree

import pytest

import memoxide as mx
import reference
from memoxide._core import encode_value


def hides(base, **attributes):
    """A subclass that hands out nothing of its content."""
    return type("Hiding", (base,), {"__iter__": lambda self: iter(()), **attributes})


Items = {"items": lambda self: (), "keys": lambda self: (), "values": lambda self: ()}
Shown = {"__str__": lambda self: "shown"}


@pytest.mark.parametrize("make", [
    lambda n: hides(list)([n]),
    lambda n: hides(dict, **Items)(a=n),
    lambda n: hides(set)([n]),
    lambda n: hides(frozenset)([n]),
    lambda n: hides(collections.deque, maxlen=None)([n], n),
    lambda n: hides(collections.defaultdict, default_factory=None)([int, str][n]),
    lambda n: type("Hiding", (functools.partial,), {"args": ()})(print, n),
    lambda n: type("Hiding", (functools.partial,), {"func": len})([print, repr][n]),
    lambda n: type("Hiding", (pathlib.PurePosixPath,), Shown)(str(n)),
    lambda n: type("Hiding", (pathlib.PurePosixPath,), {"__fspath__": str.__str__})(str(n)),
])  # fmt: skip
def test_content_that_methods_do_not_hand_out_counts(key, make):
    assert key(make(0)) == key(make(0))
    assert key(make(0)) != key(make(1))


def with_rate(made, rate):
    made.rate = rate
    return made


class Generator(random.Random):
    __slots__ = ("share",)


def test_attributes_beside_the_state_of_a_random_generator_count(key, differ):
    drawn = with_rate(Generator(1), 1)
    drawn.gauss(0, 1)
    shared = with_rate(Generator(1), 1)
    shared.share = 1
    generators = [Generator(1), with_rate(Generator(1), 1), with_rate(Generator(1), 2)]
    differ([*generators, drawn, shared, random.Random(1), with_rate(random.Random(1), 1)])
    assert key(Generator(1)) == key(Generator(1))
    with pytest.raises(mx.errors.UnhashableParamError):
        key(random.SystemRandom())


def test_what_a_mapping_proxy_shows_counts_with_its_class(differ):
    mappings = [{}, collections.OrderedDict(), collections.defaultdict(int)]
    differ([types.MappingProxyType(mapping) for mapping in mappings])


def test_what_a_class_says_of_its_own_content_holds(key):
    class Said(list):
        def __reduce__(self):
            return Said, (len(self),)

    assert key(Said([1])) == key(Said([2]))
    assert key(Said([1])) != key(Said([1, 2]))


LIBRARYS_OWN = {
    statistics.NormalDist: (0, 1),
    xml.etree.ElementTree.Element: ("a",),
    plistlib.UID: (1,),
    decimal.Context: (3,),
    inspect.Parameter: ("a", inspect.Parameter.KEYWORD_ONLY),
    zip: ([1], [2]),
    enumerate: ([1],),
    set: ([1],),
    frozenset: ([1],),
    bytearray: (b"a",),
    ctypes.c_int: (1,),
    ast.Pass: (),
    datetime.tzinfo: (),
}


@pytest.mark.parametrize("slots", [{}, {"__slots__": ("note",)}], ids=["dict", "slots"])
@pytest.mark.parametrize("base", LIBRARYS_OWN)
def test_what_a_reduction_of_the_library_leaves_out_counts(key, base, slots):
    cls = type("Noted", (base,), {"__module__": __name__, "__qualname__": "Noted", **slots})

    def noted(note):
        value = cls(*LIBRARYS_OWN[base])
        value.note = note
        return value

    assert key(noted(1)) == key(noted(1))
    assert key(noted(1)) != key(noted(2))
    value = noted(1)
    assert encode_value(value) == reference.encode(value, class_node=encode_value)


def test_what_a_reduction_of_the_users_leaves_out_does_not_count(key):
    class Noted(statistics.NormalDist):
        def __getstate__(self):
            return self.mean, self.stdev

    one, other = Noted(0, 1), Noted(0, 1)
    one.note, other.note = 1, 2
    assert key(one) == key(other)
