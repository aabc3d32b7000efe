"""Arguments that do all that they can: each has a key or an error, and the cache works on."""

import pytest

HOSTS = """
    import faulthandler, sys
    faulthandler.enable()
    import memoxide as mx
    from memoxide.errors import UnhashableParamError, UserHashError

    # Frames of a debug build are large: what calls the function from inside itself takes many.
    sys.setrecursionlimit(300)

    @mx.cache_data
    def f(value):
        return None

    def calm():
        assert f(1) is None
        hits = f.cache_info().hits
        assert f(1) is None and f.cache_info().hits == hits + 1

    class Stop(BaseException):
        pass

    def stop(*_):
        raise Stop

    def fail(*_):
        raise RuntimeError("hostile")

    EXPECTED = (UnhashableParamError, UserHashError, RecursionError, Stop)

    def attempt(value):
        try:
            f(value)
        except EXPECTED as error:
            return type(error).__name__
        finally:
            calm()
        return "key"
"""

REDUCTIONS = {
    "no tuple": "return 5",
    "an empty tuple": "return ()",
    "a short tuple": "return (int,)",
    "a long tuple": "return (int, (), None, None, None, None, 1, 2)",
    "a constructor that is none": "return (5, ())",
    "arguments that are no tuple": "return (int, 5)",
    "itself as a constructor": "return (self, ())",
    "items that are no iterator": "return (list, (), None, 5)",
    "pairs that are no pairs": "return (dict, (), None, None, iter([1]))",
    "pairs of three": "return (dict, (), None, None, iter([(1, 2, 3)]))",
    "items that fail": "return (list, (), None, (1 // 0 for _ in [1]))",
    "items that stop": "return (list, (), None, (stop() for _ in [1]))",
    "a name that is not there": "return 'nowhere'",
    "an empty name": "return ''",
    "a name with a surrogate": r"return '\ud800'",
    "None": "return None",
    "itself in its arguments": "return (Hostile, (self,))",
    "itself in its state": "return (Hostile, (), [self, {1: self}])",
    "a failure": "fail()",
    "a stop": "stop()",
    "a recursion": "return self.__reduce_ex__(5)",
    "a call of the same function": "return (int, (f(2),))",
    "a call with itself": "return (int, (f(self),))",
    "a clearing": "f.clear(); return (int, (1,))",
    "a generator as state": "return (int, (), (n for n in [1]))",
    "a change of what is walked": "held.clear(); held.extend([1, [2], 3]); return (int, (1,))",
    "a growth of what is walked": "held.append(1) if len(held) < 99 else 0; return (int, (1,))",
    "a change of the dict": "table.clear(); table.update(a=[1], b=2); return (int, (1,))",
    "a change of the set": "group.clear(); group.update({7, (8, 9)}); return (int, (1,))",
    "a collection": "import gc; gc.collect(); return (int, (1,))",
    "a deletion of the class's name": "globals().pop('Hostile', None); return (int, (1,))",
    "another class": "self.__class__ = Other; return (int, (1,))",
    "another thread's call": (
        "import threading; t = threading.Thread(target=f, args=(3,)); t.start(); t.join(5); "
        "assert not t.is_alive(); return (int, (1,))"
    ),
}


@pytest.mark.parametrize("body", REDUCTIONS.values(), ids=REDUCTIONS.keys())
def test_reductions_give_a_key_or_an_error(in_child, body):
    script = (
        HOSTS
        + f"""
    class Other:
        pass

    class Hostile:
        def __reduce_ex__(self, protocol):
            {body}

    hostile = Hostile()
    held = [[0], hostile, [1], hostile, [2]]
    table = {{"x": [0], "hostile": hostile, "y": [1]}}
    group = {{(0,), hostile, (1,)}}
    for value in (hostile, [hostile, hostile], held, table, group, {{hostile: 1}}):
        try:
            attempt(value)
        except (RuntimeError, ZeroDivisionError, TypeError, ValueError) as error:
            pass
    calm()
    """
    )
    in_child(script, timeout=60)


ATTRIBUTES = {
    "__class__": "__class__ = property(fail)",
    "__class__ that lies": "__class__ = int",
    "__dict__": "__dict__ = property(fail)",
    "__dict__ that is no dict": "__dict__ = 5",
    "__getattribute__": "def __getattribute__(self, name): fail()",
    "__getattribute__ that answers all": "def __getattribute__(self, name): return self",
    "__getattr__": "def __getattr__(self, name): return self",
    "__getattr__ that recurses": "def __getattr__(self, name): return getattr(self, name + 'x')",
    "__eq__": "__eq__ = fail; __hash__ = object.__hash__",
    "__hash__": "__hash__ = fail",
    "__len__": "def __len__(self): return 2**62",
    "__iter__": "def __iter__(self): yield from (1, 2, fail())",
    "__bool__": "__bool__ = fail",
    "__repr__": "__repr__ = __str__ = fail",
    "__getstate__": "__getstate__ = fail",
    "__getnewargs__": "def __getnewargs__(self): return 5",
    "__getnewargs_ex__": "def __getnewargs_ex__(self): return ((), 5)",
    "__cache_key__": "__cache_key__ = fail",
    "__cache_key__ that stops": "__cache_key__ = stop",
    "__cache_key__ that is no method": "__cache_key__ = 5",
    "__wrapped__": "__wrapped__ = property(lambda self: self)",
    "__fspath__": "__fspath__ = fail",
    "__index__": "__index__ = fail",
    "__array__": "__array__ = __array_interface__ = __arrow_c_stream__ = fail",
    "__module__": "__module__ = 5",
    "__module__ that is long": "__module__ = 'x' * 10**6",
    "__slots__": "__slots__ = ('a', 'b')",
}

