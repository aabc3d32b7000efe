"""What decorators of installed packages make: the code in it counts, wherever they keep it."""

from unittest import mock

import pytest

CALLS = """
@mx.cache_data
def f(x): return helper(x)
"""
WRAPT = """
import wrapt
@wrapt.decorator
def loud(wrapped, instance, args, kwargs): return wrapped(*args, **kwargs) + 0
@loud
def helper(x): return x + 1
"""
HELPERS = {
    "wrapt": ("wrapt", WRAPT, "x + 1"),
    "the decorator": ("wrapt", WRAPT, "+ 0"),
    "wrapt twice": ("wrapt", WRAPT.replace("@loud\ndef h", "@loud\n@loud\ndef h"), "x + 1"),
    "wrapt.lru_cache": (
        "wrapt",
        "import wrapt\n@wrapt.lru_cache(maxsize=3)\ndef helper(x): return x + 1\n",
        "x + 1",
    ),
    "deprecated": (
        "deprecated",
        "import deprecated\n@deprecated.deprecated(version='1', action='ignore')\n"
        "def helper(x): return x + 1\n",
        "x + 1",
    ),
    "validate_call": (
        "pydantic",
        "import pydantic\n@pydantic.validate_call\ndef helper(x: int): return x + 1\n",
        "x + 1",
    ),
    "what validate_call makes of it": (
        "pydantic",
        "import pydantic\n@pydantic.validate_call\ndef helper(x: int): return x + 1\n",
        "x: int",
    ),
    "njit": ("numba", "import numba\n@numba.njit\ndef helper(x): return x + 1\n", "x + 1"),
    "slots": (
        "functools",
        """
class Wrapper:
    __slots__ = ("__wrapped__",)
    def __init__(self, function): self.__wrapped__ = function
    def __call__(self, x): return self.__wrapped__(x)
@Wrapper
def helper(x): return x + 1
""",
        "x + 1",
    ),
    "other slots": (
        "functools",
        """
class Wrapper:
    __slots__ = ("inner",)
    def __init__(self, function): self.inner = function
    def __call__(self, x): return self.inner(x)
@Wrapper
def helper(x): return x + 1
""",
        "x + 1",
    ),
}
EDITS = {"x + 1": "x + 2", "+ 0": "+ 3", "x: int": "x: str"}


def needs(library):
    if library == "wrapt.lru_cache":
        wrapt = pytest.importorskip("wrapt")
        return hasattr(wrapt, "lru_cache") or pytest.skip("no wrapt.lru_cache")
    return pytest.importorskip(library)


@pytest.mark.parametrize("name", HELPERS)
def test_an_edit_behind_a_decorator_is_noticed(name, user):
    library, source, edit = HELPERS[name]
    needs("wrapt.lru_cache" if name == "wrapt.lru_cache" else library)
    before = user(source + CALLS).f.key(1)
    assert user(source + CALLS).f.key(1) == before, "executed again"
    assert user(source.replace(edit, EDITS[edit]) + CALLS).f.key(1) != before


@pytest.mark.parametrize("name", HELPERS)
def test_a_decorated_function_that_is_cached_hits_when_it_is_defined_again(name, user):
    library, source, edit = HELPERS[name]
    needs("wrapt.lru_cache" if name == "wrapt.lru_cache" else library)
    cached = source + "f = mx.cache_data(helper)\n"
    first = user(cached)
    value = first.f(1)
    assert first.f(1) == value
    assert first.f.cache_info().misses == 1
    assert user(cached + "OTHER = 1\n").f.contains(1), (
        "executed again, with another global beside it"
    )
    assert not user(cached.replace(edit, EDITS[edit])).f.contains(1)


def test_a_callable_that_counts_its_calls_hits_when_it_is_defined_again(user):
    source = """
import functools
class Counted:
    def __init__(self, function):
        self.function, self.calls, self.log = function, 0, []
        functools.update_wrapper(self, function)
    def __call__(self, *args):
        self.calls += 1
        self.note(args)
        return self.function(*args)
    def note(self, args): self.last = args
@mx.cache_data
@Counted
def f(x): return x + 1
"""
    first = user(source)
    assert (first.f(1), first.f(1), first.f(2), first.f(1)) == (2, 2, 3, 2)
    assert first.f.cache_info().misses == 2
    assert user(source).f.contains(1)
    assert not user(source.replace("x + 1", "x + 2")).f.contains(1)


