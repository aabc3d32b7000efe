"""What a definition consists of, part by part."""

import sys
import types

import pytest

from memoxide._core import outline

HELPERS = """
RATE = 2
def clean(x):
    return x * RATE
"""

CODE = """
import functools
import user_helpers
from user_helpers import clean
LIMIT = 5
def loud(function):
    @functools.wraps(function)
    def wrapper(*args): return function(*args)
    return wrapper
@loud
def deep(x, y=1): return user_helpers.clean(x)
class Base:
    kind = "base"
class Model(Base):
    factor = 3
    def fit(self, x): return deep(x) + self.factor
    @property
    def size(self): return LIMIT
    @staticmethod
    def make(): return Model()
def price(x):
    return Model.make().fit(x)
"""

NAMES = ["Base", "Base.kind", "LIMIT", "Model", "Model.factor", "Model.fit", "Model.make"]
NAMES += ["Model.size", "deep", "price", "user_helpers", "user_helpers.RATE", "user_helpers.clean"]


def module(name, source):
    made = types.ModuleType(name)
    sys.modules[name] = made
    exec(source, made.__dict__)
    return made


@pytest.fixture
def parts():
    def parts(*edit):
        module("user_helpers", HELPERS.replace(*edit) if edit else HELPERS)
        code = module("user_code", CODE.replace(*edit) if edit else CODE)
        return dict(outline(code.price))

    yield parts
    del sys.modules["user_helpers"], sys.modules["user_code"]


def test_every_part_has_the_name_that_the_user_knows(parts):
    assert [name for name in parts() if not name.endswith("__doc__")] == NAMES


@pytest.mark.parametrize(
    ("edit", "name"),
    [
        (("RATE = 2", "RATE = 3"), "user_helpers.RATE"),
        (("x * RATE", "x + RATE"), "user_helpers.clean"),
        (("LIMIT = 5", "LIMIT = 6"), "LIMIT"),
        (("y=1", "y=2"), "deep"),
        (("factor = 3", "factor = 4"), "Model.factor"),
        (("deep(x) +", "deep(x) -"), "Model.fit"),
        (("return LIMIT", "return -LIMIT"), "Model.size"),
        (("return Model()", "return Model() or 1"), "Model.make"),
        (('"base"', '"other"'), "Base.kind"),
        (("Model(Base)", "Model(Base, object)"), "Model"),
        (("fit(x)\n", "fit(-x)\n"), "price"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_edit_is_seen_in_its_part_alone(parts, edit, name):
    before, after = parts(), parts(*edit)
    changed = {part for part in before.keys() | after if before.get(part) != after.get(part)}
    assert changed == {name}
