"""Functions as arguments, and the digest of the cached function itself."""

import functools
import threading

import memoxide as mx


def test_functions_are_known_by_their_code(key):
    def make(constant, default=1):
        def inner(x, y=default):
            return x + constant

        return inner

    assert key(make(1)) == key(make(1))
    assert key(make(1)) != key(make(2)), "the closure counts"
    assert key(make(1, 1)) != key(make(1, 2)), "defaults count"
    assert key(lambda x: x + 1) != key(lambda x: x + 2)
    assert key(lambda x: 1) != key(lambda x: 1.0), "constants are typed"
    assert key(lambda x: x.a) != key(lambda x: x.b), "names count"
    assert key(lambda x: lambda: 1) != key(lambda x: lambda: 2), "nested code counts"


def compiled(source, name="f"):
    namespace = {"__name__": "module"}
    exec(source, namespace)
    return namespace[name]


def test_comments_and_lines_do_not_count(key):
    plain = compiled("def f(x):\n    return x + 1\n")
    noted = compiled("\n\n# a comment\ndef f(x):\n\n    # another\n    return (x\n        + 1)\n")
    other = compiled("def f(x):\n    return x + 2\n")
    assert key(plain) == key(noted)
    assert key(plain) != key(other)


def digest(source):
    return mx.cache_data(compiled(source)).key(1)


def test_an_edited_function_is_another_function():
    assert digest("def f(x): return x") == digest("def f(x): return x  # as before")
    assert digest("def f(x): return x") != digest("def f(x): return -x")
    assert digest("def f(x): return x") != digest("def f(x, y=1): return x")


def test_recursive_functions_have_keys(key):
    def make():
        def inner(n):
            return inner(n - 1) if n else 0

        return inner

    assert key(make()) == key(make())


def test_a_closure_over_a_generator_shares_with_nobody():
    def make(value):
        values = (value for _ in range(10))

        @mx.cache_data
        def f():
            return next(values)

        return f

    assert make(1)() == 1
    assert make(1).key() != make(1).key()


def test_a_closure_over_a_lock_shares():
    def make(value):
        lock = threading.Lock()

        @mx.cache_data
        def f():
            with lock:
                return value

        return f

    assert make(1)() == 1
    assert make(1).key() == make(1).key() != make(2).key()


def test_cached_functions_are_known_by_what_they_wrap(key):
    def make(constant):
        @mx.cache_data
        def inner():
            return constant

        return inner

    assert key(make(1)) == key(make(1))
    assert key(make(1)) != key(make(2))


def test_two_factories_results_do_not_mix():
    def make(config):
        @mx.cache_data
        def f(x):
            return config["factor"] * x

        return f

    assert make({"factor": 2})(3) == 6
    assert make({"factor": 5})(3) == 15


def test_partials_and_methods_are_known_by_their_parts(key):
    class Counter:
        def __init__(self, n):
            self.n = n

        def add(self, x):
            return self.n + x

    assert key(Counter(1).add) != key(Counter(2).add)
    assert key(functools.partial(max, 1)) != key(functools.partial(max, 2))
    assert key(functools.partial(max, 1)) != key(functools.partial(min, 1))
