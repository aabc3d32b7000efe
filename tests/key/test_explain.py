"""`explain`: hit or miss, why, and how each argument was hashed."""

import collections
import dataclasses
import decimal
import enum
import functools
import itertools
import pathlib
import sys
import threading
import types
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

import memoxide as mx
from memoxide._core import trace_extent


@dataclasses.dataclass
class Point:
    x: int
    y: int


class Slots:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left, self.right = left, right


Pair = collections.namedtuple("Pair", "first second")


class Settings(dict):
    pass


numbers = itertools.count()


def fresh(source, name="f", **values):
    """The function `name` of a program, in a module of its own under the same name each time."""
    module = types.ModuleType("explained")
    sys.modules["explained"] = module
    module.__dict__.update(mx=mx, **values)
    exec(source, module.__dict__)
    return module.__dict__[name]


def explained(before, now, **options):
    """How a call is explained after one with another argument."""

    def f(x):
        return None

    f.__qualname__ = f"explained_{next(numbers)}"
    f = mx.cache_data(f, **options)
    f(before)
    return f.explain(now)


# The reasons.


def test_a_call_that_was_never_made_was_never_computed():
    f = mx.cache_data(lambda only_this: only_this)
    f.__wrapped__.__qualname__ = "never_called"
    explanation = f.explain(1)
    assert (explanation.hit, explanation.changes) == (False, ())


def test_a_stored_value_is_a_hit():
    f = fresh("@mx.cache_data\ndef f(x): return x")
    assert f.explain(1).reason == "never computed"
    f(1)
    assert (f.explain(1).hit, f.explain(1).reason) == (True, "stored")
    assert f.explain(1).key == f.key(1)


def test_what_left_the_store_says_why():
    f = fresh("@mx.cache_data(max_entries=1)\ndef left(x): return x", "left")
    f(1)
    f(2)
    assert f.explain(1).reason == "evicted"
    f.clear()
    assert f.explain(2).reason == "cleared"
    f(2)
    f.clear(2)
    assert f.explain(2).reason == "cleared"
    f(2)
    mx.cache_data.clear()
    assert f.explain(2).reason == "cleared"


def test_an_expired_value_is_named_before_and_after_it_left(in_child):
    in_child(
        """
        import time
        import memoxide as mx

        @mx.cache_data(ttl=0.02)
        def f(x):
            return x

        f(1)
        time.sleep(0.05)
        assert f.explain(1).reason == "expired"
        """
    )


def test_a_ttl_of_zero_computes_each_time():
    f = fresh("@mx.cache_data(ttl=0)\ndef at_once(x): return x", "at_once")
    f(1)
    explanation = f.explain(1)
    assert (explanation.hit, explanation.reason) == (False, "computed each time: ttl=0")
    assert not f.contains(1)


def test_what_could_not_be_stored_says_so():
    program = """
@mx.cache_resource(max_size=1, sizeof=len)
def large(x): return "x" * 1000

@mx.cache_data
def failing(x): raise ValueError

@mx.cache_resource(validate=lambda resource: False)
def refused(x): return object()
"""
    large = fresh(program, "large")
    large(1)
    assert large.explain(1).reason == "not stored: it is larger than max_size"
    failing = fresh(program, "failing")
    with pytest.raises(ValueError):
        failing(1)
    assert failing.explain(1).reason == "not stored: the last computation raised"
    refused = fresh(program, "refused")
    refused(1)
    explanation = refused.explain(1)
    assert (explanation.hit, explanation.reason) == (True, "stored, if validate accepts it")


def test_a_resource_that_was_rejected_says_so():
    program = """
@mx.cache_resource(validate=lambda resource: False)
def rejected(x):
    if x in opened: raise ValueError
    opened.append(x)
    return object()
"""
    rejected = fresh(program, "rejected", opened=[])
    rejected(1)
    with pytest.raises(ValueError):
        rejected(1)
    # Of the two reasons the last one counts.
    assert rejected.explain(1).reason == "not stored: the last computation raised"


def test_a_computation_that_runs_is_told():
    running, done = threading.Event(), threading.Event()

    def wait(x):
        running.set()
        done.wait(20)

    f = mx.cache_data(follow_dependencies=False)(wait)
    thread = threading.Thread(target=f, args=(1,))
    thread.start()
    running.wait(20)
    assert f.explain(1).reason == "being computed"
    done.set()
    thread.join()
    assert f.explain(1).hit


