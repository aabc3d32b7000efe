"""Objects of the whole standard library: one key in every process, or a refusal."""

import json
import os
import subprocess
import sys

import pytest

import memoxide as mx
from memoxide.errors import UnhashableParamError

IMPORTS = """
import argparse, array, ast, asyncio, calendar, collections, collections.abc, configparser
import contextlib, contextvars, copyreg, csv, ctypes, dataclasses, datetime, decimal, difflib
import email, email.policy, enum, fractions, functools, hashlib, http, http.cookies, inspect, io
import ipaddress, itertools, json, logging, multiprocessing, numbers, operator, os, pathlib
import pickle, platform, pprint, queue, random, re, select, selectors, signal, socket, sqlite3
import ssl, statistics, string, struct, subprocess, sys, tempfile, textwrap, threading, time
import traceback, types, typing, unittest.mock, urllib.parse, urllib.request, uuid, weakref
import xml.dom.minidom, zlib, zoneinfo
import xml.etree.ElementTree as tree

T = typing.TypeVar("T")
names = [f"n{i}" for i in range(20)]

class Flag(enum.Flag):
    A = 1
    B = 2

class Box(typing.Generic[T]):
    pass

class Row(typing.NamedTuple):
    a: int
    b: str = "x"

class Keys(typing.TypedDict):
    a: int

class Plain:
    def run(self):
        yield 1

    async def wait(self):
        pass

def config(text):
    parser = configparser.ConfigParser()
    parser.read_string(text)
    return parser

def arguments():
    parser = argparse.ArgumentParser("prog")
    parser.add_argument("--x", type=int, default=3, choices=[3, 4])
    return parser

def drawn(generator):
    generator.random()
    return generator

plain = Plain()
"""

HAVE_KEYS = """
list[int]; list[str]; dict[str, int]; tuple[int, ...]; tuple[()]; typing.List[int]; type[int]
typing.Optional[int]; typing.Union[int, str]; typing.Union[str, int]; int | bytes; bytes | int
typing.Literal[1]; typing.Literal[True]; typing.Literal["a"]; typing.Literal["a", "b"]; typing.Any
typing.ForwardRef("X"); typing.ForwardRef("Y"); typing.List["X"]; typing.Callable[[int], str]
typing.Callable[..., str]; collections.abc.Callable[[int], str]; typing.Annotated[int, "a"]
typing.Annotated[int, "b"]; typing.ClassVar[int]; Box; Box[int]; Box[str]; Row; Row(1); Row(2)
Keys; Flag.A; Flag.A | Flag.B; Flag(0); signal.SIGINT; re.I; http.HTTPStatus.OK; socket.AF_INET
set(names); frozenset(names); {1: set(names)}; collections.Counter("abc")
types.SimpleNamespace(a=1); argparse.Namespace(a=1); argparse.Namespace(a=2); arguments()
config("[a]\\nx=1"); config("[a]\\nx=2"); email.message_from_string("A: b\\n\\nx")
email.message_from_string("A: c\\n\\nx")
email.message_from_string("A: b\\n\\nx", policy=email.policy.default)
http.cookies.SimpleCookie("a=b"); http.cookies.SimpleCookie("a=c")
string.Template("$a"); string.Template("$b"); urllib.parse.urlsplit("http://a/b")
urllib.parse.urlparse("http://a/b"); urllib.request.Request("http://a"); logging.getLogger("a")
logging.getLogger("b"); logging.Formatter("%(message)s"); logging.Formatter("%(name)s"); sys.flags
sys.version_info; time.gmtime(0); time.gmtime(1); os.terminal_size((1, 2)); random.Random(1)
random.Random(2); drawn(random.Random(1)); decimal.Context(prec=3); decimal.Context(prec=4)
operator.itemgetter(1); operator.itemgetter("a"); operator.itemgetter(1, 2)
operator.attrgetter("a"); operator.attrgetter("a.b"); operator.attrgetter("a", "b")
operator.methodcaller("a", 1); operator.methodcaller("a", b=1); operator.methodcaller("b", 1)
functools.partial(int, "1"); functools.partialmethod(int, "1"); functools.partialmethod(int, "2")
functools.reduce; len; [].append; [1].append; "a".join; list.append; dict.fromkeys; operator.add
(1).__add__; (2).__add__; int.__add__; iter([1, 2]); iter((1, 2)); iter("ab"); iter(b"ab")
iter({1: 2}); iter(range(3)); reversed([1, 2]); enumerate([1]); enumerate([1], 5); zip([1], [2])
map(len, ["a"]); map(str, ["a"]); filter(None, [1]); tree.fromstring("<a b='1'><c/>t</a>")
tree.fromstring("<a b='2'><c/>t</a>"); ast.parse("a+1"); xml.dom.minidom.parseString("<a>b</a>")
xml.dom.minidom.parseString("<a>c</a>"); ast.parse("a+2"); inspect.signature(config)
inspect.Parameter.empty; dataclasses.MISSING; calendar.TextCalendar(3)
statistics.NormalDist(0, 1); statistics.NormalDist(0, 2); textwrap.TextWrapper(3)
json.JSONEncoder(); contextlib.nullcontext(); contextlib.suppress(ValueError); csv.Sniffer()
ctypes.c_int(1); ctypes.c_int(2); (ctypes.c_int * 2)(1, 2)
(ctypes.c_int * 2)(1, 3); pickle.PickleBuffer(b"abc"); types.CellType(3); unittest.mock.sentinel.a
unittest.mock.ANY; subprocess.CompletedProcess(["a"], 0, b"x")
subprocess.CompletedProcess(["a"], 0, b"y"); types.MappingProxyType({"a": 1}); memoryview(b"abc")
uuid.UUID(int=1); fractions.Fraction(1, 3)
"""

