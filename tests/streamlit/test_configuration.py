"""What an app's configuration says of caches counts, and is read when it is needed."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from streamlit import __version__, config

Make = Callable[[str], Any]

VERSION = tuple(int(part) for part in __version__.split(".")[:2])
has_options = pytest.mark.skipif(VERSION < (1, 67), reason="has no such options")


@pytest.fixture
def option() -> Iterator[Callable[[str, Any], None]]:
    """Sets an option, for one test."""
    before = {}

    def set_option(name: str, value: Any) -> None:
        before.setdefault(name, config.get_option(name))
        config.set_option(name, value)

    yield set_option
    for name, value in before.items():
        config.set_option(name, value)


BYTES = """
    @st.cache_data(show_spinner=False)
    def load(number):
        count(f"load {number}")
        return bytes(100_000)
    for number in range(5):
        load(number)
    load(0)
    load(4)
"""


@has_options
def test_the_bound_is_read_when_something_is_stored(
    app: Make, calls: dict[str, int], option: Callable[[str, Any], None]
) -> None:
    session = app(BYTES)
    session.run()
    assert calls == {f"load {number}": 1 for number in range(5)}
    option("server.maxCacheDataSize", "250kb")
    more = BYTES.replace("range(5)", "range(6)")
    session = app(more).run()
    calls.clear()
    session.run()
    # Two of them stay, of which the first is used again at once.
    assert calls == {"load 0": 1, "load 1": 1, "load 2": 1, "load 3": 1, "load 4": 2, "load 5": 1}
    option("server.maxCacheDataSize", None)
    app(BYTES.replace("range(5)", "range(7)")).run()
    calls.clear()
    session.run()
    assert not calls


@has_options
def test_a_bound_that_is_none_is_told_of(
    app: Make, option: Callable[[str, Any], None], caplog: pytest.LogCaptureFixture
) -> None:
    option("server.maxCacheDataSize", "plenty")
    with caplog.at_level(logging.WARNING, "memoxide.streamlit"):
        assert not app(BYTES).run().exception
    assert "server.maxCacheDataSize='plenty'" in caplog.text


@has_options
def test_what_leaves_for_the_bound_is_among_the_metrics(
    app: Make, option: Callable[[str, Any], None]
) -> None:
    from streamlit.runtime.caching.cache_metrics import get_cache_metrics

    option("server.maxCacheDataSize", "250kb")
    app(BYTES.replace("load", "counted")).run()
    stats = get_cache_metrics().get_stats(["cache_evictions"])["cache_evictions"]
    reasons = {
        stat.labels["reason"]: stat.value
        for stat in stats
        if stat.labels["cache"].endswith("counted")
    }
    assert reasons == {"ttl": 0, "max_entries": 0, "max_size": 0, "global_budget": 4}


@has_options
def test_a_connection_s_default_time_counts(
    app: Make, calls: dict[str, int], option: Callable[[str, Any], None]
) -> None:
    import memoxide.testing

    script = """
        from streamlit.connections import BaseConnection

        class Connection(BaseConnection):
            def _connect(self, **options):
                count("connect")
                return object()
        st.connection("timed", type=Connection)
    """
    option("runner.connectionDefaultTTL", 60)
    session = app(script).run()
    session.run()
    assert not session.exception
    assert calls["connect"] == 1
    memoxide.testing.advance_time(61)
    session.run()
    assert calls["connect"] == 2


@has_options
def test_a_seed_leaves_keys_as_they_are(
    app: Make, calls: dict[str, int], option: Callable[[str, Any], None]
) -> None:
    """It moves what Streamlit samples of large values; here all of it counts."""
    script = """
        import numpy as np

        @st.cache_data(show_spinner=False)
        def total(array):
            count("total")
            return array.sum()
        array = np.zeros(1_000_000)
        total(array)
        array[st.session_state.get("at", 0)] = 1
        total(array)
    """
    session = app(script).run()
    assert calls["total"] == 2
    option("runner.cacheHashSeed", 7)
    session.run()
    assert calls["total"] == 2
    session.session_state.at = 123_457
    session.run()
    assert calls["total"] == 3


def test_installing_reads_no_configuration() -> None:
    program = (
        "import memoxide\nmemoxide.install()\nimport streamlit as st\n"
        "@st.cache_data(ttl=60)\ndef f(): return 1\n"
        "from streamlit import config\nprint(config._config_options is None)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert result.stdout.strip() == "True", result.stdout + result.stderr
