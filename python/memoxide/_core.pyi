"""The types of the compiled module."""

from collections.abc import Callable
from datetime import timedelta
from types import UnionType
from typing import (
    Any,
    Concatenate,
    Final,
    Generic,
    Literal,
    ParamSpec,
    Protocol,
    TypeAlias,
    TypeVar,
    final,
    overload,
    type_check_only,
)

from typing_extensions import Self

from memoxide.info import CacheInfo, FunctionStats

__all__ = [
    "CachedFunction",
    "CachedMethod",
    "Decorator",
    "Session",
    "__version__",
    "cache_data",
    "cache_resource",
    "end_session",
    "experimental_memo",
    "experimental_singleton",
    "parse_size",
    "parse_ttl",
    "register_hasher",
    "release_all",
    "session",
    "stats",
]

_T = TypeVar("_T")
_P = ParamSpec("_P")
_Q = ParamSpec("_Q")
_R_co = TypeVar("_R_co", covariant=True)
_R = TypeVar("_R")

_TimeToLive: TypeAlias = float | timedelta | str | None
_Size: TypeAlias = int | str | None
_HashFuncs: TypeAlias = dict[type | str | UnionType, Callable[[Any], Any]]

@final
class CachedFunction(Generic[_P, _R_co]):
    """A function whose results are cached; it is called as the function is."""

    __name__: str
    __qualname__: str
    @property
    def __wrapped__(self) -> Callable[_P, _R_co]: ...
    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _R_co: ...
    @overload
    def __get__(self, instance: None, owner: type | None = None, /) -> Self: ...
    @overload
    def __get__(
        self: CachedFunction[Concatenate[_T, _Q], _R],
        instance: _T,
        owner: type | None = None,
        /,
    ) -> CachedMethod[_Q, _R]: ...
    @overload
    def clear(self) -> None: ...
    @overload
    def clear(self, *args: _P.args, **kwargs: _P.kwargs) -> None: ...
    def contains(self, *args: _P.args, **kwargs: _P.kwargs) -> bool: ...
    def key(self, *args: _P.args, **kwargs: _P.kwargs) -> str: ...
    def cache_info(self) -> CacheInfo: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: object) -> Self: ...

@final
class CachedMethod(Generic[_P, _R_co]):
    """A cached function and the instance that is its first argument."""

    __name__: str
    __qualname__: str
    @property
    def __self__(self) -> Any: ...
    @property
    def __func__(self) -> CachedFunction[Concatenate[Any, _P], _R_co]: ...
    @property
    def __wrapped__(self) -> Callable[_P, _R_co]: ...
    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _R_co: ...
    @overload
    def clear(self) -> None: ...
    @overload
    def clear(self, *args: _P.args, **kwargs: _P.kwargs) -> None: ...
    def contains(self, *args: _P.args, **kwargs: _P.kwargs) -> bool: ...
    def key(self, *args: _P.args, **kwargs: _P.kwargs) -> str: ...
    def cache_info(self) -> CacheInfo: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Decorator:
    """A decorator that caches what functions return."""

    @property
    def __name__(self) -> str: ...
    def __call__(self, func: Callable[..., Any] | None = None, **options: Any) -> Any: ...
    def clear(self) -> None: ...

@type_check_only
class _Decorator(Protocol):
    @property
    def __name__(self) -> str: ...
    def clear(self) -> None: ...

@type_check_only
class _CacheData(_Decorator, Protocol):
    @overload
    def __call__(
        self,
        func: Callable[_P, _R],
        *,
        ttl: _TimeToLive = None,
        hash_funcs: _HashFuncs | None = None,
    ) -> CachedFunction[_P, _R]: ...
    @overload
    def __call__(
        self,
        func: None = None,
        *,
        ttl: _TimeToLive = None,
        hash_funcs: _HashFuncs | None = None,
    ) -> Callable[[Callable[_P, _R]], CachedFunction[_P, _R]]: ...

cache_data: Final[_CacheData]
cache_resource: Final[_CacheData]
experimental_memo: Final[_CacheData]
experimental_singleton: Final[_CacheData]

@final
class Session:
    @property
    def id(self) -> str: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *_exception: object) -> Literal[False]: ...

def session(id: str) -> Session: ...
def end_session(id: str) -> None: ...
@overload
def register_hasher(type: type[_T], fn_: Callable[[_T], object]) -> None: ...
@overload
def register_hasher(type: str | UnionType, fn_: Callable[[Any], object]) -> None: ...
def stats() -> list[FunctionStats]: ...
def parse_ttl(text: str) -> int: ...
def parse_size(text: str) -> int: ...
def release_all() -> None: ...

__version__: Final[str]
