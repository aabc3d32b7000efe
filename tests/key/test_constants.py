"""Constants count wherever code reads them: an edit is noticed."""

import threading
from unittest import mock

import pytest

import memoxide as mx

BUILDER = """
import copy
class Scale:
    rate = 1
    def with_rate(self, rate):
        new = copy.copy(self)
        new.rate = rate
        return new
    def again(self):
        new = type(self)()
        new.rate = self.rate
        other = Scale.__new__(self.__class__)
        other.rate = 3
        return new
    @classmethod
    def of(cls, rate):
        new = cls()
        new.rate = rate
        return new
def f(x): return Scale().rate
"""
BESIDE = """
class Options: pass
options = Options()
class Scale:
    rate = 1
    def set(self): options.rate = 3
def f(x): return Scale.rate
"""
CONSTANTS = {
    "beside a builder": BUILDER,
    "beside another object": BESIDE,
    "struct": "import struct\nC = struct.Struct('<i')\ndef f(x): return C.size\n",
    "slotted frozen": """
import dataclasses
@dataclasses.dataclass(frozen=True, slots=True)
class Options:
    rate: int
C = Options(1)
def f(x): return C.rate
""",
    "Decimal": "import decimal\nclass Money(decimal.Decimal): pass\nC = Money(1)\n"
    "def f(x): return C\n",
    "Fraction": "import fractions\nclass Part(fractions.Fraction): pass\nC = Part(1, 3)\n"
    "def f(x): return C\n",
    "date": "import datetime\nclass Day(datetime.date): pass\nC = Day(2020, 1, 1)\n"
    "def f(x): return C\n",
    "timedelta": "import datetime\nclass Span(datetime.timedelta): pass\nC = Span(1)\n"
    "def f(x): return C\n",
    "frozenset": "class Names(frozenset): pass\nC = Names([1])\ndef f(x): return C\n",
    "value": """
class Point:
    def __init__(self, x): self.x = x
    def __eq__(self, other): return self.x == other.x
    def __hash__(self): return hash(self.x)
C = Point(1)
def f(x): return C.x
""",
    "ctypes": "import ctypes\nclass Pair(ctypes.Structure): _fields_ = [('x1', ctypes.c_int)]\n"
    "def f(x): return [name for name, _ in Pair._fields_]\n",
    "annotations of a class": "class Row: x1: int\ndef f(x): return Row.__annotations__\n",
    "annotations of a helper": "def helper(x1: int): pass\n"
    "def f(x): return helper.__annotations__\n",
    "types in annotations": "import typing\nclass Row: x: typing.Literal[1] = 0\n"
    "def f(x): return typing.get_type_hints(Row)\n",
}
EDITS = {
    "annotations of a class": ("x1", "x2"),
    "annotations of a helper": ("x1", "x2"),
    "ctypes": ("x1", "x2"),
    "struct": ("<i", "<q"),
    "beside a builder": ("rate = 1", "rate = 2"),
    "beside another object": ("rate = 1", "rate = 2"),
    "date": ("2020", "2021"),
}
LIBRARIES = {
    "polars": "import polars as pl\nC = pl.col('a') + 1\ndef f(x): return C\n",
    "pyarrow": "import pyarrow as pa\nC = pa.array([1])\ndef f(x): return C\n",
    "pandas": "import pandas as pd\nC = pd.Index([1])\ndef f(x): return C\n",
    "numpy": "import numpy as np\nC = np.array([1])\nC.setflags(write=False)\ndef f(x): return C\n",
    "attrs": "import attrs\n@attrs.frozen\nclass O:\n  rate: int\nC = O(1)\n"
    "def f(x): return C.rate\n",
    "pydantic": """
import pydantic
class O(pydantic.BaseModel, frozen=True):
    rate: int
C = O(rate=1)
def f(x): return C.rate
""",
    "shapely": "import shapely\nC = shapely.Point(1, 1)\ndef f(x): return C\n",
    "dateutil": "from dateutil.relativedelta import relativedelta\nC = relativedelta(days=1)\n"
    "def f(x): return C\n",
}


