"""How a call is written does not count; what it says does."""

import functools

import pytest

import memoxide as mx


def test_positions_names_order_and_defaults_are_one_call():
    @mx.cache_data
    def f(a, b=2, *, c=3):
        return (a, b, c)

    keys = {
        f.key(1),
        f.key(1, 2),
        f.key(a=1),
        f.key(b=2, a=1),
        f.key(1, c=3),
        f.key(c=3, b=2, a=1),
    }
    assert len(keys) == 1
    assert f.key(1, c=4) not in keys
    assert f.key(1, 3) not in keys


def test_rest_and_keywords():
    @mx.cache_data
    def f(a, *rest, **options):
        return None

    assert f.key(1) != f.key(1, 2) != f.key(1, 2, 3)
    assert f.key(1, 2, 3) != f.key(1, (2, 3))
    assert f.key(1, x=1) != f.key(1, y=1)
    assert f.key(1, x=1) != f.key(1, {"x": 1})
    assert f.key(1, _x=1) != f.key(1, _x=2), "a key of **options counts, whatever its name"
    assert f.key(1, x=1, y=2) != f.key(1, y=2, x=1), "the function sees their order"


def test_positional_only_names_may_come_again_among_the_keywords():
    @mx.cache_data
    def f(a, /, **options):
        return (a, options)

    assert f(1, a=2) == (1, {"a": 2})
    assert f.key(1, a=2) != f.key(1, a=3)
    assert f.key(1) != f.key(1, a=1)


def test_parameters_with_an_underscore_do_not_count():
    @mx.cache_data
    def f(_connection, query, *, _log=None):
        return query

    assert f.key(object(), "q") == f.key(object(), "q", _log=print)
    assert f.key(None, "q") != f.key(None, "r")


def test_the_class_of_an_ignored_self_counts():
    class Base:
        @mx.cache_data
        def name(_self):
            return type(_self).__name__

    class Derived(Base):
        pass

    assert (Base().name(), Derived().name(), Base().name()) == ("Base", "Derived", "Base")


def test_the_key_of_an_ignored_self_does_not_tell_whether_its_class_is_known():
    class Reader:
        def rate(self):
            return 1

        @mx.cache_data
        def read(_self, x):
            return x

    class Other:
        pass

    first = Reader().read.key(1)
    # The class is met again at once, and after another one.
    assert Reader().read.key(1) == first
    assert mx.cache_data(lambda x: x).key(Other()) != first
    assert Reader().read.key(1) == first
    Reader.rate = lambda self: 2
    edited = Reader().read.key(1)
    assert edited != first
    assert Reader().read.key(1) == edited


@pytest.mark.thread_unsafe(reason="it counts hits")
def test_methods_of_every_kind():
    class Scale:
        def __init__(self, factor):
            self.factor = factor

        @mx.cache_data
        def times(self, x):
            return self.factor * x

        @staticmethod
        @mx.cache_data
        def double(x):
            return 2 * x

        @classmethod
        @mx.cache_data
        def named(cls, x):
            return cls.__name__, x

        @property
        @mx.cache_data
        def square(self):
            return self.factor**2

    class Sub(Scale):
        pass

    assert (Scale(2).times(3), Scale(5).times(3), Scale(2).times(x=3)) == (6, 15, 6)
    assert (Scale.double(4), Scale(1).double(4)) == (8, 8)
    assert (Scale.named(1), Sub.named(1)) == (("Scale", 1), ("Sub", 1))
    assert Scale(3).square == 9
    assert Scale.times(Scale(2), 3) == 6
    info = Scale(2).times.cache_info()
    assert (info.hits, info.misses) == (2, 2)


@pytest.mark.parametrize("call", [
    lambda f: f(),
    lambda f: f(1, 2, 3),
    lambda f: f(1, a=1),
    lambda f: f(1, z=1),
])  # fmt: skip
def test_arguments_that_do_not_fit_raise_what_the_function_raises(call):
    def plain(a, b=2):
        return a

    cached = mx.cache_data(plain)
    with pytest.raises(TypeError) as expected:
        call(plain)
    with pytest.raises(TypeError) as raised:
        call(cached)
    assert str(raised.value) == str(expected.value)
    assert cached.cache_info().misses == 0
    with pytest.raises(TypeError):
        call(cached.key)


def test_a_default_object_marks_that_nothing_was_passed():
    missing = object()

    @mx.cache_data
    def f(x=missing):
        return x is missing

    assert f() is True
    assert f(1) is False
    assert f.contains()


def test_mutable_defaults_count_as_they_are():
    default = [1]

    @mx.cache_data
    def f(x=default):
        return sum(x)

    assert f() == 1
    default.append(2)
    assert f() == 3


def test_callables_without_a_signature():
    cached = mx.cache_data(max)
    assert (cached(1, 2), cached(2, 1), cached([3, 4])) == (2, 2, 4)
    assert cached.key(1, 2) != cached.key(2, 1)


def test_callables_of_every_kind():
    class Adder:
        def __init__(self, n):
            self.n = n

        def __call__(self, x):
            return self.n + x

        def add(self, x):
            return self.n + x

    assert mx.cache_data(functools.partial(pow, 2))(5) == 32
    assert mx.cache_data(Adder(1))(1) == 2
    assert mx.cache_data(Adder(2))(1) == 3
    assert mx.cache_data(Adder(3).add)(1) == 4
    assert mx.cache_data(dict)(a=1) == {"a": 1}
    assert mx.cache_data(len)([1]) == 1


def test_keyword_only_parameters_by_any_subset_of_names():
    @mx.cache_data
    def f(*, a=1, b=2, c=3):
        return (a, b, c)

    assert f.key() == f.key(c=3) == f.key(b=2, a=1) == f.key(c=3, a=1, b=2)
    assert len({f.key(a=9), f.key(b=9), f.key(c=9)}) == 3
    with pytest.raises(TypeError, match="unexpected keyword argument 'd'"):
        f(a=1, d=4)


def test_a_name_of_a_subclass_of_str_is_that_name():
    class Name(str):
        __slots__ = ()

    @mx.cache_data
    def f(x=0, **options):
        return (x, options)

    assert f(**{Name("x"): 1}) == (1, {})
    assert f.key(**{Name("x"): 1}) == f.key(1)
    assert f.key(**{Name("y"): 1}) != f.key(y=1), "the function can tell"


def test_an_argument_by_position_and_by_name():
    @mx.cache_data
    def f(a, b=2, **options):
        return (a, b, options)

    with pytest.raises(TypeError, match="multiple values for argument 'b'"):
        f(1, 2, b=3)
    assert f.cache_info().misses == 0


def test_arguments_behind_plain_ones_may_be_anything():
    @mx.cache_data
    def f(*args, **kwargs):
        return len(args)

    @mx.cache_data
    def g(a, b, c=None, *, d=None):
        return (a, b, c, d)

    shared = [1]
    keys = {g.key(1, shared, shared, d="x"), g.key(1, [1], [1], d="x"), g.key(1, [1], d="x", c=[1])}
    assert len(keys) == 1
    assert g.key(1, "x", [1], d=2) != g.key(1, "x", [1], d=3)
    assert f.key(1, [2], "x") == f.key(1, [2], "x") != f.key(1, [2], "y")