# What an argument differs in.


@pytest.mark.parametrize(
    ("before", "now", "path", "detail"),
    [
        (1, 2, "x", "was 1, is 2"),
        (1, True, "x", "was int, is bool"),
        (1.5, float("inf"), "x", "was 1.5, is inf"),
        (-(10**12), 10**12, "x", "was -1000000000000, is 1000000000000"),
        ("a", "b", "x", "changed"),
        ("a" * 1000, "b" * 1000, "x", "changed"),
        ([1, 2, 3, 4], [1, 2, 3, 5], "x[3]", "was 4, is 5"),
        ([1], [1, 2], "x", "2 items, was 1"),
        ({"rows": 1}, {"rows": 2}, 'x["rows"]', "was 1, is 2"),
        ({"rows": 1}, {"rows": 1, "new": 2}, 'x["new"]', "is new"),
        ({"rows": 1}, {}, 'x["rows"]', "is gone"),
        ({1: 0, "a": 0}, {"a": 0, 1: 0}, "x", "its keys are in another order"),
        ({(1, "a"): 1}, {(1, "a"): 2}, 'x[(1, "a")]', "was 1, is 2"),
        ({"a": [{"b": (1, 2)}]}, {"a": [{"b": (1, 3)}]}, 'x["a"][0]["b"][1]', "was 2, is 3"),
        ({1, 2}, {1, 2, 3}, "x", "1 element more"),
        (Point(1, 2), Point(1, 3), "x.y", "was 2, is 3"),
        ([Point(1, 2)], [Point(0, 2)], "x[0].x", "was 1, is 0"),
        (Slots(1, 2), Slots(1, 3), "x.right", "was 2, is 3"),
        (Pair(1, 2), Pair(1, 3), "x.second", "was 2, is 3"),
        ({"k": Pair(1, 2)}, {"k": Pair(1, 3)}, 'x["k"].second', "was 2, is 3"),
        (Settings(a=1), Settings(a=2), 'x["a"]', "was 1, is 2"),
        (types.SimpleNamespace(a=1), types.SimpleNamespace(a=2), "x.a", "was 1, is 2"),
        (Point(1, 2), Pair(1, 2), "x", f"was {__name__}.Point, is {__name__}.Pair"),
    ],
)
def test_a_changed_argument_is_named_with_the_way_to_it(before, now, path, detail):
    explanation = explained(before, now)
    assert explanation.reason == f"argument changed: {path}"
    assert explanation.changes == (f"{path}: {detail}",)


class Colour(enum.Enum):
    RED = 1


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "None"),
        (1j, "complex"),
        ("\ud800", "str"),
        (b"a" * 300, "bytes"),
        (bytearray(1), "bytearray"),
        (..., "ellipsis"),
        (frozenset({1}), "frozenset"),
        (range(3), "range"),
        (memoryview(b"ab"), "memoryview"),
        ({"a": 1}.keys(), "dict_keys"),
        (decimal.Decimal("1.5"), "decimal.Decimal"),
        (pathlib.PurePosixPath("a"), "pathlib.PurePosixPath"),
        (Colour.RED, f"{__name__}.Colour"),
        (Point, f"{__name__}.Point"),
        (Point(1, 2).__eq__, "method"),
        (lambda: 1, "function"),
        (functools.partial(print, 1), "functools.partial"),
        (pathlib, "module"),
        (mx.cache_data(len), "cached function"),
        (property(len), "property"),
    ],
)
def test_every_kind_of_value_is_told(value, name):
    assert explained(0, value).changes == (f"x: was int, is {name}",)


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
nested = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=30)
        | st.dictionaries(scalars, inner, max_size=8)
        | st.tuples(inner, inner)
        | st.builds(Pair, inner, inner)
        | st.frozensets(scalars, max_size=8)
    ),
    max_leaves=60,
)


key = mx.cache_data(lambda value: None).key


@given(nested, nested)
def test_differences_are_found_where_keys_differ(before, now):
    explanation = explained(before, now)
    assert explanation.hit is (key(before) == key(now))
    assert bool(explanation.changes) is not explanation.hit
    assert explained(before, before).hit


