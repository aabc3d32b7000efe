"""The ways in which the interpreter calls a cached function, and what takes a function's place."""

import ctypes
import functools
import gc
import itertools
import threading
import weakref

import pytest

import memoxide as mx

ARGUMENTS_OFFSET = 1 << (8 * ctypes.sizeof(ctypes.c_size_t) - 1)


def vectorcall(*arguments):
    """Call the C API's function, which Python 3.10 has in its headers only."""
    function = getattr(ctypes.pythonapi, "PyObject_Vectorcall", None)
    if function is None:
        pytest.skip("this Python does not export PyObject_Vectorcall")
    function.restype = ctypes.py_object
    function.argtypes = [
        ctypes.py_object,
        ctypes.POINTER(ctypes.py_object),
        ctypes.c_size_t,
        ctypes.py_object,
    ]
    return function(*arguments)


def call(function, values, positional, names=(), flag=0):
    """Call as the interpreter does, with a slot before the arguments if the flag says so."""
    array = (ctypes.py_object * (len(values) + 1))(None, *values)
    first = ctypes.cast(
        ctypes.byref(array, ctypes.sizeof(ctypes.py_object)), ctypes.POINTER(ctypes.py_object)
    )
    return vectorcall(function, first, positional | flag, names)


numbers = itertools.count(1)


@pytest.fixture
def f():
    # Definitions that are the same would share their entries and figures.
    number = next(numbers)

    @mx.cache_data
    def f(a, b=2, *rest, c=3, **options):
        return number and (a, b, rest, c, options)

    return f


@pytest.mark.parametrize("flag", [0, ARGUMENTS_OFFSET])
def test_arguments_lie_in_a_row(f, flag):
    assert call(f, [1], 1, flag=flag) == (1, 2, (), 3, {})
    assert call(f, [1, 2, 7, 8], 4, flag=flag) == (1, 2, (7, 8), 3, {})
    assert call(f, [1, 5], 1, ("c",), flag=flag) == (1, 2, (), 5, {})
    assert call(f, [5, 6, 7], 0, ("z", "b", "a"), flag=flag) == (7, 6, (), 3, {"z": 5})
    assert f.cache_info().hits == 0
    assert call(f, [5, 6, 7], 0, ("z", "b", "a"), flag=flag) == f(7, 6, z=5)
    assert f.cache_info().hits == 2


def test_no_arguments_at_all():
    @mx.cache_data
    def f():
        return 1

    assert (call(f, [], 0), f(), f.cache_info().hits) == (1, 1, 1)


def test_a_name_that_is_passed_twice_is_the_functions_to_refuse():
    @mx.cache_data
    def plain(x=0):
        return x

    @mx.cache_data
    def collects(x=0, **options):
        return x, options

    for function in (plain, collects):
        with pytest.raises(TypeError, match="multiple values"):
            call(function, [1, 2], 0, ("x", "x"))
        with pytest.raises(TypeError, match="multiple values"):
            call(function, [1, 2], 1, ("x",))
        assert function.cache_info().misses == 0


def test_names_need_not_be_interned(f):
    made = "".join(["option", "_of_", "the", "_user"])
    name = "".join(["", "c"]) + ""
    assert f(1, **{made: 4, name: 5}) == (1, 2, (), 5, {made: 4})
    assert f(1, c=5, option_of_the_user=4) == (1, 2, (), 5, {made: 4})
    assert (f.cache_info().hits, f.cache_info().misses) == (1, 1)


def test_calls_that_come_as_a_tuple_and_a_dict(f):
    expected = f(1, c=5)
    assert f.__call__(1, c=5) == expected
    assert type(f).__call__(f, 1, c=5) == expected
    options = {"c": 5}
    assert f(*[1], **options) == expected
    assert f.cache_info().misses == 1
    with pytest.raises(TypeError):
        f(**{1: 2})
    with pytest.raises(TypeError):
        type(f).__call__(1, 2)