def check(user, source, old, new):
    source += "f = mx.cache_data(f)\n"
    assert old in source
    before = user(source).f.key(1)
    assert user(source).f.key(1) == before, "executed again"
    assert user(source.replace(old, new)).f.key(1) != before


@pytest.mark.parametrize("name", CONSTANTS)
def test_an_edit_of_a_constant_is_noticed(name, user):
    check(user, CONSTANTS[name], *EDITS.get(name, ("1", "2")))


@pytest.mark.parametrize("library", LIBRARIES)
def test_an_edit_of_a_constant_of_a_library_is_noticed(library, user):
    pytest.importorskip(library)
    check(user, LIBRARIES[library], "1", "2")


HANDED = """
import user_settings
def ask(module): return module.rate
@mx.cache_data
def f(x): return ask(user_settings)
@mx.cache_data
def lazy(x):
    import user_settings
    return ask(user_settings)
@mx.cache_data
def late(x):
    from user_package import inner
    return ask(inner)
@mx.cache_data
def by_name(x): return getattr(user_settings, "ra" + "te")
@mx.cache_data
def other(x): return user_settings.other
"""


def test_a_module_that_is_handed_on_counts_as_a_whole(user):
    settings = user("rate = 1\nother = 1\n", "user_settings")
    package = user("", "user_package")
    package.__path__ = []
    package.inner = user("rate = 1\n", "user_package.inner")
    code = user(HANDED)
    names = ["f", "lazy", "late", "by_name"]
    assert [getattr(code, name)(1) for name in [*names, "other"]] == [1] * 5
    settings.rate = package.inner.rate = 2
    assert [getattr(code, name)(1) for name in names] == [2] * 4
    code.other(1)
    assert code.other.cache_info().misses == 1


def test_names_of_modules_count_unless_the_module_itself_gets_them(user):
    settings = user("rate = 1\ncount = 0\n", "user_settings")
    code = user("""
import user_settings
class Other: pass
other = Other()
@mx.cache_data
def f(x):
    other.rate = 3
    user_settings.count += 1
    return user_settings.rate
""")
    assert (code.f(1), code.f(1)) == (1, 1)
    assert code.f.cache_info().misses == 1
    settings.rate = 2
    assert code.f(1) == 2


def test_names_in_builtins_count(user, monkeypatch):
    code = user("""
@mx.cache_data
def f(x): return RATE
@mx.cache_data
def size(x): return len(x)
""")
    monkeypatch.setattr("builtins.RATE", 1, raising=False)
    before = code.f.key(1), code.size.key([1])
    assert (code.f(1), code.size([1])) == (1, 1)
    monkeypatch.setattr("builtins.RATE", 2)
    assert code.f(1) == 2
    with monkeypatch.context() as patch:
        patch.setattr("builtins.len", lambda value: -1)
        assert code.size([1]) == -1
    monkeypatch.setattr("builtins.RATE", 1)
    assert (code.f.key(1), code.size.key([1])) == before


def test_what_a_class_counts_is_state(user):
    code = user("""
class Thing:
    made = 0
    named = 0
    seen = 0
    own = 0
    def __init__(self):
        type(self).made += 1
        Thing.named += 1
        cls = self.__class__
        cls.seen += 1
        __class__.own += 1
@mx.cache_data
def f(x):
    Thing()
    return x
""")
    assert (code.f(1), code.f(1), code.f(2), code.f(1)) == (1, 1, 2, 1)
    assert code.f.cache_info().misses == 2
    assert code.Thing.made == code.Thing.named == code.Thing.seen == code.Thing.own == 2


