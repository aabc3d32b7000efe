"""Options are checked when a function is decorated."""

import datetime as dt
import math
import time
import typing

import pytest

import memoxide as mx


def decorate(decorator, **options):
    return decorator(**options)(lambda x=None: x)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ttl": -1}, "ttl must be a number of seconds"),
        ({"ttl": math.nan}, "ttl must be"),
        ({"ttl": True}, "ttl must be"),
        ({"ttl": []}, "ttl must be"),
        ({"ttl": "-1d"}, "ttl must be"),
        ({"ttl": "tomorrow"}, "ttl: .*tomorrow"),
        ({"ttl": "nan"}, "ttl: "),
        ({"ttl": dt.timedelta(-1)}, "ttl must be"),
        ({"max_entries": 0}, "max_entries must be an integer of at least 1"),
        ({"max_entries": -1}, "max_entries must be"),
        ({"max_entries": 1.5}, "max_entries must be"),
        ({"max_entries": True}, "max_entries must be"),
        ({"max_size": 0}, "max_size must be"),
        ({"max_size": "much"}, "max_size: .*much"),
        ({"persist": "cloud"}, 'persist must be "disk"'),
        ({"persist": 1}, "persist must be"),
        ({"scope": "user"}, 'scope must be "global" or "session", not \'user\''),
        ({"copy": "shallow"}, 'copy must be "auto" or "deep"'),
        ({"refresh_mode": "sometimes"}, "refresh_mode must be"),
        ({"refresh_mode": "background"}, "needs a positive ttl"),
        ({"refresh_mode": "background", "ttl": 0}, "needs a positive ttl"),
        ({"show_spinner": 3}, "show_spinner must be"),
        ({"show_time": "yes"}, "show_time must be True or False"),
        ({"follow_dependencies": None}, "follow_dependencies must be"),
        ({"hash_funcs": [int]}, "hash_funcs must be a dict"),
        ({"hash_funcs": {3: len}}, "a hash function is for a type"),
        ({"persist": "disk", "scope": "session"}, "persist"),
    ],
    ids=str,
)
def test_bad_options_of_cache_data(options, message):
    with pytest.raises(mx.errors.OptionError, match=message):
        decorate(mx.cache_data, **options)
    with pytest.raises(ValueError):
        decorate(mx.cache_data, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"validate": 3}, "validate must be callable"),
        ({"on_release": "close"}, "on_release must be callable"),
        ({"max_size": "1MB"}, "needs sizeof"),
        ({"ttl": -1}, "ttl must be"),
    ],
)
def test_bad_options_of_cache_resource(options, message):
    with pytest.raises(mx.errors.OptionError, match=message):
        decorate(mx.cache_resource, **options)


@pytest.mark.parametrize(("decorator", "option"), [
    (mx.cache_data, "validate"),
    (mx.cache_data, "time_to_live"),
    (mx.cache_resource, "persist"),
    (mx.cache_resource, "copy"),
    (mx.experimental_memo, "scope"),
    (mx.experimental_singleton, "persist"),
])  # fmt: skip
def test_unknown_options_are_named_with_those_that_exist(decorator, option):
    with pytest.raises(TypeError, match=f'unknown option "{option}".*max_entries'):
        decorator(**{option: None})


@pytest.mark.parametrize(
    "options",
    [
        {"ttl": None},
        {"ttl": 0},
        {"ttl": 1.5},
        {"ttl": math.inf},
        {"ttl": "1d"},
        {"ttl": dt.timedelta(hours=1)},
        {"max_entries": 1},
        {"max_size": 1000},
        {"max_size": "500MB"},
        {"persist": False},
        {"persist": None},
        {"show_spinner": "Working"},
        {"show_time": True},
        {"hash_funcs": {int: str, "module.Class": str}},
        {"hash_funcs": None},
        {"hash_funcs": {int | str: repr}},
        {"scope": "global"},
        {"refresh_mode": "foreground"},
        {"copy": "deep"},
        {"follow_dependencies": False},
        {"experimental_allow_widgets": True},
    ],
    ids=str,
)
def test_good_options(options):
    function = decorate(mx.cache_data, **options)
    assert function(1) == function(1) == 1