def test_long_values_are_looked_into():
    before = {f"key{number}": list(range(1000, 1100)) for number in range(300)}
    now = {key: list(values) for key, values in before.items()}
    now["key77"][50] = 0
    assert explained(before, now).changes == ('x["key77"][50]: was 1050, is 0',)


def test_values_too_large_to_be_kept_are_still_told_apart():
    before = [[number, "x" * 300] for number in range(20_000)]
    now = [*before[:-1], [0, "x" * 300]]
    assert explained(before, now).reason.startswith("argument changed: x")


def test_deep_and_cyclic_values_are_explained():
    deep, other = 1, 2
    for _ in range(5_000):
        deep, other = [deep], [other]
    assert explained(deep, other).reason.startswith("argument changed: x[0][0]")
    cycle = [1]
    cycle.append(cycle)
    assert explained(cycle, [2, cycle]).reason == "argument changed: x[0], x[1]"


def test_arrays_say_whether_their_content_differs():
    np = pytest.importorskip("numpy")
    zeros = np.zeros(10)
    assert explained(zeros, np.ones(10)).reason == "argument changed: x"
    assert explained(zeros, zeros.astype("f4")).reason.startswith("argument changed: x.dtype")
    longer = explained(zeros, np.zeros(12))
    assert longer.changes == ("x.shape[0]: was 10, is 12", "x: changed")


def test_frames_name_the_column_that_differs():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"price": [1.0, 2.0], "name": ["a", "b"], 7: [1, 2]})
    frame.attrs["source"] = "a"
    other = frame.copy()
    other.attrs["source"] = "b"
    for now, path in [
        (frame.rename(columns={"name": "names"}), ".columns"),
        (frame.assign(more=1), ".columns"),
        (frame.set_index(pd.Index(["r", "s"])), ".index"),
        (frame.assign(price=[1.0, 3.0]), '["price"]'),
        (frame.replace({7: {2: 3}}), "[7]"),
        (other, '.attrs["source"]'),
    ]:
        assert explained(frame, now).reason == f"argument changed: x{path}"
        nested = explained({"a": [frame]}, {"a": [now]})
        assert nested.reason == f'argument changed: x["a"][0]{path}'


def test_columns_that_moved_say_nothing_of_what_is_in_them():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"price": [1.0], "name": ["a"]})
    for now in (frame[["name", "price"]], frame.set_axis(["name", "other"], axis=1)):
        assert explained(frame, now).reason == "argument changed: x.columns"


def test_the_numbers_of_an_identifier_are_not_told():
    before, now = uuid.UUID(int=1234567), uuid.UUID(int=7654321)
    assert explained([before], [now]).changes == ("x[0]: changed",)


def test_what_a_model_keeps_to_itself_is_named():
    pydantic = pytest.importorskip("pydantic")

    class Model(pydantic.BaseModel, extra="allow"):
        _token: int = pydantic.PrivateAttr(default=0)

    before, now = Model(), Model()
    now._token = 1
    assert explained(before, now).changes == ("x._token: was 0, is 1",)
    assert explained(Model(more=[1]), Model(more=[2])).changes == ("x.more[0]: was 1, is 2",)


def test_a_polars_frame_names_the_column_that_differs():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"price": [1.0, 2.0], "name": ["a", "b"]})
    now = frame.with_columns(price=pl.Series([1.0, 3.0]))
    assert explained(frame, now).reason.startswith("argument changed: x")


def test_each_argument_is_compared_with_its_own():
    f = fresh("@mx.cache_data\ndef many(a, b=2, *rest, c=3, **more): return a", "many")
    f(1)
    assert f.explain(1, 2, 3).reason == "argument changed: rest"
    assert f.explain(1, c=4, z=1).changes == ("c: was 3, is 4", 'more["z"]: is new')


def test_the_nearest_of_the_last_calls_is_compared():
    f = fresh("@mx.cache_data\ndef near(a, b, c): return a", "near")
    f(1, 1, 1)
    f(2, 2, 2)
    assert f.explain(1, 1, 3).changes == ("c: was 1, is 3",)
    assert f.explain(3, 2, 2).changes == ("a: was 2, is 3",)


