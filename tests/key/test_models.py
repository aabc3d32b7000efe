"""Models: pydantic, attrs, dataclasses. All that they hold counts, shown or not."""

import dataclasses
import functools
import typing
import warnings

import pytest

attrs = pytest.importorskip("attrs")
pydantic = pytest.importorskip("pydantic")

with warnings.catch_warnings():
    # Parts of it do not work from Python 3.14 on, and it says so.
    warnings.simplefilter("ignore")
    v1 = pytest.importorskip("pydantic.v1")

T = typing.TypeVar("T")


class User(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")
    name: str = "a"
    age: int | None = None
    secret: pydantic.SecretStr = pydantic.SecretStr("")
    token: pydantic.SecretBytes = pydantic.SecretBytes(b"")
    _note: int = pydantic.PrivateAttr(default=0)

    @pydantic.computed_field
    @property
    def upper(self) -> str:
        return self.name.upper()

    @functools.cached_property
    def length(self):
        return len(self.name)


class Rows(pydantic.RootModel[list[int]]):
    pass


class Box(pydantic.BaseModel, typing.Generic[T]):
    content: T


@pydantic.dataclasses.dataclass
class Login:
    name: str
    secret: pydantic.SecretStr


def put_on(model, **attributes):
    for name, value in attributes.items():
        object.__setattr__(model, name, value)
    return model


def noted(model, note):
    model._note = note
    return model


def measured(model):
    assert model.length == 1
    return model


def made(**fields):
    return pydantic.create_model("Made", **fields)(x=3)


def configured(**options):
    class Model(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(**options)
        x: int = 1

    return Model()


def computed(n):
    class Model(pydantic.BaseModel):
        x: int = 1

        @pydantic.computed_field
        @property
        def y(self) -> int:
            return self.x + n

    return Model()


def test_models_of_pydantic_differ(differ):
    differ([
        User(), User(name="b"), User(name="a"), User(age=None), User(age=1),
        User(secret="x"), User(secret="y"), User(token=b"x"), User(token=b"y"),
        User(extra=1), User(extra=2), User(other=1), noted(User(), 1), noted(User(), 2),
        measured(User()), Rows([1]), Rows([2]), pydantic.RootModel[list[int]]([1]),
        Box[int](content=1), Box[float](content=1), Box(content=1), Login("a", "x"),
        Login("a", "y"), pydantic.SecretStr("x"), pydantic.SecretStr("y"),
        pydantic.SecretBytes(b"x"), pydantic.SecretBytes(b"y"),
        pydantic.AnyUrl("http://a/b"), pydantic.AnyUrl("http://a/c"),
        pydantic.HttpUrl("http://a/b"), "http://a/b",
        made(x=(int, 1)), made(x=(int, 2)), made(x=(float, 1)),
        made(x=(int, pydantic.Field(1, gt=1))), made(x=(int, pydantic.Field(1, gt=2))),
        configured(), configured(frozen=True), computed(1), computed(2),
    ])  # fmt: skip


@pytest.mark.parametrize("make", [
    lambda: User(name="a", age=1, secret="x"),
    lambda: noted(User(extra=[1]), 1),
    lambda: Rows([1]),
    lambda: Box[int](content=1),
    lambda: Login("a", "x"),
    lambda: made(x=(int, 1)),
    lambda: configured(frozen=True),
    lambda: computed(1),
])  # fmt: skip
def test_using_a_model_leaves_its_key(key, make):
    used = make()
    assert used == used
    assert repr(used)
    assert pydantic.TypeAdapter(type(used)).dump_json(used)
    assert key(used) == key(make())


def test_the_order_in_which_fields_were_given_does_not_count(key):
    assert key(User(name="a", age=1)) == key(User(age=1, name="a"))


def test_errors_of_validation_differ(key):
    def error(value):
        with pytest.raises(pydantic.ValidationError) as info:
            pydantic.TypeAdapter(int).validate_python(value)
        return info.value

    assert key(error("a")) != key(error("b"))


class OldUser(v1.BaseModel):
    class Config:
        extra = "allow"

    name: str = "a"
    secret: v1.SecretStr = v1.SecretStr("")
    _note: int = v1.PrivateAttr(0)


def test_models_of_the_first_pydantic_differ(differ, key):
    differ([
        OldUser(), OldUser(name="a"), OldUser(name="b"), OldUser(secret="x"), OldUser(secret="y"),
        OldUser(extra=1), OldUser(extra=2), noted(OldUser(), 1), noted(OldUser(), 2),
    ])  # fmt: skip
    used = OldUser()
    assert used.dict()
    assert used.json()
    assert repr(used)
    assert key(used) == key(OldUser())


@attrs.define
class Point:
    x: int
    y: int = attrs.field(default=0, eq=False, repr=False)
    _z: int = 0


@attrs.define
class Deep(Point):
    w: int = 0


@attrs.define(slots=False)
class Open:
    x: int


@attrs.define(getstate_setstate=False)
class Bare:
    x: int
    _y: int = 0


@attrs.frozen(cache_hash=True)
class Hashed:
    x: int


@attrs.frozen(cache_hash=True, slots=False)
class HashedInDict:
    x: int


@attrs.define
class Raised(Exception):
    x: int
    y: int = attrs.field(default=0, eq=False)


def test_models_of_attrs_differ(differ):
    differ([
        Point(1), Point(2), Point(1, 2), Point(1, 0, 2), Deep(1), Deep(1, 2), Deep(1, w=2),
        Open(1), Open(2), put_on(Open(1), note=1), put_on(Open(1), note=2),
        Bare(1), Bare(1, 2), Hashed(1), Hashed(2), HashedInDict(1), HashedInDict(2),
        Raised(1), Raised(1, 2),
    ])  # fmt: skip


@pytest.mark.parametrize("make", [
    lambda: Hashed(1),
    lambda: HashedInDict(1),
])  # fmt: skip
def test_a_hash_that_attrs_remembers_does_not_count(key, make):
    hashed = make()
    assert hash(hashed) == hash(make())
    assert key(hashed) == key(make())


@dataclasses.dataclass
class Record:
    a: int
    b: int = dataclasses.field(default=0, compare=False, repr=False)
    c: dataclasses.InitVar[int] = 0

    def __post_init__(self, c):
        self.doubled = 2 * c

    @functools.cached_property
    def length(self):
        return 1


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    a: int
    b: int = dataclasses.field(default=0, compare=False)


@dataclasses.dataclass
class Longer(Record):
    d: int = 0


@dataclasses.dataclass
class Failed(Exception):
    a: int
    b: int = dataclasses.field(default=0, compare=False)


def test_dataclasses_differ(differ):
    differ([
        Record(1), Record(2), Record(1, 2), Record(1, 2, 3), put_on(Record(1), note=1),
        measured(Record(1)), Frozen(1), Frozen(2), Frozen(1, 2), Longer(1), Longer(1, d=1),
        Failed(1), Failed(1, 2), {"a": 1, "b": 0},
    ])  # fmt: skip


@pytest.mark.parametrize("make", [lambda: Record(1, 2, 3), lambda: Frozen(1), lambda: Longer(1)])
def test_using_a_dataclass_leaves_its_key(key, make):
    used = make()
    assert used == make()
    assert repr(used)
    assert dataclasses.asdict(used)
    assert key(used) == key(make())


@attrs.define
class Narrow:
    a: int


@dataclasses.dataclass(slots=True, frozen=True)
class Fixed:
    a: int


class WiderNarrow(Narrow):
    pass


class WiderFixed(Fixed):
    __slots__ = ("b",)

    def __init__(self, a, b):
        super().__init__(a)
        object.__setattr__(self, "b", b)


def test_what_a_subclass_adds_to_slots_counts(key, differ):
    def wider(a, q):
        value = WiderNarrow(a)
        value.q = q
        return value

    assert key(wider(1, 2)) == key(wider(1, 2))
    assert key(WiderFixed(1, 2)) == key(WiderFixed(1, 2))
    differ(
        [wider(1, 1), wider(1, 2), WiderNarrow(1), Narrow(1), WiderFixed(1, 1), WiderFixed(1, 2)]
    )
