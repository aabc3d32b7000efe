"""What a function depends on: an edit there is noticed, and nothing else is."""

import dis
import functools
import gc
import importlib
import json
import sys
import types
import weakref

import pytest

import memoxide as mx


def module(source, name="user_code"):
    """A module of the user's own, made from text."""
    made = types.ModuleType(name)
    made.mx = mx
    sys.modules[name] = made
    exec(source, made.__dict__)
    return made


@pytest.fixture
def user():
    yield module
    for name in [name for name in sys.modules if name.startswith("user_")]:
        del sys.modules[name]


CODE = """
RATE = 2
TABLE = {"a": 1}
def helper(x):
    return x * RATE
class Scale:
    factor = 3
    def apply(self, x):
        return helper(x) * self.factor
@mx.cache_data
def price(x):
    return Scale().apply(x)
"""


def test_helpers_constants_classes_and_methods_count(user):
    code = user(CODE)
    assert code.price(1) == 6
    code.RATE = 5
    assert code.price(1) == 15, "a constant behind a helper"
    code.helper = lambda x: x
    assert code.price(1) == 3, "a helper behind a method"
    code.Scale.factor = 4
    assert code.price(1) == 4, "a class attribute"
    code.Scale.apply = lambda self, x: -x
    assert code.price(1) == -1, "a method"
    code.helper.__code__ = (lambda x: 0).__code__


def test_what_is_changed_back_is_found_again(user):
    code = user(CODE)
    code.price(1)
    key = code.price.key(1)
    code.RATE = 5
    assert code.price.key(1) != key
    code.RATE = 2
    assert code.price.key(1) == key


def test_the_same_code_is_the_same_key_in_every_process(in_child):
    script = f"""
import memoxide as mx
{CODE}
print(price.key(1))
"""
    assert len({in_child(script, PYTHONHASHSEED=str(seed)) for seed in range(3)}) == 1


def test_nothing_is_computed_again_without_a_change(user):
    code = user(CODE)
    for _ in range(3):
        code.price(1)
    assert code.price.cache_info().misses == 1
    code.TABLE["a"] = 2
    code.unrelated = 1
    code.price(1)
    assert code.price.cache_info().misses == 1


def test_a_helper_that_is_defined_later(user):
    code = user("""
@mx.cache_data
def f(x):
    return later(x)
""")
    with pytest.raises(NameError):
        code.f(1)
    code.later = lambda x: 1
    assert code.f(1) == 1
    code.later = lambda x: 2
    assert code.f(1) == 2


def test_helpers_in_another_module_by_any_name(user):
    helpers = user("def load(x):\n    return 1\n", "user_helpers")
    code = user("""
import user_helpers
import user_helpers as other
from user_helpers import load as fetch
@mx.cache_data
def a(x): return user_helpers.load(x)
@mx.cache_data
def b(x): return other.load(x)
@mx.cache_data
def c(x): return fetch(x)
""")
    assert (code.a(0), code.b(0), code.c(0)) == (1, 1, 1)
    helpers.load = lambda x: 2
    assert (code.a(0), code.b(0), code.c(0)) == (2, 2, 1), "c still holds the old function"
    code.fetch = helpers.load
    assert code.c(0) == 2


def test_helpers_that_call_each_other(user):
    code = user("""
def even(n): return n == 0 or odd(n - 1)
def odd(n): return n != 0 and even(n - 1)
@mx.cache_data
def f(n): return even(n)
""")
    assert code.f(4) is True
    key = code.f.key(4)
    code.odd = lambda n: True
    assert code.f.key(4) != key


def test_decorated_helpers(user):
    code = user("""
import functools
def loud(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper
def make(n):
    def inner(x): return n
    return inner
helper = loud(make(1))
cached_helper = functools.lru_cache(make(1))
@mx.cache_data
def memo_helper(x): return 1
@mx.cache_data
def f(x): return helper(x), cached_helper(x), memo_helper(x)
""")
    key = code.f.key(1)
    for name in ("helper", "cached_helper"):
        before = getattr(code, name)
        wrap = code.loud if name == "helper" else functools.lru_cache
        setattr(code, name, wrap(code.make(2)))
        assert code.f.key(1) != key, name
        setattr(code, name, wrap(code.make(1)))
        assert code.f.key(1) == key, name
        setattr(code, name, before)
    code.memo_helper = mx.cache_data(lambda x: 2)
    assert code.f.key(1) != key


def test_cached_properties_and_partials(user):
    code = user("""
import functools
def add(x, y): return x + y
add_one = functools.partial(add, 1)
class Thing:
    @functools.cached_property
    def size(self): return 1
@mx.cache_data
def f(x): return Thing().size + add_one(x)
""")
    assert code.f(1) == 3
    code.add_one = functools.partial(code.add, 2)
    assert code.f(1) == 4
    replaced = functools.cached_property(lambda self: 10)
    replaced.__set_name__(code.Thing, "size")
    code.Thing.size = replaced
    assert code.f(1) == 13


def test_state_that_the_function_keeps_is_no_dependency(user):
    code = user("""
calls = 0
@mx.cache_data
def f(x):
    global calls
    calls += 1
    return x
""")
    code.f(1), code.f(1), code.f(2), code.f(1)
    assert code.calls == 2