CLASSES = """
import collections
import threading
class Base:
    tags = {"a"}
class Config(Base):
    layers = [64]
    options = {"rate": 1}
    lookup = collections.OrderedDict(a=1)
    lock = threading.Lock()
    handlers = [threading.Lock()]
    rate = 1
    made = 0
    members = []
    def __init__(self):
        type(self).made += 1
    @classmethod
    def set_rate(cls, rate): cls.rate = rate
    @classmethod
    def set_layers(cls, layers): cls.layers = layers
Config.members.append(Config)
"""


def test_what_an_argument_has_from_its_class_counts(user, key):
    code = user(CLASSES)
    Config = code.Config
    changes = {
        "bound anew": lambda: setattr(Config, "layers", [128]),
        "in place": lambda: Config.layers.append(1),
        "a dict": lambda: Config.options.update(rate=2),
        "of collections": lambda: Config.lookup.update(b=2),
        "a base's set": lambda: code.Base.tags.add("b"),
        "a setting": lambda: Config.set_rate(2),
        "a setting that is a list": lambda: Config.set_layers([3]),
        "a new list": lambda: setattr(Config, "more", []),
    }
    for name, change in changes.items():
        before = [key(value) for value in (Config, Config(), [Config()])]
        assert [key(value) for value in (Config, Config(), [Config()])] == before
        change()
        after = [key(value) for value in (Config, Config(), [Config()])]
        assert all(one != other for one, other in zip(before, after, strict=True)), name
    assert key(user(CLASSES).Config) == key(user(CLASSES).Config), "executed again"


def test_what_code_holds_is_no_content_of_an_argument():
    first, second = threading.Lock(), threading.Lock()

    def holding(lock):
        return lambda: lock

    @mx.cache_data
    def is_locked(function, lock):
        return lock.locked()

    with pytest.raises(mx.errors.UnhashableParamError):
        is_locked.key(holding(first), first)
    with pytest.raises(mx.errors.UnhashableParamError):
        is_locked.key([holding(second)], second)


def test_what_an_object_was_given_counts_though_its_calls_change_it(user):
    code = user("""
class Scale:
    def __init__(self, k): self.k, self.calls = k, 0
    def __call__(self, x):
        self.calls += 1
        self.k = float(self.k)
        return x * self.k
def make(scale):
    @mx.cache_data
    def f(x): return scale(x)
    return f
""")
    assert code.make(code.Scale(2))(10) == 20
    assert code.make(code.Scale(3))(10) == 30


def test_partials_of_wrapt_differ_by_their_arguments(user):
    pytest.importorskip("wrapt")
    code = user("""
import wrapt
def make(least):
    largest = wrapt.partial(max, least)
    @mx.cache_data
    def f(x): return largest(x)
    return f
""")
    assert (code.make(5)(1), code.make(7)(1)) == (5, 7)


def test_extras_of_a_frozen_model_count(user):
    pytest.importorskip("pydantic")
    code = user("""
from pydantic import BaseModel, ConfigDict
class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")
    name: str = "a"
SETTINGS = Settings(rate=2)
@mx.cache_data
def f(): return SETTINGS.rate
""")
    assert code.f() == 2
    code.SETTINGS = code.Settings(rate=3)
    assert code.f() == 3


def test_objects_that_refer_to_themselves_or_answer_for_any_name_end(user):
    code = user("""
class Api:
    def __getattr__(self, name):
        if name.startswith("__") and name != "__wrapped__": raise AttributeError(name)
        return Api()
    def __call__(self, x): return x
Api.__module__ = "__main__"
""")
    assert mx.cache_data(code.Api())(1) == 1


def test_settings_of_a_mock_have_names(user):
    code = user("""
def load(): return 0
@mx.cache_data
def f(): return load.get(), load.post()
""")
    with mock.patch("user_code.load") as load:
        load.get.return_value, load.post.return_value = 5, 6
        assert code.f() == (5, 6)
        load.get.return_value, load.post.return_value = 6, 5
        assert code.f() == (6, 5)
