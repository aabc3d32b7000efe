"""Time to live."""

from __future__ import annotations

import pytest
from documentation import says
from statement import Calls, Make, of_all, of_both, of_data, run

import memoxide
import memoxide.testing


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
