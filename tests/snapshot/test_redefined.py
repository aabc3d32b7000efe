"""Values of classes that are defined anew, as a cell or an app's script does each time it runs."""

import enum
import sys
import types

import pytest

import memoxide as mx

BASES = ["Enum", "IntEnum", "Flag", "IntFlag"] + (["StrEnum"] if hasattr(enum, "StrEnum") else [])

CELL = """
import enum
import memoxide as mx

class E(enum.{base}):
    A = {first}
    B = {second}

class Outer:
    class Inner(enum.Enum):
        A = 1

def listed(): return {value}

f = mx.cache_data(listed)
"""


@pytest.fixture
def module(request):
    made = types.ModuleType(f"a_cell_{abs(hash(request.node.name))}")
    sys.modules[made.__name__] = made
    yield made
    del sys.modules[made.__name__]


def run(module, base, value):
    first, second = ("'x'", "'y'") if base == "StrEnum" else (1, 2)
    cell = CELL.format(base=base, value=value, first=first, second=second)
    exec(compile(cell, module.__name__, "exec"), vars(module))
    return module.f()


def same(made, member):
    """Find the member in whatever it is in."""
    if isinstance(made, dict):
        made = [*made.keys(), *made.values()]
    if isinstance(made, (list, tuple, set, frozenset)):
        return any(same(one, member) for one in made)
    return made is member


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(
    "value",
    [
        "E.A",
        "[E.A, 1]",
        "(E.A, 'x')",
        "{E.A}",
        "frozenset([E.A])",
        "{E.A: 1}",
        "{'a': (1, [E.A])}",
        "E['B'], E.A",
    ],
)
def test_a_member_is_one_of_the_class_that_there_is(module, base, value):
    for _ in range(3):
        assert same(run(module, base, value), module.E.A)
        assert same(module.f(), module.E.A)
    assert module.f.cache_info().misses == 1


def test_a_member_of_a_class_in_a_class(module):
    for _ in range(2):
        run(module, "Enum", "Outer.Inner.A")
        assert module.f() is module.Outer.Inner.A


@pytest.mark.parametrize("base", ["Flag", "IntFlag"])
def test_flags_that_are_set_together(module, base):
    for _ in range(2):
        run(module, base, "E.A | E.B")
        assert module.f() == module.E.A | module.E.B
        assert type(module.f()) is module.E


@pytest.mark.parametrize(
    "value", ["np.array([E.A, None], dtype=object)", "[np.array([E.A], dtype=object)]"]
)
def test_a_member_in_an_array(module, value):
    np = pytest.importorskip("numpy")
    for _ in range(2):
        module.np = np
        run(module, "Enum", value)
        made = module.f()
        assert (made[0][0] if isinstance(made, list) else made[0]) is module.E.A


@pytest.mark.parametrize(
    "value",
    [
        "pd.Series([E.A, E.B])",
        "pd.DataFrame({'a': [E.A, E.B]})['a']",
        "pd.Index([E.A, E.B])",
        "pd.Series(pd.Categorical([E.A, E.B]))",
        "pd.DataFrame({'a': [E.A]}, index=[E.B]).a",
    ],
)
def test_a_member_in_a_column(module, value):
    pd = pytest.importorskip("pandas")
    for _ in range(2):
        module.pd = pd
        run(module, "Enum", value)
        assert next(iter(module.f())) is module.E.A
        assert next(iter(module.f.__wrapped__())) is module.E.A


def test_a_member_in_attributes_and_names(module):
    pd = pytest.importorskip("pandas")
    code = "[s := pd.Series([1], name=E.A, index=[E.B]), s.attrs.update(kind=E.A)][0]"
    for _ in range(2):
        module.pd = pd
        run(module, "Enum", code)
        made = module.f()
        assert made.name is module.E.A
        assert made.index[0] is module.E.B
        assert made.attrs["kind"] is module.E.A


def test_a_member_of_a_class_that_nobody_finds_is_the_one_that_was_made():
    class Local(enum.Enum):
        A = 1

    @mx.cache_data
    def f():
        return [Local.A, {Local.A: 1}]

    assert f()[0] is Local.A
    assert f()[1] == {Local.A: 1}
