"""Our errors as Streamlit's: an app's `except` clauses, tests and error pages know them.

Each class here is one of `memoxide.errors` and the one of Streamlit's that says the same.
"""

from __future__ import annotations

from typing import Any

from memoxide import errors
from memoxide.streamlit import versions


def translated(raised: Exception) -> Exception:
    """Make the exception one of both classes, if Streamlit has one that says the same."""
    class_ = _joint(type(raised), _stock_class(raised))
    if class_ is None:
        return raised
    return class_(_message(raised), **raised.__dict__)


def _stock_class(raised: Exception) -> type[Exception] | None:
    if isinstance(raised, errors.UnserializableReturnValueError):
        from inspect import isawaitable

        from streamlit.runtime.caching.cache_errors import UnevaluatedDataFrameError

        if isawaitable(raised.value) and versions.awaitable_error() is not None:
            return versions.awaitable_error()
        if versions.is_unevaluated(raised.value):
            return UnevaluatedDataFrameError  # type: ignore[no-any-return]
    return _stock_classes.get(type(raised).__name__)


_stock_classes = dict(versions.error_classes())
_joints: dict[tuple[type[Exception], type[Exception]], type[Exception]] = {}


def _joint(ours: type[Exception], stock: type[Exception] | None) -> type[Exception] | None:
    """Make one class for both, under the name of ours."""
    if stock is None or issubclass(ours, stock):
        return None
    joint = _joints.get((ours, stock))
    return joint or _joints.setdefault((ours, stock), _made(ours, stock))


def _made(ours: type[Exception], stock: type[Exception]) -> type[Exception]:
    def initialize(self: Exception, message: str, **details: Any) -> None:
        Exception.__init__(self, message)
        # Streamlit's own `__init__` would set the first, and make another message.
        self.__dict__.update({"error_id": None, **details})

    def reduce(self: Exception) -> tuple[Any, ...]:
        return _again, (ours, stock, str(self), self.__dict__)

    body = {
        "__init__": initialize,
        "__reduce__": reduce,
        "__module__": ours.__module__,
        "__doc__": ours.__doc__,
    }
    return type(ours.__name__, (ours, stock), body)


def _again(
    ours: type[Exception],
    stock: type[Exception],
    message: str,
    details: dict[str, Any],
) -> Exception:
    """Make the exception out of a pickle."""
    class_ = _joint(ours, stock)
    return ours(message, **details) if class_ is None else class_(message, **details)


def _message(raised: Exception) -> str:
    """Find the message, which begins as Streamlit's does: tests look for that."""
    if isinstance(raised, errors.UnhashableParamError):
        name = raised.function.rpartition(".")[2]
        return (
            f"Cannot hash argument '{raised.path}' (of type `{raised.type_name}`) in '{name}'.\n\n"
            f"{raised}"
        )
    if isinstance(raised, errors.UnserializableReturnValueError):
        name = raised.function.rpartition(".")[2]
        return (
            f"Cannot serialize the return value (of type `{raised.type_name}`) in `{name}()`.\n\n"
            f"{raised}"
        )
    return str(raised)
