"""The decorators, and what a decorated function looks like."""

import copy
import gc
import inspect
import logging
import pickle
import time
import weakref
from unittest import mock

import pytest

import memoxide as mx

DECORATORS = [mx.cache_data, mx.cache_resource, mx.experimental_memo, mx.experimental_singleton]
each_decorator = pytest.mark.parametrize("decorator", DECORATORS, ids=lambda d: d.__name__)


@each_decorator
@pytest.mark.parametrize("options", [None, {}, {"ttl": 60, "max_entries": 10}], ids=str)
def test_a_function_runs_once_for_the_same_arguments(decorator, options):
    runs = []
    case = (decorator.__name__, str(options))

    def square(x):
        """The square, in a function that each case has for itself."""
        runs.append(x)
        return x * x if case else None

    cached = decorator(square) if options is None else decorator(**options)(square)
    assert [cached(2), cached(2), cached(3), cached(x=2)] == [4, 4, 9, 4]
    assert runs == [2, 3]
    info = cached.cache_info()
    assert (info.hits, info.misses, info.entries) == (2, 2, 2)


@each_decorator
def test_it_looks_like_the_function(decorator):
    def area(width: int, height: int = 2) -> int:
        """Width by height."""
        return width * height

    area.unit = "m²"
    cached = decorator(area)
    assert cached.__name__ == "area"
    assert cached.__qualname__ == area.__qualname__
    assert cached.__doc__ == "Width by height."
    assert cached.__module__ == __name__
    assert cached.__wrapped__ is area
    assert cached.unit == "m²"
    assert inspect.signature(cached) == inspect.signature(area)
    assert inspect.unwrap(cached) is area
    assert weakref.ref(cached)() is cached
    assert copy.copy(cached) is copy.deepcopy(cached) is cached
    assert "area" in repr(cached)


@mx.cache_data
def doubled(x):
    return 2 * x


def test_it_is_pickled_by_reference():
    assert pickle.loads(pickle.dumps(doubled)) is doubled


def test_it_works_in_a_process_pool(in_child, tmp_path):
    (tmp_path / "work.py").write_text(
        "import memoxide as mx\n@mx.cache_data\ndef triple(x): return 3 * x\n"
    )
    out = in_child(
        """
        from concurrent.futures import ProcessPoolExecutor
        from work import triple
        if __name__ == "__main__":
            with ProcessPoolExecutor(2) as pool:
                print(list(pool.map(triple, [1, 2, 1])))
        """,
        PYTHONPATH=str(tmp_path),
    )
    assert out.strip() == "[3, 6, 3]"


def test_clear_forgets_one_call_or_all():
    runs = []

    @mx.cache_data
    def f(x, y=0):
        runs.append((x, y))
        return x

    f(1), f(2)
    f.clear(1)
    assert (f.contains(1), f.contains(2)) == (False, True)
    f.clear(y=0, x=2)
    assert not f.contains(2)
    f(1), f(2)
    f.clear()
    assert f.cache_info().entries == 0
    assert runs == [(1, 0), (2, 0), (1, 0), (2, 0)]
    with pytest.raises(TypeError):
        f.clear(z=1)


def test_contains_and_key_compute_and_count_nothing():
    @mx.cache_data
    def f(x):
        raise AssertionError("must not run")

    assert not f.contains(1)
    assert len(f.key(1)) == 64
    int(f.key(1), 16)
    assert f.key(1) == f.key(x=1) != f.key(2)
    info = f.cache_info()
    assert (info.hits, info.misses) == (0, 0)


def test_clearing_a_kind_leaves_the_other():
    @mx.cache_data
    def data():
        return 1

    @mx.experimental_memo
    def memo():
        return 1

    @mx.cache_resource
    def resource():
        return object()

    data(), memo(), resource()
    mx.cache_data.clear()
    assert (data.contains(), memo.contains(), resource.contains()) == (False, False, True)
    data(), memo()
    mx.experimental_singleton.clear()
    assert (data.contains(), memo.contains(), resource.contains()) == (True, True, False)
    mx.experimental_memo.clear()
    assert not data.contains()