def test_numpy_numbers_are_numbers():
    np = pytest.importorskip("numpy")
    function = decorate(mx.cache_data, ttl=np.float64(60), max_entries=np.int64(3))
    assert function.cache_info().max_entries == 3


def test_ttl_zero_computes_each_time():
    runs = []

    @mx.cache_data(ttl=0)
    def f():
        runs.append(1)

    f(), f()
    assert len(runs) == 2
    assert f.cache_info().entries == 0


def test_entries_expire():
    runs = []

    @mx.cache_data(ttl=1)
    def f():
        runs.append(1)
        return len(runs)

    assert (f(), f()) == (1, 1)
    time.sleep(1.1)
    assert not f.contains()
    assert f() == 2


@pytest.mark.parametrize("thing", [3, "text", None, [len]], ids=repr)
def test_what_cannot_be_called_is_not_decorated(thing):
    configured = mx.cache_data(ttl=60)
    with pytest.raises(mx.errors.DecorationError, match="cannot be called"):
        configured(thing)
    if thing is not None:
        with pytest.raises(TypeError, match=r"@cache_data\(ttl=60\)"):
            mx.cache_data(thing)


@pytest.mark.parametrize("arguments", [(), (len, 3)])
def test_a_configured_decorator_takes_one_function(arguments):
    configured = mx.cache_data(ttl=60)
    assert repr(configured) == "<memoxide.cache_data with options>"
    with pytest.raises(TypeError, match="argument"):
        configured(*arguments)


def test_what_cannot_be_cached_is_refused():
    async def generator():
        yield 1

    for function, what in [
        (generator, "an asynchronous generator function"),
        (classmethod(len), "write @classmethod above"),
        (mx.cache_data(len), "cached already"),
    ]:
        for decorator in (mx.cache_data, mx.cache_resource(ttl=1)):
            with pytest.raises(mx.errors.DecorationError, match=what):
                decorator(function)


def test_hash_funcs_decide_what_counts():
    class Base:
        def __init__(self, name, noise):
            self.name, self.noise = name, noise

    class Derived(Base):
        pass

    @mx.cache_data(hash_funcs={Base: lambda value: value.name})
    def f(value):
        return None

    assert f.key(Base("a", 1)) == f.key(Base("a", 2)) != f.key(Base("b", 1))
    assert f.key(Derived("a", 1)) == f.key(Derived("a", 2))
    assert f.key(Base("a", 1)) != f.key(Derived("a", 1)), "the class still counts"
    assert f.key([Base("a", 1)]) == f.key([Base("a", 2)])


def test_the_nearest_class_decides():
    class Base:
        pass

    class Derived(Base):
        pass

    @mx.cache_data(hash_funcs={Base: lambda _: "base", Derived: lambda _: "derived"})
    def f(value):
        return None

    @mx.cache_data(hash_funcs={Derived: lambda _: "derived", Base: lambda _: "base"})
    def g(value):
        return None

    assert f.key(Derived()) != f.key(Base())
    assert g.key(Derived()) != g.key(Base())


def test_hash_funcs_by_name_by_union_and_for_builtins():
    class Thing:
        pass

    name = f"{Thing.__module__}.{Thing.__qualname__}"

    @mx.cache_data(hash_funcs={
        name: lambda _: 0,
        "builtins.dict": lambda _: 0,
        int | float: lambda value: round(value),
    })  # fmt: skip
    def f(value):
        return None

    assert f.key(Thing()) == f.key(Thing())
    assert len({f.key({"a": 1}), f.key({"a": 2})}) == 1
    assert f.key(1.2) == f.key(1.4) != f.key(1.6)
    assert f.key([1.2]) == f.key([1.4])


