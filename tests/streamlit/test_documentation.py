"""Streamlit's documentation of the decorators, followed line by line: a test for each statement.

The statements are those of the installed version; the last tests look that none is left out.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import sessions
import streamlit as st
from documentation import PAGES, TEXT, examples, says, sentences, tested
from trees import kind

import memoxide
import memoxide.testing

Make = Callable[[str], Any]
Calls = dict[str, int]

DATA = ("cache_data", "experimental_memo")
RESOURCE = ("cache_resource", "experimental_singleton")

of_all = pytest.mark.parametrize("name", DATA + RESOURCE)
of_data = pytest.mark.parametrize("name", DATA)
of_resource = pytest.mark.parametrize("name", RESOURCE)
# What came after the experimental pair had gone.
of_both = pytest.mark.parametrize("name", [DATA[0], RESOURCE[0]])


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own: `persist` writes there."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MEMOXIDE_CACHE_DIR", raising=False)
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def _installed(home: Path, installed: None) -> Iterator[None]:
    logging.getLogger("memoxide").setLevel(logging.ERROR)
    yield
    logging.getLogger("memoxide").setLevel(logging.NOTSET)


def run(session: Any) -> Any:
    session.run()
    assert not session.exception, session.exception
    return session


def shown(session: Any) -> list[str]:
    return [element.value for element in session.markdown]


# What is cached, and for whom.


@says("cache functions that return", "The function to cache.", "creates the cached resource.")
@of_all
def test_a_function_s_result_is_cached(name: str, app: Make, calls: Calls) -> None:
    session = app(f"@st.{name}\ndef f(x):\n    count('f')\n    return x\nst.write(f(1), f(1))\n")
    assert shown(run(session)) == shown(run(session)) == ["`1` `1`"]
    assert calls["f"] == 1


@says("hashes the function's source code")
@of_all
def test_the_function_s_source_is_hashed(name: str, app: Make, calls: Calls) -> None:
    script = f"@st.{name}\ndef f():\n    count('f')\n    return 'one'\nst.write(f())\n"
    assert shown(run(app(script))) == ["one"]
    assert shown(run(app(script.replace("one", "two")))) == ["two"]
    assert calls["f"] == 2
    assert shown(run(app(script))) == ["one"]
    assert calls["f"] == 2


@says(
    "available across all users, sessions, and reruns",
    "shared across all users, sessions, and reruns",
    "available to all users of your app",
    'If this is ``"global"`` (default)',
    "uses a global cache",
    "Within each user session",
)
@of_all
def test_it_is_shared_by_all_sessions_and_reruns(name: str, app: Make, calls: Calls) -> None:
    script = f"@st.{name}\ndef f():\n    count('f')\n    return 1\nst.write(f())\n"
    for session in (app(script), sessions.renamed(app(script), "another")):
        assert shown(run(session)) == shown(run(session)) == ["`1`"]
    assert calls["f"] == 1


@says("must be thread-safe", "If thread safety is an issue")
@of_resource
def test_threads_get_the_same_object(name: str, app: Make) -> None:
    session = app(f"""
        from threading import Thread
        from streamlit.runtime.scriptrunner import add_script_run_ctx
        @st.{name}
        def f():
            return object()
        found = []
        threads = [Thread(target=lambda: found.append(f())) for _ in range(4)]
        for thread in threads:
            add_script_run_ctx(thread).start()
        for thread in threads:
            thread.join()
        st.write(len(found), len(set(map(id, found))))
    """)
    assert shown(run(session)) == ["`4` `1`"]


@says(
    "Cached objects can be global or session-scoped",
    "removed when the session disconnects",
    "removed from the cache when the session disconnects",
    "The scope for the",
    'By passing ``scope="session"``',
)
@of_both
def test_what_is_a_session_s_goes_with_it(name: str, app: Make, calls: Calls) -> None:
    script = f"@st.{name}(scope='session')\ndef f():\n    count('f')\n    return 1\nf()\n"
    one, another = app(script), sessions.renamed(app(script), "another")
    run(one), run(another), run(one), run(another)
    assert calls["f"] == 2
    sessions.end("another")
    run(one)
    assert calls["f"] == 2
    run(another)
    assert calls["f"] == 3


@says("which means that the return value of a cached function must be pickleable")
@of_data
def test_what_cannot_be_pickled_cannot_be_data(name: str, app: Make) -> None:
    session = app(f"import threading\n@st.{name}\ndef f():\n    return threading.Lock()\nf()\n")
    assert [kind(error) for error in session.run().exception] == ["UnserializableReturnValueError"]


@says("gets its own copy of the cached data", "returned as copies", "returns a *copy*")
@of_data
def test_each_caller_has_a_copy(name: str, app: Make) -> None:
    session = app(f"@st.{name}\ndef f():\n    return [1]\nf().append(2)\nst.write(len(f()))\n")
    assert shown(run(session)) == shown(run(session)) == ["`1`"]


@says(
    "act like singletons and can mutate",
    "something you want to mutate in place",
    "returns the cached instance",
    "shared global resources (singletons)",
    "To cache global resources",
    "To cache data",
)
@of_resource
def test_each_caller_has_the_object_itself(name: str, app: Make) -> None:
    session = app(f"@st.{name}\ndef f():\n    return [1]\nf().append(2)\nst.write(len(f()))\n")
    assert shown(run(session)) == ["`2`"]
    assert shown(run(session)) == ["`3`"]


# Clearing.


@says("You can clear a function's cache with ``func.clear()``", "procedurally cleared")
@of_all
def test_a_function_or_all_are_cleared(name: str, app: Make, calls: Calls) -> None:
    session = app(f"""
        @st.{name}
        def f(x):
            count(f"f{{x}}")
        @st.{name}
        def g():
            count("g")
        def call():
            f(1), f(2), g()
        call()
        f.clear()
        call()
        st.{name}.clear()
        call()
        f.clear(1)
        call()
    """)
    run(session)
    assert calls == {"f1": 4, "f2": 3, "g": 2}


# Arguments.


@says("arguments must be hashable to cache it", "must be hashable.")
@of_all
def test_an_argument_that_cannot_be_hashed_is_an_error(name: str, app: Make) -> None:
    session = app(f"import threading\n@st.{name}\ndef f(x):\n    return 1\nf(threading.Lock())\n")
    (error,) = session.run().exception
    assert kind(error) == "UnhashableParamError"
    assert "'x'" in error.message


@says("best effort to hash a variety of objects")
@of_all
def test_a_variety_of_objects_is_hashed(name: str, app: Make, calls: Calls) -> None:
    session = app(f"""
        import dataclasses, datetime, enum, re, types, uuid
        from pathlib import Path
        import numpy as np, pandas as pd

        class Colour(enum.Enum):
            RED = 1

        @dataclasses.dataclass
        class Point:
            x: int

        class Plain:
            def __init__(self, x):
                self.x = x

        def values():
            return [
                1, 1.5, "a", b"a", None, True, [1], (1,), {{1: 2}}, {{1}}, Colour.RED, Point(1),
                Plain(1), Plain(2), datetime.date(2020, 1, 1), uuid.UUID(int=1), Path("a"), re, len,
                re.compile("a"), np.arange(3), pd.DataFrame({{"a": [1]}}), pd.Series([1]),
                lambda x: x, types.SimpleNamespace(a=1), st.session_state, range(3),
            ]

        @st.{name}
        def f(x):
            count("f")
        for x in values():
            f(x)
        once = len(values())
        for x in values():
            f(x)
        st.write(once)
    """)
    assert shown(run(session)) == [f"`{calls['f']}`"]


@says(
    "use an underscore prefix in the argument name",
    "when all other arguments match a previous function call",
    "whose name begins with ``_`` will not be hashed",
    '"escape hatch"',
)
@of_all
def test_what_begins_with_an_underscore_is_not_hashed(name: str, app: Make, calls: Calls) -> None:
    session = app(f"""
        import threading
        @st.{name}
        def f(_connection, rows):
            count(f"f{{rows}}")
        f(threading.Lock(), 1)
        f(threading.Lock(), rows=1)
        f(_connection=object(), rows=2)
    """)
    run(session)
    assert calls == {"f1": 1, "f2": 1}


@says(
    "declare custom hashing functions with ``hash_funcs``",
    "Mapping of types or fully qualified names to hash functions",
    "first check to see if its type matches a key in this dict",
    "pass a custom hash function",
    "mapping a type",
    "to a hash function",
    "map the type's fully-qualified name",
    "to the hash function instead",
)
@pytest.mark.parametrize("key", ["Person", '"__main__.Person"'])
@of_all
def test_hash_functions_come_first(name: str, key: str, app: Make, calls: Calls) -> None:
    session = app(f"""
        import threading
        class Person:
            def __init__(self, name):
                self.name = name
                self.lock = threading.Lock()
        @st.{name}(hash_funcs={{{key}: lambda person: person.name}})
        def f(person, others):
            count(f"f{{person.name}}")
        for name in "aba":
            f(Person(name), [Person("c")])
    """)
    run(session)
    run(session)
    assert calls == {"fa": 1, "fb": 1}


# Coroutine functions.


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


# Time to live.


@says(
    "The maximum time to keep an entry in the cache",
    "The maximum age of a returned entry",
    "if cache entries should never expire (default)",
    "e.g. ``timedelta(days=1)``",
    "``timedelta(days=1)``",
    "``datetime.timedelta``",
    '``"1.5 days"``, or ``"1h23s"``',
    "A number specifying the time in seconds",
)
@pytest.mark.parametrize(
    ("ttl", "seconds"),
    [
        ("90", 90),
        ("0.5", 0.5),
        ("'1d'", 86400),
        ("'1.5 days'", 129_600),
        ("'1h23s'", 3623),
        ("timedelta(days=1)", 86400),
    ],
)
@of_all
def test_an_entry_expires(name: str, ttl: str, seconds: float, app: Make, calls: Calls) -> None:
    session = app(f"""
        from datetime import timedelta
        @st.{name}(ttl={ttl})
        def f():
            count("f")
        f()
    """)
    run(session)
    # The run itself takes a moment.
    memoxide.testing.advance_time(seconds - min(30, seconds / 5))
    if seconds > 1:
        run(session)
        assert calls["f"] == 1
    memoxide.testing.advance_time(seconds)
    run(session)
    assert calls["f"] == 2


@says("``None`` if cache entries should never expire (default)")
@pytest.mark.parametrize("options", ["", "(ttl=None)"])
@of_all
def test_without_a_time_nothing_expires(name: str, options: str, app: Make, calls: Calls) -> None:
    session = run(app(f"@st.{name}{options}\ndef f():\n    count('f')\nf()\n"))
    memoxide.testing.advance_time(10 * 365 * 86400)
    run(session)
    assert calls["f"] == 1


@says('e.g. ``"1D"``', '``"1D"``')
@of_both
def test_units_are_those_of_pandas(name: str, app: Make, calls: Calls) -> None:
    import pandas as pd

    assert pd.Timedelta("1D").total_seconds() == 86400
    session = run(app(f"@st.{name}(ttl='1D')\ndef f():\n    count('f')\nf()\n"))
    memoxide.testing.advance_time(86300)
    run(session)
    assert calls["f"] == 1
    memoxide.testing.advance_time(200)
    run(session)
    assert calls["f"] == 2


@says("number strings without units are treated by Pandas as nanoseconds")
def test_a_number_without_a_unit_is_nanoseconds(app: Make, calls: Calls) -> None:
    session = run(app("@st.cache_resource(ttl='1000')\ndef f():\n    count('f')\nf()\n"))
    memoxide.testing.advance_time(0.001)
    run(session)
    assert calls["f"] == 2


@says("``ttl`` will be ignored if ``persist")
@pytest.mark.parametrize("persist", ["'disk'", "True"])
@of_data
def test_what_is_persisted_does_not_expire(
    name: str, persist: str, app: Make, calls: Calls
) -> None:
    script = f"@st.{name}(ttl=1, persist={persist})\ndef f():\n    count('f')\nf()\n"
    session = run(app(script))
    memoxide.testing.advance_time(1000)
    run(session)
    assert calls["f"] == 1


@says("Changes to this value will trigger a new cache to be created")
@pytest.mark.parametrize(("before", "after"), [("ttl=60", "ttl=70"), ("max_entries=5",) * 2])
def test_another_bound_is_another_cache(before: str, after: str, app: Make, calls: Calls) -> None:
    script = "@st.cache_resource({})\ndef f():\n    count('f')\nf()\n"
    run(app(script.format(before)))
    run(app(script.format(before)))
    assert calls["f"] == 1
    after = after if after != before else "max_entries=6"
    run(app(script.format(after)))
    assert calls["f"] == 2


# Bounds.


@says(
    "The maximum number of entries to keep in the cache",
    "the oldest cached entry will be removed",
)
@of_all
def test_a_full_cache_loses_its_oldest_entry(name: str, app: Make, calls: Calls) -> None:
    run(
        app(f"""
        @st.{name}(max_entries=2)
        def f(x):
            count(f"f{{x}}")
        f(1), f(2), f(3)
        f(2), f(3)
        f(1)
    """)
    )
    assert calls == {"f1": 2, "f2": 1, "f3": 1}


@says("or None for an unbounded cache")
@of_all
def test_without_a_bound_all_entries_stay(name: str, app: Make, calls: Calls) -> None:
    session = app(f"""
        @st.{name}(max_entries=None)
        def f(x):
            count("f")
        for x in range(2000):
            f(x)
    """)
    run(session), run(session)
    assert calls["f"] == 2000


SIZED = """
    @st.cache_data(max_size={0}, **st.session_state.get("options", {{}}))
    def f(x, size, limit={0}):
        count(f"f{{x}}")
        return bytes(size)
