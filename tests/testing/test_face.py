"""What the package and its objects say of themselves."""

import inspect
import sqlite3

import pytest

import memoxide as mx


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"ttl": "1h"}, "ttl must be True or False"),
        ({"memory": "x"}, "memory must be"),
        ({"memory_map": 1}, "memory_map must be"),
        ({"name": 3}, "name must be"),
        ({"path": 3}, "path must be"),
    ],
)
def test_a_disk_names_the_option_that_is_wrong(options, name):
    with pytest.raises(mx.errors.OptionError, match=name):
        mx.Disk(**options)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("maxsize", "max_entries"),
        ("max_entrys", "max_entries"),
        ("expire", "ttl"),
        ("TTL", "ttl"),
        ("hash_func", "hash_funcs"),
        ("persit", "persist"),
    ],
)
def test_a_wrong_option_suggests_the_right_one(given, meant):
    with pytest.raises(TypeError, match=f"did you mean {meant}\\?"):
        mx.cache_data(**{given: 1})


def test_what_is_like_no_option_is_told_of_without_a_guess():
    with pytest.raises(TypeError, match='unknown option "colour"; the options are') as raised:
        mx.cache_data(colour=1)
    assert "mean" not in str(raised.value)


class Report:
    @mx.cache_data
    def title(self):
        """The title."""
        return "title"

    @mx.cache_data
    def plain(self):
        return 1


def test_a_bound_method_has_its_own_docstring_and_module():
    assert Report().title.__doc__ == Report.title.__doc__ == "The title."
    assert Report().plain.__doc__ is None
    assert Report().title.__module__ == __name__
    assert Report().title.__name__ == "title"
    assert inspect.getdoc(Report().title) == "The title."
    with pytest.raises(AttributeError):
        _ = Report().title.nothing


def test_what_a_coroutine_function_returns_is_a_coroutine():
    @mx.cache_data
    async def value():
        return 1

    coroutine = value()
    assert inspect.iscoroutine(coroutine)
    assert inspect.isawaitable(coroutine)
    with pytest.raises(StopIteration) as stop:
        coroutine.send(None)
    assert stop.value.value == 1


def test_rows_of_a_query_are_advised_to_be_tuples():
    @mx.cache_data
    def rows():
        with sqlite3.connect(":memory:") as connection:
            connection.row_factory = sqlite3.Row
            found = connection.execute("select 1 as one").fetchall()
        connection.close()
        return found

    with pytest.raises(mx.errors.UnserializableReturnValueError, match="return tuples") as raised:
        rows()
    assert "cache_resource" not in str(raised.value).split("needs", 1)[1]
    assert raised.value.value[0]["one"] == 1


class PanicException(BaseException):
    """What extensions that are made with PyO3 raise when they panic."""


class Panicking:
    def __reduce__(self):
        raise PanicException("of another extension")


def test_a_panic_loses_no_result():
    @mx.cache_data
    def value():
        return Panicking()

    with pytest.raises(mx.errors.UnserializableReturnValueError) as raised:
        value()
    assert isinstance(raised.value.value, Panicking)
    assert isinstance(raised.value.__cause__, PanicException)


def test_testing_is_an_attribute(in_child):
    out = in_child("""
        import sys
        import memoxide as mx
        assert "memoxide.testing" not in sys.modules
        with mx.testing.isolated():
            print("isolated")
    """)
    assert out == "isolated\n"
