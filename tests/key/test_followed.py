"""What is followed beyond plain helpers: imports in functions, functions as arguments, wrappers."""

import importlib
import operator
import sys
import threading
import types
from unittest import mock

import pytest

import memoxide as mx


def module(source, name="user_code", **attributes):
    """A module of the user's own, made from text."""
    made = types.ModuleType(name)
    vars(made).update(attributes, mx=mx)
    sys.modules[name] = made
    exec(compile(source, f"{name}.py", "exec", dont_inherit=True), made.__dict__)
    return made


def forget():
    for name in [name for name in sys.modules if name.startswith("user_")]:
        del sys.modules[name]


@pytest.fixture
def user():
    yield module
    forget()


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Writes modules of the user's own to where they can be imported."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def write(**sources):
        for name, source in sources.items():
            path = tmp_path.joinpath(*name.split("__")).with_suffix(".py")
            path.parent.mkdir(exist_ok=True)
            path.write_text(source)
        importlib.invalidate_caches()

    yield write
    forget()


IMPORTS = """
@mx.cache_data
def whole(x):
    import user_lazy
    return user_lazy.g(x)
@mx.cache_data
def part(x):
    from user_lazy import g as h
    return h(x)
@mx.cache_data
def deep(x):
    import user_package.sub
    return user_package.sub.g(x)
@mx.cache_data
def submodule(x):
    from user_package import sub as other
    return other.g(x)
@mx.cache_data
def renamed(x):
    import user_package.sub as s
    return s.g(x)
@mx.cache_data
def nested(x):
    def inner():
        from user_lazy import g
        return g(x)
    return inner()
"""
NAMES = ["whole", "part", "deep", "submodule", "renamed", "nested"]


@pytest.mark.parametrize("name", NAMES)
def test_imports_inside_a_function(name, user, files):
    source = "RATE = 1\ndef g(x): return RATE * x\n"
    files(user_lazy=source, user_package____init__="", user_package__sub=source)
    function = getattr(user(IMPORTS), name)
    before = function.key(1)
    assert function(1) == 1
    assert function.key(1) == before, "once it has run"
    for loaded in ("user_lazy", "user_package.sub"):
        if loaded in sys.modules:
            sys.modules[loaded].RATE = 2
    assert function(1) == 2
    assert function.key(1) != before
    forget()
    again = getattr(user(IMPORTS), name)
    assert again.key(1) == before, "loaded anew"
    forget()
    files(user_lazy=source + "#", user_package__sub="def g(x): return -x - 10\n")
    files(user_lazy="def g(x): return -x - 10\n")
    assert getattr(user(IMPORTS), name).key(1) != before, "edited"


def test_relative_imports_inside_a_function(files):
    files(
        user_package____init__="",
        user_package__sub="RATE = 1\n",
        user_package__code="""
import memoxide as mx
@mx.cache_data
def f(x):
    from .sub import RATE
    from . import sub
    return RATE + sub.RATE
""",
    )
    code = importlib.import_module("user_package.code")
    assert code.f(1) == 2
    sys.modules["user_package.sub"].RATE = 2
    assert code.f(1) == 4


def test_an_import_that_fails_breaks_no_call(user, files):
    files(user_broken="import nowhere_to_be_found\n", user_exits="raise SystemExit\n")
    code = user("""
@mx.cache_data
def f(x):
    if x:
        import user_broken, user_exits, nowhere_to_be_found
        from .relative import nothing
        from user_broken import something
    return 1
""")
    assert code.f(0) == 1
    code.f(0)
    assert code.f.cache_info().misses == 1


def test_an_installed_module_is_not_loaded_for_its_import(in_child):
    script = """
        import sys
        import memoxide as mx
        {before}
        @mx.cache_data
        def f(x):
            import attrs, wave, yaml
            from hypothesis import given
            return 1
        key = f.key(1)
        assert {loaded} == ("hypothesis" in sys.modules)
        print(key)
    """
    lazy = in_child(script.format(before="", loaded=False))
    assert lazy == in_child(script.format(before="import hypothesis, wave", loaded=True))


