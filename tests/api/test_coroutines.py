"""Cached coroutine functions are coroutine functions, and their calls are coroutines."""

import asyncio
import collections.abc
import functools
import gc
import inspect
import pickle
import types
import warnings

import pytest

import memoxide as mx

DECORATORS = [mx.cache_data, mx.cache_resource, mx.experimental_memo, mx.experimental_singleton]


@pytest.mark.parametrize("decorator", DECORATORS, ids=lambda decorator: decorator.__name__)
def test_every_decorator_takes_coroutine_functions(decorator):
    runs = []

    async def value(x):
        runs.append(x)
        return x

    cached = decorator(value)
    assert inspect.iscoroutinefunction(cached)
    assert [asyncio.run(cached(1)) for _ in range(3)] == [1, 1, 1]
    assert runs == [1]


class Methods:
    @mx.cache_data
    async def plain(self_, x):
        return x

    @staticmethod
    @mx.cache_data
    async def static(x):
        return x

    @classmethod
    @mx.cache_data
    async def of_class(_cls, x):
        return x

    def __cache_key__(self):
        return 1


async def plus(x, y):
    return x + y


class Callable:
    async def __call__(self, x):
        return x


FUNCTIONS = {
    "method": Methods().plain,
    "static method": Methods.static,
    "class method": Methods.of_class,
    "partial": mx.cache_data(functools.partial(plus, 0)),
    "callable object": mx.cache_data(Callable()),
}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_what_makes_coroutines_is_seen_to(function):
    assert inspect.iscoroutinefunction(function)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        assert asyncio.iscoroutinefunction(function)
    assert asyncio.run(function(3)) == 3
    assert asyncio.run(function(3)) == 3
    assert function.cache_info().hits >= 1


def test_plain_functions_make_none():
    @mx.cache_data
    def plain():
        return 1

    assert not inspect.iscoroutinefunction(plain)


def test_a_call_is_a_coroutine():
    @mx.cache_data
    async def value():
        return 1

    coroutine = value()
    assert isinstance(coroutine, collections.abc.Coroutine)
    assert inspect.isawaitable(coroutine)
    assert asyncio.iscoroutine(coroutine)
    assert (coroutine.__name__, coroutine.cr_running) == ("value", False)
    assert coroutine.__qualname__.endswith("test_a_call_is_a_coroutine.<locals>.value")
    assert "value" in repr(coroutine)
    coroutine.close()
    coroutine.close()


def test_debuggers_see_the_functions_own_coroutine():
    @mx.cache_data
    async def value():
        await Pause()

    coroutine = value()
    assert not hasattr(coroutine, "cr_frame")
    coroutine.send(None)
    assert coroutine.cr_code is value.__wrapped__.__code__
    assert coroutine.cr_frame.f_code is coroutine.cr_code
    assert type(coroutine.cr_await).__name__ == "generator"
    assert inspect.getcoroutinestate(coroutine) == inspect.CORO_SUSPENDED
    coroutine.close()
    assert not hasattr(coroutine, "cr_frame")


def test_it_can_be_awaited_once():
    @mx.cache_data
    async def value():
        return 1

    async def main():
        coroutine = value()
        assert await coroutine == 1
        with pytest.raises(RuntimeError, match="already awaited"):
            await coroutine

    asyncio.run(main())


def test_two_cannot_await_it_at_once():
    @mx.cache_data
    async def value():
        await asyncio.sleep(0.01)
        return 1

    async def main():
        coroutine = value()

        async def call():
            return await coroutine

        return await asyncio.gather(call(), call(), return_exceptions=True)

    first, second = asyncio.run(main())
    assert first == 1
    assert isinstance(second, RuntimeError)
    assert "being awaited already" in str(second)