def test_what_a_callable_is_set_to_counts(user):
    code = user("""
class Scale:
    def __init__(self, n): self.n, self.calls = n, 0
    def __call__(self, x):
        self.calls += 1
        return self.n * x
    def set(self, n): self.n = n
scale = Scale(2)
f = mx.cache_data(scale)
""")
    assert code.f(1) == 2
    code.scale.set(3)
    assert code.f(1) == 3


def test_mocks_share_no_entries(user):
    code = user("""
def load(): return 0
@mx.cache_data
def f(x): return load()
@mx.cache_data
def g(x): return load().rows.get()
@mx.cache_data
def built_in(x): return open(x).read()
""")
    for value in (1, 2):
        with mock.patch("user_code.load", return_value=value) as load:
            assert (code.f(1), code.f(1)) == (value, value)
            load.assert_called_once()
            load.return_value = value + 10
            assert code.f(1) == value + 10
            load.side_effect = lambda: -1
            assert code.f(1) == -1
        with mock.patch("user_code.load") as load:
            load.return_value.rows.get.return_value = value
            assert (code.g(1), code.g(1)) == (value, value)
            load.assert_called_once()
            load.return_value.rows.get.return_value = value + 10
            assert code.g(1) == value + 10
        with mock.patch("user_code.load", autospec=True, return_value=value):
            assert (code.f(1), code.f(1)) == (value, value)
        with mock.patch("builtins.open", mock.mock_open(read_data=str(value))):
            assert code.built_in("a") == str(value)
    assert code.f(1) == 0


STRUCT = """
import msgspec
class Options(msgspec.Struct):
    rate: int = 1
    rows: list = msgspec.field(default_factory=list)
@mx.cache_data
def f(x): return Options().rate * x
"""
DATACLASS = """
import dataclasses
@dataclasses.dataclass
class Options:
    rate: int = dataclasses.field(default=1, metadata={"unit": "m", "steps": [1]})
@mx.cache_data
def f(x): return [field.metadata["unit"] for field in dataclasses.fields(Options)]
"""
ATTRS = """
import attrs
@attrs.define
class Options:
    rate: int = attrs.field(default=1, metadata={"unit": "m"})
@mx.cache_data
def f(x): return attrs.fields(Options).rate.metadata["unit"]
"""
FIELDS = [
    ("msgspec", STRUCT, "= 1", "= 2"),
    ("msgspec", STRUCT, "default_factory=list", "default_factory=lambda: [1]"),
    ("dataclasses", DATACLASS, '"m"', '"km"'),
    ("dataclasses", DATACLASS, "[1]", "[2]"),
    ("attrs", ATTRS, '"m"', '"km"'),
    ("attrs", ATTRS, "default=1", "default=2"),
]


@pytest.mark.parametrize(("library", "source", "old", "new"), FIELDS)
def test_what_is_said_of_fields_counts(library, source, old, new, user):
    pytest.importorskip(library)
    before = user(source).f.key(1)
    assert user(source).f.key(1) == before
    assert user(source.replace(old, new)).f.key(1) != before


PANDAS = """
import pandas as pd
@pd.api.extensions.register_dataframe_accessor("shop")
class Shop:
    def __init__(self, frame): self.frame = frame
    def total(self): return 1
@mx.cache_data
def f(frame): return frame.shop.total()
"""
PATCHED = """
import pandas as pd
def shop(self): return 1
pd.DataFrame.shop = shop
@mx.cache_data
def f(frame): return frame.shop()
"""
POLARS = """
import polars as pl
@pl.api.register_dataframe_namespace("shop")
class Shop:
    def __init__(self, frame): self.frame = frame
    def total(self): return 1
@mx.cache_data
def f(frame): return frame.shop.total()
"""
XARRAY = """
import xarray as xr
@xr.register_dataset_accessor("shop")
class Shop:
    def __init__(self, data): self.data = data
    def total(self): return 1
@mx.cache_data
def f(data): return data.shop.total()
"""
EXTENSIONS = [
    ("pandas", "DataFrame", PANDAS),
    ("pandas", "DataFrame", PATCHED),
    ("polars", "DataFrame", POLARS),
    ("xarray", "Dataset", XARRAY),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("library", "owner", "source"), EXTENSIONS)
def test_what_the_user_adds_to_classes_of_data_libraries_counts(library, owner, source, user):
    owner = getattr(pytest.importorskip(library), owner)
    try:
        first = user(source)
        assert first.f(owner()) == 1
        assert user(source).f.contains(owner())
        edited = user(source.replace("return 1", "return 2"))
        assert edited.f(owner()) == 2
        assert first.f(owner()) == 2, "what is registered is the new one"
    finally:
        del owner.shop
        getattr(owner, "_accessors", set()).discard("shop")
