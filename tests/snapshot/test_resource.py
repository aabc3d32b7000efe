"""`cache_resource` hands out the object itself, and lets it go once."""

import gc
import threading

import pytest

import memoxide as mx


class Connection:
    def __init__(self, name="c"):
        self.name = name
        self.lock = threading.Lock()


def test_all_callers_share_the_object():
    @mx.cache_resource
    def connect(name):
        return Connection(name)

    assert connect("a") is connect("a")
    assert connect("a") is not connect("b")


def releasing(**options):
    released = []
    made = []

    @mx.cache_resource(on_release=released.append, **options)
    def connect(name):
        made.append(Connection(name))
        return made[-1]

    return connect, made, released


def test_release_on_clear():
    connect, made, released = releasing()
    connect("a"), connect("b")
    connect.clear("a")
    assert released == [made[0]]
    connect.clear()
    assert released == made
    connect.clear()
    assert released == made


def test_release_on_eviction_and_clear_of_the_kind():
    connect, made, released = releasing(max_entries=1)
    connect("a"), connect("b")
    assert released == [made[0]]
    mx.cache_resource.clear()
    assert released == made


def test_release_on_expiry():
    import time

    connect, made, released = releasing(ttl=0.02)
    connect("a")
    time.sleep(0.03)
    assert connect("a") is made[1]
    assert released == [made[0]]


def test_release_on_rejection():
    valid = True
    released, made, asked = [], [], []

    def validate(connection):
        asked.append(connection)
        return valid

    @mx.cache_resource(validate=validate, on_release=released.append)
    def connect():
        made.append(Connection())
        return made[-1]

    assert connect() is connect() is made[0]
    assert asked == [made[0]]
    valid = False
    assert connect() is made[1]
    assert released == [made[0]]
    info = connect.cache_info()
    assert (info.hits, info.misses) == (1, 2), "what was rejected was no hit"


def test_release_when_options_change():
    released = []

    def define(ttl):
        @mx.cache_resource(ttl=ttl, on_release=released.append)
        def connect():
            return Connection()

        return connect

    connect = define(60)
    first = connect()
    del connect
    connect = define(60)
    assert connect() is first, "the same options find the same resource"
    del connect
    connect = define(61)
    assert connect() is not first
    assert released == [first]


def test_release_at_exit(in_child):
    out = in_child("""
        import memoxide as mx
        class Connection:
            def close(self): print("closed")
        @mx.cache_resource(on_release=lambda c: c.close())
        def connect(): return Connection()
        connect()
        print("end")
    """)
    assert out.split() == ["end", "closed"]


def test_an_error_in_on_release_is_logged_and_harms_nobody(caplog):
    released = []

    def release(connection):
        released.append(connection.name)
        if connection.name == "a":
            raise OSError("already closed")

    @mx.cache_resource(on_release=release)
    def connect(name):
        return Connection(name)

    connect("a"), connect("b")
    connect.clear()
    assert sorted(released) == ["a", "b"]
    assert "already closed" in caplog.text
    assert "connect" in caplog.text
    assert not connect.contains("a")


def test_an_error_in_validate_reaches_the_caller():
    @mx.cache_resource(validate=lambda value: 1 / 0)
    def connect():
        return Connection()

    connect()
    with pytest.raises(ZeroDivisionError):
        connect()


def test_callbacks_may_use_the_cache(in_child):
    in_child("""
        import memoxide as mx
        log = []
        @mx.cache_resource(max_entries=1, on_release=lambda value: log.append(connect.contains(1)),
                           validate=lambda value: connect.cache_info().entries == 1)
        def connect(x):
            return Connection(x)
        class Connection:
            def __init__(self, x): self.x = x
            def __del__(self):
                try: connect.cache_info()
                except TypeError: pass
        connect(1), connect(1), connect(2), connect(2)
        connect.clear()
        assert log == [False, False], log
    """)


def test_max_size_with_sizeof():
    @mx.cache_resource(max_size=100, sizeof=len)
    def load(size):
        return [0] * size

    load(60), load(30)
    assert load.cache_info().bytes == 90
    load(20)
    assert (load.contains(60), load.contains(30), load.contains(20)) == (False, True, True)
    assert len(load(1000)) == 1000
    assert not load.contains(1000)
    assert load.contains(30)


def test_what_is_too_large_is_its_callers():
    released = []

    @mx.cache_resource(max_size=100, sizeof=len, on_release=released.append)
    def load(size):
        return [0] * size

    assert len(load(1000)) == 1000
    assert released == []
    load.clear()
    assert released == []


def test_a_release_under_an_exception_leaves_it_alone(in_child):
    in_child("""
        import memoxide as mx
        released, kept = [], []
        def define(**options):
            @mx.cache_resource(**options)
            def resource():
                return [1]
            resource()
            return resource
        def outdated():
            function = define(max_entries=5, on_release=released.append)
            kept.append(define(max_entries=6))
            return function
        def fail():
            raise KeyError("original")
        try:
            [outdated(), fail()]
        except KeyError as error:
            assert error.args == ("original",)
        else:
            raise AssertionError("no error")
        assert released == [[1]]
    """)


@pytest.mark.parametrize("sizeof", [lambda value: 1 / 0, lambda value: -1, lambda value: 1.5])
@pytest.mark.parametrize("max_size", [None, 100])
def test_a_size_that_cannot_be_told_loses_no_result(sizeof, max_size, caplog):
    @mx.cache_resource(max_size=max_size, sizeof=sizeof)
    def measured():
        return [1]

    assert measured() == [1]
    assert measured.contains() == (max_size is None)
    assert "measured" in caplog.text
    measured.clear()


def test_a_resources_own_size_is_not_asked_for():
    class Unsized:
        def __sizeof__(self):
            raise RuntimeError("not asked")

    @mx.cache_resource
    def make():
        return Unsized()

    assert make() is make()


def test_a_definition_that_cannot_come_back_leaves_nothing():
    released = []

    def define():
        numbers = (number for number in range(3))

        @mx.cache_resource(on_release=released.append)
        def with_generator():
            return [numbers]

        return with_generator

    for _ in range(5):
        define()()
    gc.collect()
    assert [row for row in mx.stats() if "test_a_definition_that_cannot" in row.name] == []
    assert len(released) == 5


def test_a_class_that_was_defined_anew_is_named_once(caplog):
    import sys
    import types

    module = types.ModuleType("redefining_module")
    sys.modules["redefining_module"] = module
    source = "class Model:\n    pass\ndef load():\n    return Model()\n"
    try:
        exec(source, module.__dict__)
        load = mx.cache_resource(follow_dependencies=False)(module.load)
        model = load()
        assert load() is model
        assert not caplog.records
        exec(source, module.__dict__)
        load = mx.cache_resource(follow_dependencies=False)(module.load)
        assert load() is model
        assert load() is model
        (record,) = caplog.records
        assert record.levelname == "WARNING"
        assert "redefining_module.Model" in record.getMessage()
    finally:
        del sys.modules["redefining_module"]
