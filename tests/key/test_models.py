"""Models: dataclasses, attrs, pydantic, with all that they keep to themselves."""

import dataclasses
import functools
import typing

import pytest


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0
    note: str = dataclasses.field(default="", compare=False, repr=False)
    start: dataclasses.InitVar[int] = 0

    def __post_init__(self, start):
        self.total = self.x + start


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: int


@dataclasses.dataclass
class Slotted:
    __slots__ = ("x", "y")
    x: int
    y: int


@dataclasses.dataclass
class Deeper(Point):
    z: int = 0

    @functools.cached_property
    def norm(self):
        return self.x + self.y + self.z


def test_dataclasses(key, differ):
    assert key(Point(1, 2)) == key(Point(1, 2))
    differ([
        Point(1, 2), Point(2, 1), Point(1, 2, note="a"), Point(1, 2, start=1), Frozen(1), Frozen(2),
        Slotted(1, 2), Slotted(2, 1), Deeper(1, 2), Deeper(1, 2, z=1), {"x": 1, "y": 2}, (1, 2),
    ])  # fmt: skip
    assert Point(1, 2) == Point(1, 2, note="a")


def test_what_a_cached_property_remembers_counts(key):
    fresh, asked = Deeper(1, 2), Deeper(1, 2)
    asked.norm
    assert key(fresh) != key(asked)
    assert key(asked) == key(asked)


class TestAttrs:
    def test_private_fields_and_slots_count(self, key, differ):
        attrs = pytest.importorskip("attrs")

        @attrs.define
        class Account:
            name: str
            _secret: str = attrs.field(repr=False, eq=False)

        @attrs.frozen(slots=False)
        class Other:
            name: str

        assert key(Account("a", "b")) == key(Account("a", "b"))
        differ([Account("a", "b"), Account("a", "c"), Account("b", "b"), Other("a"), Other("b")])


def pydantic_of(version):
    pydantic = pytest.importorskip("pydantic")
    if version == 2:
        return pydantic
    return pytest.importorskip("pydantic.v1")


@pytest.fixture(params=[1, 2])
def pydantic(request):
    import sys

    if request.param == 1 and sys.version_info >= (3, 14):
        pytest.skip("pydantic.v1 does not know Python 3.14")
    return pydantic_of(request.param)


def test_secrets_count_by_what_they_hide(key, differ, pydantic):
    class Login(pydantic.BaseModel):
        user: str
        password: pydantic.SecretStr
        token: pydantic.SecretBytes = b""

    def login(password, token=b"t"):
        return Login(user="ann", password=password, token=token)

    assert str(login("one").password) == str(login("two").password)
    assert key(login("one")) == key(login("one"))
    differ([
        login("one"), login("two"), login("one", b"u"), pydantic.SecretStr("one"),
        pydantic.SecretStr("two"), pydantic.SecretBytes(b"one"), "one",
    ])  # fmt: skip


def test_all_that_a_model_keeps_counts(key, differ, pydantic):
    class Model(pydantic.BaseModel):
        if pydantic.VERSION.startswith("1."):

            class Config:
                extra = "allow"
                underscore_attrs_are_private = True
        else:
            model_config = {"extra": "allow"}
        x: int = 0
        items: typing.List[int] = []  # noqa: UP006
        _hidden: int = pydantic.PrivateAttr(default=0)

    hidden = Model()
    hidden._hidden = 1
    assert key(Model(x=1)) == key(Model(x=1))
    differ([
        Model(), Model(x=0), Model(x=1), Model(items=[1]), Model(items=[]), hidden, Model(other=1),
        Model(other=2), {"x": 0, "items": []},
    ])  # fmt: skip


def test_generic_and_root_models(key, differ):
    pydantic = pydantic_of(2)
    item = typing.TypeVar("item")

    class Names(pydantic.RootModel[list]):
        pass

    class Box(pydantic.BaseModel, typing.Generic[item]):
        content: item

        @pydantic.computed_field
        @property
        def double(self) -> typing.Any:
            return self.content * 2

    assert key(Box[int](content=1)) == key(Box[int](content=1))
    differ([Names(["a"]), Names(["b"]), Box[int](content=1), Box[str](content="1"), Box(content=1)])


def test_models_have_the_same_keys_in_every_process(in_child):
    script = """
        import dataclasses, memoxide as mx
        @dataclasses.dataclass
        class Point:
            x: int
            tags: set
        values = [Point(1, {"a", "b", "c"})]
        try:
            import attrs, pydantic
        except ImportError:
            pass
        else:
            @attrs.define
            class Account:
                name: str
            class Login(pydantic.BaseModel):
                password: pydantic.SecretStr
                roles: set[str] = set()
            values += [Account("a"), Login(password="p", roles={"x", "y", "z"})]
        @mx.cache_data
        def f(value): ...
        print([f.key(value) for value in values])
    """
    assert len({in_child(script, PYTHONHASHSEED=seed) for seed in ("0", "1", "77")}) == 1
