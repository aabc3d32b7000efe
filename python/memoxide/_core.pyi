"""The types of the compiled module, which has none of its own."""

from collections.abc import Callable, ItemsView
from datetime import timedelta
from os import PathLike
from pathlib import Path
from types import CodeType, FrameType, UnionType
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

from memoxide.info import CacheInfo, Explanation, FunctionStats

__all__ = [
    "CacheEntry",
    "CacheFolder",
    "CachedCoroutine",
    "CachedFunction",
    "CachedMethod",
    "ConfiguredDecorator",
    "Decorator",
    "Disk",
    "Session",
    "__version__",
    "advance_time",
    "after_fork",
    "after_fork_in_parent",
    "before_fork",
    "begin_isolation",
    "cache_data",
    "cache_folder",
    "cache_resource",
    "configure",
    "disable_caching",
    "enable_caching",
    "encode_value",
    "end_expiry",
    "end_isolation",
    "end_session",
    "experimental_memo",
    "experimental_singleton",
    "metrics",
    "names_of_code",
    "outline",
    "parse_size",
    "parse_ttl",
    "rebuild",
    "register_hasher",
    "release_all",
    "session",
    "set_default_folder",
    "set_host",
    "stats",
    "trace_extent",
]

_T = TypeVar("_T")
_T_contra = TypeVar("_T_contra", contravariant=True)
_R = TypeVar("_R")
_R_co = TypeVar("_R_co", covariant=True)
_P = ParamSpec("_P")
_Q = ParamSpec("_Q")
_TakesAnything = TypeVar("_TakesAnything", bound=Callable[Concatenate[object, ...], Any])

# The decorated function.

@final
class CachedFunction(Generic[_P, _R_co]):
    """A function whose results are cached; it is called as the function is."""

    __name__: str
    __qualname__: str
    @property
    def __wrapped__(self) -> Callable[_P, _R_co]:
        """The plain function."""

    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _R_co: ...

    # What a look-up in a class gives follows from the first parameter, because a checker does not
    # say whether it was made through @classmethod or @staticmethod. In this order: looked up on the
    # class, a function that takes anything first (a static one), one that takes the class, any
    # other; looked up on an instance, one that takes the instance, one that takes its class, any
    # other (a static one).
    @overload
    def __get__(  # type: ignore[misc]  # only some cached functions take anything
        self: _TakesAnything, instance: None, owner: type | None = None, /
    ) -> _TakesAnything: ...
    @overload
    def __get__(
        self: _Takes[type[_T], _Q, _R], instance: None, owner: type[_T], /
    ) -> CachedMethod[_Q, _R]: ...
    @overload
    def __get__(self, instance: None, owner: type | None = None, /) -> Self: ...
    @overload
    def __get__(
        self: _Takes[_T, _Q, _R], instance: _T, owner: type | None = None, /
    ) -> CachedMethod[_Q, _R]: ...
    @overload
    def __get__(
        self: _Takes[type[_T], _Q, _R], instance: _T, owner: type | None = None, /
    ) -> CachedMethod[_Q, _R]: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None, /) -> Self: ...
    @overload
    def clear(self) -> None:
        """Forget every entry."""

    @overload
    def clear(self, *args: _P.args, **kwargs: _P.kwargs) -> None:
        """Forget one call's entry."""

    def contains(self, *args: _P.args, **kwargs: _P.kwargs) -> bool:
        """Whether the call would hit; computes nothing, counts nothing."""

    def explain(self, *args: _P.args, **kwargs: _P.kwargs) -> Explanation:
        """Why the call would hit or miss; computes nothing, counts nothing."""

    def key(self, *args: _P.args, **kwargs: _P.kwargs) -> str:
        """Return the call's key, 64 hexadecimal digits, for every process of one Python version."""

    def cache_info(self) -> CacheInfo:
        """Hits, misses, bounds and sizes, in the session that is open where that matters."""

    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: object) -> Self: ...

