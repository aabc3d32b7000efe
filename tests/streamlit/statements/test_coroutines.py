"""Coroutine functions."""

from __future__ import annotations

from documentation import says
from statement import Calls, Make, of_both, run, shown


@says(
    "can be synchronous or asynchronous",
    "define it with ``async def``",
    "returns an awaitable, which you must await",
    "caches its awaited return value",
    "returns the cached value without rerunning the function",
    "responsible for driving the awaitable",
    "remain awaitable",
)
@of_both
def test_coroutine_functions_are_cached(name: str, app: Make, calls: Calls) -> None:
    session = app(f"""
        import asyncio, inspect
        @st.{name}
        async def f(x):
            count("f")
            await asyncio.sleep(0)
            return x
        awaitable = f(1)
        count(f"awaitable {{inspect.isawaitable(awaitable)}}")
        async def wait(awaitable):
            return await awaitable
        st.write(asyncio.run(wait(awaitable)), asyncio.run(wait(f(1))))
    """)
    assert shown(run(session)) == shown(run(session)) == ["`1` `1`"]
    assert calls == {"f": 1, "awaitable True": 2}


@says("``inspect.unwrap`` bypasses caching")
@of_both
def test_unwrapping_bypasses_the_cache(name: str, app: Make, calls: Calls) -> None:
    run(
        app(f"""
        import inspect
        @st.{name}
        def f():
            count("f")
        f(), f(), inspect.unwrap(f)(), inspect.unwrap(f)()
    """)
    )
    assert calls["f"] == 3


@says("receive a separate ``async def`` adapter")
@of_both
def test_an_adapter_is_a_coroutine_function(name: str, app: Make, calls: Calls) -> None:
    session = app(f"""
        import asyncio, inspect
        @st.{name}
        async def f():
            count("f")
            return 1
        async def adapter():
            return await f()
        st.write(inspect.iscoroutinefunction(adapter), asyncio.run(adapter()))
    """)
    run(session)
    assert shown(run(session)) == ["`True` `1`"]
    assert calls["f"] == 1