def test_a_hash_function_may_return_the_value_itself():
    @mx.cache_data(hash_funcs={list: lambda value: value, str: lambda value: [value, value]})
    def f(value):
        return None

    assert f.key([1]) == f.key([1]) != f.key([2])
    assert f.key("a") == f.key("a") != f.key("b")
    assert f.key([["a"], "b"]) != f.key([["b"], "b"])


def test_an_edited_hash_function_is_another_key():
    def make(function):
        return mx.cache_data(hash_funcs={int: function})(divmod)

    assert make(lambda x: x + 1).key(1, 2) == make(lambda x: x + 1).key(1, 2)
    assert make(lambda x: x + 1).key(1, 2) != make(lambda x: x + 2).key(1, 2)


def test_an_error_in_a_hash_function_names_everything():
    class Handle:
        pass

    def identify(handle):
        raise LookupError("no id")

    @mx.cache_data(hash_funcs={Handle: identify})
    def load(config):
        return 1

    with pytest.raises(mx.errors.UserHashError, match="identify raised LookupError") as info:
        load({"db": [Handle()]})
    assert info.value.path == 'config["db"][0]'
    assert "Handle" in info.value.type_name
    assert info.value.function.endswith("load")
    assert isinstance(info.value.__cause__, LookupError)
    assert str(info.value).endswith("Mend it, or remove it from hash_funcs.")
    assert load({}) == 1


def test_an_error_in_a_registered_hasher_names_the_way_out(in_child):
    in_child("""
        import memoxide as mx
        class Thing: pass
        mx.register_hasher(Thing, lambda thing: 1 / 0)
        try:
            mx.cache_data(lambda x: x).key(Thing())
        except mx.errors.UserHashError as error:
            assert str(error).endswith("Mend it, or register another one for the class.")
        else:
            raise AssertionError
    """)


def test_registered_hashers_serve_every_function(in_child):
    in_child("""
        import memoxide as mx
        class Thing:
            def __init__(self, name, noise): self.name, self.noise = name, noise
        @mx.cache_data
        def f(x): ...
        before = f.key(Thing("a", 1))
        plain = f.key([1, "a"])
        mx.register_hasher(Thing, lambda thing: thing.name)
        assert f.key(Thing("a", 1)) == f.key(Thing("a", 2)) != f.key(Thing("b", 1))
        assert f.key(Thing("a", 1)) != before
        assert f.key([1, "a"]) == plain
        mx.register_hasher(Thing, lambda thing: thing.noise)
        assert f.key(Thing("a", 1)) == f.key(Thing("b", 1)) != f.key(Thing("a", 2))
        mx.register_hasher(str, lambda text: text.lower())
        assert f.key("A") == f.key("a") != f.key("b")
        try:
            mx.register_hasher(Thing, 3)
        except mx.errors.OptionError as error:
            assert "callable" in str(error)
        else:
            raise AssertionError
    """)


@pytest.mark.parametrize("target", [list[int], dict[str, int], type[int]])
def test_a_type_with_arguments_is_no_target(target):
    with pytest.raises(mx.errors.OptionError, match="a union of types"):
        mx.cache_data(hash_funcs={target: id})
    with pytest.raises(mx.errors.OptionError, match="a union of types"):
        mx.register_hasher(target, fn=id)


def test_unions_are_targets():
    for union in (typing.Union[int, str], int | str, int | None):  # noqa: UP007
        assert mx.cache_data(hash_funcs={union: str})(lambda x: x)(1) == 1


@pytest.mark.parametrize("option", ["validate", "on_release", "cache_if", "sizeof"])
def test_callbacks_are_no_coroutine_functions(option):
    async def callback(value):
        return True

    async def generator(value):
        yield True

    class Callable:
        async def __call__(self, value):
            return True

    for wrong in (callback, generator, Callable()):
        with pytest.raises(mx.errors.OptionError, match=f"{option} must be a function without"):
            mx.cache_resource(**{option: wrong})
