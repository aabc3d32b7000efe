"""Exceptions: arguments, fields, attributes, causes and places."""

import builtins
import subprocess

import pytest

import memoxide as mx
from memoxide.errors import UnhashableParamError


def put_on(error, **attributes):
    for name, value in attributes.items():
        setattr(error, name, value)
    return error


def syntax(**fields):
    return put_on(SyntaxError("m", ("file", 1, 2, "text")), **fields)


def undecoded(**fields):
    return put_on(UnicodeDecodeError("utf-8", b"ab", 0, 1, "reason"), **fields)


class Failed(Exception):
    def __init__(self, code, hint):
        super().__init__("failed")
        self.code, self.hint = code, hint


class Slotted(Exception):
    __slots__ = ("code",)


class Masked(ValueError):
    args = property(lambda self: ())


class Told(Exception):
    def __reduce__(self):
        return Told, (self.args[0],)


def noted(*notes):
    return put_on(ValueError("m"), __notes__=list(notes))


def test_exceptions_differ(differ):
    values = [
        ValueError(), ValueError("m"), ValueError("n"), ValueError("m", 1), TypeError("m"), "m",
        noted(), noted("a"), noted("b"), KeyError("m"), UserWarning("m"),
        NameError("m"), NameError("m", name="a"), NameError("m", name="b"),
        AttributeError("m"), AttributeError("m", name="a"), AttributeError("m", name="a", obj=1),
        AttributeError("m", name="a", obj=2),
        ImportError("m"), ImportError("m", name="a"), ImportError("m", name="a", path="p"),
        ModuleNotFoundError("m"),
        OSError("m"), OSError(2, "m"), OSError(2, "m", "a"), OSError(2, "m", "b"),
        OSError(2, "m", "a", None, "b"), put_on(OSError(2, "m"), errno=3),
        put_on(BlockingIOError("m"), characters_written=1),
        put_on(BlockingIOError("m"), characters_written=2),
        StopIteration(1), put_on(StopIteration(1), value=2), SystemExit(1),
        put_on(SystemExit(1), code=2), KeyboardInterrupt(), GeneratorExit(),
        syntax(), syntax(lineno=5), syntax(filename="other"), IndentationError("m"),
        undecoded(), undecoded(reason="other"), undecoded(start=1),
        UnicodeEncodeError("utf-8", "ab", 0, 1, "reason"),
        UnicodeTranslateError("ab", 0, 1, "reason"),
        Failed(1, "a"), Failed(1, "b"), put_on(Slotted(), code=1), put_on(Slotted(), code=2),
        Masked("a"), Masked("b"), Told("a"), Told("b"),
        subprocess.CalledProcessError(1, ["a"]), subprocess.CalledProcessError(2, ["a"]),
    ]  # fmt: skip
    group = getattr(builtins, "ExceptionGroup", None)
    if group is not None:
        values += [group("m", [ValueError(n)]) for n in (1, 2)]
    differ(values)


def test_an_exception_may_be_its_own_argument(key):
    def ring():
        error = ValueError([])
        error.args[0].append(error)
        return error

    assert key(ring()) == key(ring())


def test_an_argument_without_content_is_named(key):
    with pytest.raises(UnhashableParamError, match=r"value\.args\[0\]"):
        key(ValueError(object()))


def caught(raiser, *arguments):
    try:
        raiser(*arguments)
    except Exception as error:
        return error


def fail(message):
    raise ValueError(message)


def fail_elsewhere(message):
    raise ValueError(message)


def chained(cause):
    error = ValueError("failed")
    error.__cause__ = cause
    return error


def test_what_an_exception_carries_counts(differ):
    differ([
        ValueError("failed"),
        chained(KeyError(1)),
        chained(KeyError(2)),
        put_on(ValueError("failed"), __context__=KeyError(1)),
        put_on(ValueError("failed"), __suppress_context__=True),
        put_on(ValueError("failed"), __notes__=["a note"]),
    ])  # fmt: skip


@pytest.mark.parametrize("pair", [
    (put_on(Slotted(), code=1), put_on(Slotted(), code=2)),
    (SyntaxError("text"), put_on(SyntaxError("text"), lineno=3)),
    (OSError(1, "text"), put_on(OSError(1, "text"), errno=2)),
    (NameError("text", name="a"), NameError("text", name="b")),
    (AttributeError("text", obj=1), AttributeError("text", obj=2)),
    (ImportError("text", name="a"), ImportError("text", name="b")),
], ids=["slots", "syntax", "system", "name", "attribute", "import"])  # fmt: skip
def test_what_exceptions_keep_in_their_memory_counts(key, pair):
    first, second = pair
    assert key(first) != key(second)


def test_the_place_where_an_exception_was_raised_counts(key):
    def raised():
        return caught(fail, "text")

    assert key(raised()) == key(raised())
    assert key(raised()) != key(caught(fail_elsewhere, "text"))
    assert key(raised()) != key(ValueError("text"))


def test_a_chain_that_leads_back_to_its_exception_has_a_key(key):
    first, second = ValueError(1), ValueError(2)
    first.__cause__, second.__cause__ = second, first
    assert key(first) != key(second)


def test_hash_functions_see_what_a_cause_has_in_it():
    class Value:
        def __init__(self, number):
            self.number = number

    @mx.cache_data(hash_funcs={Value: lambda value: value.number % 10})
    def f(error):
        return None

    assert f.key(chained(KeyError(Value(1)))) == f.key(chained(KeyError(Value(11))))
    assert f.key(chained(KeyError(Value(1)))) != f.key(chained(KeyError(Value(2))))
