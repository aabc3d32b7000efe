"""Members of enums: class, name and value."""

import datetime as dt
import enum

import pytest


class Color(enum.Enum):
    RED = 1
    BLUE = 2
    ALSO_RED = 1  # noqa: PIE796


class Shade(enum.Enum):
    RED = 1


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Mode(str, enum.Enum):
    READ = "r"
    WRITE = "w"


class Day(dt.date, enum.Enum):
    FIRST = 2024, 1, 1
    SECOND = 2024, 1, 2


class Access(enum.Flag):
    READ = 1
    WRITE = 2
    ALL = 3


class Bits(enum.IntFlag):
    ONE = 1
    TWO = 2


class Table(enum.Enum):
    LIST = [1, [2]]
    DICT = {"a": 1}


class Guessed(enum.Enum):
    KNOWN = 1

    @classmethod
    def _missing_(cls, value):
        made = object.__new__(cls)
        made._name_ = f"guess {value}"
        made._value_ = value
        return made


Made = enum.Enum("Made", "ONE TWO")


def test_members_differ(differ):
    differ([
        *Color, *Shade, *Level, *Mode, *Day, *Table, *Made, 1, 2, "r", "w", dt.date(2024, 1, 1),
        Access(0), Access.READ, Access.WRITE, Access.ALL,
        Bits(0), Bits.ONE, Bits.ONE | Bits.TWO, Bits(8), Bits(9), Guessed.KNOWN, Guessed(5),
        Guessed(6), Color, Shade, [1, [2]], {"a": 1},
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Color.RED, Color.ALSO_RED),
        (Color.RED, Color(1)),
        (Color.RED, Color["RED"]),
        (Access.READ | Access.WRITE, Access.WRITE | Access.READ),
        (Access.READ | Access.WRITE, Access.ALL),
        (Bits(3), Bits.TWO | Bits.ONE),
        (Guessed(5), Guessed(5)),
    ],
    ids=str,
)
def test_one_member_has_one_key(key, one, other):
    assert key(one) == key(other)


def test_asking_a_flag_leaves_its_key(key):
    both = Access.READ | Access.WRITE
    before = key(both), key(Access.READ)
    assert ~both == Access(0)
    assert ~Access.READ == Access.WRITE
    assert repr(both)
    assert list(Access)
    assert (key(both), key(Access.READ)) == before


def test_a_value_that_changes_is_another_value(key):
    class State(enum.Enum):
        ROWS = []

    before = key(State.ROWS)
    State.ROWS.value.append(1)
    assert key(State.ROWS) != before
