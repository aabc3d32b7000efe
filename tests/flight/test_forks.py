"""A forked child has one thread, and computes what the others computed."""

import os

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")


def test_a_child_hashes_large_arguments(in_child):
    in_child(
        """
        import os, signal
        import memoxide as mx
        @mx.cache_data
        def size(x):
            return len(x)
        size(bytes(1 << 20))
        child = os.fork()
        if child == 0:
            signal.alarm(8)
            os._exit(0 if size(b"b" * (1 << 20)) == 1 << 20 else 1)
        assert os.waitpid(child, 0)[1] == 0
        """,
        timeout=15,
    )


def test_a_child_does_not_wait_for_threads_that_stayed_behind(in_child):
    in_child(
        """
        import os, signal, threading, time
        import memoxide as mx
        started = threading.Event()
        @mx.cache_data
        def slow(x):
            started.set()
            time.sleep(0.5)
            return x
        owner = threading.Thread(target=slow, args=(1,))
        owner.start()
        started.wait()
        waiters = [threading.Thread(target=slow, args=(1,)) for _ in range(3)]
        for waiter in waiters: waiter.start()
        child = os.fork()
        if child == 0:
            signal.alarm(8)
            os._exit(0 if slow(1) == 1 and slow.contains(1) else 1)
        assert os.waitpid(child, 0)[1] == 0
        for thread in [owner, *waiters]: thread.join()
        assert slow.cache_info().misses == 1
        """,
        timeout=15,
    )


def test_a_child_goes_on_with_what_its_own_thread_computes(in_child):
    in_child(
        """
        import os, signal
        import memoxide as mx
        @mx.cache_data
        def forks(again):
            child = os.fork()
            if child == 0:
                signal.alarm(8)
                try:
                    forks(again)
                except mx.errors.CacheCycleError:
                    return "child"
                os._exit(1)
            return child
        result = forks(1)
        if result == "child":
            os._exit(0 if forks(1) == "child" else 2)
        assert os.waitpid(result, 0)[1] == 0
        """,
        timeout=15,
    )


def test_a_child_that_forks_while_it_waits_begins_anew(in_child):
    in_child(
        """
        import os, signal, threading, time
        import memoxide as mx
        started = threading.Event()
        @mx.cache_data
        def slow():
            started.set()
            time.sleep(1)
            return 1
        children = []
        def fork(*_):
            children.append(os.fork())
            if children[-1] == 0:
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.alarm(8)
        signal.signal(signal.SIGALRM, fork)
        owner = threading.Thread(target=slow)
        owner.start()
        started.wait()
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        result = slow()
        if children == [0]:
            os._exit(0 if result == 1 else 1)
        assert os.waitpid(children[0], 0)[1] == 0
        owner.join()
        """,
        timeout=15,
    )


def test_a_child_does_not_wait_for_the_first_refresh_to_find_its_threads(in_child):
    in_child(
        """
        import importlib.abc, os, signal, sys, threading, time
        import memoxide as mx

        NAME = "concurrent.futures.thread"
        assert NAME not in sys.modules
        begun = threading.Event()

        class Slow(importlib.abc.MetaPathFinder):
            # The module is locked while it is looked for.
            def find_spec(self, name, path, target=None):
                if name == NAME and threading.current_thread() is not threading.main_thread():
                    begun.set()
                    time.sleep(0.3)

        mx.configure(refresh_multiplier=10000)

        @mx.cache_data(ttl=0.01, refresh_mode="background")
        def value():
            return 1

        value()
        time.sleep(0.02)
        sys.meta_path.insert(0, Slow())
        refreshing = threading.Thread(target=value)
        refreshing.start()
        assert begun.wait(10)
        child = os.fork()
        if child == 0:
            signal.alarm(8)
            assert value() == 1
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        refreshing.join()
        """,
        timeout=30,
    )
