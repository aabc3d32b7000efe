"""What type checkers know of the module: checked by mypy, and run to hold it to account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import memoxide as mx
from memoxide import _core

if TYPE_CHECKING:
    from typing_extensions import assert_type
else:

    def assert_type(value, _type):
        return value


class Model:
    version = 1


class Frame:
    pass


def version(model: Model) -> int:
    return model.version


def test_a_session_gives_itself_and_ends_no_block_early() -> None:
    def inside() -> str:
        with mx.session("typed") as session:
            assert_type(session, _core.Session)
            assert_type(session.id, str)
            return session.id

    assert inside() == "typed"
    mx.end_session("typed")
    with pytest.raises(TypeError):
        mx.session(1)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        mx.end_session()  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        mx.session("typed").id = "other"  # type: ignore[misc]


def test_a_hasher_is_for_instances_of_its_type() -> None:
    mx.register_hasher(Model, version)
    mx.register_hasher(Model, lambda model: model.version)
    mx.register_hasher(Model | Frame, lambda model: 1)
    mx.register_hasher(f"{__name__}.Model", version)
    mx.register_hasher(Model, str.upper)  # type: ignore[arg-type]
    mx.register_hasher(Model, lambda model: model.revision)  # type: ignore[attr-defined]
    with pytest.raises(mx.errors.OptionError):
        mx.register_hasher(1, version)  # type: ignore[call-overload]
    with pytest.raises(mx.errors.OptionError):
        mx.register_hasher(Model, 1)  # type: ignore[call-overload]


def test_stats_are_rows_with_names() -> None:
    for row in mx.stats():
        assert_type(row, mx.FunctionStats)
        assert_type(row.name, str)
        assert_type(row.session, "str | None")


def test_decorators_have_a_name_and_are_cleared() -> None:
    for decorator in (mx.cache_data, mx.cache_resource):
        assert_type(decorator.__name__, str)
        decorator.clear()
    mx.experimental_memo.clear()
    mx.experimental_singleton.clear()
    with pytest.raises(TypeError):
        mx.cache_data.clear(1)  # type: ignore[call-arg]


def test_texts_are_parsed_to_numbers() -> None:
    assert_type(_core.parse_ttl("1s"), int)
    assert_type(_core.parse_size("1KB"), int)
    with pytest.raises(TypeError):
        _core.parse_ttl(1)  # type: ignore[arg-type]


def test_a_name_that_is_not_there_is_an_error() -> None:
    assert_type(mx.__version__, str)
    with pytest.raises(AttributeError):
        mx.cached_data  # type: ignore[attr-defined]


def test_classes_of_the_core_are_not_made_or_derived_from() -> None:
    with pytest.raises(TypeError):

        class _Session(_core.Session):  # type: ignore[misc]
            pass