def test_circular_imports(files):
    files(
        user_a="""
import memoxide as mx
import user_b
def one(): return 1
@mx.cache_data
def f(x): return user_b.g()
""",
        user_b="import user_a\ndef g(): return user_a.one()\n",
    )
    code = importlib.import_module("user_a")
    assert code.f(1) == 1
    code.one = lambda: 2
    assert code.f(1) == 2


def test_a_module_that_is_reloaded(user, files):
    files(user_lazy="def g(x): return 1\n")
    code = user("""
import user_lazy
from user_lazy import *
@mx.cache_data
def f(x): return user_lazy.g(x)
@mx.cache_data
def star(x): return g(x)
""")
    assert (code.f(1), code.star(1)) == (1, 1)
    files(user_lazy="def g(x): return 222\n")
    importlib.reload(sys.modules["user_lazy"])
    assert (code.f(1), code.star(1)) == (222, 1)


def test_a_module_that_answers_for_names(user):
    lazy = user("def __getattr__(name): return 1\n", "user_lazy")
    code = user("""
import user_lazy
@mx.cache_data
def f(x): return user_lazy.anything
""")
    assert code.f(1) == 1
    lazy.__getattr__ = lambda name: 2
    assert code.f(1) == 2


def test_patches_are_noticed_and_undone(user, monkeypatch):
    code = user("""
class Model:
    rate = 1
    def fit(self): return helper() * self.rate
def helper(): return 1
def two(): return 2
@mx.cache_data
def f(x): return Model().fit()
""")
    key = code.f.key(1)
    assert code.f(1) == 1
    with mock.patch("user_code.helper", new=code.two):
        assert code.f(1) == 2
    with mock.patch("user_code.helper") as helper:
        helper.return_value = 3
        assert code.f(1) == 3
    with mock.patch.object(code.Model, "rate", 4):
        assert code.f(1) == 4
    with monkeypatch.context() as patch:
        patch.setattr(code.Model, "fit", lambda self: 5)
        assert code.f(1) == 5
    assert code.f(1) == 1
    assert code.f.key(1) == key


def test_defaults_that_are_assigned_in_place(user):
    code = user("""
def helper(x=1, *, y=1): return x * y
@mx.cache_data
def f(x): return helper()
@mx.cache_data
def own(x=1, *, y=1): return x * y
""")
    assert code.f(1) == 1
    code.helper.__defaults__ = (2,)
    assert code.f(1) == 2
    code.helper.__kwdefaults__ = {"y": 3}
    assert code.f(1) == 6
    code.helper.__kwdefaults__["y"] = 4
    assert code.f(1) == 8
    code.helper.__code__ = (lambda x, *, y: 10).__code__
    assert code.f(1) == 10
    code.helper.__defaults__ = None
    with pytest.raises(TypeError):
        code.f(1)


def test_attributes_of_an_instance_leave_the_class_as_it_is(user):
    source = """
class Config:
    rate = 1
    def __init__(self, rate=None):
        if rate: self.rate = rate
@mx.cache_data
def f(x): return Config().rate
"""
    code = user(source)
    assert code.f(1) == 1
    code.Config.rate = 2
    assert code.f(1) == 2


APPLY = """
@mx.cache_data
def apply(function, *args):
    return function(*args)
"""


def helpers(user):
    return user("""
import functools
RATE = 1
def helper(x): return x * RATE
def plain(x): return helper(x)
small = lambda x: helper(x)
partial = functools.partial(plain)
class Thing:
    def method(self, x): return helper(x)
    def __call__(self, x): return helper(x)
    @staticmethod
    def static(x): return helper(x)
    @classmethod
    def of(cls, x): return helper(x)
def loud(function):
    @functools.wraps(function)
    def wrapper(x): return function(x)
    return wrapper
decorated = loud(plain)
cached = functools.lru_cache(plain)
memo = mx.cache_data(plain)
closure = (lambda inner: lambda x: inner(x))(plain)
""")


