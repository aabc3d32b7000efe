"""Generator functions that yield a resource; iterators, which nobody gets used up."""

import asyncio
import itertools

import pytest

import memoxide as mx


def test_a_resource_is_torn_down_behind_its_yield():
    log = []

    @mx.cache_resource
    def connect(host):
        log.append(f"open {host}")
        yield [host]
        log.append(f"close {host}")

    first = connect("a")
    assert first == ["a"]
    assert connect("a") is first
    assert connect("b") == ["b"]
    assert log == ["open a", "open b"]
    connect.clear("a")
    assert log[2:] == ["close a"]
    connect.clear()
    assert log[3:] == ["close b"]


def test_finally_runs_once_however_it_leaves():
    log = []

    @mx.cache_resource(max_entries=1, validate=lambda value: value != ["bad"])
    def connect(host):
        try:
            yield [host]
        finally:
            log.append(host)

    connect("evicted")
    connect("bad")
    assert log == ["evicted"]
    connect("bad")
    assert log == ["evicted", "bad"]
    connect.clear()
    assert log == ["evicted", "bad", "bad"]


def test_on_release_comes_before_the_teardown():
    log = []

    @mx.cache_resource(on_release=lambda value: log.append(f"release {value}"))
    def connect():
        yield 1
        log.append("teardown")

    connect()
    connect.clear()
    assert log == ["release 1", "teardown"]


def test_teardown_at_exit_even_of_what_was_not_stored(in_child):
    out = in_child("""
        import memoxide as mx
        @mx.cache_resource
        def kept():
            yield 1
            print("kept is closed")
        @mx.cache_resource(cache_if=lambda value: False)
        def refused():
            yield 2
            print("refused is closed")
        @mx.cache_resource
        def cleared():
            cleared.clear()
            yield 3
            print("cleared is closed")
        print(kept(), refused(), cleared())
    """)
    first, *rest = out.splitlines()
    assert first == "1 2 3"
    assert sorted(rest) == ["cleared is closed", "kept is closed", "refused is closed"]


def test_what_goes_wrong_behind_the_yield_is_logged(caplog):
    @mx.cache_resource
    def raises():
        yield 1
        raise OSError("no such host")

    @mx.cache_resource
    def yields_twice():
        yield 1
        yield 2

    for function in (raises, yields_twice):
        assert function() == 1
        function.clear()
    assert "no such host" in caplog.text
    assert "yielded twice" in caplog.text


def test_a_generator_that_yields_nothing_is_an_error():
    @mx.cache_resource
    def nothing():
        return
        yield

    with pytest.raises(mx.errors.DecorationError, match="yielded nothing"):
        nothing()


def test_an_error_before_the_yield_reaches_the_caller():
    @mx.cache_resource
    def fails():
        raise OSError("no such host")
        yield

    with pytest.raises(OSError, match="no such host"):
        fails()
    assert not fails.contains()


async def later():
    return 1


async def several():
    yield 1


@pytest.mark.parametrize("decorator", [mx.cache_data, mx.cache_resource])
@pytest.mark.parametrize(
    ("make", "advice"),
    [
        (lambda: (x for x in [1]), "return a list"),
        (lambda: map(str, [1]), "return a list"),
        (lambda: zip([1], [2]), "return a list"),
        (lambda: iter([1]), "return a list"),
        (lambda: itertools.count(), "return a list"),
        (lambda: several(), "return a list"),
        (lambda: later(), "async def"),
    ],
)
def test_what_is_used_up_is_refused_with_advice(decorator, make, advice):
    f = decorator(make)
    with pytest.raises(mx.errors.UnserializableReturnValueError, match=advice) as info:
        f()
    assert not f.contains()
    if asyncio.iscoroutine(info.value.value):
        info.value.value.close()


@pytest.mark.parametrize("decorator", [mx.cache_data, mx.cache_resource])
def test_a_future_is_refused_with_advice(decorator):
    loop = asyncio.new_event_loop()
    f = decorator(loop.create_future)
    with pytest.raises(mx.errors.UnserializableReturnValueError, match="async def"):
        f()
    loop.close()


def test_files_and_cursors_are_resources(tmp_path):
    path = tmp_path / "file"
    path.write_text("a\nb\n")

    @mx.cache_resource(on_release=lambda file: file.close())
    def open_file(name):
        return open(path)

    file = open_file("a")
    assert open_file("a") is file
    open_file.clear()
    assert file.closed


def test_without_a_time_to_live_the_resource_is_yielded_all_the_same(in_child):
    out = in_child("""
        import memoxide as mx
        @mx.cache_resource(ttl=0)
        def connect():
            yield 1
            print("closed")
        print(connect(), connect())
    """)
    assert out.splitlines() == ["1 1", "closed", "closed"]
