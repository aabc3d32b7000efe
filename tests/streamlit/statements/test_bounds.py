"""Bounds."""

from __future__ import annotations

import logging

import pytest
import sessions
from documentation import says
from statement import Calls, Make, of_all, run, shown


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