def test_partial_objects_and_maps_call_it(f):
    assert functools.partial(f, 1)(2) == (1, 2, (), 3, {})
    assert functools.partial(f, 1, c=4)(2, c=5) == (1, 2, (), 5, {})
    assert list(map(f, [1, 1], [2, 2])) == [f(1, 2)] * 2
    assert f.cache_info().misses == 2


class Base:
    def __init__(self, factor):
        self.factor = factor

    @mx.cache_data
    def times(self, x, *, plus=0):
        return ("Base", self.factor * x + plus)

    @classmethod
    @mx.cache_data
    def named(cls, x):
        return cls.__name__, x

    @staticmethod
    @mx.cache_data
    def double(x):
        return 2 * x

    @property
    @mx.cache_data
    def square(self):
        return self.factor**2


class Derived(Base):
    @mx.cache_data
    def times(self, x, *, plus=0):
        return ("Derived", super().times(x, plus=plus), super().times(x))

    @classmethod
    def named(cls, x):
        return super().named(x)


def test_methods_of_a_subclass_and_of_its_base():
    assert Base(2).times(3, plus=1) == ("Base", 7)
    assert Derived(2).times(3, plus=1) == ("Derived", ("Base", 7), ("Base", 6))
    assert Derived(2).named(1) == Derived.named(1) == ("Derived", 1)
    assert Base.named(1) == ("Base", 1)
    assert Base(1).double(4) == Derived.double(4) == 8
    assert Derived(5).square == 25


def test_a_bound_method_and_a_call_through_the_class_are_the_same_call():
    instance = Base(7)
    bound = instance.times
    expected = instance.times(2)
    misses = bound.cache_info().misses
    assert bound(2) == Base.times(instance, 2) == bound.__func__(instance, 2) == expected
    assert bound.__call__(2) == type(bound).__call__(bound, 2) == expected
    assert getattr(instance, "times")(x=2) == expected
    assert Base.__dict__["times"].__get__(instance, Base)(2) == expected
    assert functools.partial(bound, 2)() == expected
    assert bound.cache_info().misses == misses


def test_what_an_instance_holds_comes_before_the_class():
    instance = Base(2)
    instance.times = lambda x: "mine"
    assert instance.times(3) == "mine"
    del instance.times
    assert instance.times(3) == ("Base", 6)


def test_a_function_on_an_instance_is_not_bound():
    class Holder:
        pass

    holder = Holder()
    holder.f = mx.cache_data(lambda x: ("plain", x))
    assert holder.f(1) == ("plain", 1)


def test_a_method_without_its_instance_is_refused_by_the_function():
    with pytest.raises(TypeError, match="missing"):
        Base.times()


def test_errors_come_as_the_function_raises_them():
    @mx.cache_data
    def fails(x):
        raise KeyError(x)

    for _ in range(2):
        with pytest.raises(KeyError, match="7"):
            fails(7)
    assert fails.cache_info().misses == 2


def test_cached_functions_can_be_referred_to_weakly():
    f = mx.cache_data(lambda x: x)
    reference = weakref.ref(f)
    assert reference()(1) == 1
    del f
    gc.collect()
    assert reference() is None


def test_a_hit_returns_the_object_and_holds_nothing_else():
    value = (1, "a value")
    f = mx.cache_data(lambda x: value)
    assert f(1) is f(1) is value
    argument = "".join(["not ", "kept"])
    f(argument)
    before = gc.get_referrers(argument)
    for _ in range(100):
        f(argument)
    assert gc.get_referrers(argument) == before


def test_many_threads_call_one_function():
    f = mx.cache_data(lambda x, *, y: (x, y))
    wrong = []

    def work():
        for i in range(2_000):
            if f(i % 50, y=i % 7) != (i % 50, i % 7):
                wrong.append(i)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert f.cache_info().misses == 350


def test_many_entries_come_and_go():
    f = mx.cache_data(lambda x: -x)
    for x in range(5_000):
        f(x)
    for x in range(0, 5_000, 3):
        f.clear(x)
    assert [x for x in range(5_000) if not f.contains(x)] == list(range(0, 5_000, 3))
    assert all(f(x) == -x for x in range(5_000))
    f.clear()
    assert f.cache_info().entries == 0
    assert f(1) == -1
