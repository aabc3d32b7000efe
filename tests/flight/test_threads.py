"""One computation per key over threads. What could hang runs in a child process."""

import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest

import memoxide as mx


def test_many_threads_share_one_computation():
    runs = []
    barrier = threading.Barrier(16)

    @mx.cache_data
    def slow(x):
        runs.append(x)
        time.sleep(0.2)
        return [x]

    def call(_):
        barrier.wait()
        return slow(1)

    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(call, range(16)))
    assert results == [[1]] * 16
    assert runs == [1]
    assert len({id(result) for result in results}) == 16, "each caller has a list of its own"
    info = slow.cache_info()
    assert (info.hits, info.misses) == (15, 1)


def test_different_keys_do_not_wait_for_each_other():
    barrier = threading.Barrier(2, timeout=10)

    @mx.cache_data
    def meet(x):
        barrier.wait()
        return x

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(meet, [1, 2])) == [1, 2]


def test_an_error_reaches_those_who_wait_and_the_key_stays_usable():
    runs = []
    barrier = threading.Barrier(4)

    @mx.cache_data
    def fails_once():
        runs.append(1)
        time.sleep(0.3)
        if len(runs) == 1:
            raise ValueError("first")
        return "second"

    def call(_):
        barrier.wait()
        try:
            return fails_once()
        except ValueError as error:
            return str(error)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(call, range(4)))
    assert results == ["first"] * 4
    assert not fails_once.contains()
    assert fails_once() == fails_once() == "second"
    assert len(runs) == 2


class Stop(BaseException):
    """What is no error but a request, as an interrupt is."""


def test_a_request_to_stop_concerns_its_caller_alone():
    runs = []
    started = threading.Event()

    @mx.cache_data
    def stops_once():
        runs.append(1)
        started.set()
        time.sleep(0.2)
        if len(runs) == 1:
            raise Stop
        return "done"

    def first():
        with pytest.raises(Stop):
            stops_once()

    def later():
        started.wait()
        return stops_once()

    with ThreadPoolExecutor(4) as pool:
        owner = pool.submit(first)
        waiters = [pool.submit(later) for _ in range(3)]
        assert [waiter.result() for waiter in waiters] == ["done"] * 3
        owner.result()
    assert len(runs) == 2


def test_a_recursive_function():
    @mx.cache_data
    def factorial(n):
        return n * factorial(n - 1) if n else 1

    assert factorial(20) == 2432902008176640000
    assert factorial.cache_info().misses == 21
    assert factorial(20) == 2432902008176640000
    assert factorial.cache_info().hits == 1


def test_a_call_that_needs_itself_raises():
    @mx.cache_data
    def ask(x):
        return ask(x)

    with pytest.raises(mx.errors.CacheCycleError, match="would wait for itself") as info:
        ask(1)
    assert [name.rpartition(".")[2] for name in info.value.chain] == ["ask", "ask"]
    assert isinstance(info.value, RecursionError)
    assert not ask.contains(1)


def test_a_cycle_over_functions_shows_the_chain():
    @mx.cache_data
    def a():
        return b()

    @mx.cache_resource
    def b():
        return c()

    @mx.cache_data
    def c():
        return a()

    with pytest.raises(mx.errors.CacheCycleError) as info:
        b()
    assert [name.rpartition(".")[2] for name in info.value.chain] == ["b", "c", "a", "b"]


def test_a_cycle_over_threads_raises_in_one_and_the_others_go_on(in_child):
    in_child("""
        import threading
        import memoxide as mx
        barrier = threading.Barrier(2)
        @mx.cache_data
        def left():
            barrier.wait()
            return right() + 1
        @mx.cache_data
        def right():
            barrier.wait()
            return left() + 1
        results = []
        def call(function):
            try:
                results.append(function())
            except mx.errors.CacheCycleError as error:
                results.append(error)
        threads = [threading.Thread(target=call, args=(f,)) for f in (left, right)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        assert all(isinstance(result, mx.errors.CacheCycleError) for result in results), results
        assert not left.contains() and not right.contains()
    """)


def test_clear_wins_over_a_computation_under_way():
    started, cleared = threading.Event(), threading.Event()
    runs = []

    @mx.cache_data
    def slow():
        runs.append(1)
        started.set()
        cleared.wait(10)
        return len(runs)

    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(slow)
        started.wait()
        slow.clear()
        cleared.set()
        assert result.result() == 1
    assert not slow.contains()
    assert slow() == 2


def test_a_waiter_can_be_interrupted(in_child):
    in_child("""
        import _thread, signal, threading, time
        import memoxide as mx
        # A job in the background of a shell is born deaf to it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        started = threading.Event()
        @mx.cache_data
        def slow():
            started.set()
            time.sleep(3)
            return 1
        owner = threading.Thread(target=slow)
        owner.start()
        started.wait()
        threading.Timer(0.3, _thread.interrupt_main).start()
        before = time.monotonic()
        try:
            slow()
        except KeyboardInterrupt:
            assert time.monotonic() - before < 2, "the interrupt had to wait"
        else:
            raise AssertionError("no interrupt")
        owner.join()
        assert slow() == 1
    """)