def test_clear_can_be_patched():
    with mock.patch.object(mx.cache_data, "clear") as patched:
        mx.cache_data.clear()
    patched.assert_called_once_with()
    with mock.patch("memoxide.cache_resource.clear") as patched:
        mx.cache_resource.clear()
    patched.assert_called_once_with()
    mx.cache_data.clear()

    @mx.cache_data
    def f():
        return 1

    with mock.patch.object(f, "clear") as patched:
        f.clear()
    patched.assert_called_once_with()


@pytest.mark.parametrize(("decorator", "replacement"), [
    (mx.experimental_memo, "cache_data"),
    (mx.experimental_singleton, "cache_resource"),
])  # fmt: skip
def test_the_old_names_are_deprecated(decorator, replacement, caplog):
    @decorator
    def some_function():
        return 1

    [record] = caplog.records
    assert record.name == "memoxide"
    assert record.levelno == logging.WARNING
    assert f"use {replacement} instead" in record.message
    assert "some_function" in record.message


def test_a_ttl_with_persist_is_ignored_and_said_so(caplog):
    @mx.experimental_memo(persist="disk", ttl=0.000001)
    def old():
        return 1

    @mx.cache_data(persist=True, ttl="1ms")
    def new():
        return 1

    here = "test_a_ttl_with_persist_is_ignored_and_said_so.<locals>"
    messages = [record.message for record in caplog.records]
    assert (
        f"The memoized function '{__name__}.{here}.old' has a TTL that will be ignored. "
        "Persistent memo caches currently don't support TTL."
    ) in messages
    assert (
        f"The cached function '{__name__}.{here}.new' has a TTL that will be ignored. "
        "Persistent cached functions currently don't support TTL."
    ) in messages
    new()
    time.sleep(0.005)
    assert new.contains()


def test_a_level_set_at_run_time_counts_at_once(caplog):
    def decorate():
        mx.experimental_memo(lambda: 1)
        return len(caplog.records)

    logger = logging.getLogger("memoxide")
    before = decorate()
    assert before == 1
    logger.setLevel(logging.ERROR)
    try:
        assert decorate() == 1
    finally:
        logger.setLevel(logging.NOTSET)
    assert decorate() == 2


def test_nothing_is_printed(in_child):
    assert (
        in_child("""
        import memoxide as mx, sys
        @mx.cache_data(show_spinner="Loading", show_time=True)
        def f(x): return x
        f(1), f(1)
        assert not {"numpy", "pandas", "streamlit", "logging"} & set(sys.modules)
    """)
        == ""
    )


def test_it_does_not_wrap_in_frames_of_its_own():
    @mx.cache_data
    def fails():
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine") as info:
        fails()
    assert [entry.name for entry in info.traceback] == [
        "test_it_does_not_wrap_in_frames_of_its_own",
        "fails",
    ]


def test_staticmethod_belongs_above():
    with pytest.raises(mx.errors.DecorationError, match="write @staticmethod above"):
        mx.cache_data(staticmethod(lambda x: x))


def test_more_defaults_than_parameters():
    def plain(x):
        return x

    plain.__defaults__ = (1, 2, 3)
    f = mx.cache_data(plain)
    assert f.key() == f.key(3) != f.key(1)


def test_an_import_hook_may_use_a_cached_function(in_child):
    in_child(
        """
        import sys
        import memoxide as mx
        @mx.cache_data
        def load(x):
            return [x]
        class Finder:
            is_busy = False
            def find_spec(self, name, path=None, target=None):
                if name == "decimal" and not self.is_busy:
                    self.is_busy = True
                    load(2)
        sys.modules.pop("decimal", None)
        sys.meta_path.insert(0, Finder())
        assert load(1) == [1]
        assert load.contains(2)
        """,
        timeout=15,
    )


@pytest.mark.parametrize("option", ["on_release", "validate", "sizeof"])
def test_a_callback_that_leads_back_to_its_function_is_collected(option):
    class Callback:
        def __call__(self, value):
            return 1

    def define():
        callback = Callback()

        @mx.cache_resource(**{option: callback})
        def f():
            return 1

        callback.function = f
        return weakref.ref(f)

    function = define()
    gc.collect()
    assert function() is None


def test_functions_that_share_options_survive_a_collection():
    def release(value):
        return None

    decorate = mx.cache_resource(on_release=release)
    functions = [decorate(lambda: [1]), decorate(lambda: [2])]
    for _ in range(3):
        gc.collect()
    assert [function() for function in functions] == [[1], [2]]
