"""Exceptions: what they carry beside their arguments."""

import pytest

import memoxide as mx


class Slotted(Exception):
    __slots__ = ("code",)


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


def with_attribute(error, name, value):
    setattr(error, name, value)
    return error


def test_what_an_exception_carries_counts(differ):
    differ([
        ValueError("failed"),
        chained(KeyError(1)),
        chained(KeyError(2)),
        with_attribute(ValueError("failed"), "__context__", KeyError(1)),
        with_attribute(ValueError("failed"), "__suppress_context__", True),
        with_attribute(ValueError("failed"), "__notes__", ["a note"]),
    ])  # fmt: skip


@pytest.mark.parametrize("pair", [
    (with_attribute(Slotted(), "code", 1), with_attribute(Slotted(), "code", 2)),
    (SyntaxError("text"), with_attribute(SyntaxError("text"), "lineno", 3)),
    (OSError(1, "text"), with_attribute(OSError(1, "text"), "errno", 2)),
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
