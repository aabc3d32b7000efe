"""The interpreter's exit, whatever threads do at that moment.

Before Python 3.14 it ends a thread that comes back to it by unwinding the thread's stack, which
must not lead through frames of Rust. The threads here call Python from many places of the core.
"""

import pytest

SETTING = """
import asyncio, threading, time
import memoxide as mx

def pause(*_):
    time.sleep(0.001)

class Slow:
    "Takes a while when it is hashed, pickled, restored, compared, shown or gone."
    def __init__(self, x):
        self.x = x
    def __reduce__(self):
        pause()
        return make, (self.x,)
    def __del__(self):
        pause()

def make(x):
    pause()
    return Slow(x)

numbers = iter(range(10**9))

{definition}

def work():
    while True:
        step(next(numbers) % 5)
for _ in range(6):
    threading.Thread(target=work, daemon=True).start()
time.sleep(0.3)
"""

CALLS = {
    "a function that computes": """
@mx.cache_data(max_entries=2)
def step(x):
    pause()
    return [x]
""",
    "entries that expire": """
@mx.cache_data(ttl=0.005)
def step(x):
    pause()
    return [x]
""",
    "a condition": """
@mx.cache_data(cache_if=pause)
def step(x):
    return [x]
""",
    "a validation": """
@mx.cache_resource(validate=pause)
def step(x):
    return [x]
""",
    "a release": """
@mx.cache_resource(max_entries=1, on_release=pause)
def step(x):
    return [x]
""",
    "a generator": """
@mx.cache_resource(max_entries=1)
def step(x):
    pause()
    yield [x]
    pause()
""",
    "a size": """
def size(value):
    pause()
    return 1
@mx.cache_resource(max_entries=1, sizeof=size)
def step(x):
    return [x]
""",
    "a hasher": """
@mx.cache_data(hash_funcs={Slow: pause})
def compute(x):
    return x.x
def step(x):
    compute(Slow(x))
""",
    "an argument that reduces itself": """
@mx.cache_data
def compute(x):
    return x.x
def step(x):
    compute(Slow(x))
""",
    "values that are pickled and restored": """
@mx.cache_data(max_entries=3)
def step(x):
    return Slow(x)
""",
    "resources that are dropped": """
@mx.cache_resource(max_entries=1)
def step(x):
    return Slow(x)
""",
    "a clear": """
@mx.cache_resource
def compute(x):
    return Slow(x)
def step(x):
    compute(x)
    compute.clear()
""",
    "definitions": """
def step(x):
    @mx.cache_resource(on_release=pause)
    def compute():
        return Slow(x)
    compute()
""",
    "a method": """
class Reader:
    @mx.cache_data(max_entries=2)
    def read(self, x):
        pause()
        return [x]
reader = Reader()
step = lambda x: reader.read(x)
""",
    "coroutine steps": """
@mx.cache_data(max_entries=2)
async def compute(x):
    pause()
    await asyncio.sleep(0)
    pause()
    return [x]
def step(x):
    asyncio.run(compute(x))
""",
    "coroutines that wait for each other": """
@mx.cache_data(max_entries=2)
async def compute(x):
    await asyncio.sleep(0.002)
    return [x]
async def gather():
    await asyncio.gather(*[compute(x) for x in (1, 2, 3, 1, 2, 3)])
def step(x):
    asyncio.run(gather())
""",
    "a refresh": """
@mx.cache_data(ttl=0.002, refresh_mode="background")
def step(x):
    pause()
    return [x]
""",
    "the disk": """
@mx.cache_data(persist=True, max_entries=2)
def step(x):
    pause()
    return bytes(100_000)
""",
    "large arguments": """
large = bytes(20_000_000)
@mx.cache_data(max_entries=1)
def compute(large, x):
    return [x]
def step(x):
    compute(large, x)
""",
    "a session": """
@mx.cache_resource(scope="session", on_release=pause)
def compute(x):
    return [x]
def step(x):
    session = str(next(numbers))
    with mx.session(session):
        compute(x)
    mx.end_session(session)
""",
}


@pytest.mark.parametrize("call", CALLS)
def test_threads_that_are_inside_do_not_crash_the_exit(in_child, call):
    in_child(SETTING.format(definition=CALLS[call]), timeout=50)


def test_threads_that_wait_do_not_hold_up_the_exit(in_child):
    in_child(
        """
        import threading, time
        import memoxide as mx
        started = threading.Event()
        @mx.cache_data
        def slow():
            started.set()
            time.sleep(3600)
        for _ in range(4):
            threading.Thread(target=slow, daemon=True).start()
        assert started.wait(10)
        time.sleep(0.2)
        """,
        timeout=50,
    )
