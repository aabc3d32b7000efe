"""What the child of a fork does with its parent's resources."""

import os

import pytest

import memoxide as mx
from memoxide.errors import OptionError

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")


def in_child(run):
    """What `run` returns in a forked child, as text, after all that happens at an exit."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, str(run()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as said:
        answer = said.read()
    os.waitpid(child, 0)
    return answer


def leave():
    """What the interpreter's exit does."""
    from memoxide import _core

    _core.release_all()


@pytest.fixture(autouse=True)
def clean():
    yield
    mx.cache_resource.clear()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("end", [leave, lambda: mx.cache_resource.clear()])
def test_a_child_releases_nothing_of_its_parent_s(end):
    released = []

    @mx.cache_resource(on_release=released.append)
    def connection(name):
        return [name]

    @mx.cache_resource
    def yielded(name):
        yield [name]
        released.append(f"cleaned up {name}")

    ours = connection("a"), yielded("a")

    def child():
        assert (connection("a"), yielded("a")) == ours
        connection("b"), yielded("b")
        end()
        return sorted(released, key=str)

    assert in_child(child) == str([["b"], "cleaned up b"])
    assert released == []
    connection.clear(), yielded.clear()
    assert released == [["a"], "cleaned up a"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_resource_that_was_not_stored_is_its_parent_s_too():
    released = []

    @mx.cache_resource(cache_if=lambda one: False)
    def yielded():
        yield []
        released.append("cleaned up")

    yielded()

    def child():
        leave()
        return released

    assert in_child(child) == "[]"
    leave()
    assert released == ["cleaned up"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_child_makes_its_own_where_it_is_told_to():
    released = []

    @mx.cache_resource(fork="recreate", on_release=released.append)
    def connection():
        return [os.getpid()]

    ours = connection()

    def child():
        assert not connection.contains()
        own = connection()
        assert own == [os.getpid()]
        assert connection() is own
        leave()
        return released == [[os.getpid()]]

    assert in_child(child) == "True"
    assert connection() is ours
    assert released == []


def test_how_a_fork_is_met_is_one_of_two():
    with pytest.raises(OptionError, match='fork must be "share" or "recreate"'):
        mx.cache_resource(fork="close")(lambda: None)
    with pytest.raises(TypeError):
        mx.cache_data(fork="share")(lambda: None)
    assert mx.cache_resource(fork="share")(lambda: 1)() == 1
