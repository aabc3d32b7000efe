"""Built-in values: what differs has different keys, what is equal has one."""

import array
import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import memoxide as mx

DIFFERENT = [
    None,
    True,
    False,
    0,
    1,
    -1,
    127,
    128,
    255,
    256,
    2**31,
    2**63 - 1,
    2**63,
    -(2**63),
    -(2**63) - 1,
    2**200,
    -(2**200),
    0.0,
    -0.0,
    1.0,
    math.inf,
    -math.inf,
    math.nan,
    5e-324,
    0j,
    complex(0, -0.0),
    1j,
    "",
    "1",
    "a",
    "\x00",
    "\ud800",
    "é",
    "e\u0301",
    b"",
    b"a",
    bytearray(),
    bytearray(b"a"),
    ...,
    NotImplemented,
    [],
    (),
    {},
    set(),
    frozenset(),
    [None],
    [[]],
    [1, 2],
    [12],
    [[1], 2],
    [1, [2]],
    (1, 2),
    {1: 2},
    {1, 2},
    frozenset({1, 2}),
    {"a": 1, "b": 2},
    {"b": 2, "a": 1},
    [("a", 1), ("b", 2)],
    range(3),
    range(0, 3, 2),
    slice(3),
    slice(0, 3),
    memoryview(b"ab"),
    memoryview(b"ab").cast("H"),
    array.array("i", [1]),
    array.array("l", [1]),
    {"a": 1}.keys(),
    {"a": 1}.values(),
    {"a": 1}.items(),
    int,
    str,
    len,
    "x" * 300,
    "x" * 301,
    b"x" * 300,
    ["x" * 300],
    [1] * 1000,
    [1] * 1001,
]


def test_values_that_differ_have_different_keys(key):
    keys = [key(value) for value in DIFFERENT]
    for (a, key_a), (b, key_b) in itertools.combinations(zip(DIFFERENT, keys, strict=True), 2):
        assert key_a != key_b, f"{a!r} and {b!r} share a key"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([1, 2], [1, 2]),
        ("ab", "".join(["a", "b"])),
        (math.nan, -math.nan),
        (math.nan, float("inf") - float("inf")),
        ({3, 1, 2}, {2, 3, 1}),
        (frozenset(["a", "bc", ""]), frozenset(["", "bc", "a"])),
        (10**30, 10**29 * 10),
        (memoryview(b"ab"), memoryview(bytearray(b"ab"))),
    ],
)
def test_equal_values_have_one_key(key, a, b):
    assert key(a) == key(b)


def test_the_same_number_in_another_type_is_another_value(key):
    class Number(int):
        pass

    assert len({key(1), key(1.0), key(True), key(1 + 0j), key(Number(1))}) == 5


def test_a_set_forgets_the_order_in_which_it_was_built(key):
    values = [2**i for i in range(70)] + [f"s{i}" for i in range(70)]
    backwards = set()
    for value in reversed(values):
        backwards.add(value)
    assert key(set(values)) == key(backwards)


def test_arguments_do_not_run_together():
    @mx.cache_data
    def pair(a, b):
        return None

    assert pair.key("ab", "c") != pair.key("a", "bc")
    assert pair.key([1], [2, 3]) != pair.key([1, 2], [3])
    assert pair.key(b"", b"ab") != pair.key(b"ab", b"")


@mx.cache_data
def probe(value):
    return None


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(st.characters())
    | st.binary(),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(), inner)
        | st.frozensets(st.integers() | st.text())
    ),
)


def spelled(value):
    """A text that is equal just where keys should be: typed, exact, order of dicts kept."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else f"float {value.hex()}"
    if isinstance(value, complex):
        return f"complex {spelled(value.real)} {spelled(value.imag)}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{spelled(k)}: {spelled(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return type(value).__name__ + "(" + ", ".join(map(spelled, value)) + ")"
    if isinstance(value, frozenset):
        return "frozenset(" + ", ".join(sorted(map(spelled, value))) + ")"
    return f"{type(value).__name__} {value!r}"


@given(VALUES, VALUES)
def test_keys_are_equal_just_where_values_are(a, b):
    assert (probe.key(a) == probe.key(b)) == (spelled(a) == spelled(b))


def test_keys_are_the_same_in_every_process(in_child):
    script = """
        import memoxide as mx
        @mx.cache_data
        def f(value): ...
        print(f.key({"a": [1, 2.5, None], "b": {"x", "y", "z"}, "c": frozenset(range(50))}))
    """
    keys = {in_child(script, PYTHONHASHSEED=seed) for seed in ("0", "1", "12345")}
    assert len(keys) == 1
