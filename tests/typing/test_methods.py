"""What type checkers know of cached methods: checked by mypy, and run to hold it to account."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import pytest

import memoxide as mx

if TYPE_CHECKING:
    from typing_extensions import assert_type

    from memoxide._core import CachedFunction, CachedMethod  # noqa: F401 -- named in strings
else:

    def assert_type(value, _type):
        return value


T = TypeVar("T")


class Model:
    @mx.cache_data
    def predict(self, x: int, *, scale: float = 1.0) -> float:
        return float(x) * scale

    @mx.cache_data(ttl=60)
    def label(self, /) -> str:
        return "model"

    @property
    @mx.cache_data
    def size(self) -> int:
        return 3

    @staticmethod
    @mx.cache_data
    def scaled(x: int, by: int = 2) -> int:
        return x * by

    @staticmethod
    @mx.cache_resource(max_entries=3)
    def anything(value: Any, n: int = 1) -> str:
        return str(value) * n

    @staticmethod
    @mx.cache_data
    def perhaps(value: int | None, default: int) -> int:
        return default if value is None else value

    @staticmethod
    @mx.cache_data
    def nothing() -> int:
        return 0

    @classmethod
    @mx.cache_resource
    def load(cls, path: str) -> list[str]:
        return [cls.__name__, path]


class LargeModel(Model):
    pass


class Box(Generic[T]):
    def __init__(self, value: T) -> None:
        self.value = value

    @mx.cache_data
    def get(self, times: int) -> list[T]:
        return [self.value] * times


def test_a_method_loses_self() -> None:
    for model in (Model(), LargeModel()):
        assert_type(model.predict(2), float)
        assert_type(model.predict(x=2, scale=0.5), float)
        assert_type(model.label(), str)
    model.predict("2")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        model.predict()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        model.label(1)  # type: ignore[call-arg]
    assert_type(model.label, "CachedMethod[[], str]")


def test_looked_up_on_the_class_it_keeps_self() -> None:
    assert_type(Model.predict(Model(), 2), float)
    assert_type(Model.label(LargeModel()), str)
    assert_type(Model.label, "CachedFunction[[Model], str]")
    with pytest.raises(TypeError):
        Model.predict(2)  # type: ignore[call-arg, arg-type]


def test_a_property_is_its_value() -> None:
    assert_type(Model().size, int)
    with pytest.raises(TypeError):
        Model().size()  # type: ignore[operator]


def test_a_static_method_keeps_all_parameters() -> None:
    assert_type(Model.scaled(2, by=3), int)
    assert_type(Model().scaled(2, by=3), int)
    assert_type(Model.nothing(), int)
    assert_type(Model().nothing(), int)
    assert_type(Model.anything(Model, 2), str)
    assert_type(Model.perhaps(1, 2), int)
    assert_type(Model().perhaps(None, 2), int)
    assert_type(Model.scaled.contains(2), bool)
    Model().scaled.clear(x=2)
    with pytest.raises(TypeError):
        Model.scaled()  # type: ignore[call-arg]
    Model().scaled("2")  # type: ignore[arg-type]


def test_a_class_method_loses_cls() -> None:
    assert_type(Model.load("a"), list[str])
    assert_type(LargeModel.load(path="a"), list[str])
    assert_type(Model().load("a"), list[str])
    with pytest.raises(TypeError):
        Model.load()  # type: ignore[call-arg]
    Model.load(1)  # type: ignore[arg-type]


def test_a_generic_class_is_known() -> None:
    assert_type(Box(1).get(2), list[int])
    assert_type(Box("a").get(times=2), list[str])
    with pytest.raises(TypeError):
        Box("a").get()  # type: ignore[call-arg]


def test_a_cached_method_passes_for_the_method() -> None:
    def call(function: Callable[[int], float]) -> float:
        return function(3)

    assert call(Model().predict) == 3.0
    with pytest.raises(TypeError):
        call(Model().label)  # type: ignore[arg-type]


def test_it_has_a_methods_attributes() -> None:
    method = Model().label
    assert_type(method.__name__, str)
    assert_type(method.__qualname__, str)
    assert_type(method.__self__, object)
    assert_type(method.__func__(Model()), str)
    assert_type(method.__wrapped__, Callable[[], str])
    with pytest.raises(AttributeError):
        method.other  # type: ignore[attr-defined]


def test_its_cache_is_asked_and_cleared_without_self() -> None:
    predict = Model().predict
    assert_type(predict.contains(1, scale=2.0), bool)
    assert_type(predict.key(x=1), str)
    assert_type(predict.explain(x=1), mx.Explanation)
    assert_type(predict.cache_info(), mx.CacheInfo)
    predict.clear()
    predict.clear(1, scale=2.0)
    predict.clear("1")  # type: ignore[call-overload]
    predict.key("1")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        predict.contains()  # type: ignore[call-arg]
    Model.predict.clear(Model(), 1)
    with pytest.raises(TypeError):
        Model.predict.clear(1)  # type: ignore[call-overload]
