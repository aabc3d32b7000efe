"""Arguments."""

from __future__ import annotations

import pytest
from documentation import says
from statement import Calls, Make, of_all, run, shown
from trees import kind


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