FUNCTIONS = {
    "plain": lambda code: code.plain,
    "lambda": lambda code: code.small,
    "partial": lambda code: code.partial,
    "bound method": lambda code: code.Thing().method,
    "callable instance": lambda code: code.Thing(),
    "static method": lambda code: code.Thing.static,
    "class method": lambda code: code.Thing.of,
    "decorated": lambda code: code.decorated,
    "lru_cache": lambda code: code.cached,
    "cached function": lambda code: code.memo,
    "closure": lambda code: code.closure,
    "in a list": lambda code: [code.plain],
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_that_are_arguments_are_followed(name, user, key):
    code = helpers(user)
    argument = FUNCTIONS[name](code)
    before = key(argument)
    assert key(argument) == before
    assert key(FUNCTIONS[name](helpers(user))) == before, "executed again"
    code = helpers(user)
    argument = FUNCTIONS[name](code)
    code.RATE = 2
    assert key(argument) != before, "a constant"
    code.RATE = 1
    assert key(argument) == before
    code.helper = lambda x: -x
    assert key(argument) != before, "a helper"


def test_what_a_function_that_is_an_argument_holds_is_looked_at_each_time(key):
    data = [1]

    def function(x, more=data):
        return data

    before = key(function)
    data.append(2)
    assert key(function) != before
    data.pop()
    assert key(function) == before


def test_a_lock_in_a_function_that_is_an_argument(key):
    missing = object()

    def make(value):
        lock = threading.Lock()

        def function(x=missing):
            with lock:
                return value

        return function

    assert key(make(1)) == key(make(1)) != key(make(2))


def test_installed_functions_that_are_arguments_are_known_by_name(key):
    import json

    assert key(json.dumps) == key(json.dumps) != key(json.loads)
    assert key(operator.itemgetter(1)) != key(operator.itemgetter(2))
    assert key(len) != key(max)


def test_hash_functions_are_followed(user):
    code = user("""
SALT = 1
class Thing: pass
def helper(thing): return SALT
def make(n):
    def hashed(thing): return helper(thing), n
    return hashed
hashed = make(1)
@mx.cache_data(hash_funcs={Thing: hashed})
def f(thing): return 1
""")
    before = code.f.key(code.Thing())
    assert code.f.key(code.Thing()) == before
    code.helper = lambda thing: 1
    assert code.f.key(code.Thing()) != before, "a helper"
    code = user("""
class Thing: pass
def make(n):
    def hashed(thing, m=1): return 1
    return hashed
hashed = make(1)
@mx.cache_data(hash_funcs={Thing: hashed})
def f(thing): return 1
""")
    before = code.f.key(code.Thing())
    code.hashed.__defaults__ = (2,)
    assert code.f.key(code.Thing()) != before, "a default"


def test_wrappers_in_closures_and_classes_are_followed(user):
    source = """
import functools
@functools.lru_cache
def helper(x): return 1
def make(inner):
    return lambda x: inner(x)
closed = make(helper)
class Thing:
    tool = staticmethod(helper)
    table = (helper,)
@mx.cache_data
def f(x): return closed(x)
@mx.cache_data
def g(x): return Thing.tool(x)
@mx.cache_data
def h(x): return Thing.table[0](x)
"""
    code, edited = user(source), user(source.replace("return 1", "return 2"))
    for name in "fgh":
        assert getattr(code, name).key(1) != getattr(edited, name).key(1), name


def test_what_runs_again_hits_again(user):
    source = """
import functools, logging, threading
lock = threading.Lock()
def synchronized(function):
    own = threading.RLock()
    log = logging.getLogger("x")
    @functools.wraps(function)
    def wrapper(*args):
        with own, lock:
            log.debug("x")
            return function(*args)
    return wrapper
@functools.singledispatch
def kind(x): return "any"
@kind.register
def _(x: int): return "int"
@synchronized
def helper(x): return kind(x)
@mx.cache_data
def f(x): return helper(x)
"""
    first = user(source)
    assert first.f(1) == "int"
    assert user(source).f.cache_info().misses == 1
    assert first.f.contains(1)
    assert user(source).f.contains(1)


def test_what_is_read_from_stays_unique(user):
    source = """
def make(path):
    file = open(path)
    @mx.cache_data
    def f(x): return file.read()
    return f, file
"""
    with user(source).make(__file__)[1], user(source).make(__file__)[1]:
        pass
    (f, one), (g, two) = user(source).make(__file__), user(source).make(__file__)
    with one, two:
        assert f.key(1) != g.key(1)


def test_redefining_a_function_leaves_nothing_behind(in_child):
    in_child("""
        import gc, tracemalloc
        import memoxide as mx
        RATE = 1
        def helper(x): return x * RATE
        @mx.cache_data
        def run(function, x): return function(x)
        def once(i):
            @mx.cache_data
            def f(x): return helper(x)
            f(1)
            run(lambda x: helper(x), 1)
        def grown(rounds):
            before = tracemalloc.get_traced_memory()[0]
            for i in range(rounds): once(i)
            gc.collect()
            return tracemalloc.get_traced_memory()[0] - before
        tracemalloc.start()
        grown(1000)
        assert grown(2000) < 100_000
    """)


def test_a_proxy_that_answers_nothing_is_state(user):
    code = user("""
class Proxy:
    __slots__ = ()
    @property
    def __class__(self): raise RuntimeError("unbound")
    @property
    def __dict__(self): raise RuntimeError("unbound")
    def __getattr__(self, name): raise RuntimeError("unbound")
proxy = Proxy()
@mx.cache_data
def f(x): return proxy
""")
    assert code.f.key(1) == code.f.key(1)


def test_deep_and_shared_tuples_end(user):
    code = user("""
def helper(): return 1
deep = (helper,)
wide = (helper,)
for _ in range(100_000): deep = (deep,)
for _ in range(60): wide = (wide, wide)
@mx.cache_data
def f(x): return deep, wide
""")
    assert code.f.key(1) == code.f.key(1)
    while isinstance(code.deep, tuple):
        code.deep = code.deep[0]


def test_objects_that_call_many_others_end(user):
    code = user("""
class Layer:
    def __init__(self, *parts): self.parts = parts; self.name = "layer"
    def __call__(self, x): return x
layers = [Layer() for _ in range(30)]
for layer in layers: layer.parts = tuple(layers)
layer = layers[0]
@mx.cache_data
def f(x): return layer(x)
""")
    assert code.f.key(1) == code.f.key(1)


def test_the_state_of_what_is_cached_counts(user):
    code = user("""
import functools
class Scale:
    def __init__(self, n): self.n = n
    def __call__(self, x): return self.n * x
    def method(self, x): return self.n * x
scale = Scale(2)
f = mx.cache_data(scale)
g = mx.cache_data(scale.method)
h = mx.cache_data(functools.partial(scale.method))
""")
    assert (code.f(1), code.g(1), code.h(1)) == (2, 2, 2)
    code.scale.n = 3
    assert (code.f(1), code.g(1), code.h(1)) == (3, 3, 3)


def test_annotations_that_name_what_is_not_there(user, key):
    source = """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from nowhere import Nothing
class A:
    y: "Nothing" = 3
    def method(self, z: ANNOTATION): return 2
def function(x: ANNOTATION) -> int: return 1
"""
    name = "Nothing" if sys.version_info >= (3, 14) else "'Nothing'"
    first = user(source.replace("ANNOTATION", name))
    second = user(source.replace("ANNOTATION", name))
    for value in (lambda code: code.function, lambda code: code.A, lambda code: code.A().method):
        assert key(value(first)) == key(value(second))


def test_a_result_is_not_stored_if_a_helper_was_replaced_while_it_was_computed(user):
    module = user("""
def helper(x): return x + 1
def other(x): return x + 2
@mx.cache_data
def f(x, hook):
    before = helper(x)
    if hook: hook()
    return before, helper(x)
""")

    def patch():
        module.helper, module.kept = module.other, module.helper

    assert module.f(1, patch) == (2, 3)
    module.helper = module.kept
    assert not module.f.contains(1, patch)
    assert module.f(1, None) == (2, 2)
    assert module.f.contains(1, None)


def test_what_changes_without_effect_while_a_result_is_computed_does_not_count(user):
    module = user("""
class Counter:
    calls = []
    @classmethod
    def count(cls):
        cls.last = []
        return len(cls.calls)
@mx.cache_data
def f(x): return Counter.count()
""")
    assert module.f(1) == 0
    assert module.f.contains(1)
