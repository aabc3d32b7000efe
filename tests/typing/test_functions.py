"""What type checkers know of cached functions: checked by mypy, and run to hold it to account."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, overload

import pytest

import memoxide as mx

if TYPE_CHECKING:
    from typing_extensions import assert_type

    from memoxide._core import CachedFunction  # noqa: F401 -- named in strings
else:

    def assert_type(value, _type):
        return value


T = TypeVar("T")


@mx.cache_data
def area(width: int, height: int = 2, *, unit: str = "m") -> str:
    return f"{width * height} {unit}"


@mx.cache_resource(max_entries=10)
def table(*rows: int, **columns: str) -> list[str]:
    return [f"{row}{column}" for row in rows for column in columns]


@mx.experimental_memo
def now() -> float:
    return 0.5


@mx.experimental_singleton(show_spinner=False)
def first(values: list[T]) -> T:
    return values[0]


def plain(x: int, /) -> str:
    return str(x)


def test_a_call_has_the_functions_parameters_and_result() -> None:
    assert_type(area(1), str)
    assert_type(area(1, 2, unit="cm"), str)
    assert_type(area(width=1, height=2), str)
    assert_type(table(1, 2, a="x"), list[str])
    assert_type(now(), float)
    area("1")  # type: ignore[arg-type]
    area(1, unit=2)  # type: ignore[arg-type]
    table("1")  # type: ignore[arg-type]
    wrong_uses: list[Callable[[], object]] = [
        lambda: area(),  # type: ignore[call-arg]
        lambda: area(1, depth=3),  # type: ignore[call-arg]
        lambda: now(1),  # type: ignore[call-arg]
    ]
    for use in wrong_uses:
        with pytest.raises(TypeError):
            use()


def test_a_generic_function_stays_generic() -> None:
    assert_type(first([1, 2]), int)
    assert_type(first(["a"]), str)
    with pytest.raises(TypeError):
        first(1)  # type: ignore[arg-type]


def test_a_function_is_decorated_by_a_call() -> None:
    bare = mx.cache_data(plain)
    given = mx.cache_data(plain, ttl=60)
    configured = mx.cache_data(ttl=60)(plain)
    after_nothing = mx.cache_data(None, ttl=60)(plain)
    for decorated in (bare, given, configured, after_nothing):
        assert_type(decorated(1), str)
    assert_type(bare, "CachedFunction[[int], str]")
    assert_type(given, "CachedFunction[[int], str]")
    assert_type(configured, "CachedFunction[[int], str]")
    assert_type(after_nothing, "CachedFunction[[int], str]")


def test_one_configured_decorator_decorates_functions_of_different_types() -> None:
    with pytest.raises(TypeError):
        mx.cache_data(ttl=60)()  # type: ignore[call-arg]
    with pytest.raises(mx.errors.DecorationError):
        mx.cache_data(ttl=60)(1)  # type: ignore[arg-type]
    minutely = mx.cache_resource(ttl=60)
    assert_type(minutely(plain)(1), str)
    assert_type(minutely(len)("abc"), int)


def test_what_is_called_is_decorated() -> None:
    assert_type(mx.cache_data(json.loads)("1"), Any)
    assert_type(mx.cache_resource(dict[str, int])(), dict[str, int])
    for decorator in (mx.cache_data, mx.cache_resource):
        with pytest.raises(mx.errors.DecorationError):
            decorator(1)  # type: ignore[call-overload]
    with pytest.raises(mx.errors.DecorationError):
        mx.experimental_memo("x")  # type: ignore[call-overload]
    with pytest.raises(mx.errors.DecorationError):
        mx.experimental_singleton(1.5)  # type: ignore[call-overload]


@overload
def double(x: int) -> int: ...
@overload
def double(x: str) -> str: ...
def double(x: int | str) -> int | str:
    return x * 2


def test_an_overloaded_function_keeps_its_first_overload() -> None:
    cached = mx.cache_data(double)
    assert_type(cached(1), int)
    cached("a")  # type: ignore[arg-type]


def test_a_coroutine_function_stays_one() -> None:
    async def fetch(url: str) -> bytes:
        return url.encode()

    async def use() -> None:
        assert_type(await mx.cache_data(fetch)(""), bytes)
        assert_type(await mx.cache_resource(ttl=1)(fetch)(url=""), bytes)
        with pytest.raises(AttributeError):
            await mx.cache_data(fetch)(1)  # type: ignore[arg-type]

    asyncio.run(use())


def test_a_cached_function_passes_for_the_function() -> None:
    def call(function: Callable[[int], str]) -> str:
        return function(1)

    cached = mx.cache_data(plain)
    assert call(cached) == "1"
    assert call(cached.__wrapped__) == "1"
    assert call(area) == "2 m"
    with pytest.raises(TypeError):
        call(now)  # type: ignore[arg-type]


def test_it_has_a_functions_attributes() -> None:
    assert_type(area.__name__, str)
    assert_type(area.__qualname__, str)
    assert_type(area.__doc__, "str | None")
    assert_type(area.__module__, str)
    assert_type(mx.cache_data(plain).__wrapped__, Callable[[int], str])
    assert_type(area.__wrapped__(1, unit="cm"), str)
    with pytest.raises(AttributeError):
        area.nothing  # type: ignore[attr-defined]


def test_clear_takes_a_call_or_nothing() -> None:
    area.clear()
    area.clear(1, unit="cm")
    area.clear("1")  # type: ignore[call-overload]
    table.clear(1, 2, a="x")
    now.clear()
    with pytest.raises(TypeError):
        area.clear(1, depth=3)  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        now.clear(1)  # type: ignore[call-overload]


def test_contains_and_key_take_a_call() -> None:
    assert_type(area.contains(1, unit="cm"), bool)
    assert_type(area.key(1, unit="cm"), str)
    assert_type(area.explain(1, unit="cm"), mx.Explanation)
    area.contains("1")  # type: ignore[arg-type]
    area.key(1, unit=2)  # type: ignore[arg-type]
    area.explain(1, unit=2)  # type: ignore[arg-type]
    wrong_uses: list[Callable[[], object]] = [
        lambda: area.contains(),  # type: ignore[call-arg]
        lambda: area.key(1, depth=3),  # type: ignore[call-arg]
    ]
    for use in wrong_uses:
        with pytest.raises(TypeError):
            use()


def test_cache_info_is_named() -> None:
    info = area.cache_info()
    assert_type(info, mx.CacheInfo)
    assert_type(info.hits, int)
    assert_type(info.max_entries, "int | None")
    assert_type(info.seconds_saved, float)
    with pytest.raises(TypeError):
        area.cache_info(1)  # type: ignore[call-arg]