REFUSED = """
plain.run(); (x for x in [1]); iter(set(names)); itertools.count(); zip(itertools.count())
re.finditer("a", "aa"); re.match("a", "a"); csv.reader(["a"]); csv.writer(io.StringIO())
os.scandir("/"); threading.Lock(); threading.RLock(); threading.Event(); threading.Condition()
threading.Thread(target=len); threading.local(); threading.current_thread(); queue.Queue()
queue.SimpleQueue(); socket.socket(); ssl.create_default_context(); selectors.DefaultSelector()
contextvars.ContextVar("a"); contextvars.copy_context(); asyncio.Lock(); asyncio.Event()
multiprocessing.Lock(); multiprocessing.Value("i", 1); sqlite3.connect(":memory:")
sys._getframe(); weakref.ref(Plain); weakref.WeakSet([Plain]); weakref.finalize(plain, list)
hashlib.sha256(b"a"); zlib.compressobj(); struct.Struct("i"); ctypes.pointer(ctypes.c_int(1))
ctypes.c_char_p(b"a"); ctypes.CDLL(None); types.ModuleType("json"); datetime.datetime_CAPI
object(); os.popen("true"); tempfile.TemporaryDirectory()
"""


def expressions(text):
    return [part for part in text.replace("\n", "; ").split("; ") if part]


@mx.cache_data
def probe(value):
    return None


def namespace():
    made = {"__name__": "__main__"}
    exec(IMPORTS, made)
    return made


def all_keys():
    names = namespace()
    sys.modules["__main__"].__dict__.update(names)
    return {text: probe.key(eval(text, names)) for text in expressions(HAVE_KEYS)}


@pytest.fixture(scope="module")
def elsewhere():
    """The keys in two processes of different hash seeds."""

    def keys(seed):
        child = [sys.executable, "-W", "error", __file__]
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        return json.loads(subprocess.check_output(child, env=environment, timeout=60))

    return [keys(1), keys(2)]


def test_values_have_the_same_key_everywhere(elsewhere):
    one, other = elsewhere
    assert {text for text in one if one[text] != other[text]} == set()


def test_values_differ(elsewhere):
    known = {}
    for text, key in elsewhere[0].items():
        assert key not in known, f"{text} and {known[key]}"
        known[key] = text


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("text", expressions(REFUSED))
def test_what_has_no_content_is_refused(text):
    value = eval(text, namespace())
    with pytest.raises(UnhashableParamError, match="argument value"):
        probe.key(value)
    for end in ("close", "cleanup"):
        if callable(getattr(value, end, None)):
            getattr(value, end)()


if __name__ == "__main__":
    print(json.dumps(all_keys()))