BASES = ("object", "int", "str", "list", "dict", "tuple", "set", "Exception", "datetime.datetime")


@pytest.mark.parametrize("body", ATTRIBUTES.values(), ids=ATTRIBUTES.keys())
def test_attributes_give_a_key_or_an_error(in_child, body):
    script = (
        HOSTS
        + f"""
    import collections, datetime, fractions, pathlib
    for base in ({", ".join(BASES)}, collections.deque, pathlib.PurePosixPath, datetime.tzinfo):
        arguments = (2020, 1, 1) if base is datetime.datetime else ()
        try:
            class Hostile(base):
                {body.replace(chr(10), chr(10) + "        ")}
            value = Hostile(*arguments)
        except (TypeError, RuntimeError, ValueError):
            continue
        for argument in (value, [value, value], (1, {{"a": value}}), Hostile):
            try:
                attempt(argument)
            except (RuntimeError, TypeError, ValueError, AttributeError):
                calm()
    """
    )
    in_child(script, timeout=60)


@pytest.mark.timeout(200)
def test_what_recurses_without_end_is_an_error(in_child):
    in_child(
        HOSTS
        + """
    class Endless:
        def __reduce__(self):
            return Endless, (Endless(),)

    class Nested:
        def __getstate__(self):
            return [Nested()]

    class Itself:
        def __cache_key__(self):
            return self

    class Wide:
        def __reduce__(self):
            return Wide, (), [Wide(), Wide()]

    class Named:
        def __getattr__(self, name):
            return Named()

    for endless in (Endless(), Nested(), Itself(), Wide()):
        assert attempt(endless) == "RecursionError"
    assert attempt(Named()) in ("key", "UnhashableParamError", "RecursionError")
    """,
        timeout=180,
    )


def test_threads_that_change_what_is_walked_do_no_harm(in_child):
    in_child(
        HOSTS
        + """
    import threading, time

    shared, table, group = [0], {0: 0}, {0}
    running = True

    def change():
        n = 0
        while running:
            n += 1
            shared[:] = [[n]] * (n % 7)
            table.clear()
            table.update({(n, k): [k] for k in range(n % 5)})
            group.clear()
            group.update((n, k) for k in range(n % 5))

    threads = [threading.Thread(target=change) for _ in range(2)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        for value in (shared, table, group, [shared, table, group]):
            try:
                f.key(value)
            except (RuntimeError, UnhashableParamError):
                pass
    running = False
    for thread in threads:
        thread.join()
    calm()
    """,
        timeout=60,
    )


@pytest.mark.timeout(300)
def test_hashing_keeps_nothing(in_child):
    in_child(
        HOSTS
        + """
    import collections, datetime, resource, types

    def resident():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()

    class Plain:
        def __init__(self, part):
            self.part = part

    class Failing:
        def __reduce__(self):
            raise RuntimeError("hostile")

    def ring():
        a, b = [1], {"a": Plain(2)}
        a.append(b)
        b["ring"] = a
        return a

    def attempt_all():
        for value in (
            ring(),
            [Plain("x" * 300), {"a": {1, (2, "b"), None}}],
            types.SimpleNamespace(d=collections.deque([datetime.date(2020, 1, 1)] * 20)),
            {n: str(n) for n in range(20)},
            [Failing()],
            (n for n in ()),
        ):
            try:
                f.key(value)
            except (RuntimeError, UnhashableParamError):
                pass

    for _ in range(2_000):
        attempt_all()
    before = resident()
    for _ in range(8_000):
        attempt_all()
    grown = resident() - before
    assert grown < 4 << 20, grown
    """,
        timeout=300,
    )


# The main thread's as it is, a thread's, or the main thread's with another limit.
@pytest.mark.parametrize("stack", [None, 1_024, 8_192, -2_048, -32_768])
def test_keys_that_need_keys_end_before_the_stack_does(in_child, stack):
    in_child(f"""
        import sys, threading
        import memoxide as mx
        TEXTS = "inside of each other", "maximum recursion", "stack overflow"
        sys.setrecursionlimit(100_000)
        class H:
            __cache_key__ = lambda self: f.key([[[H()]]])
        @mx.cache_data
        def f(value): ...
        @mx.cache_data
        def count(n): return n and count(n - 1) + 1
        def run():
            for call in (lambda: f(H()), lambda: f.key(H()), lambda: count(90_000)):
                try:
                    call()
                except RecursionError as error:
                    # Python watches native frames too from 3.12 on, and may be the first to say so.
                    said = str(error).lower()
                    assert any(text in said for text in TEXTS), said
                else:
                    raise AssertionError("no error")
            assert f(1) is None and count(20) == 20
            done.append(1)
        done = []
        stack = {stack}
        if stack is None:
            run()
        elif stack < 0:
            import resource
            hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
            resource.setrlimit(resource.RLIMIT_STACK, (-stack * 1024, hard))
            run()
        else:
            threading.stack_size(stack * 1024)
            thread = threading.Thread(target=run)
            thread.start()
            thread.join()
        assert done
    """)