def test_the_class_of_an_argument_that_was_edited_is_code():
    program = """
class Job:
    def result(self): return {}

@mx.cache_data
def run(job): return job.result()
"""
    run = fresh(program.format(1), "run")
    run(run.__wrapped__.__globals__["Job"]())
    run = fresh(program.format(2), "run")
    explanation = run.explain(run.__wrapped__.__globals__["Job"]())
    assert explanation.reason == "code changed: explained.Job"


def test_functions_that_are_arguments_are_code():
    program = """
def key(x): return {}

@mx.cache_data
def ordered(by): return 1
"""
    ordered = fresh(program.format("x"), "ordered")
    ordered(ordered.__wrapped__.__globals__["key"])
    assert ordered.explain(sorted).changes == ("by: was function, is sorted",)
    ordered = fresh(program.format("-x"), "ordered")
    explanation = ordered.explain(ordered.__wrapped__.__globals__["key"])
    assert explanation.reason == "code changed: explained.key"
    assert explanation.changes == ("by: its code was edited",)
    assert ordered.explain(lambda x: x).changes == ("by: is another function",)


# What else differs.

PROGRAM = """
RATE = {rate}

def helper(x): return x * {factor}

@mx.cache_data
def code(x): return helper(x) + RATE + {own}
"""


def edited(**edits):
    values = {"rate": 1, "factor": 1, "own": 1}
    before = fresh(PROGRAM.format(**values), "code")
    mx.cache_data.clear()
    before(1)
    return fresh(PROGRAM.format(**{**values, **edits}), "code").explain(1)


def test_an_edited_helper_is_named():
    assert edited(factor=2).reason == "code changed: helper"
    assert edited(factor=3).changes == ("helper was edited",)


def test_an_edited_constant_is_named():
    assert edited(rate=2).reason == "code changed: RATE"


def test_an_edited_function_is_named():
    assert edited(own=2).reason == "code changed: code"


def test_a_function_whose_helpers_are_not_followed_is_named_itself():
    program = "@mx.cache_data(follow_dependencies=False)\ndef alone(x): return {}"
    fresh(program.format(1), "alone")(1)
    assert fresh(program.format(2), "alone").explain(1).reason == "code changed: alone"


def test_the_same_definition_again_still_hits():
    assert edited().hit


def test_code_and_arguments_that_changed_are_both_named():
    before = fresh(PROGRAM.format(rate=1, factor=1, own=5), "code")
    before(1)
    after = fresh(PROGRAM.format(rate=1, factor=6, own=5), "code")
    assert after.explain(2).reason == "code changed: helper; argument changed: x"


def test_a_hash_function_that_was_edited_is_named():
    program = """
class Model:
    pass

def version(model): return {}

@mx.cache_data(hash_funcs={{Model: version}})
def predict(model): return 1
"""
    first = fresh(program.format(1), "predict")
    model = first.__wrapped__.__globals__["Model"]()
    first(model)
    now = fresh(program.format("2 + 0"), "predict", old=model)
    explanation = now.explain(now.__wrapped__.__globals__["Model"]())
    assert explanation.reason == "hash function changed: version"
    assert explanation.arguments[0].how == "hash function version"


def test_other_options_are_named():
    program = "@mx.cache_data(ttl={})\ndef optional(x): return x"
    first = fresh(program.format(10), "optional")
    first(1)
    assert fresh(program.format(20), "optional").explain(1).reason == "option changed: ttl"


def test_another_session_is_told():
    f = fresh('@mx.cache_data(scope="session")\ndef basket(x): return x', "basket")
    with mx.session("ann"):
        f(1)
        assert f.explain(1).hit
    with mx.session("ben"):
        assert f.explain(1).reason == "computed in another session"
    with pytest.raises(mx.errors.NoSessionError):
        f.explain(1)
    mx.end_session("ann")


# How it is told.


def test_each_argument_says_how_it_was_hashed():
    np = pytest.importorskip("numpy")
    f = fresh("@mx.cache_data\ndef told(array, _z, *rest, **more): return 1", "told")
    array, ignored, rest, more = f.explain(np.zeros(100_000), object(), 1, a=2).arguments
    assert array.how == "all of its content, as numpy.ndarray"
    assert 800_000 < array.bytes < 801_000
    assert (ignored.how, ignored.type_name) == ("ignored", "object")
    assert (rest.name, rest.type_name, more.name) == ("rest", "tuple", "more")
    assert len(array.digest) == 64
    assert array.seconds > 0


