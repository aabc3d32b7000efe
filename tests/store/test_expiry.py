"""Expired entries leave by themselves, on one thread that is there only while it is needed."""

import os

import pytest


def test_entries_leave_without_another_call(in_child):
    in_child("""
        import gc, time, weakref
        import memoxide as mx
        class Value:
            pass
        released = []
        @mx.cache_resource(ttl=0.2, on_release=lambda value: released.append(id(value)))
        def load(k):
            return Value()
        values = [weakref.ref(load(k)) for k in range(3)]
        assert all(value() for value in values)
        deadline = time.monotonic() + 10
        while any(value() for value in values) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(released) == 3 and not any(value() for value in values)
        assert load.cache_info().entries == 0
    """)


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="threads are listed in /proc")
def test_one_thread_from_the_first_need_to_the_last(in_child):
    in_child("""
        import os, time
        def threads():
            return [
                open(f"/proc/self/task/{number}/comm").read().strip()
                for number in os.listdir("/proc/self/task")
            ]
        before = len(threads())
        import memoxide as mx
        @mx.cache_data
        def lasting(k): return k
        lasting(1)
        assert len(threads()) == before
        functions = [mx.cache_data(ttl=0.2)(lambda k, n=n: k) for n in range(5)]
        for f in functions:
            f(1), f(2)
        assert len(threads()) == before + 1
        deadline = time.monotonic() + 10
        while "memoxide-expiry" not in threads() and time.monotonic() < deadline:
            time.sleep(0.001)
        assert "memoxide-expiry" in threads()
        while len(threads()) > before and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(threads()) == before
        assert [f.cache_info().entries for f in functions] == [0] * 5
        functions[0](3)
        assert len(threads()) == before + 1
    """)


def test_the_thread_holds_up_no_exit(in_child):
    in_child(
        """
        import memoxide as mx
        @mx.cache_data(ttl="1d")
        def f(): return 1
        f()
        """,
        timeout=10,
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_has_a_thread_of_its_own(in_child):
    in_child("""
        import os, time
        import memoxide as mx
        released = []
        @mx.cache_resource(ttl=0.2, on_release=released.append)
        def load(k): return k
        load("parent")
        child = os.fork()
        if not child:
            load("child")
            deadline = time.monotonic() + 10
            while "child" not in released and time.monotonic() < deadline:
                time.sleep(0.02)
            os._exit("child" not in released)
        assert os.waitpid(child, 0)[1] == 0
    """)


def test_a_callback_that_uses_its_own_function(in_child):
    in_child("""
        import time
        import memoxide as mx
        released = []
        @mx.cache_resource(ttl=0.1, on_release=lambda value: (released.append(value), load.clear()))
        def load(k): return k
        load(1), load(2)
        deadline = time.monotonic() + 10
        while len(released) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert sorted(released) == [1, 2]
    """)
