"""What type checkers know of options: checked by mypy, and run to hold it to account."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import memoxide as mx

SYNTAX = ast.parse(Path(mx.__file__).with_name("_core.pyi").read_text())
DECORATORS = ["cache_data", "cache_resource", "experimental_memo", "experimental_singleton"]


class Model:
    version = 1


class Frame:
    rows = 2


def version(model: Model) -> int:
    return model.version


def rows(frame: Frame) -> int:
    return frame.rows


def double(x: int) -> int:
    return 2 * x


def is_open(resource: object) -> bool:
    return True


def close(resource: Model) -> None: ...


def nothing() -> None: ...


def test_every_option_is_taken() -> None:
    mx.cache_data(
        ttl=60,
        max_entries=10,
        max_size="1MB",
        persist=None,
        show_spinner="Computing",
        show_time=True,
        hash_funcs=None,
        scope="session",
        refresh_mode="foreground",
        experimental_allow_widgets=True,
        copy="deep",
        follow_dependencies=False,
    )
    mx.cache_resource(
        ttl=60,
        max_entries=10,
        max_size=1_000,
        sizeof=lambda resource: 1,
        show_spinner=False,
        show_time=True,
        validate=is_open,
        hash_funcs=None,
        on_release=close,
        scope="session",
        refresh_mode="foreground",
        experimental_allow_widgets=True,
        follow_dependencies=False,
    )
    mx.experimental_memo(
        persist="disk",
        show_spinner=True,
        suppress_st_warning=True,
        max_entries=10,
        ttl=None,
        experimental_allow_widgets=True,
        hash_funcs=None,
    )
    mx.experimental_singleton(
        show_spinner=True,
        suppress_st_warning=True,
        max_entries=10,
        ttl=60,
        validate=is_open,
        experimental_allow_widgets=True,
        hash_funcs=None,
    )


def test_a_time_to_live_is_a_number_a_timedelta_or_a_text() -> None:
    mx.cache_data(ttl=60)
    mx.cache_data(ttl=0.5)
    mx.cache_data(ttl="1d")
    mx.cache_data(ttl=timedelta(days=1))
    mx.cache_data(ttl=None)
    with pytest.raises(mx.errors.OptionError):
        mx.cache_data(ttl=[60])  # type: ignore[call-overload]
    with pytest.raises(mx.errors.OptionError):
        mx.cache_resource(double, ttl=b"1d")  # type: ignore[call-overload]


def test_a_word_is_one_of_a_few() -> None:
    mx.cache_data(persist=True)
    mx.cache_data(persist="disk")
    wrong_uses: list[Callable[[], object]] = [
        lambda: mx.cache_data(persist="memory"),  # type: ignore[call-overload]
        lambda: mx.cache_data(scope="user"),  # type: ignore[call-overload]
        lambda: mx.cache_resource(scope=None),  # type: ignore[call-overload]
        lambda: mx.cache_data(refresh_mode="never"),  # type: ignore[call-overload]
        lambda: mx.cache_data(copy="shallow"),  # type: ignore[call-overload]
        lambda: mx.experimental_memo(persist=1),  # type: ignore[call-overload]
    ]
    for use in wrong_uses:
        with pytest.raises(mx.errors.OptionError):
            use()


def test_a_number_and_a_switch_are_no_text() -> None:
    wrong_uses: list[Callable[[], object]] = [
        lambda: mx.cache_data(max_entries="10"),  # type: ignore[call-overload]
        lambda: mx.cache_data(max_entries=1.5),  # type: ignore[call-overload]
        lambda: mx.cache_data(max_size=1.5),  # type: ignore[call-overload]
        lambda: mx.cache_data(show_spinner=None),  # type: ignore[call-overload]
        lambda: mx.cache_data(show_time="yes"),  # type: ignore[call-overload]
        lambda: mx.cache_data(follow_dependencies=None),  # type: ignore[call-overload]
        lambda: mx.experimental_memo(suppress_st_warning=1),  # type: ignore[call-overload]
        lambda: mx.cache_data(experimental_allow_widgets=1),  # type: ignore[call-overload]
    ]
    for use in wrong_uses:
        with pytest.raises(mx.errors.OptionError):
            use()


def test_a_callback_takes_one_argument() -> None:
    mx.cache_resource(validate=None, on_release=None, sizeof=None)
    mx.cache_resource(fork="recreate")(Model)
    mx.cache_resource(on_release=close)(Model)
    with pytest.raises(mx.errors.OptionError):
        mx.cache_resource(fork="close")  # type: ignore[call-overload]
    with pytest.raises(mx.errors.OptionError):
        mx.cache_resource(validate=True)  # type: ignore[call-overload]
    with pytest.raises(mx.errors.OptionError):
        mx.experimental_singleton(validate="yes")  # type: ignore[call-overload]
    mx.cache_resource(on_release=nothing)  # type: ignore[arg-type]
    mx.cache_resource(sizeof=str)  # type: ignore[arg-type]
    mx.cache_resource(validate=close)  # type: ignore[arg-type]


def test_hash_funcs_are_keyed_by_types_names_and_unions() -> None:
    mx.cache_data(hash_funcs={})
    mx.cache_data(hash_funcs={Model: version})
    mx.cache_data(hash_funcs={Model: version, Frame: rows})
    mx.cache_data(hash_funcs={Model: version, "builtins.int": hash, int | str: lambda x: x})
    mx.cache_data(double, hash_funcs={int: id})
    with pytest.raises(mx.errors.OptionError):
        mx.cache_data(hash_funcs={1: version})  # type: ignore[dict-item]
    with pytest.raises(mx.errors.OptionError):
        mx.cache_data(hash_funcs={Model: 1})  # type: ignore[dict-item]
    with pytest.raises(mx.errors.OptionError):
        mx.cache_data(hash_funcs=version)  # type: ignore[call-overload]


def test_hash_funcs_may_be_a_variable_of_any_such_dict() -> None:
    of_one = {Model: version}
    of_names = {"builtins.int": hash}
    of_unions = {int | str: repr}
    annotated: dict[type, Callable[[Any], Any]] = {Model: version, Frame: rows}
    of_numbers = {1: version}
    mx.cache_data(hash_funcs=of_one)
    mx.cache_resource(hash_funcs=of_names)
    mx.experimental_memo(hash_funcs=of_unions)
    mx.experimental_singleton(hash_funcs=annotated)
    with pytest.raises(mx.errors.OptionError):
        mx.cache_data(hash_funcs=of_numbers)  # type: ignore[arg-type]


def test_a_decorator_has_no_option_of_another() -> None:
    wrong_uses: list[Callable[[], object]] = [
        lambda: mx.cache_data(validate=is_open),  # type: ignore[call-overload]
        lambda: mx.cache_data(on_release=close),  # type: ignore[call-overload]
        lambda: mx.cache_data(suppress_st_warning=True),  # type: ignore[call-overload]
        lambda: mx.cache_resource(persist="disk"),  # type: ignore[call-overload]
        lambda: mx.cache_resource(copy="auto"),  # type: ignore[call-overload]
        lambda: mx.experimental_memo(max_size=1),  # type: ignore[call-overload]
        lambda: mx.experimental_memo(scope="global"),  # type: ignore[call-overload]
        lambda: mx.experimental_singleton(persist=None),  # type: ignore[call-overload]
        lambda: mx.experimental_singleton(show_time=True),  # type: ignore[call-overload]
    ]
    for use in wrong_uses:
        with pytest.raises(TypeError, match="unknown option"):
            use()


def test_options_have_names() -> None:
    with pytest.raises(TypeError):
        mx.cache_data(double, 60)  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        mx.cache_data(None, 60)  # type: ignore[call-overload]


def overloads(decorator: str) -> Iterator[dict[str, Any]]:
    """The options of each overload in the stub, with their defaults."""
    variables = (node for node in SYNTAX.body if isinstance(node, ast.AnnAssign))
    [variable] = (node for node in variables if ast.unparse(node.target) == decorator)
    classes = (node for node in SYNTAX.body if isinstance(node, ast.ClassDef))
    [stub] = (node for node in classes if f"Final[{node.name}]" == ast.unparse(variable.annotation))
    for node in stub.body:
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in node.args.kwonlyargs]
            defaults = [default and ast.literal_eval(default) for default in node.args.kw_defaults]
            yield dict(zip(names, defaults, strict=True))


@pytest.mark.parametrize("name", DECORATORS)
def test_the_stubs_options_and_defaults_are_those_of_the_decorator(name: str) -> None:
    decorator: Any = getattr(mx, name)
    bare, configured = overloads(name)
    assert bare == configured
    with pytest.raises(TypeError, match="the options are") as raised:
        decorator(unknown=1)
    assert str(raised.value).partition("the options are ")[2].split(", ") == list(bare)

    # Definitions share their entries only if what decides about them is the same.
    cached = decorator(double)
    cached(2)
    assert decorator(double, **bare).contains(2)