def test_it_can_be_printed():
    f = fresh("@mx.cache_data\ndef printed(x, y=1): return x", "printed")
    f(1)
    lines = str(f.explain(2)).splitlines()
    assert lines[:3] == ["miss: argument changed: x", "  x: was 1, is 2", "arguments:"]
    assert lines[3].startswith("  x: int, 3 bytes in ")
    assert lines[-1] == f"key: {f.key(2)}"


# Methods and bad calls.


class Report:
    def __init__(self, year):
        self.year = year

    @mx.cache_data
    def total(self, factor):
        return self.year * factor

    @mx.cache_data
    def of_class(_self):
        return 1

    @staticmethod
    @mx.cache_data
    def double(x):
        return 2 * x

    @classmethod
    @mx.cache_data
    def title(cls, x):
        return cls.__name__


def test_methods_explain_their_calls():
    Report(2025).total(2)
    assert Report(2025).total.explain(2).hit
    assert Report(2026).total.explain(2).reason == "argument changed: self.year"
    assert Report.total.explain(Report(2025), 2).hit
    Report(1).of_class()
    assert Report(2).of_class.explain().arguments[0].how == "class only"
    Report.double(1)
    assert Report.double.explain(1).hit
    assert Report(1).double.explain(1).hit
    Report.title(1)
    # From 3.13 on, classmethod binds without asking what it binds.
    bound = (Report,) if sys.version_info >= (3, 13) else ()
    assert Report.title.explain(*bound, 1).hit
    assert Report.title.explain(*bound, 2).reason == "argument changed: x"


@pytest.mark.parametrize("method", ["explain", "key", "contains"])
def test_arguments_that_do_not_fit_raise_what_the_call_raises(method):
    for name, function in (("double", Report.double), ("total", Report(1).total)):
        ask = getattr(function, method)
        for args, kwargs in [((), {}), ((1, 2, 3), {}), ((1,), {"unknown": 1})]:
            with pytest.raises(TypeError, match=rf"Report\.{name}: "):
                ask(*args, **kwargs)
    with pytest.raises(mx.errors.UnhashableParamError):
        getattr(Report.double, method)(threading.Lock())


def test_explaining_computes_counts_and_moves_nothing():
    f = fresh(
        "@mx.cache_data(max_entries=2)\ndef still(x): return calls.append(x)", "still", calls=[]
    )
    f(1)
    f(2)
    before, noted = f.cache_info(), trace_extent()[3]
    f.explain(1)
    f.explain(3)
    assert f.cache_info() == before
    assert trace_extent()[3] == noted
    f(3)  # evicts 1, which was used before 2
    assert f.contains(2)
    assert not f.contains(1)


# What it costs.


def test_only_misses_are_noted():
    f = fresh("@mx.cache_data\ndef cheap(x): return 1", "cheap")
    value = {"a": ["x" * 300] * 10}
    f(value)
    noted = trace_extent()[3]
    for _ in range(100):
        f(value)
    assert trace_extent()[3] == noted


def test_memory_is_bounded_for_one_function_and_for_all():
    source = "@mx.cache_data\ndef bounded{}(x): return 1"
    for number in range(200):
        f = fresh(source.format(number), f"bounded{number}")
        for call in range(6):
            f([[call, index, "x" * 250] for index in range(1000)])
    functions, calls, held, _ = trace_extent()
    assert held <= 16 * 1024 * 1024
    assert calls <= 4 * functions


def test_hash_functions_are_called_once_by_a_miss():
    seen = []
    f = mx.cache_data(hash_funcs={Point: lambda point: seen.append(1) or 1})(lambda point: 1)
    f(Point(1, 2))
    assert len(seen) == 1


def test_threads_miss_and_explain_at_once(in_child):
    in_child(
        """
        import threading
        import memoxide as mx

        @mx.cache_data(max_entries=3)
        def f(x, y):
            return x

        def work(number):
            for call in range(300):
                value = {"rows": [number, call, "x" * 300], "deep": [[call] * 300]}
                f(value, call)
                assert f.explain(value, call).key == f.key(value, call)
                f.explain(value, call + 1)
                if call % 50 == 0:
                    f.clear()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        """,
        timeout=60,
    )