@final
class CachedMethod(Generic[_P, _R_co]):
    """A cached function and the instance that is its first argument."""

    __name__: str
    __qualname__: str
    @property
    def __self__(self) -> object:
        """The instance, or the class for a class method."""

    @property
    def __func__(self) -> CachedFunction[..., _R_co]:  # mypy would bind exact parameters anew
        """The cached function."""

    @property
    def __wrapped__(self) -> Callable[_P, _R_co]:
        """The plain function, bound to the instance."""

    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _R_co: ...
    @overload
    def clear(self) -> None:
        """Forget every entry, of all instances."""

    @overload
    def clear(self, *args: _P.args, **kwargs: _P.kwargs) -> None:
        """Forget one call's entry."""

    def contains(self, *args: _P.args, **kwargs: _P.kwargs) -> bool:
        """Whether the call would hit; computes nothing, counts nothing."""

    def explain(self, *args: _P.args, **kwargs: _P.kwargs) -> Explanation:
        """Why the call would hit or miss; computes nothing, counts nothing."""

    def key(self, *args: _P.args, **kwargs: _P.kwargs) -> str:
        """Return the call's key, 64 hexadecimal digits, for every process of one Python version."""

    def cache_info(self) -> CacheInfo:
        """Hits, misses, bounds and sizes, of all instances together."""

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class CachedCoroutine:
    """A call of a cached coroutine function; it is awaited once."""

    @property
    def __name__(self) -> str: ...
    @property
    def __qualname__(self) -> str: ...
    @property
    def cr_await(self) -> Any: ...
    @property
    def cr_code(self) -> CodeType: ...
    @property
    def cr_frame(self) -> FrameType: ...
    @property
    def cr_running(self) -> bool: ...
    @property
    def cr_suspended(self) -> bool: ...
    def __await__(self) -> Self: ...
    def __next__(self) -> Any: ...
    def send(self, value: Any) -> Any: ...
    def throw(self, kind: Any, value: Any = None, traceback: Any = None) -> Any: ...
    def close(self) -> None: ...

@type_check_only
class _Takes(Protocol[_T_contra, _P, _R_co]):
    """A callable by its first parameter."""

    def __call__(self, first: _T_contra, /, *args: _P.args, **kwargs: _P.kwargs) -> _R_co: ...

# The decorators.

@final
class Decorator:
    """The run-time class of the four decorators; each takes options of its own."""

    @property
    def __name__(self) -> str: ...
    def __call__(self, func: Callable[..., Any] | None = None, **options: Any) -> Any: ...
    def clear(self) -> None: ...

@final
class ConfiguredDecorator:
    """A decorator with its options."""

    def __call__(self, func: Callable[_P, _R]) -> CachedFunction[_P, _R]: ...

_TimeToLive: TypeAlias = float | timedelta | str | None
_Hashed: TypeAlias = type | str | UnionType
# The second one is for variables: a dict[type[Model], ...] is no dict[_Hashed, ...].
_HashFuncs: TypeAlias = dict[_Hashed, Callable[[Any], Any]] | _InferredHashFuncs

@type_check_only
class _InferredHashFuncs(Protocol):
    def items(self) -> ItemsView[_Hashed, Callable[[Any], Any]]: ...

@type_check_only
class _Decorator(Protocol):
    @property
    def __name__(self) -> str: ...
    def clear(self) -> None:
        """Forget every entry of the functions decorated with this or its sibling."""

@type_check_only
class _CacheData(_Decorator, Protocol):
    @overload
    def __call__(
        self,
        func: Callable[_P, _R],
        *,
        ttl: _TimeToLive = None,
        max_entries: int | None = None,
        max_size: int | str | None = None,
        persist: Literal["disk"] | bool | Disk | None = None,
        show_spinner: bool | str = True,
        show_time: bool = False,
        hash_funcs: _HashFuncs | None = None,
        cache_if: Callable[[Any], object] | None = None,
        scope: Literal["global", "session"] = "global",
        refresh_mode: Literal["foreground", "background"] = "foreground",
        experimental_allow_widgets: bool = False,
        copy: Literal["auto", "deep"] = "auto",
        follow_dependencies: bool = True,
    ) -> CachedFunction[_P, _R]: ...
    @overload
    def __call__(
        self,
        func: None = None,
        *,
        ttl: _TimeToLive = None,
        max_entries: int | None = None,
        max_size: int | str | None = None,
        persist: Literal["disk"] | bool | Disk | None = None,
        show_spinner: bool | str = True,
        show_time: bool = False,
        hash_funcs: _HashFuncs | None = None,
        cache_if: Callable[[Any], object] | None = None,
        scope: Literal["global", "session"] = "global",
        refresh_mode: Literal["foreground", "background"] = "foreground",
        experimental_allow_widgets: bool = False,
        copy: Literal["auto", "deep"] = "auto",
        follow_dependencies: bool = True,
    ) -> ConfiguredDecorator: ...