def test_waiters_let_others_run(in_child):
    in_child("""
        import threading
        import memoxide as mx
        started, ticked = threading.Event(), threading.Event()
        @mx.cache_data
        def slow():
            started.set()
            assert ticked.wait(10), "the waiter held the interpreter"
            return 1
        threads = [threading.Thread(target=slow) for _ in range(3)]
        threads[0].start()
        started.wait()
        for thread in threads[1:]: thread.start()
        ticked.set()
        for thread in threads: thread.join()
        assert slow.cache_info().misses == 1
    """)


def test_threads_at_random_agree_with_a_plain_function(in_child):
    in_child(
        """
        import random, sys, threading, time
        import memoxide as mx
        sys.setswitchinterval(1e-5)
        @mx.cache_data(max_entries=5, ttl=0.01)
        def cube(x):
            if random.random() < 0.1:
                raise ValueError(x)
            return [x ** 3]
        end = time.monotonic() + 2
        wrong = []
        def work(seed):
            chance = random.Random(seed)
            while time.monotonic() < end:
                x = chance.randrange(10)
                try:
                    result = cube(x)
                    if result != [x ** 3]:
                        wrong.append((x, result))
                    result.append("changed")
                except ValueError:
                    pass
                if chance.random() < 0.05:
                    cube.clear(x) if chance.random() < 0.5 else cube.clear()
        threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        assert not wrong, wrong[:3]
        info = cube.cache_info()
        assert info.entries <= 5 and info.hits and info.misses and info.evictions
        """,
        timeout=30,
    )


def test_a_cycle_that_begins_in_a_signal_handler_is_seen(in_child):
    in_child(
        """
        import signal, threading, time
        import memoxide as mx
        gate = threading.Event()
        @mx.cache_data
        def a():
            gate.wait()
            time.sleep(0.8)
            return b()
        @mx.cache_data
        def b():
            gate.set()
            return a()
        @mx.cache_data
        def c():
            time.sleep(0.2)
            return 1
        def handler(*_):
            threading.Thread(target=c).start()
            time.sleep(0.05)
            c()
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        seen = []
        def run(function):
            try:
                function()
            except mx.errors.CacheCycleError:
                seen.append(function)
        other = threading.Thread(target=run, args=(a,), daemon=True)
        other.start()
        time.sleep(0.1)
        run(b)
        other.join(5)
        assert seen, "nobody saw the cycle"
        """,
        timeout=15,
    )


def test_a_waiter_is_told_how_the_error_came_about_and_nothing_of_other_waiters():
    started, go_on = threading.Event(), threading.Event()

    @mx.cache_data
    def fails():
        started.set()
        assert go_on.wait(10)
        raise OSError("no such host")

    names = []

    def first():
        fails()

    def second():
        fails()

    def third():
        fails()

    def work(caller):
        try:
            caller()
        except OSError as error:
            frames = traceback.extract_tb(error.__traceback__)
            names.append([frame.name for frame in frames])

    callers = [first, second, third]
    threads = [threading.Thread(target=work, args=(caller,)) for caller in callers]
    threads[0].start()
    assert started.wait(10)
    for thread in threads[1:]:
        thread.start()
    threading.Timer(0.3, go_on.set).start()
    for thread in threads:
        thread.join()
    for caller in callers:
        told = next(told for told in names if caller.__name__ in told)
        assert told[-1] == "fails"
        assert not {other.__name__ for other in callers if other is not caller} & set(told)


class Picky(Exception):
    def __init__(self, code):
        super().__init__(f"code {code}")
        self.code = code


class Unusual(Exception):
    def __init__(self, one, other):
        super().__init__(one)


@pytest.mark.parametrize(
    "error", [Picky(5), Unusual(1, 2), OSError(2, "no", "file"), KeyError("k")]
)
def test_a_waiter_gets_an_equal_error(error):
    started, go_on = threading.Event(), threading.Event()
    error.__cause__ = ValueError("why")

    @mx.cache_data
    def fails():
        started.set()
        assert go_on.wait(10)
        raise error

    caught = []

    def work():
        try:
            fails()
        except Exception as raised:
            caught.append(raised)

    threads = [threading.Thread(target=work) for _ in range(2)]
    threads[0].start()
    assert started.wait(10)
    threads[1].start()
    threading.Timer(0.2, go_on.set).start()
    for thread in threads:
        thread.join()
    assert [type(raised) for raised in caught] == [type(error)] * 2
    assert [str(raised) for raised in caught] == [str(error)] * 2
    assert [vars(raised) for raised in caught] == [vars(error)] * 2
    assert [raised.__cause__ for raised in caught] == [error.__cause__] * 2
