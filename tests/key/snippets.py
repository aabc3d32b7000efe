"""Code of many kinds, and edits of it."""

import sys

# By name: source that defines `f`, and edits of it, each of which is another function.
CASES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "comprehensions": (
        """
def inner(n): return [i * 2 for i in range(n)]
def f(x): return {i: [j for j in inner(i)] for i in range(x)}, {i for i in "abc"}
""",
        [("i * 2", "i * 3"), ("in inner(i)", "in inner(-i)"), ('"abc"', '"abd"')],
    ),
    "closures": (
        """
def make(rate, names):
    def inner(x): return x * rate if x in names else 0
    return inner
helper = make(2, frozenset({"a", "b", "c"}))
def f(x): return helper(x)
""",
        [("make(2,", "make(3,"), ('"c"', '"d"'), ("x * rate", "x + rate")],
    ),
    "lambdas": (
        """
helpers = lambda x: (lambda y: y + 1)(x)
f = lambda x: helpers(x)
""",
        [("y + 1", "y + 2"), ("helpers(x)", "helpers(-x)")],
    ),
    "nested classes": (
        """
class Outer:
    class Inner:
        rate = 2
        class Deep:
            def run(self): return 1
def f(x): return Outer.Inner.Deep().run() * Outer.Inner.rate
""",
        [("rate = 2", "rate = 3"), ("return 1", "return 2")],
    ),
    "sets": (
        """
NAMES = frozenset({"alpha", "beta", "gamma", 1, 2.0, None, ("a", "b")})
def f(x): return x in {1, 2, "a", "bc"} or x in NAMES
""",
        [('"beta"', '"Beta"'), ('"bc"', '"bd"'), ("1, 2.0", "1, 2")],
    ),
    "f-strings": (
        """
WIDTH = 3
def f(x): return f"{x!r:>{WIDTH}} {x:.2f}"
""",
        [("WIDTH = 3", "WIDTH = 4"), (".2f", ".3f")],
    ),
    "dataclasses": (
        """
from dataclasses import dataclass, field
@dataclass(frozen=True)
class Base:
    a: int = 1
@dataclass(slots=True, kw_only=True)
class Slotted:
    b: str = "x"
    c: list = field(default_factory=list)
    def total(self): return self.b
@dataclass(frozen=True, order=True)
class Frozen(Base):
    d: float = 1.5
    def __post_init__(self): pass
def f(x): return Frozen(), Slotted(b="y").total()
""",
        [
            ("a: int = 1", "a: int = 2"),
            ('b: str = "x"', 'b: str = "z"'),
            ("default_factory=list", "default_factory=set"),
            ("return self.b", "return self.c"),
            ("order=True", "order=False"),
        ],
    ),
    "enums": (
        """
import enum
class Color(enum.Enum):
    RED = 1
    BLUE = "b"
    def label(self): return self.name.lower()
class Mode(enum.IntFlag):
    READ = 1
    WRITE = 2
class Text(str, enum.Enum):
    A = "a"
MODE = Mode.READ | Mode.WRITE
def f(x): return Color.RED.label(), Text.A, MODE
""",
        [
            ("RED = 1", "RED = 2"),
            ("lower()", "upper()"),
            ("WRITE = 2", "WRITE = 4"),
            ("READ | Mode.WRITE", "READ | Mode.READ"),
        ],
    ),
    "tuples with names": (
        """
from typing import NamedTuple, TypedDict
from collections import namedtuple
class Point(NamedTuple):
    x: int
    y: int = 2
    def norm(self): return self.x
Pair = namedtuple("Pair", "a b", defaults=[1])
class Movie(TypedDict, total=False):
    title: str
ORIGIN = Point(0, 0)
def f(x): return Point(x).norm(), Pair(1), Movie(title="a"), ORIGIN
""",
        [
            ("y: int = 2", "y: int = 3"),
            ("return self.x", "return self.y"),
            ("defaults=[1]", "defaults=[2]"),
            ("Point(0, 0)", "Point(0, 1)"),
        ],
    ),
    "abstract and generic classes": (
        """
from abc import ABC, abstractmethod
from typing import Generic, Protocol, TypeVar, runtime_checkable
T = TypeVar("T")
@runtime_checkable
class Runs(Protocol):
    def run(self) -> int: ...
class Base(ABC, Generic[T]):
    @abstractmethod
    def run(self): ...
    @classmethod
    def make(cls): return cls()
class Real(Base[int]):
    def run(self): return 1
@Base.register
class Virtual: pass
def f(x): return isinstance(Real.make(), Runs), Real().run()
""",
        [("return 1", "return 2"), ("return cls()", "return cls() or 1")],
    ),
    "pydantic": (
        """
from pydantic import BaseModel, Field, field_validator, ConfigDict, computed_field
class Address(BaseModel):
    street: str = "main"
class Person(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    age: int = Field(default=1, ge=0)
    tags: set[str] = {"a", "b"}
    address: Address = Address()
    @field_validator("name")
    @classmethod
    def check(cls, value): return value.strip()
    @computed_field
    @property
    def label(self) -> str: return self.name
def f(x): return Person(name=" a ").label
""",
        [
            ("default=1", "default=2"),
            ("ge=0", "ge=1"),
            ("strip()", "lower()"),
            ("return self.name", "return self.name * 2"),
            ('street: str = "main"', 'street: str = "side"'),
            ("street: str", "street: bytes"),
            ('extra="forbid"', 'extra="allow"'),
        ],
    ),
    "pydantic v1": (
        """
import warnings
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pydantic.v1 import BaseModel, Field, validator
class Person(BaseModel):
    name: str
    age: int = Field(1, ge=0)
    @validator("name", allow_reuse=True)
    def check(cls, value): return value.strip()
    class Config:
        frozen = True
def f(x): return Person(name=" a ").name
""",
        [("strip()", "lower()"), ("frozen = True", "frozen = False"), ("Field(1,", "Field(2,")],
    ),
    "attrs": (
        """
import attrs
def positive(instance, attribute, value):
    if value < 0: raise ValueError
@attrs.define
class Point:
    x: int = 0
    y: int = attrs.field(default=1, validator=positive, converter=int)
    z: list = attrs.field(factory=list)
    def norm(self): return self.x
@attrs.frozen
class Cold:
    a: str = "a"
def f(x): return Point(x).norm(), Cold()
""",
        [
            ("x: int = 0", "x: int = 1"),
            ("default=1", "default=2"),
            ("return self.x", "return self.y"),
            ("value < 0", "value < 1"),
        ],
    ),
    "decorators": (
        """
import functools
def plain(function):
    def wrapper(*args): return function(*args) + 1
    return wrapper
def named(times):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args): return function(*args) * times
        return wrapper
    return decorate
class Retry:
    def __init__(self, function):
        functools.update_wrapper(self, function)
        self.function = function
    def __call__(self, *args): return self.function(*args) + 10
@plain
def one(x): return x + 0.1
@named(2)
def two(x): return x + 0.2
@Retry
def three(x): return x + 0.3
@functools.lru_cache(maxsize=10)
def four(x): return x + 0.4
@functools.cache
@named(4)
def five(x): return x + 0.5
def f(x): return one(x), two(x), three(x), four(x), five(x)
""",
        [
            ("(*args) + 1\n", "(*args) + 2\n"),
            ("* times", "** times"),
            ("named(2)", "named(3)"),
            ("(*args) + 10", "(*args) + 11"),
            *((f"x + 0.{n}", f"x - 0.{n}") for n in range(1, 6)),
        ],
    ),
    "decorators with a lock, a logger, a registry": (
        """
import contextlib, contextvars, functools, logging, sys, threading, weakref
def synchronized(function):
    lock = threading.RLock()
    ready = threading.Condition()
    seen = weakref.WeakKeyDictionary()
    local = threading.local()
    request = contextvars.ContextVar("request")
    log = logging.getLogger("app")
    @functools.wraps(function)
    def wrapper(*args, file=sys.stderr):
        with lock, ready:
            log.debug("%s %s %s", seen, local, request)
            return function(*args)
    return wrapper
@synchronized
def guarded(x): return 1
@functools.singledispatch
def shown(x): return "object"
@shown.register
def _(x: int): return "int"
@contextlib.contextmanager
def opened(x):
    yield 3
class Shown:
    @functools.singledispatchmethod
    def show(self, x): return "method"
    @show.register
    def _(self, x: int): return "int method"
lock = threading.Lock()
def f(x):
    with lock, opened(x) as y:
        return guarded(x), shown(x), y, Shown().show(x)
""",
        [
            ("return 1", "return 2"),
            ('return "object"', 'return "thing"'),
            ('return "int"', 'return "integer"'),
            ("yield 3", "yield 4"),
            ('return "method"', 'return "way"'),
            ('return "int method"', 'return "int way"'),
            ("function(*args)", "function(*args) + 1"),
        ],
    ),
    "coroutines and generators": (
        """
import asyncio
async def fetch(x):
    async with asyncio.Lock():
        await asyncio.sleep(0)
    return [i async for i in stream(x)]
async def stream(x):
    for i in range(x): yield i
def numbers(x):
    received = yield x
    yield from range(received or 3)
def f(x): return asyncio.run(fetch(x)), list(numbers(x))
""",
        [("sleep(0)", "sleep(1)"), ("yield i", "yield -i"), ("or 3", "or 4")],
    ),
    "properties": (
        """
import functools
class Celsius:
    def __get__(self, instance, owner): return 1.0
    def __set_name__(self, owner, name): self.name = name
class Thing:
    degrees = Celsius()
    @property
    def size(self): return 2
    @size.setter
    def size(self, value): self.value = 3
    @functools.cached_property
    def deep(self): return 4
    @classmethod
    def make(cls): return cls()
    @staticmethod
    def help(): return 5
    partial = functools.partialmethod(lambda self, x: x + 6, 1)
def f(x): return Thing.make().size, Thing.help(), Thing().deep, Thing().degrees
""",
        [
            ("return 1.0", "return 1.5"),
            ("return 2", "return 20"),
            ("value = 3", "value = 30"),
            ("return 4", "return 40"),
            ("return 5", "return 50"),
            ("x + 6", "x + 60"),
            ("return cls()", "return cls() or 1"),
        ],
    ),
    "metaclasses and hooks": (
        """
class Meta(type):
    def __new__(meta, name, bases, namespace, **options):
        namespace["added"] = 1
        return super().__new__(meta, name, bases, namespace, **options)
    def __call__(cls, *args): return super().__call__(*args)
class Base(metaclass=Meta):
    def __init_subclass__(cls, rate=1, **options): cls.rate = rate
    def __class_getitem__(cls, item): return cls
class Sub(Base, rate=2):
    def run(self): return super().__repr__() + str(self.rate)
def f(x): return Sub[int]().run()
""",
        [
            ('["added"] = 1', '["added"] = 2'),
            ("__call__(*args)\n", "__call__(*args[1:])\n"),
            ("rate=2", "rate=3"),
            ("__repr__()", "__str__()"),
        ],
    ),
    "inheritance": (
        """
class Base:
    def step(self): return 1
    def run(self): return self.step()
class Mixin:
    def step(self): return super().step() + 10
class Sub(Mixin, Base):
    __slots__ = ("a", "b")
    def __eq__(self, other): return True
def f(x): return Sub().run()
""",
        [
            ("return 1\n", "return 2\n"),
            ("+ 10", "+ 20"),
            ("return True", "return False"),
            ("(Mixin, Base)", "(Base, Mixin)"),
        ],
    ),
    "typing": (
        """
from __future__ import annotations
import typing
from typing import TYPE_CHECKING, Annotated, Literal, Optional, Union
if TYPE_CHECKING:
    from nowhere import Nothing
Alias = Union[int, str]
Names = list[Literal["a", "b"]]
Maybe = Optional[Annotated[int, "note"]]
Id = typing.NewType("Id", int)
RATE: int = 2
def helper(x: Nothing) -> Maybe: return isinstance(x, int)
def f(x: Nothing): return helper(x), RATE, Id(3), typing.get_args(Alias), typing.get_args(Names)
""",
        [("RATE: int = 2", "RATE: int = 3"), ("isinstance(x, int)", "isinstance(x, str)")],
    ),
    "syntax": (
        """
def helper(x):
    match x:
        case {"a": 1, **rest}: return rest
        case [1, *others] if (n := len(others)) > 2: return n
        case int() | str(): return "scalar"
        case _: return None
def f(x):
    \"\"\"Doc.

    >>> f(1)
    \"\"\"
    try:
        with open("name") as file, open("other"):
            return file
    except (ValueError, KeyError) as error:
        raise RuntimeError from error
    finally:
        del x
    assert helper(x), "message"
""",
        [("> 2", "> 3"), ('"name"', '"game"'), ("KeyError", "IndexError"), ('"a": 1', '"b": 1')],
    ),
    "constants": (
        """
import datetime, decimal, fractions, ipaddress, operator, pathlib, re, uuid, zoneinfo
RATIO = fractions.Fraction(1, 3)
ZONE = zoneinfo.ZoneInfo("Europe/Paris")
START = datetime.datetime(2024, 1, 1, tzinfo=zoneinfo.ZoneInfo("UTC"))
HOST = ipaddress.ip_address("10.0.0.1")
NET = ipaddress.ip_network("10.0.0.0/8")
PART = slice(1, 5)
GETTER = operator.itemgetter("a")
ATTRIBUTE = operator.attrgetter("b.c")
CALLER = operator.methodcaller("d", 1)
PRICE = decimal.Decimal("1.10")
PATTERN = re.compile("a+", re.I)
HOME = pathlib.PurePosixPath("/home")
STEPS = range(1, 7)
LOWER = str.lower
BIG = 10**30
NUMBER = complex(1, 9)
def f(x):
    return (RATIO, ZONE, START, HOST, NET, PART, GETTER, ATTRIBUTE, CALLER, PRICE, PATTERN, HOME,
            STEPS, LOWER, BIG, NUMBER)
""",
        [
            ("(1, 3)", "(1, 4)"),
            ("Europe/Paris", "Europe/Rome"),
            ('ZoneInfo("UTC")', 'ZoneInfo("GMT")'),
            ("10.0.0.1", "10.0.0.2"),
            ("0.0/8", "0.0/16"),
            ("slice(1, 5)", "slice(1, 6)"),
            ('"a"', '"A"'),
            ('"b.c"', '"b.d"'),
            ('"d", 1', '"d", 2'),
            ("1.10", "1.1"),
            ("re.I", "re.M"),
            ("/home", "/root"),
            ("(1, 7)", "(1, 8)"),
            ("str.lower", "str.upper"),
            ("10**30", "10**31"),
            ("(1, 9)", "(1, 8)"),
        ],
    ),
    "constants of libraries": (
        """
import numpy as np
import pandas as pd
DTYPE = np.dtype("float32")
SCALAR = np.float64(1.5)
DAY = np.datetime64("2024-01-01")
WHEN = pd.Timestamp("2024-01-01", tz="UTC")
SPAN = pd.Timedelta("1h")
MONTH = pd.Period("2024-01", "M")
SINE = np.sin
def f(x): return DTYPE, SCALAR, DAY, WHEN, SPAN, MONTH, SINE(x), pd.NaT, np.nan
""",
        [
            ("float32", "float16"),
            ("1.5", "2.5"),
            ('2024-01-01")\nWHEN', '2024-01-02")\nWHEN'),
            ('tz="UTC"', 'tz="Europe/Paris"'),
            ("1h", "2h"),
            ('"2024-01"', '"2024-02"'),
            ("np.sin", "np.cos"),
        ],
    ),
    "constants that hold code": (
        """
import functools, types
from dataclasses import dataclass
from typing import NamedTuple, Callable
@dataclass(frozen=True)
class Rule:
    name: str
    limit: int = 1
class Step(NamedTuple):
    run: Callable
    weight: int
def a(x): return 1
def b(x): return 2
def c(x): return 3
def d(x, y): return 4
class Plugin:
    def run(self): return 5
HANDLERS = (a, Plugin, (Step(b, 6),))
STRICT = Rule("strict", 7)
RULES = (Rule("loose"), frozenset({Rule("other", 8)}))
TABLE = types.MappingProxyType({"c": c, "n": 9})
BOUND = functools.partial(d, 10)
MIXED = (a, [])
def f(x): return HANDLERS, STRICT, RULES, TABLE, BOUND, MIXED
""",
        [
            ("return 1\n", "return 100\n"),
            *((f"return {n}", f"return {n}00") for n in range(2, 6)),
            ("b, 6", "b, 60"),
            ('"strict", 7', '"strict", 70'),
            ('"other", 8', '"other", 80'),
            ('"n": 9', '"n": 90'),
            ("partial(d, 10)", "partial(d, 100)"),
            ("limit: int = 1", "limit: int = 11"),
        ],
    ),
    "state": (
        """
class Model:
    def fit(self, x): return 1
model = Model()
table = {"a": 1}
class Counter:
    made = 0
    items = []
    def __init__(self): Counter.made += 1
def f(x):
    Counter()
    return model.fit(x), table
""",
        [("return 1", "return 2")],
    ),
    "default factory helper": (
        """
def g(): return [1]
def f(x, y=g): return y()
""",
        [("[1]", "[2]")],
    ),
    "dataclass factory helper": (
        """
from dataclasses import dataclass, field
def g(): return [1]
@dataclass
class A:
    x: list = field(default_factory=g)
    y: list = field(default_factory=lambda: [5])
def f(x): return A()
""",
        [("[1]", "[2]"), ("[5]", "[6]")],
    ),
    "pydantic factory helper": (
        """
from pydantic import BaseModel, Field
from typing import Annotated
from pydantic import AfterValidator, model_validator, field_serializer, PrivateAttr
def g(): return [1]
def check(v): return v+3
class A(BaseModel):
    x: list = Field(default_factory=g)
    y: list = Field(default_factory=lambda: [5])
    z: Annotated[int, AfterValidator(check)] = 1
    _p: int = PrivateAttr(default=7)
    @model_validator(mode="after")
    def v(self): return self or 9
    @field_serializer("x")
    def s(self, v): return v or 11
def f(x): return A()
""",
        [
            ("[1]", "[2]"),
            ("[5]", "[6]"),
            ("v+3", "v+4"),
            ("or 9", "or 10"),
            ("or 11", "or 12"),
            ("default=7", "default=8"),
        ],
    ),
    "attrs factory": (
        """
import attrs
def g(): return [1]
def conv(v): return v or 3
@attrs.define
class A:
    x: list = attrs.field(factory=g, converter=conv)
    y: int = attrs.field(kw_only=True)
    @y.default
    def _y(self): return 9
    @x.validator
    def _v(self, a, v): assert v != 20
def f(x): return A()
""",
        [("[1]", "[2]"), ("or 3", "or 4"), ("return 9", "return 10"), ("!= 20", "!= 21")],
    ),
    "subclass of installed": (
        """
import json, collections
class E(json.JSONEncoder):
    def default(self, o): return 1
class D(collections.OrderedDict):
    def __missing__(self, k): return 5
def f(x): return json.dumps(x, cls=E), D()
""",
        [("return 1", "return 2"), ("return 5", "return 6")],
    ),
    "vectorize": (
        """
import numpy as np
def g(x): return x+1
v = np.vectorize(g)
@np.vectorize
def h(x): return x+5
def f(x): return v(x), h(x)
""",
        [("x+1", "x+2"), ("x+5", "x+6")],
    ),
    "partial of lru": (
        """
import functools
@functools.lru_cache
def g(x): return x+1
p = functools.partial(g, 1)
def f(x): return p()
""",
        [("x+1", "x+2")],
    ),
    "bound method global": (
        """
class M:
    def __init__(self,n): self.n=n
    def fit(self): return 5
fit = M(3).fit
def f(x): return fit()
""",
        [("return 5", "return 6")],
    ),
    "wrapped class": (
        """
import functools
def deco(cls):
    old = cls.run
    @functools.wraps(old)
    def run(self): return old(self)+7
    cls.run = run
    return cls
@deco
class A:
    def run(self): return 5
def f(x): return A().run()
""",
        [("return 5", "return 6"), ("+7", "+8")],
    ),
    "class made by function": (
        """
def make(n):
    class A:
        k = n
        def run(self): return n + 5
    return A
A = make(3)
def f(x): return A().run()
""",
        [("+ 5", "+ 6"), ("make(3)", "make(4)")],
    ),
    "type()": (
        """
def run(self): return 5
A = type("A", (), {"run": run, "k": 3})
def f(x): return A().run()
""",
        [("return 5", "return 6"), ('"k": 3', '"k": 4')],
    ),
    "nested function default": (
        """
RATE=3
def f(x):
    def g(y=RATE): return y + 5
    return g()
""",
        [("RATE=3", "RATE=4"), ("+ 5", "+ 6")],
    ),
    "class in function body": (
        """
RATE=3
def h(): return 7
def f(x):
    class A:
        k = RATE
        v = h()
        def r(self): return 5
    return A
""",
        [("RATE=3", "RATE=4"), ("return 5", "return 6"), ("return 7", "return 8")],
    ),
    "operators": (
        """
class V:
    def __add__(self, o): return 5
    def __contains__(self, o): return 7
class Sub(V): pass
v = Sub()
def f(x): return v + 1
""",
        [("return 5", "return 6"), ("return 7", "return 8")],
    ),
    "weird names": (
        """
class A:
    __secret = 5
    def __hidden(self): return 7
    def run(self): return self.__hidden() + self.__secret
def f(x): return A().run()
""",
        [("= 5", "= 6"), ("return 7", "return 8")],
    ),
    "enum with mixin and auto": (
        """
import enum
class S(enum.StrEnum if hasattr(enum,'StrEnum') else enum.Enum):
    A = "5"
    B = enum.auto()
class F(enum.Flag):
    X = enum.auto()
    Y = enum.auto()
class O(enum.Enum):
    M = {"mutable": 7}
def f(x): return S.A, F.X|F.Y, O.M
""",
        [('"5"', '"6"'), ("7", "8")],
    ),
    "iter attrs": (
        """
import types
ns = types.SimpleNamespace(a=5)
def f(x): return ns.a
""",
        [],
    ),
    "contextvar lock default": (
        """
import asyncio, concurrent.futures as cf, contextvars, logging, sys, threading, weakref
LOCK = threading.Lock()
def g(
    x, lock=LOCK, event=threading.Event(), semaphore=threading.Semaphore(3),
    barrier=threading.Barrier(2), other=asyncio.Lock(), variable=contextvars.ContextVar("a"),
    log=logging.getLogger("x"), weak=weakref.WeakSet(), out=sys.stdout, root=logging.getLogger(),
    executor=cf.ThreadPoolExecutor(1),
):
    return 5
def f(x): return g(x)
""",
        [("return 5", "return 6")],
    ),
    "tqdm-like closure": (
        """
import collections, queue, random
def make():
    q = queue.Queue(); d = collections.deque([1]); c = random.Random(1)
    dd = collections.defaultdict(list); cc = collections.Counter("aab")
    def g(x): return q, d, c, dd, cc, 5
    return g
g = make()
def f(x): return g(x)
""",
        [(", 5", ", 6"), ("deque([1])", "deque([2])")],
    ),
    "async gens": (
        """
async def a():
    yield 5
def f(x): return a
""",
        [("yield 5", "yield 6")],
    ),
    "global in tuple of tuples": (
        """
import re
RULES = ((re.compile("a5"), "x"), (re.compile("b"), lambda m: 7))
def f(x): return RULES
""",
        [("a5", "a6"), ("7", "8")],
    ),
    "typing overload": (
        """
from typing import overload
@overload
def g(x: int) -> int: ...
@overload
def g(x: str) -> str: ...
def g(x): return 5
def f(x): return g(x)
""",
        [("return 5", "return 6")],
    ),
    "slots default": (
        """
class A:
    __slots__ = ("a", "b5")
    def __init__(self): self.a = 1
def f(x): return A()
""",
        [("b5", "b6")],
    ),
    "class attribute state": (
        """
class A:
    TABLE = {"a": 5}
def f(x): return A.TABLE
""",
        [],
    ),
    "cached helper": (
        """
import memoxide as mx
@mx.cache_data
def g(x): return 5
class A:
    @mx.cache_data
    def run(_self, x): return 7
    @staticmethod
    @mx.cache_data(ttl=5)
    def st(x): return 9
def f(x): return g(x), A().run(1), A.st(1)
""",
        [("return 5", "return 6"), ("return 7", "return 8"), ("return 9", "return 10")],
    ),
    "numpy poly": (
        """
import numpy as np
P = np.array([5])
P.flags.writeable = False
def f(x): return P
""",
        [],
    ),
    "decorator class": (
        """
class Retry:
    def __init__(self, function, times=3):
        self.f = function; self.times = times; self.calls = 0; self.cache = {}
    def __call__(self, *a):
        self.calls += 1
        return self.f(*a) + 7
    def __get__(self, i, o): return self
@Retry
def h(x): return 5
class A:
    @Retry
    def run(x): return 9
def f(x): return h(x), A.run(1)
""",
        [
            ("return 5", "return 6"),
            ("+ 7", "+ 8"),
            ("times=3", "times=4"),
            ("return 9", "return 10"),
        ],
    ),
    "wrapt-like object": (
        """
class Proxy:
    def __init__(self, w): self.__wrapped__ = w
    def __call__(self, *a): return self.__wrapped__(*a) + 7
def g(x): return 5
h = Proxy(g)
def f(x): return h(x)
""",
        [("return 5", "return 6"), ("+ 7", "+ 8")],
    ),
}

if sys.version_info >= (3, 12):
    CASES["parameters of types"] = (
        """
class Box[T: int]:
    def get(self, default: T = 1) -> T: return default
def first[T, *Ts, **P](x: T) -> T: return x
type Pair[T] = tuple[T, T]
def f(x): return Box[int]().get(), first(x), Pair
""",
        [("T = 1", "T = 2"), ("return x\n", "return -x\n")],
    )