@type_check_only
class _CacheResource(_Decorator, Protocol):
    @overload
    def __call__(
        self,
        func: Callable[_P, _R],
        *,
        ttl: _TimeToLive = None,
        max_entries: int | None = None,
        max_size: int | str | None = None,
        sizeof: Callable[[Any], int] | None = None,
        show_spinner: bool | str = True,
        show_time: bool = False,
        validate: Callable[[Any], bool] | None = None,
        hash_funcs: _HashFuncs | None = None,
        cache_if: Callable[[Any], object] | None = None,
        on_release: Callable[[Any], object] | None = None,
        fork: Literal["share", "recreate"] = "share",
        scope: Literal["global", "session"] = "global",
        refresh_mode: Literal["foreground", "background"] = "foreground",
        experimental_allow_widgets: bool = False,
        follow_dependencies: bool = True,
    ) -> CachedFunction[_P, _R]: ...
    @overload
    def __call__(
        self,
        func: None = None,
        *,
        ttl: _TimeToLive = None,
        max_entries: int | None = None,
        max_size: int | str | None = None,
        sizeof: Callable[[Any], int] | None = None,
        show_spinner: bool | str = True,
        show_time: bool = False,
        validate: Callable[[Any], bool] | None = None,
        hash_funcs: _HashFuncs | None = None,
        cache_if: Callable[[Any], object] | None = None,
        on_release: Callable[[Any], object] | None = None,
        fork: Literal["share", "recreate"] = "share",
        scope: Literal["global", "session"] = "global",
        refresh_mode: Literal["foreground", "background"] = "foreground",
        experimental_allow_widgets: bool = False,
        follow_dependencies: bool = True,
    ) -> ConfiguredDecorator: ...

@type_check_only
class _ExperimentalMemo(_Decorator, Protocol):
    @overload
    def __call__(
        self,
        func: Callable[_P, _R],
        *,
        persist: Literal["disk"] | bool | Disk | None = None,
        show_spinner: bool | str = True,
        suppress_st_warning: bool = False,
        max_entries: int | None = None,
        ttl: _TimeToLive = None,
        experimental_allow_widgets: bool = False,
        hash_funcs: _HashFuncs | None = None,
    ) -> CachedFunction[_P, _R]: ...
    @overload
    def __call__(
        self,
        func: None = None,
        *,
        persist: Literal["disk"] | bool | Disk | None = None,
        show_spinner: bool | str = True,
        suppress_st_warning: bool = False,
        max_entries: int | None = None,
        ttl: _TimeToLive = None,
        experimental_allow_widgets: bool = False,
        hash_funcs: _HashFuncs | None = None,
    ) -> ConfiguredDecorator: ...

@type_check_only
class _ExperimentalSingleton(_Decorator, Protocol):
    @overload
    def __call__(
        self,
        func: Callable[_P, _R],
        *,
        show_spinner: bool | str = True,
        suppress_st_warning: bool = False,
        max_entries: int | None = None,
        ttl: _TimeToLive = None,
        validate: Callable[[Any], bool] | None = None,
        experimental_allow_widgets: bool = False,
        hash_funcs: _HashFuncs | None = None,
    ) -> CachedFunction[_P, _R]: ...
    @overload
    def __call__(
        self,
        func: None = None,
        *,
        show_spinner: bool | str = True,
        suppress_st_warning: bool = False,
        max_entries: int | None = None,
        ttl: _TimeToLive = None,
        validate: Callable[[Any], bool] | None = None,
        experimental_allow_widgets: bool = False,
        hash_funcs: _HashFuncs | None = None,
    ) -> ConfiguredDecorator: ...

cache_data: Final[_CacheData]
"""Cache what a function returns; each caller gets a value that it can change without harm."""
cache_resource: Final[_CacheResource]
"""Cache the object that a function returns; all callers share it."""
experimental_memo: Final[_ExperimentalMemo]
"""The older name of `cache_data`."""
experimental_singleton: Final[_ExperimentalSingleton]
"""The older name of `cache_resource`."""

# The module's functions.

@final
class Session:
    """A context in which a session is open: `with memoxide.session("id"):`."""

    @property
    def id(self) -> str:
        """What the session is known by."""

    def __enter__(self) -> Self: ...
    # Not `bool`, after which a checker would take every block for one that may end early.
    def __exit__(self, *_exception: object) -> Literal[False]: ...

