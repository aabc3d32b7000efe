"""Functions that are defined again and again, as a script that runs again does."""

import pytest

import resident
from effort import rounds

# They are many definitions, whatever the machine.
pytestmark = [pytest.mark.timeout(900), pytest.mark.rounds]


@resident.needs_proc
def test_many_definitions_leave_nothing_behind():
    count = rounds(20_000, 100_000)
    grown, rows = resident.figures(f"""
def define():
    @memoxide.cache_data
    def load(k):
        return [k]
    load(1)
for number in range(2_000):
    define()
before = resident()
for number in range({count}):
    define()
print(resident() - before, len(memoxide.stats()))
""")
    assert grown < 2_000_000
    assert rows == 1


@resident.needs_proc
def test_a_function_that_is_never_the_same_twice_leaves_a_few_caches_behind():
    count = rounds(5_000, 20_000)
    grown, rows = resident.figures(f"""
def define(number):
    @memoxide.cache_data
    def load(k):
        return [k, number]
    load(1)
for number in range(2_000):
    define(number)
before = resident()
for number in range(2_000, 2_000 + {count}):
    define(number)
print(resident() - before, len(memoxide.stats()))
""")
    assert grown < 4_000_000
    assert rows <= 8


def test_what_is_put_back_soon_finds_its_entries(in_child):
    in_child("""
        import gc
        import memoxide as mx
        runs = []
        def define(number):
            @mx.cache_data(follow_dependencies=False)
            def load(k):
                runs.append(number)
                return [k, number]
            return load
        for number in (1, 2, 3, 1, 2, 3):
            load = define(number)
            assert load(0) == [0, number]
            del load
            gc.collect()
        assert runs == [1, 2, 3]
    """)


def test_what_was_defined_last_is_found_again_whatever_dies_after_it(in_child):
    in_child("""
        import gc
        import memoxide as mx
        runs = []
        def define(number):
            @mx.cache_data(follow_dependencies=False)
            def load(k):
                runs.append(number)
                return [k, number]
            assert load(0) == [0, number]
            return load
        older = [define(number) for number in range(20)]
        define("last")
        del older
        gc.collect()
        define("last")
        assert runs == [*range(20), "last"]
        # Of those before it, the newest are there.
        define(19), define(0)
        assert runs == [*range(20), "last", 0]
    """)


@pytest.mark.parametrize("were_unused", [False, True])
def test_what_is_in_use_takes_the_room_of_nothing_that_waits(in_child, were_unused):
    in_child(f"""
        import gc
        import memoxide as mx
        runs = []
        def define(number):
            @mx.cache_data(follow_dependencies=False)
            def load(k):
                runs.append(number)
                return [k, number]
            assert load(0) == [0, number]
            return load
        first = define("first")
        used = [define(number) for number in range(8)]
        if {were_unused}:
            del used
            gc.collect()
            used = [define(number) for number in range(8)]
        else:
            again = [define(number) for number in range(8)]
            del again
        del first
        gc.collect()
        define("first")
        assert runs == ["first", *range(8)]
    """)


@resident.needs_proc
def test_sessions_that_end_leave_nothing_behind():
    count = rounds(5_000, 20_000)
    (grown,) = resident.figures(f"""
def session(number):
    @memoxide.cache_data(scope="session")
    def load(k):
        return [k]
    with memoxide.session(str(number)):
        load(1)
    memoxide.end_session(str(number))
for number in range(1_000):
    session(number)
before = resident()
for number in range(1_000, 1_000 + {count}):
    session(number)
print(resident() - before)
""")
    assert grown < 1_000_000