"""


@says(
    "The maximum serialized (pickled) size of this function's in-memory cache",
    "An integer is a number of bytes",
    "drops the least-recently-used entries until the new value fits",
    "Reading a cached value makes it the most recently used",
    "Limit a function's in-memory cache by its pickled size",
)
def test_the_least_recently_used_makes_room(app: Make, calls: Calls) -> None:
    run(
        app(
            SIZED.format(100_000)
            + """
    f(1, 40_000), f(2, 40_000)
    f(1, 40_000)
    f(3, 40_000)
    f(1, 40_000)
    f(2, 40_000)
    """
        )
    )
    assert calls == {"f1": 1, "f2": 2, "f3": 1}


@says(
    "A string must include a unit",
    "Units are case-insensitive",
    "use powers of 1024",
    '``"1.1KB"`` is 1126 bytes',
)
@pytest.mark.parametrize(
    ("size", "smaller", "larger"),
    [
        ("1MB", 1_048_000, 1_049_000),
        ("1mib", 1_048_000, 1_049_000),
        ("100KB", 102_000, 103_000),
        ("100KiB", 102_000, 103_000),
        ("0.1GiB", 107_374_000, 107_375_000),
        ("1.1KB", 800, 1130),
    ],
)
def test_sizes_have_units(
    size: str, smaller: int, larger: int, app: Make, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("memoxide").setLevel(logging.NOTSET)
    session = run(app(SIZED.format(repr(size)) + f"    f(1, {smaller})\n"))
    assert "max_size" not in caplog.text
    run(app(SIZED.format(repr(size)) + f"    f(2, {larger})\n"))
    assert "max_size" in caplog.text
    assert session


@says("A string must include a unit")
@pytest.mark.parametrize("size", ["", "MB", "-1MB", "much", "0MB"])
def test_a_size_that_is_none_is_an_error(size: str, app: Make) -> None:
    session = app(SIZED.format(repr(size)) + "    f(1, 1)\n").run()
    assert len(session.exception) == 1


@says("there is no per-function byte limit")
def test_without_a_size_there_is_no_limit(app: Make, calls: Calls) -> None:
    session = app(SIZED.format(None) + "    for x in range(9):\n        f(x, 1_000_000)\n")
    run(session), run(session)
    assert set(calls.values()) == {1}


@says(
    "If one value alone is larger than ``max_size``",
    "The next new value replaces the oversized value",
)
def test_a_value_that_is_too_large_is_kept_alone(
    app: Make, calls: Calls, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("memoxide").setLevel(logging.NOTSET)
    run(
        app(
            SIZED.format(10_000)
            + """
    f(1, 1000)
    f(2, 50_000)
    f(2, 50_000)
    f(1, 1000)
    f(2, 50_000)
    """
        )
    )
    assert calls == {"f1": 2, "f2": 2}
    assert "max_size" in caplog.text


@says('With ``persist="disk"``, only the in-memory copy is dropped')
def test_what_is_on_the_disk_stays_there(app: Make, calls: Calls) -> None:
    session = app(SIZED.format(50_000) + "    f(1, 40_000), f(2, 40_000), f(1, 40_000)\n")
    session.session_state.options = {"persist": "disk"}
    run(session)
    assert calls == {"f1": 1, "f2": 1}


@says('With ``scope="session"``, the limit applies to each session separately')
def test_each_session_has_the_limit_for_itself(app: Make, calls: Calls) -> None:
    script = SIZED.format(50_000) + "    f(1, 40_000)\n"
    one, another = app(script), sessions.renamed(app(script), "another")
    for session in (one, another):
        session.session_state.options = {"scope": "session"}
    run(one), run(another), run(one), run(another)
    assert calls == {"f1": 2}


@says("The limit counts pickled bytes, not total process memory")
def test_what_is_counted_is_what_is_stored(app: Make, calls: Calls) -> None:
    run(app(SIZED.format(1_000_000) + "    f(1, 900_000)\n    st.write(f.cache_info().bytes)\n"))
    session = run(app(SIZED.format(1_000_000) + "    st.write(f.cache_info().bytes)\n"))
    assert 900_000 <= int(shown(session)[0].strip("`")) < 901_000


# What is shown meanwhile.


def spinners(session: Any) -> list[tuple[str, bool]]:
    """What spinners a run shows."""
    with mock.patch.object(st, "spinner", wraps=st.spinner) as spinner:
        run(session)
    return [(call.args[0], call.kwargs.get("show_time", False)) for call in spinner.call_args_list]


@says("Enable the spinner", "Default is True to show a spinner", "If string, value of show_spinner")
@of_all
def test_spinners_are_shown(name: str, app: Make) -> None:
    session = app(f"""
        @st.{name}
        def default():
            pass
        @st.{name}(show_spinner=True)
        def shown(x):
            pass
        @st.{name}(show_spinner=False)
        def silent():
            pass
        @st.{name}(show_spinner="Wait for it")
        def worded():
            pass
        default(), shown(1), silent(), worded()
    """)
    expected = ["Running `default()`.", "Running `shown(...)`.", "Wait for it"]
    assert [text for text, _ in spinners(session)] == expected
    assert spinners(session) == []


@says("show the elapsed time", "no time is displayed", "elapsed time is displayed")
@of_both
def test_the_time_is_shown(name: str, app: Make) -> None:
    session = app(f"""
        @st.{name}(show_time=True)
        def clocked():
            pass
        @st.{name}(show_time=False)
        def unclocked():
            pass
        @st.{name}
        def default():
            pass
        clocked(), unclocked(), default()
    """)
    assert [time for _, time in spinners(session)] == [True, False, False]


# The disk.


@says(
    "Optional location to persist cached data to",
    'Passing "disk" (or True) will persist',
    "None (or False) will disable persistence",
    "To set the ``persist`` parameter",
)
@pytest.mark.parametrize(
    ("persist", "files"), [("'disk'", 1), ("True", 1), ("None", 0), ("False", 0)]
)
@of_data
def test_what_is_persisted_is_on_the_disk(
    name: str, persist: str, files: int, app: Make, home: Path
) -> None:
    run(app(f"@st.{name}(persist={persist})\ndef f(x):\n    return [x]\nf(1)\n"))
    assert len(list(home.rglob("*.entry"))) == files


# Widgets, until 1.40.


@says("Allow widgets to be used in the cached function", "the widget value is treated as an add")
@of_all
def test_widgets_are_allowed_if_asked_for(name: str, app: Make, calls: Calls) -> None:
    session = app(f"""
        @st.{name}(experimental_allow_widgets=True, show_spinner=False)
        def f():
            count("f")
            return st.slider("x", 0, 9, 3)
        st.write(f())
    """)
    # Streamlit says in the page that the option will go.
    assert shown(run(session))[-1] == "`3`"
    session.slider[0].set_value(5)
    assert shown(run(session))[-1] == "`5`"
    run(session)
    seen = calls["f"]
    assert shown(run(session))[-1] == "`5`"
    assert calls["f"] == seen
    script = f"@st.{name}\ndef f():\n    return st.slider('x', 0, 9, 3)\nf()\n"
    assert [kind(error) for error in app(script).run().exception] == ["CachedWidgetWarning"]


# Resources.


@says(
    "An optional validation function",
    "called each time the cached value is accessed",
    "It receives the cached value as its only parameter",
    "the current cached value is discarded, and the decorated function is called",
    "check the health of database connections",
)
@of_resource
def test_a_resource_is_validated(name: str, app: Make, calls: Calls) -> None:
    session = app(f"""
        class Connection:
            healthy = True
        def validate(connection):
            count(f"validate {{connection.healthy}}")
            return connection.healthy
        @st.{name}(validate=validate)
        def connect():
            count("connect")
            return Connection()
        connect(), connect()
        connect().healthy = False
        st.write(connect().healthy)
    """)
    assert shown(run(session)) == ["`True`"]
    assert calls == {"connect": 2, "validate True": 2, "validate False": 1}


@says("must be a synchronous function; coroutine functions (``async def``) aren't supported")
@pytest.mark.parametrize("option", ["validate", "on_release"])
def test_what_validates_or_releases_is_no_coroutine_function(option: str, app: Make) -> None:
    session = app(f"""
        async def check(resource):
            return True
        @st.cache_resource({option}=check)
        def f():
            return 1
    """).run()
    (error,) = session.exception
    assert option in error.message


@says(
    "A function to call when an entry is removed from the cache",
    "The removed item will be provided to the function",
    "only useful for caches that remove entries normally",
    "can also be used with ``max_entries`` or ``ttl`` settings",
)
@pytest.mark.parametrize(
    ("options", "then"),
    [
        ("max_entries=1", "f(2)"),
        ("ttl=10", "memoxide.testing.advance_time(11)\n        f(1)"),
        ("validate=lambda resource: resource != [1] or count('asked')", "f(1)"),
        ("ttl=None", "f.clear(1)"),
        ("ttl=None", "f.clear()"),
        ("ttl=None", "st.cache_resource.clear()"),
    ],
)
def test_what_leaves_is_released(options: str, then: str, app: Make) -> None:
    session = app(f"""
        import memoxide.testing
        released = []
        @st.cache_resource(on_release=released.append, {options})
        def f(x):
            return [x]
        f(1)
        {then}
        st.session_state.released = released
    """)
    assert run(session).session_state.released == [[1]]


@says(
    "used session-scoped caches to release per-session resources",
    "You can also use ``on_release`` to clean up",
)
def test_a_session_s_resources_are_released_with_it(app: Make, calls: Calls) -> None:
    (program,) = examples("resource", 'scope="session", on_release=lambda sess: sess.close()')
    session = app(
        "class Session:\n"
        "    def close(self):\n"
        "        count('close')\n"
        "session = Session()\n" + program + "\nget_database_session('url')\n"
    )
    run(session)
    assert calls["close"] == 0
    sessions.end()
    assert calls["close"] == 1


@says(
    "TTL expiration only happens when expired", "don't rely on TTL expiration", "can happen on any"
)
def test_what_has_expired_is_released_when_it_is_asked_for(app: Make, calls: Calls) -> None:
    """Mostly earlier: a thread looks for it."""
    session = app("""
        @st.cache_resource(ttl=10, on_release=lambda resource: count("release"))
        def f():
            return object()
        f()
    """)
    run(session)
    memoxide.testing.advance_time(11)
    run(session)
    assert calls["release"] == 1


# Refreshing.


REFRESHED = """
    @st.{name}(ttl=10, refresh_mode={mode}{more})
    def f():
        count("f")
        return st.session_state.get("version", 0) if False else __import__("counting").calls["f"]
    st.write(f())