@final
class Disk:
    """A disk tier that is not the common one: `persist=memoxide.Disk(...)`.

    Args:
        path: A folder of its own; else the common one.
        ttl: Whether the function's `ttl` counts; with `persist="disk"` it does not.
        max_size: Bytes of that folder, as a number or a string like `"2GB"`; 10 GB at first.
        max_age: How old entries of that folder get: seconds, a timedelta or a string like `"30d"`.
        memory: Whether values are kept in memory as well.
        memory_map: Whether large data is read where the file is mapped. With `False` all of a value
            is in memory of this process, where nobody who may write to the folder can change it.
        name: The application's name; else the project's folder.

    Raises:
        OptionError: A value cannot be, or a bound was given without a path.

    """

    def __new__(
        cls,
        path: str | PathLike[str] | None = None,
        *,
        ttl: bool = True,
        max_size: int | str | None = None,
        max_age: _TimeToLive = None,
        memory: bool = True,
        memory_map: bool = True,
        name: str | None = None,
    ) -> Self: ...
    def __getnewargs_ex__(self) -> tuple[tuple[Path | None], dict[str, Any]]: ...
    @property
    def path(self) -> Path | None:
        """The folder, if it is not the common one."""

    @property
    def ttl(self) -> bool:
        """Whether a function's `ttl` counts on the disk."""

    @property
    def max_size(self) -> int | None:
        """Bytes that the folder may have, if that was given."""

    @property
    def max_age(self) -> float | None:
        """Seconds that entries of the folder may be old, if that was given."""

    @property
    def memory(self) -> bool:
        """Whether entries are in memory as well."""

    @property
    def memory_map(self) -> bool:
        """Whether large data is read where the file is mapped."""

    @property
    def name(self) -> str | None:
        """The application's name, if it is not the project's."""

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class CacheFolder:
    """A folder of entries, of all applications; for the command line.

    Args:
        path: Where it is; else the common folder.
        max_size: What `sweep` leaves of it.
        max_age: How old entries get before `sweep` removes them.

    Raises:
        OSError: The folder is refused, or cannot be made.

    """

    def __new__(
        cls,
        path: str | PathLike[str] | None = None,
        *,
        max_size: int | str | None = None,
        max_age: _TimeToLive = None,
    ) -> Self: ...
    @property
    def path(self) -> Path:
        """Where it is."""

    def entries(self, *, checked: bool = True) -> list[CacheEntry]:
        """All entries; one function's follow each other.

        Unless they are checked, which reads all of their bytes, what they say may be forged.
        """

    def verify(self, entry: CacheEntry) -> str | None:
        """Tell what is wrong with an entry; `None` if it is what was written."""

    def inspect(self, entry: CacheEntry) -> dict[str, Any]:
        """Tell how an entry is made up, once its seal is found to be right."""

    def remove(self, entry: CacheEntry) -> bool:
        """Remove an entry's file; return whether it was there. Memory is left alone."""

    def clear(self, entry: CacheEntry) -> bool:
        """Clear an entry, here and in the memory of all processes."""

    def count(self) -> tuple[int, int]:
        """Tell how many entries there are, and the bytes that they take."""

    def clear_all(self) -> tuple[int, int]:
        """Clear all entries of all applications; return how many, and their bytes."""

    def sweep(self) -> tuple[int, int, int] | None:
        """Remove what is too old, too much, or left over; `None` if another process is at it."""

@final
class CacheEntry:
    """An entry as it was listed."""

    @property
    def path(self) -> str:
        """The file, from the folder."""

    @property
    def size(self) -> int:
        """Bytes of the file."""

    @property
    def used(self) -> float:
        """Seconds from the beginning of 1970 to the last use, to the minute."""

    @property
    def hits(self) -> int | None:
        """How often the file was read, once a minute at most; `None` where that is not kept."""

    @property
    def is_readable(self) -> bool:
        """Whether the file begins as an entry does; if not, what follows is `None`."""

    @property
    def application(self) -> str | None:
        """The application's name."""

    @property
    def function(self) -> str | None:
        """The function: module and qualified name."""

    @property
    def digest(self) -> str | None:
        """The digest of the function, in hexadecimal digits."""

    @property
    def key(self) -> str | None:
        """The key of the call, as `f.key()` gives it."""

    @property
    def created(self) -> float | None:
        """Seconds from the beginning of 1970 to the entry's creation."""

    @property
    def cost(self) -> float | None:
        """Seconds that the computation took."""

