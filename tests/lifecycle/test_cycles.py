"""Resources that refer to what has made them: such a cycle leads through the registry of caches."""

import pytest

SETTING = """
import asyncio, gc, threading, weakref
import memoxide as mx

KEPT = 8  # definitions of a function that keep their entries

class Resource:
    def __init__(self, function, number):
        self.function, self.number, self.parts = function, number, [number]

alive, released = weakref.WeakSet(), []

def made(function, number):
    resource = Resource(function, number)
    alive.add(resource)
    return resource

def release(resource):
    # It is whole.
    assert resource.parts == [resource.number] and resource.function is not None
    released.append(resource.number)

def check(count):
    gc.collect()
    gc.collect()
    assert len(alive) <= KEPT, len(alive)
    assert len(released) == len(set(released))
    assert len(released) >= count - KEPT, len(released)
"""

DEFINITIONS = {
    "a value": """
def define(number):
    @mx.cache_resource(on_release=release)
    def make():
        return made(make, number)
    make()
""",
    "a value by key": """
def define(number):
    @mx.cache_resource(on_release=release, max_entries=4)
    def make(x):
        return made(make, number + x)
    make(0), make(0.5)
""",
    "a generator": """
def define(number):
    @mx.cache_resource
    def make():
        resource = made(make, number)
        yield resource
        release(resource)
    make()
""",
    "a callback": """
def define(number):
    def callback(resource):
        assert callable(make)
        release(resource)
    @mx.cache_resource(on_release=callback)
    def make():
        return made(1, number)
    make()
""",
    "a closure": """
def define(number):
    def other():
        return make
    @mx.cache_resource(on_release=release)
    def make():
        return made(other, number)
    make()
""",
    "a class": """
def define(number):
    class Own(Resource):
        def again(self):
            return make()
    @mx.cache_resource(on_release=release, follow_dependencies=False)
    def make():
        resource = Own(make, number)
        alive.add(resource)
        return resource
    make()
""",
    "definitions that share a cache": """
def once(number, x):
    @mx.cache_resource(on_release=release)
    def make(x):
        return made(make, number + x)
    make(x)
def define(number):
    once(number, 0)
    once(number, 0.5)
""",
    "what is never defined again": """
def define(number):
    lock = threading.Lock()
    @mx.cache_resource(on_release=release)
    def make():
        return made((make, lock), number)
    make()
""",
    "a coroutine function": """
def define(number):
    @mx.cache_resource(on_release=release)
    async def make():
        return made(make, number)
    loop.run_until_complete(make())
loop = asyncio.new_event_loop()
""",
    "a session": """
def define(number):
    @mx.cache_resource(on_release=release, scope="session")
    def make():
        return made(make, number)
    with mx.session("one"):
        make()
""",
}


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_what_nobody_can_reach_any_more_goes(in_child, definition):
    run = f"{SETTING}{DEFINITIONS[definition]}\nfor number in range(200):\n    define(number)\n"
    per_definition = 2 if "0.5" in DEFINITIONS[definition] else 1
    in_child(
        run.replace("KEPT = 8", f"KEPT = {8 * per_definition}") + f"check({200 * per_definition})",
        timeout=50,
    )


def test_what_can_be_reached_stays_whole(in_child):
    in_child(
        SETTING
        + """
def define(number):
    @mx.cache_resource(on_release=release)
    def make(x):
        return made(make, (number, x))
    return make

functions = [define(number) for number in range(30)]
for function in functions:
    for x in range(3):
        function(x)
for _ in range(5):
    gc.collect()
for number, function in enumerate(functions):
    for x in range(3):
        resource = function(x)
        assert resource.function is function
        assert resource.parts == [(number, x)] and resource in alive
assert released == []
""",
        timeout=50,
    )


def test_an_app_that_runs_again_finds_its_resources_whatever_is_collected(in_child):
    in_child(
        """
import gc, weakref
import memoxide as mx

SCRIPT = '''
class Connection:
    def again(self):
        return connect()

@mx.cache_resource(on_release=released.append)
def connect():
    runs.append(1)
    return Connection()
'''
runs, released, references = [], [], []
for _ in range(20):
    # Nothing but the resource leads to the module of the run before.
    module = {"mx": mx, "runs": runs, "released": released, "__name__": "__main__"}
    exec(SCRIPT, module)
    gc.collect()
    references.append(weakref.ref(module["connect"]()))
    del module
    gc.collect()
assert runs == [1] and released == []
assert len(set(references)) == 1 and references[0]() is not None
""",
        timeout=50,
    )


def test_a_callback_may_call_and_define_and_collect(in_child):
    in_child(
        SETTING
        + """
import itertools
serials = itertools.count()

def define(number):
    def callback(resource):
        assert resource.parts == [resource.number]
        released.append(resource.number)
        gc.collect()
        if number % 10 == 0 and len(kept) < 200:
            # What was garbage lives again.
            kept.append((resource, number))
            assert make().parts[0] > resource.number
            define(number + 0.5)
    @mx.cache_resource(on_release=callback)
    def make():
        return made((make, number)[0], next(serials))
    make()

kept = []
for number in range(200):
    define(number)
    if number % 7 == 0:
        gc.collect()
gc.collect()
assert kept and len(released) == len(set(released))
for resource, number in kept:
    assert resource.parts == [resource.number]
    again = resource.function()
    assert again.function is resource.function and again.number not in released
    assert resource.function() is again
""",
        timeout=50,
    )


def test_threads_define_call_and_clear_while_all_is_collected(in_child):
    in_child(
        SETTING
        + """
import itertools, time
numbers = itertools.count()

def define(number):
    @mx.cache_resource(on_release=release, max_entries=3)
    def make(x):
        return made(make, next(numbers))
    return make

def work():
    while time.monotonic() < end:
        function = define(next(numbers) % 40)
        for x in range(5):
            resource = function(x)
            assert resource.parts == [resource.number]
        if next(numbers) % 5 == 0:
            function.clear()

def collect():
    while time.monotonic() < end:
        gc.collect()

def release(resource):
    assert resource.parts == [resource.number]
    released.append(resource.number)

class Alive:
    add = staticmethod(lambda resource: None)
alive = Alive
end = time.monotonic() + 3
threads = [threading.Thread(target=work) for _ in range(6)]
threads.append(threading.Thread(target=collect))
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert released and len(released) == len(set(released))
""",
        timeout=50,
    )


def test_the_collector_may_run_while_a_function_is_decorated(in_child):
    in_child("""
        import gc
        import memoxide as mx

        gc.set_threshold(1)
        kept = []
        for _ in range(300):
            # No dict is left that the interpreter could use again.
            kept.append([{} for _ in range(100)])
            kept.append(mx.cache_data(lambda x: x))
        assert kept[-1](1) == 1
    """)