def test_state_in_a_closure_is_no_dependency():
    def make():
        calls = 0

        @mx.cache_data
        def f(x):
            nonlocal calls
            calls += 1
            return calls

        return f

    f = make()
    assert [f(1), f(1), f(2), f(1)] == [1, 1, 2, 1]


def test_a_class_that_counts_its_instances(user):
    code = user("""
class Thing:
    made = 0
    def __init__(self, name):
        self.name = name
        type(self).made = Thing.made + 1
@mx.cache_data
def f(thing): return thing.name
""")
    keys = {code.f.key(code.Thing("a")) for _ in range(3)}
    assert len(keys) == 1


def test_a_closure_variable_that_is_bound_anew():
    def make():
        rate = 1

        @mx.cache_data
        def f(x):
            return rate * x

        def change(value):
            nonlocal rate
            rate = value

        return f, change

    f, change = make()
    assert f(2) == 2
    change(5)
    assert f(2) == 10


def test_none_is_not_what_has_died(user):
    code = user("""
def helper(x): return x
@mx.cache_data
def f(x): return 0 if helper is None else helper(x)
""")
    assert code.f(1) == 1
    died = weakref.ref(code.helper)
    code.helper = None
    gc.collect()
    assert died() is None, "to which references show None"
    assert code.f(1) == 0


def test_switched_off(user):
    code = user("""
def helper(): return 1
@mx.cache_data(follow_dependencies=False)
def f(): return helper()
@mx.experimental_memo
def g(): return helper()
""")
    assert (code.f(), code.g()) == (1, 1)
    code.helper = lambda: 2
    assert (code.f(), code.g()) == (1, 1)


def test_installed_code_is_known_by_name_and_version(user, monkeypatch):
    code = user("""
import json
import hypothesis
@mx.cache_data
def f(x): return json.dumps(x)
@mx.cache_data
def g(x): return hypothesis.given(x)
""")
    f, g = code.f.key(1), code.g.key(1)
    monkeypatch.setattr(json.dumps, "__code__", (lambda *args, **kwargs: "").__code__)
    assert code.f.key(1) == f
    code.json = importlib.import_module("pickle")
    assert code.f.key(1) != f
    assert code.g.key(1) == g


def test_a_redefined_class_is_another_argument(in_child):
    in_child("""
        import memoxide as mx
        @mx.cache_data
        def run(job): return job.result()
        class Job:
            def result(self): return 1
        assert run(Job()) == 1
        class Job:
            def result(self): return 2
        assert run(Job()) == 2
        @mx.cache_resource
        class Service:
            version = 1
        assert Service().version == 1
        @mx.cache_resource
        class Service:
            version = 2
        assert Service().version == 2
    """)


def names_by_dis(code):
    """What the standard library's disassembler says, nested code included."""
    loads, attributes, stores, imports = set(), set(), set(), set()
    left = [code]
    while left:
        code = left.pop()
        left.extend(const for const in code.co_consts if isinstance(const, types.CodeType))
        pushed = []
        for instruction in dis.get_instructions(code):
            name = instruction.opname
            if name in ("LOAD_CONST", "LOAD_SMALL_INT"):
                pushed.append(instruction.argval)
            if name in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"):
                loads.add(instruction.argval)
            elif name in ("LOAD_ATTR", "LOAD_METHOD"):
                attributes.add(instruction.argval)
            elif name == "STORE_GLOBAL" or (
                name == "STORE_DEREF" and instruction.argval in code.co_freevars
            ):
                stores.add(instruction.argval)
            elif name == "IMPORT_NAME":
                level, names = pushed[-2:]
                imports.add((level, instruction.argval, names or ()))
    return loads, attributes, stores, [(*rest, list(names)) for *rest, names in sorted(imports)]


def test_names_are_read_as_the_disassembler_reads_them():
    from memoxide._core import names_of_code

    seen = imports = 0
    for name in (
        "json.decoder",
        "argparse",
        "platform",
        "inspect",
        "dataclasses",
        "functools",
        "typing",
        "tarfile",
    ):
        source = importlib.import_module(name)
        for value in vars(source).values():
            if isinstance(value, types.FunctionType):
                names = names_of_code(value.__code__)
                assert names == tuple(sorted(part) for part in names_by_dis(value.__code__)), value
                seen += 1
                imports += len(names[3])
    assert seen > 100
    assert imports > 5


def test_code_that_is_dropped_is_collected(user):
    def once():
        code = user("""
class Thing:
    def run(self): return helper(1)
def helper(x): return x if x < 2 else helper(x - 1)
@mx.cache_data
def f(thing): return helper(1)
def make():
    @mx.cache_data
    def factorial(n): return n * factorial(n - 1) if n else 1
    return factorial
g = make()
""")
        assert (code.f(code.Thing()), code.g(3)) == (1, 6)
        del sys.modules["user_code"]
        return [weakref.ref(part) for part in (code.Thing, code.helper, code.f, code.g)]

    references = [reference for _ in range(5) for reference in once()]
    gc.collect()
    assert [reference for reference in references if reference() is not None] == []