def test_one_that_goes_while_an_exception_is_on_its_way_wakes_who_waits(in_child):
    in_child(
        """
        import asyncio, threading
        import memoxide as mx

        runs, results = [], []

        class Pause:
            def __await__(self):
                return (yield)

        @mx.cache_data
        async def value():
            runs.append(1)
            if len(runs) == 1:
                await Pause()
            return len(runs)

        def started():
            coroutine = value()
            coroutine.send(None)
            return coroutine

        def begin_to_wait():
            thread.start()
            thread.join(0.2)

        thread = threading.Thread(target=lambda: results.append(asyncio.run(value())))
        try:
            [started(), begin_to_wait(), 1 / 0]
        except ZeroDivisionError:
            pass
        thread.join(10)
        assert results == [2], results
        """,
        timeout=20,
    )


def test_one_that_is_dropped_cleans_up_on_behalf_of_its_computation():
    @mx.cache_data
    async def value():
        try:
            await Pause()
        finally:
            with pytest.raises(mx.errors.CacheCycleError):
                value().send(None)
            seen.append(1)

    seen = []
    value().send(None)
    gc.collect()
    assert seen == [1]


def test_nobody_can_resume_it_while_it_runs():
    @mx.cache_data
    async def value():
        with pytest.raises(ValueError, match="already executing"):
            coroutine.send(None)
        assert coroutine.cr_running
        return 1

    coroutine = value()
    with pytest.raises(StopIteration):
        coroutine.send(None)


def test_what_is_never_awaited_is_said():
    @mx.cache_data
    async def value():
        return 1

    with pytest.warns(RuntimeWarning, match=r"coroutine '.*value' was never awaited"):
        value()
    value().close()


def test_a_just_started_coroutine_takes_no_value():
    @mx.cache_data
    async def value():
        return 1

    coroutine = value()
    with pytest.raises(TypeError, match="just-started"):
        coroutine.send(1)
    assert asyncio.run(coroutine) == 1, "it is as it was"


def test_what_is_thrown_in_before_the_start_comes_out():
    @mx.cache_data
    async def value():
        return 1

    for arguments in [
        (KeyError("k"),),
        (KeyError,),
        (KeyError, "k"),
        (KeyError, KeyError("k"), None),
    ]:
        with pytest.raises(KeyError):
            value().throw(*arguments)
    assert not value.contains()


class Pause:
    def __await__(self):
        return (yield "paused")


@types.coroutine
def pause():
    yield


@pytest.mark.parametrize("is_suspended", [False, True])
@pytest.mark.parametrize(
    "arguments",
    [
        (42,),
        (int,),
        ("x", 5),
        (ValueError(), 5),
        (ValueError, 5, 7),
        (ValueError, 5),
        (ValueError, ValueError(6)),
        (KeyError, None, None),
    ],
    ids=repr,
)
@pytest.mark.filterwarnings("ignore:the .type, exc, tb. signature:DeprecationWarning")
def test_what_is_thrown_in_does_what_it_does_to_a_coroutine(arguments, is_suspended):
    async def value():
        await pause()
        return "value"

    def fate(function):
        coroutine = function()
        if is_suspended:
            coroutine.send(None)
        fates = []
        for step in (
            lambda: coroutine.throw(*arguments),
            lambda: coroutine.send(None),
            lambda: coroutine.send(None),
        ):
            try:
                fates.append(step())
            except BaseException as error:
                fates.append((type(error), str(error)))
        return fates

    cached = mx.cache_data(value)
    cached.clear()
    assert fate(cached) == fate(value)


def test_a_function_that_is_marked_and_gives_no_awaitable_is_named():
    def marked(x):
        return 42

    flags = marked.__code__.co_flags | inspect.CO_ITERABLE_COROUTINE
    marked.__code__ = marked.__code__.replace(co_flags=flags)
    cached = mx.cache_data(marked)
    for _ in range(2):
        with pytest.raises(TypeError, match=r"marked' is marked .* type 'int': make it an `async"):
            asyncio.run(cached(1))


def test_what_is_thrown_in_reaches_the_function():
    @mx.cache_data
    async def value():
        try:
            return await Pause()
        except KeyError as error:
            return f"caught {error}"

    coroutine = value()
    assert coroutine.send(None) == "paused"
    assert coroutine.cr_suspended
    with pytest.raises(StopIteration) as stopped:
        coroutine.throw(KeyError("k"))
    assert stopped.value.value == "caught 'k'"
    assert asyncio.run(value()) == "caught 'k'"


