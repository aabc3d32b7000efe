"""`cache_data` hands each caller a value that it can change without harm."""

import datetime
import datetime as dt
import decimal
import threading

import pytest

import memoxide as mx


def cached(make, **options):
    return mx.cache_data(**options)(make)


@pytest.mark.parametrize("copy", ["auto", "deep"])
def test_what_one_caller_changes_no_other_sees(copy):
    f = cached(lambda: {"a": [1, 2], "b": {3}}, copy=copy)
    first = f()
    first["a"].append(99)
    second = f()
    assert second == {"a": [1, 2], "b": {3}}
    second["b"].clear()
    assert f() == {"a": [1, 2], "b": {3}}


def test_the_miss_returns_the_functions_own_object():
    made = []

    @mx.cache_data
    def f():
        made.append([1])
        return made[-1]

    assert f() is made[0]
    assert f() is not made[0]


@pytest.mark.parametrize(
    "value",
    [
        None,
        10**50,
        "text" * 100,
        b"bytes",
        1.5,
        (1, ("a", None), frozenset({1, (2,)})),
        dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc),
        dt.timedelta(1),
        decimal.Decimal("1.5"),
        range(3),
        ...,
    ],
    ids=repr,
)
def test_what_cannot_change_is_handed_out_itself(value):
    f = cached(lambda: value)
    f()
    assert f() is value


@pytest.mark.parametrize(
    "value",
    [[1], (1, [2]), {"a": 1}, {1}, bytearray(b"a"), (bytearray(),), ([],)],
    ids=repr,
)
def test_what_can_change_is_handed_out_as_a_copy(value):
    f = cached(lambda: value)
    f()
    hit = f()
    assert hit == value
    assert type(hit) is type(value)
    assert hit is not value
    assert f() is not hit


def test_deep_copies_even_what_cannot_change():
    value = "text" * 100
    f = cached(lambda: value, copy="deep")
    f()
    assert f() == value
    assert f() is not value


@pytest.mark.parametrize("library", ["numpy", "pandas", "polars", "pyarrow"])
def test_large_values_come_back_equal_and_isolated(library):
    module = pytest.importorskip(library)
    {"numpy": arrays, "pandas": frames, "polars": polars_frames, "pyarrow": tables}[library](module)


def arrays(np):
    value = np.arange(100_000, dtype="f8").reshape(100, -1)
    f = cached(lambda: value.copy(order="F"))
    f()[0, 0] = 99
    hit = f()
    assert hit[0, 0] == 0
    assert hit.flags.writeable
    assert hit.dtype == value.dtype
    assert hit.flags.f_contiguous
    hit[1, 1] = -1
    assert (f() == value).all()


def test_what_the_function_keeps_and_changes_does_not_reach_the_cache():
    np = pytest.importorskip("numpy")
    value = np.zeros(10)
    f = cached(lambda: value)
    f()
    value[0] = 1
    assert f()[0] == 0


def frames(pd):
    value = pd.DataFrame({"a": range(1000), "b": 1.5, "c": "x"})
    value.attrs["unit"] = "m"
    f = cached(lambda: value.copy())
    missed = f()
    missed.loc[0, "a"] = 99
    hit = f()
    pd.testing.assert_frame_equal(hit, value)
    assert hit.attrs == value.attrs
    hit.loc[5, "b"] = -1
    hit.attrs["unit"] = "km"
    hit["d"] = 1
    pd.testing.assert_frame_equal(f(), value)
    assert f().attrs == {"unit": "m"}


def polars_frames(pl):
    value = pl.DataFrame({"a": list(range(1000)), "b": ["x"] * 1000})
    f = cached(lambda: value)
    f()
    hit = f()
    assert hit.equals(value)
    hit[0, "a"] = 99
    assert f().equals(value)


def tables(pa):
    value = pa.table({"a": list(range(1000)), "b": ["x"] * 1000})
    f = cached(lambda: value)
    f()
    assert f().equals(value)


class Unpicklable:
    def __reduce__(self):
        raise RuntimeError("not me")


@pytest.mark.parametrize(
    "make",
    [threading.Lock, lambda: lambda: 1, Unpicklable],
    ids=["lock", "lambda", "reduce"],
)
def test_what_cannot_be_pickled_is_refused_and_not_lost(make):
    made = []

    @mx.cache_data
    def load(which):
        if which == "good":
            return 1
        made.append(make())
        return [made[-1]]

    assert load("good") == 1
    with pytest.raises(mx.errors.UnserializableReturnValueError, match="cache_resource") as info:
        load("bad")
    assert info.value.value[0] is made[0]
    assert info.value.function.endswith("load")
    assert info.value.__cause__ is not None
    assert load.contains("good")
    assert not load.contains("bad")


def test_generators_are_not_handed_out_exhausted():
    @mx.cache_data
    def numbers():
        yield 1

    with pytest.raises(mx.errors.UnserializableReturnValueError, match="generator"):
        numbers()


def test_a_value_that_cannot_be_read_any_more_is_computed_again(caplog):
    module_level = globals()
    module_level["Gone"] = type("Gone", (), {"__module__": __name__})

    runs = []

    @mx.cache_data
    def f():
        runs.append(1)
        return globals()["Gone"]()

    f()
    module_level["Gone"] = type("Gone", (), {"__module__": __name__, "__slots__": ()})
    kept = module_level.pop("Gone")
    module_level["Gone"] = None
    try:
        with pytest.raises(TypeError):
            f()
    finally:
        module_level["Gone"] = kept
    assert len(runs) == 2
    assert "cannot be read" in caplog.text
    assert isinstance(f(), kept)


def test_deep_results_do_not_end_the_process(in_child):
    in_child("""
        import memoxide as mx
        def nested(depth, wrap):
            value = ()
            for _ in range(depth):
                value = wrap(value)
            return value
        @mx.cache_data
        def f(depth, mutable):
            return nested(depth, (lambda v: [v]) if mutable else (lambda v: (v,)))
        assert f(100_000, False) is f(100_000, False)
        try:
            f(100_000, True)
        except mx.errors.UnserializableReturnValueError as error:
            assert isinstance(error.__cause__, RecursionError)
        assert f(1, True) == [()]
    """)


def test_shared_tuples_take_no_exponential_time(in_child):
    in_child(
        """
        import memoxide as mx
        @mx.cache_data
        def nest(depth):
            value = (depth,)
            for _ in range(depth):
                value = (value, value)
            return value
        value = nest(60)
        assert nest(60) is value
        assert nest.cache_info().bytes < 10_000
        """,
        timeout=15,
    )


def test_a_time_zone_with_a_name_that_can_change_is_copied():
    @mx.cache_data
    def zone():
        return datetime.timezone(datetime.timedelta(hours=1), Name("x"))

    assert zone() is not zone()


class Name(str):
    pass
