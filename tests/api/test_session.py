"""Entries that belong to a session."""

import contextvars
import threading

import pytest

import memoxide as mx


def make():
    runs = []

    @mx.cache_data(scope="session")
    def f(x):
        runs.append(x)
        return [x]

    return f, runs


def test_sessions_do_not_share():
    f, runs = make()
    for name in ("a", "b", "a"):
        with mx.session(name):
            assert f(1) == [1]
    assert runs == [1, 1]
    mx.end_session("a")
    mx.end_session("b")


def test_without_a_session_a_clear_error():
    f, _ = make()
    with pytest.raises(mx.errors.NoSessionError, match=r"with memoxide\.session"):
        f(1)
    with pytest.raises(mx.errors.NoSessionError):
        f.clear()


def test_sessions_nest():
    f, runs = make()
    with mx.session("outer"):
        f(1)
        with mx.session("inner"):
            f(1)
        f(1)
    assert runs == [1, 1]
    mx.end_session("inner")
    mx.end_session("outer")


def test_the_end_of_a_session_forgets_and_releases():
    released = []

    @mx.cache_resource(scope="session", on_release=released.append)
    def connect():
        return threading.Lock()

    with mx.session("a"):
        first = connect()
    with mx.session("b"):
        other = connect()
    mx.end_session("a")
    assert released == [first]
    with mx.session("a"):
        assert connect() is not first
    with mx.session("b"):
        assert connect() is other
    mx.end_session("a")
    mx.end_session("b")
    assert len(released) == 3
    mx.end_session("never opened")


def test_threads_have_the_session_of_the_context_they_copy():
    f, runs = make()
    with mx.session("a"):
        f(1)
        context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(f, 1))
    thread.start()
    thread.join()
    assert runs == [1]
    mx.end_session("a")


def test_stats_have_a_row_for_each_function_and_session():
    f, _ = make()

    @mx.cache_resource
    def resource():
        return object()

    resource()
    with mx.session("a"):
        f(1), f(1)
    rows = {(row.name.rpartition(".")[2], row.session): row for row in mx.stats()}
    row = rows["f", "a"]
    assert (row.kind, row.hits, row.misses, row.entries) == ("data", 1, 1, 1)
    assert rows["resource", None].kind == "resource"
    mx.end_session("a")


def test_a_session_needs_an_id():
    with pytest.raises(ValueError, match="must not be empty"):
        mx.session("")
    assert mx.session("a").id == "a"
    for ask in (mx.session, mx.end_session):
        with pytest.raises(TypeError, match="a session's id must be a str, not int"):
            ask(1)


def test_one_session_object_in_two_threads():
    session = mx.session("shared")
    entered, left = threading.Barrier(2, timeout=10), threading.Barrier(2, timeout=10)
    f, _ = make()
    errors = []

    def work():
        try:
            with session:
                entered.wait()
                f(1)
                left.wait()
            with pytest.raises(mx.errors.NoSessionError):
                f(1)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    mx.end_session("shared")


def test_one_session_object_entered_twice():
    f, runs = make()
    session = mx.session("twice")
    with session:
        with session:
            f(1)
        f(1)
    assert runs == [1]
    with pytest.raises(mx.errors.NoSessionError):
        f(1)
    mx.end_session("twice")