def test_the_end_of_an_iteration_is_no_value():
    def stops(_resource):
        raise StopIteration("mine")

    @mx.cache_resource(validate=stops)
    async def resource():
        return 1

    asyncio.run(resource())
    with pytest.raises(RuntimeError, match="StopIteration"):
        asyncio.run(resource())


@pytest.mark.parametrize("value", [None, (1, 2), StopIteration("x"), ValueError("returned"), ()])
def test_any_value_can_be_returned(value):
    @mx.cache_resource
    async def resource(_value):
        return _value

    resource.clear()
    for _ in range(2):
        assert asyncio.run(resource(value)) is value


def test_arguments_that_do_not_fit_are_refused_as_the_function_does():
    @mx.cache_data
    async def value(x):
        return x

    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        asyncio.run(value())


def test_a_time_to_live_of_zero_computes_each_time():
    runs = []

    @mx.cache_data(ttl=0)
    async def value():
        runs.append(1)
        await asyncio.sleep(0)
        return len(runs)

    async def main():
        return await asyncio.gather(value(), value())

    assert asyncio.run(main()) == [2, 2]
    assert value.cache_info().misses == 2


def test_conditions_get_the_value():
    asked = []

    @mx.cache_data(cache_if=lambda value: asked.append(value) or value > 1)
    async def value(x):
        return x

    assert [asyncio.run(value(x)) for x in (1, 2)] == [1, 2]
    assert asked == [1, 2]
    assert (value.contains(1), value.contains(2)) == (False, True)


def test_resources_are_validated_and_released():
    released = []

    @mx.cache_resource(on_release=released.append, validate=lambda resource: len(resource) == 1)
    async def resource(x):
        return [x]

    first = asyncio.run(resource(1))
    assert asyncio.run(resource(1)) is first
    first.append(2)
    second = asyncio.run(resource(1))
    assert (second, released) == ([1], [[1, 2]])
    resource.clear()
    assert released == [[1, 2], [1]]


def test_asynchronous_generators_are_refused_with_advice():
    async def generator():
        yield 1

    for decorator in DECORATORS:
        with pytest.raises(mx.errors.DecorationError, match=r"return a list from an `async def`"):
            decorator(generator)

    @mx.cache_data
    async def returns_one():
        return generator()

    with pytest.raises(mx.errors.UnserializableReturnValueError, match="asynchronous generator"):
        asyncio.run(returns_one())


def test_an_awaitable_of_a_plain_function_is_refused_with_advice():
    @mx.cache_data
    def returns_one():
        return plus(1, 2)

    with pytest.raises(mx.errors.UnserializableReturnValueError, match="async def") as caught:
        returns_one()
    assert asyncio.run(caught.value.value) == 3, "nothing is lost"


def test_keys_and_clearing_work_as_for_plain_functions():
    @mx.cache_data
    async def value(x, y=2):
        return x

    asyncio.run(value(1))
    assert value.key(1) == value.key(x=1, y=2)
    assert value.contains(1)
    assert value.explain(1).hit
    value.clear(1)
    assert not value.contains(1)


@mx.cache_data
async def at_top_level(x):
    return x


def test_a_coroutine_function_is_pickled_by_its_name():
    assert pickle.loads(pickle.dumps(at_top_level)) is at_top_level


def test_coroutines_in_cycles_are_collected():
    @mx.cache_data
    async def value(_holder):
        await Pause()

    class Holder:
        pass

    gone = []
    for steps in (0, 1):
        holder = Holder()
        holder.coroutine = value(holder)
        if steps:
            holder.coroutine.send(None)
        holder.on_end = functools.partial(gone.append, steps)
        import weakref

        weakref.finalize(holder, gone.append, steps)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            del holder
            gc.collect()
    assert gone == [0, 1]
