"""The examples as they are written."""

from __future__ import annotations

import json

import pytest
import streamlit as st
from documentation import examples, says
from statement import DATA, Calls, Make, of_all, of_both, of_data, of_resource, run, shown


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