"""


def until(calls: Calls, count: int) -> None:
    """Wait for what runs in the background."""
    import time

    for _ in range(1000):
        if calls["f"] >= count:
            return
        time.sleep(0.01)
    raise AssertionError(calls)


@says(
    "How to refresh a cache",
    "When the ``ttl`` expires, the next access runs the cached function synchronously",
    "The app rerun waits until the new",
)
@pytest.mark.parametrize("mode", ["'foreground'"])
@of_both
def test_in_the_foreground_the_next_one_waits(
    name: str, mode: str, app: Make, calls: Calls
) -> None:
    session = app(REFRESHED.format(name=name, mode=mode, more=""))
    assert shown(run(session)) == ["`1`"]
    memoxide.testing.advance_time(11)
    assert shown(run(session)) == ["`2`"]


@says(
    "immediately and update it in the background",
    "Streamlit can keep returning the expired",
)
@of_both
def test_in_the_background_the_old_one_is_served(name: str, app: Make, calls: Calls) -> None:
    session = app(REFRESHED.format(name=name, mode="'background'", more=""))
    assert shown(run(session)) == ["`1`"]
    memoxide.testing.advance_time(11)
    assert shown(run(session)) == ["`1`"]
    until(calls, 2)
    while shown(run(session)) == ["`1`"]:
        pass
    assert shown(run(session)) == ["`2`"]
    # After one more time to live nobody is given the old one.
    memoxide.testing.advance_time(21)
    assert shown(run(session)) == ["`3`"]


@says("use the ``runner.cacheBackgroundRefreshTTLMultiplier`` configuration option")
@of_both
def test_how_long_is_configured(name: str, app: Make, calls: Calls) -> None:
    from streamlit import config

    before = config.get_option("runner.cacheBackgroundRefreshTTLMultiplier")
    config.set_option("runner.cacheBackgroundRefreshTTLMultiplier", 10.0)
    try:
        session = app(REFRESHED.format(name=name, mode="'background'", more=""))
        assert shown(run(session)) == ["`1`"]
        memoxide.testing.advance_time(50)
        assert shown(run(session)) == ["`1`"]
    finally:
        config.set_option("runner.cacheBackgroundRefreshTTLMultiplier", before)
        memoxide.configure(refresh_multiplier=2)
    until(calls, 2)


@says("This mode requires a ``ttl``")
@of_both
def test_the_background_needs_a_time(name: str, app: Make) -> None:
    script = f"@st.{name}(refresh_mode='background')\ndef f():\n    return 1\n"
    (error,) = app(script).run().exception
    assert "ttl" in error.message


@says("can't be used with ``persist``")
def test_the_background_does_not_go_with_the_disk(app: Make) -> None:
    options = "ttl=1, persist='disk', refresh_mode='background'"
    (error,) = app(f"@st.cache_data({options})\ndef f():\n    return 1\n").run().exception
    assert "persist" in error.message


@says("calls it for the old resource after a successful update")
def test_a_resource_that_was_replaced_is_released(app: Make, calls: Calls) -> None:
    more = ", on_release=lambda resource: count(f'release {resource}')"
    session = app(REFRESHED.format(name="cache_resource", mode="'background'", more=more))
    run(session)
    memoxide.testing.advance_time(11)
    run(session)
    until(calls, 2)
    while shown(run(session)) == ["`1`"]:
        pass
    assert calls["release 1"] == 1


@says("can't use session-specific features", "Pass any required session values as arguments")
def test_in_the_background_there_is_no_session(app: Make, calls: Calls) -> None:
    session = app("""
        @st.cache_data(ttl=10, refresh_mode="background")
        def f(value):
            count("f")
            from streamlit.runtime.scriptrunner import get_script_run_ctx
            count(f"session {get_script_run_ctx(suppress_warning=True) is not None}")
            return value
        st.session_state.value = "mine"
        st.write(f(st.session_state.value))
    """)
    run(session)
    memoxide.testing.advance_time(11)
    assert shown(run(session)) == ["mine"]
    until(calls, 2)
    assert calls["session True"] == 1
    assert calls["session False"] == 1


@says(
    "shouldn't contain Streamlit commands that display elements",
    "doesn't replay these elements for cached results and shows a warning",
)
@of_both
def test_what_is_drawn_there_is_not_replayed(name: str, app: Make) -> None:
    session = app(f"""
        @st.{name}(ttl=10, refresh_mode="background", show_spinner=False)
        def f():
            st.write("drawn")
        f()
    """)
    session.run()
    assert shown(session) == ["drawn"]
    assert [kind(error) for error in session.exception] == [
        "CachedStFunctionInBackgroundModeWarning"
    ]
    session.run()
    assert shown(session) == []
    assert not session.exception


# The examples as they are written.


def counting(program: str) -> str:
    """The program, with its functions counting how often they run."""
    return program.replace("    return ", "    count('ran')\n    return ")


@says("This is a different URL, so the function executes")
@of_data
def test_the_example_of_data(name: str, app: Make, calls: Calls) -> None:
    (program,) = examples("data", "DATA_URL_2")
    session = app(
        "data, DATA_URL_1, DATA_URL_2 = [1], 'one', 'two'\n"
        + counting(program.replace("cache_data", name))
        + "\nst.session_state.found = d1, d2, d3\n"
    )
    found = run(session).session_state.found
    assert found == ([1], [1], [1])
    assert found[0] is not found[1]
    assert calls["ran"] == 2


@says("This is a different URL, so the function executes")
@of_resource
def test_the_example_of_a_resource(name: str, app: Make, calls: Calls) -> None:
    (program,) = examples("resource", "SESSION_URL_2")
    session = app(
        "class Session: pass\nsession, SESSION_URL_1, SESSION_URL_2 = Session(), 'one', 'two'\n"
        + counting(program.replace("cache_resource", name))
        + "\nst.session_state.found = s1 is s2\n"
    )
    assert run(session).session_state.found
    assert calls["ran"] == 2


@of_data
def test_the_example_of_an_unhashable_argument_of_data(name: str, app: Make, calls: Calls) -> None:
    (program,) = examples("data", "another_connection")
    run(
        app(
            "import threading\ndata, make_database_connection = [1], threading.Lock\n"
            + counting(program.replace("cache_data", name))
        )
    )
    assert calls["ran"] == 1


@of_resource
def test_the_example_of_an_unhashable_argument_of_a_resource(
    name: str, app: Make, calls: Calls
) -> None:
    (program,) = examples("resource", "create_sessionmaker()")
    run(
        app(
            "import threading\nconnection, DATA_URL_1 = object(), 'url'\n"
            "create_sessionmaker = threading.Lock\n"
            + counting(program.replace("cache_resource", name))
        )
    )
    assert calls["ran"] == 1


@of_all
def test_the_example_of_clearing(name: str, app: Make, calls: Calls) -> None:
    page, url = ("data", "50") if name in DATA else ("resource", "'https://streamlit.io/'")
    (program,) = examples(page, ".clear()")
    function = "fetch_and_clean_data" if page == "data" else "get_database_session"
    definition, one, all_ = program.partition(f"    return {'data' if page == 'data' else 'conn'}")
    before, clear_all, after = (one + all_).rpartition(f"{function}.clear()")
    assert clear_all
    first_line, _, rest = before.partition("\n")
    # Until 1.40 the page of resources has another function's name there.
    rest = rest.replace("fetch_and_clean_data.clear", f"{function}.clear")
    call = f"{function}(object(), {url})\n{function}(object(), 'another')\n"
    run(
        app(
            "data = connection = 1\n_db_connection = _sessionmaker = object()\n"
            + counting((definition + first_line).replace(f"cache_{page}", name))
            + "\n"
            + call * 2
            + "count('before')\n"
            + rest
            + call * 2
            + clear_all
            + "\n"
            + call * 2
            + after
        )
    )
    assert calls["ran"] == 2 + 1 + 2


@of_data
def test_the_examples_of_hash_functions_of_data(name: str, app: Make, calls: Calls) -> None:
    for program in examples("data", "hash_funcs"):
        calls.clear()
        # Both say the same, and share their entries.
        st.cache_data.clear()
        run(
            app(
                counting(program.replace("cache_data", name))
                + "\nimport datetime as dates\n"
                + "for hour in (1, 2, 1):\n"
                + "    st.write(str(convert_to_utc(dates.datetime(2020, 1, 1, hour))))\n"
            )
        )
        assert calls["ran"] == 2
    assert len(examples("data", "hash_funcs")) == 2


@of_resource
def test_the_examples_of_hash_functions_of_resources(name: str, app: Make, calls: Calls) -> None:
    pytest.importorskip("pydantic")
    assert len(examples("resource", "hash_funcs")) == 2
    for program in examples("resource", "hash_funcs"):
        calls.clear()
        st.cache_resource.clear()
        session = app(
            counting(program.replace("cache_resource", name))
            + "\nfor word in 'aba':\n    st.write(get_person_name(Person(name=word)))\n"
        )
        assert shown(run(session)) == shown(run(session)) == ["a", "b", "a"]
        assert calls["ran"] == 2


@says("Limit a function's in-memory cache by its pickled size")
def test_the_example_of_a_size(app: Make, calls: Calls) -> None:
    (program,) = examples("data", 'max_size="500MB"')
    run(
        app(
            "read_dataset = list\n"
            + counting(program)
            + "\nst.write(load_large_dataset('abc'), load_large_dataset('abc'))\n"
        )
    )
    assert calls["ran"] == 1


@says("To cache an async function", "Await an async cached function")
@of_both
def test_the_example_of_a_coroutine_function(name: str, app: Make, calls: Calls) -> None:
    (program,) = examples("data" if name in DATA else "resource", "async def")
    session = app(counting(program.replace("sleep(1)", "sleep(0)")))
    run(session), run(session)
    assert calls["ran"] == 1
    assert [json.loads(element.value) for element in session.json] == [{"env": "prod"}]


# Connections.


@says(
    "implements query result caching",
    "The caching behavior is identical",
    "cached indefinitely",
    "passed down to",
    "ttl : float, int, timedelta or None",
)
@pytest.mark.parametrize(("ttl", "later"), [("None", 1), ("60", 2), ("timedelta(minutes=1)", 2)])
def test_a_query_s_result_is_cached(ttl: str, later: int, app: Make, tmp_path: Path) -> None:
    pytest.importorskip("sqlalchemy")
    session = app(f"""
        from datetime import timedelta
        from sqlalchemy import text
        connection = st.connection("test", type="sql", url="sqlite:///{tmp_path}/test.db")
        with connection.session as opened:
            opened.execute(text("create table if not exists t (x integer)"))
            opened.execute(text("insert into t values (1)"))
            opened.commit()
        frame = connection.query(
            "select count(*) as n from t where x = :x", ttl={ttl}, params={{"x": 1}}
        )
        st.write(int(frame["n"][0]))
    """)
    assert shown(run(session)) == shown(run(session)) == ["`1`"]
    memoxide.testing.advance_time(61)
    found = int(shown(run(session))[0].strip("`"))
    assert (found > 1) == (later > 1)


@says("internally cached with ``st.cache_resource``", "or return an existing one")
def test_a_connection_is_cached_as_a_resource(app: Make, calls: Calls) -> None:
    session = app("""
        from streamlit.connections import BaseConnection
        class Connection(BaseConnection):
            def _connect(self, **options):
                count("connect")
                return object()
        if st.session_state.get("clear"):
            st.cache_resource.clear()
        st.connection("mine", type=Connection)
    """)
    run(session), run(session)
    assert calls["connect"] == 1
    session.session_state.clear_ = True
    session.session_state["clear"] = True
    run(session)
    assert calls["connect"] == 2


@says(
    "The maximum number of connections to keep", "max_entries : int or None The maximum number of"
)
def test_connections_are_bounded(app: Make, calls: Calls) -> None:
    run(
        app("""
        from streamlit.connections import BaseConnection
        class Connection(BaseConnection):
            def _connect(self, **options):
                count(self._connection_name)
                return object()
        for name in ("a", "b", "c", "c", "b", "a"):
            st.connection(name, type=Connection, max_entries=2)
    """)
    )
    assert calls == {"a": 2, "b": 1, "c": 1}


@says(
    "The maximum number of seconds to keep the connection in the cache",
    "ttl : float, timedelta, or None",
)
@pytest.mark.parametrize(("ttl", "connects"), [("60", 2), ("None", 1)])
def test_connections_expire(ttl: str, connects: int, app: Make, calls: Calls) -> None:
    session = app(f"""
        from streamlit.connections import BaseConnection
        class Connection(BaseConnection):
            def _connect(self, **options):
                count("connect")
                return object()
        st.connection("mine", type=Connection, ttl={ttl})
    """)
    run(session)
    memoxide.testing.advance_time(61)
    run(session)
    assert calls["connect"] == connects


# Nothing is left out.


NO_STATEMENTS = (
    # Links, and what introduces or refers to something else.
    "https://",
    ".. note::",
    ".. warning::",
    ".. deprecated::",
    "See below for an example",
    "This can be one of the following",
    "Can be one of",
    '- ``"foreground"`` (default):',
    '- ``"background"``:',
    "Examples -----",
    "**",
    "You can do that by mapping",
    # Defaults, which the tests of the options rely on.
    "Defaults to None",
    "Defaults to False",
    "The default is None",
    # Advice, and what may happen.
    "The time format is not configurable",
    "Because a session-scoped cache is cleared",
    "you might consider adjusting the ``server.websocketPingInterval``",
    "Ensure that ``on_release`` functions are thread-safe",
    "isn't guaranteed to be called when an app is shut down",
    "Caching a live, event-loop-bound async object",
    "Streamlit may close event loops",
    "Cache resources that remain valid independently",
    "Async objects are not officially supported",
    "Caching async objects",
    # What does not work with Streamlit's own decorators, and does with these.
    "It is not supported for coroutine functions",
    "Caching async functions is not supported",
    "Support for widgets in cached functions is currently experimental",
    "is deprecated and will be removed in a later version",
    "The cached widget replay functionality was removed in 1.38",
    "Please remove the ``experimental_allow_widgets`` parameter",
    "This parameter will be removed in a future version",
)


@pytest.mark.parametrize("page", ["data", "resource"])
def test_every_statement_has_a_test(page: str) -> None:
    known = [*tested, *NO_STATEMENTS]
    untested = [
        sentence for sentence in sentences(page) if not any(part in sentence for part in known)
    ]
    assert untested == []


def test_the_pages_are_found() -> None:
    assert all(len(PAGES[page]) > 3000 for page in ("data", "resource"))
    assert all(TEXT.values())