def cache_folder() -> Path:
    """Where the common folder is."""

def configure(
    *,
    cache_dir: str | PathLike[str] | None = None,
    disk_max_size: float | str | None = None,
    disk_max_age: _TimeToLive = None,
    app: str | None = None,
    refresh_multiplier: float | None = None,
    refresh_workers: int | None = None,
    data_max_size: float | str | None = None,
) -> None:
    """Set what holds for the whole process; what is not given stays as it is.

    Args:
        cache_dir: The folder of what `persist` keeps; else `MEMOXIDE_CACHE_DIR`, or the user's
            cache folder.
        disk_max_size: Bytes of that folder, 10 GB at first; `math.inf` is no bound.
        disk_max_age: How old its entries get; at first, and with `math.inf`, there is no bound.
        app: The application's name; else the folder of the function's project.
        refresh_multiplier: How long a value may be served with `refresh_mode="background"`, in
            times to live: above 1, and 2 at first. Counts for functions that are decorated later.
        refresh_workers: How many refreshes may run at once, 4 at first; with 0 there are none.
        data_max_size: Bytes of all entries of `cache_data` in memory together; at first, and with
            `math.inf`, there is no bound. The least recently used ones leave. One entry that is
            larger stays until the next one comes.

    Raises:
        OptionError: A value cannot be; nothing is set.

    """

def session(id: str) -> Session:
    """Open a session: entries of `scope="session"` are shared inside it, by its id."""

def end_session(id: str) -> None:
    """End a session: its entries are forgotten, its resources released."""

@overload
def register_hasher(type: type[_T], fn: Callable[[_T], object]) -> None:
    """Tell what counts of the instances of a type, in every cached function of the process."""

@overload
def register_hasher(type: str | UnionType, fn: Callable[[Any], object]) -> None:
    """Tell what counts of the instances of several types, or of one by its qualified name."""

def metrics() -> list[tuple[str, str, int, list[int], list[int], list[int], bool]]:
    """Return kind, name, bytes, lookups, departures and refreshes of each cache."""

def set_default_folder(folder: str | PathLike[str] | None) -> None:
    """Give `persist` a folder where neither the user nor the environment names one."""

def set_host(host: object | None) -> None:
    """Make an object the host: what surrounds calls and is asked of them; none with `None`."""

def stats() -> list[FunctionStats]:
    """One row for each cached function and session, by name."""

def parse_ttl(text: str) -> int:
    """Nanoseconds that a time-to-live string stands for."""

def parse_size(text: str) -> int:
    """Bytes that a size string stands for."""

def encode_value(value: object) -> bytes:
    """Encode a value as an argument that no hash function sees."""

def names_of_code(
    code: CodeType,
) -> tuple[list[str], list[str], list[str], list[tuple[int, str, list[str]]]]:
    """Names that a code object loads from globals, takes as attributes, assigns, and imports."""

def outline(object: object) -> list[tuple[str, str]]:
    """Parts of a definition by name, each with a digest of its own."""

def trace_extent() -> tuple[int, int, int, int]:
    """Functions, calls and bytes that `explain` compares with, and calls that were noted so far."""

def rebuild(
    decorator: str, function: Callable[..., Any], options: dict[str, Any]
) -> CachedFunction[..., Any]:
    """Make a cached function that was pickled by its content."""

def before_fork() -> None:
    """Wait for the imports that are under way in this process."""

def after_fork_in_parent() -> None:
    """Let other threads import again, after a fork."""

def after_fork() -> None:
    """Note that this process is the child of a fork."""

def end_expiry() -> None:
    """End the thread that takes out expired entries: the interpreter is about to exit."""

def release_all() -> None:
    """Release all resources: the interpreter is about to exit."""

__version__: Final[str]

# What `memoxide.testing` is made of.

def advance_time(seconds: float) -> None:
    """Let time pass for all caches, and take out what has expired.

    Args:
        seconds: How many, zero or more. Time cannot be turned back.

    Raises:
        OptionError: They are negative, infinite or no number.

    """

def begin_isolation() -> tuple[int, int]:
    """Hide all entries. Return the isolation's number, and that of the one before."""

def end_isolation(isolation: int, before: int) -> None:
    """Show the entries of before, and release what was made meanwhile."""

def disable_caching() -> None:
    """Have nothing cached."""

def enable_caching() -> None:
    """Take one `disable_caching` back."""
