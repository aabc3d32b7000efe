"""Values that a method consumes or changes, though nothing can be assigned to them."""

import pytest

import memoxide as mx

pa = pytest.importorskip("pyarrow")


def table():
    return pa.table({"a": [1, 2, 3], "b": ["x", "y", "z"]})


@pytest.mark.parametrize(
    "around", [lambda one: one, lambda one: [one], lambda one: {"k": (one, 1)}]
)
@pytest.mark.parametrize("persist", [None, "disk"])
def test_a_table_that_a_caller_has_consumed(around, persist, tmp_path):
    pytest.importorskip("pandas")
    kept = mx.Disk(tmp_path) if persist else None

    @mx.cache_data(persist=kept)
    def load():
        return around(table())

    def found(value):
        return (
            value
            if isinstance(value, pa.Table)
            else found(value[0] if isinstance(value, list) else value["k"][0])
        )

    load()
    for _ in range(3):
        hit = found(load())
        assert hit.equals(table())
        assert hit.schema.equals(table().schema)
        hit.to_pandas(self_destruct=True)
    assert found(load()).num_rows == 3


class Kind(pa.ExtensionType):
    """A type that can be changed."""

    def __init__(self):
        self.notes = []
        super().__init__(pa.int64(), "memoxide.tests.kind")

    def __arrow_ext_serialize__(self):
        return b""

    @classmethod
    def __arrow_ext_deserialize__(cls, storage, serialized):
        return cls()


@pytest.mark.parametrize(
    "make",
    [
        lambda: pa.schema([("a", Kind())]),
        lambda: pa.field("a", Kind()),
        lambda: pa.struct([("a", Kind())]),
        lambda: pa.list_(Kind()),
        lambda: [pa.schema([("a", pa.struct([("b", Kind())]))])],
    ],
)
def test_a_type_of_the_user_s_own_is_nobody_else_s(make):
    pa.register_extension_type(Kind())
    try:

        @mx.cache_data
        def load():
            return make()

        load()
        kind_of(load()).notes.append("changed")
        assert kind_of(load()).notes == []
    finally:
        pa.unregister_extension_type("memoxide.tests.kind")


def kind_of(value):
    """The user's type in whatever it is in."""
    if isinstance(value, list):
        value = value[0]
    if isinstance(value, pa.Schema):
        value = value.types[0]
    while not isinstance(value, Kind):
        if isinstance(value, pa.Field):
            value = value.type
        else:
            value = value.value_type if pa.types.is_list(value) else value[0].type
    return value
