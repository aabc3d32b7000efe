"""Bad input: the error names the thing and the way out, and nothing else is lost."""

import collections
import socket
import sqlite3
import threading

import pytest

import memoxide as mx


@pytest.fixture
def load():
    @mx.cache_data
    def load(config, query=None):
        return [1]

    load.clear()
    load("good")
    yield load
    assert load.contains("good"), "other entries are untouched"
    assert load("good") == [1]


class Holder:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class Slots:
    __slots__ = ("connection",)


def slotted(value):
    holder = Slots()
    holder.connection = value
    return holder


Named = collections.namedtuple("Named", "first second")


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (threading.Lock, "config"),
        (lambda: [1, threading.Lock()], "config[1]"),
        (lambda: {"db": Holder(conn=threading.Lock())}, 'config["db"].conn'),
        (lambda: {"a": [{3: (0, threading.Lock())}]}, 'config["a"][0][3][1]'),
        (lambda: slotted(threading.Lock()), "config.connection"),
        (lambda: Holder(inner=Holder(lock=threading.Lock())), "config.inner.lock"),
        (lambda: (x for x in [1]), "config"),
        (lambda: sqlite3.connect(":memory:"), "config"),
        (lambda: socket.socket(), "config"),
        (lambda: threading.current_thread(), "config"),
        (object, "config"),
        (lambda: [object()], "config[0]"),
    ],
)
def test_what_has_no_content_is_named_with_its_path(load, make, path):
    value = make()
    with pytest.raises(mx.errors.UnhashableParamError) as info:
        load(value)
    getattr(value, "close", lambda: None)()
    error = info.value
    assert error.path.startswith(path)
    assert error.function.endswith("load")
    for hint in ("underscore", "hash_funcs", "register_hasher", "__cache_key__", error.type_name):
        assert hint in str(error)
    assert isinstance(error, TypeError)


def test_the_parameter_is_named(load):
    with pytest.raises(mx.errors.UnhashableParamError, match=r"argument query\[0\], of type"):
        load("x", query=[threading.Lock()])


def test_rest_and_keywords_are_named():
    @mx.cache_data
    def f(*rest, **options):
        return 1

    with pytest.raises(mx.errors.UnhashableParamError, match=r"rest\[1\]"):
        f(1, threading.Lock())
    with pytest.raises(mx.errors.UnhashableParamError, match=r'options\["lock"\]'):
        f(lock=threading.Lock())


class Raises:
    def __init__(self, error, where):
        self.error, self.where = error, where

    def __reduce_ex__(self, protocol):
        if self.where == "reduce":
            raise self.error
        if self.where == "items":
            return list, (), None, self.items()
        return {"string": (1, 2, 3, 4, 5, 6, 7), "number": 3, "short": (1,)}[self.where]

    def items(self):
        yield 1
        raise self.error

    def __eq__(self, other):
        raise self.error

    def __hash__(self):
        raise self.error

    def __bool__(self):
        raise self.error

    def __repr__(self):
        raise self.error


@pytest.mark.parametrize("where", ["reduce", "items", "string", "number", "short"])
def test_classes_that_raise_are_refused_and_harm_nobody(load, where):
    with pytest.raises(mx.errors.UnhashableParamError) as info:
        load([Raises(ValueError("mine"), where)])
    assert info.value.path.startswith("config[0]")
    if where in ("reduce", "items"):
        assert str(info.value.__cause__) == "mine"


class Stop(BaseException):
    pass


@pytest.mark.parametrize("where", ["reduce", "items"])
def test_a_request_to_stop_passes_through_unchanged(load, where):
    with pytest.raises(Stop):
        load(Raises(Stop(), where))


class Equals:
    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        raise RuntimeError("never asked")

    def __hash__(self):
        raise RuntimeError("never asked")


def test_a_values_own_equality_and_hash_are_never_asked(load):
    assert load(Equals("a")) == [1]
    assert load.contains(Equals("a"))
    assert not load.contains(Equals("b"))


def test_a_functions_error_passes_through_and_is_not_stored():
    runs = []

    @mx.cache_data
    def fails(x):
        runs.append(x)
        raise LookupError(x)

    for _ in range(2):
        with pytest.raises(LookupError):
            fails(1)
    assert runs == [1, 1]
    assert fails.cache_info().entries == 0


def test_an_argument_that_the_function_changes_is_hashed_as_it_was():
    @mx.cache_data
    def drain(items):
        total = sum(items)
        items.clear()
        return total

    assert drain([1, 2]) == 3
    assert drain([1, 2]) == 3
    assert drain.cache_info().hits == 1
    assert not drain.contains([])


def test_the_hierarchy():
    errors = mx.errors
    for error, builtin in [
        (errors.OptionError, ValueError),
        (errors.DecorationError, TypeError),
        (errors.UnhashableParamError, TypeError),
        (errors.UnserializableReturnValueError, TypeError),
        (errors.CacheCycleError, RecursionError),
        (errors.NoSessionError, RuntimeError),
        (errors.UserHashError, Exception),
    ]:
        assert issubclass(error, errors.MemoxideError)
        assert issubclass(error, builtin)
