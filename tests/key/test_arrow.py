"""Keys of pyarrow's values: equal content has one key, whatever its memory."""

import datetime
import decimal
import itertools
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import memoxide as mx
from memoxide.errors import UnhashableParamError

pa = pytest.importorskip("pyarrow")


@mx.cache_data
def probe(value):
    return None


class Unit(pa.ExtensionType):
    """A type of the user's, with a parameter that its serialised form does not have."""

    def __init__(self, unit, storage=None):
        self.unit = unit
        super().__init__(storage or pa.int64(), "test.unit")

    def __arrow_ext_serialize__(self):
        return b""

    @classmethod
    def __arrow_ext_deserialize__(cls, storage, serialized):
        return cls("?", storage)


DAY = datetime.date(2024, 2, 29)
NOON = datetime.datetime(2024, 2, 29, 12, 0, 0, 123456)
LONG = "more than twelve bytes"

VALUES = {
    "null": (pa.null(), [None, None, None, None]),
    "bool": (pa.bool_(), [True, None, False, True]),
    **{
        str(kind): (kind, [1, None, 2, 3])
        for kind in [
            pa.int8(),
            pa.int16(),
            pa.int32(),
            pa.int64(),
            pa.uint8(),
            pa.uint16(),
            pa.uint32(),
            pa.uint64(),
            pa.float32(),
            pa.float64(),
            pa.time32("s"),
            pa.time32("ms"),
            pa.time64("us"),
            pa.time64("ns"),
            pa.duration("s"),
            pa.duration("ms"),
            pa.duration("us"),
            pa.duration("ns"),
        ]
    },
    "half": (pa.float16(), [1.0, None, 2.0, 3.0]),
    "date32": (pa.date32(), [DAY, None, DAY.replace(year=1904), DAY]),
    "date64": (pa.date64(), [DAY, None, DAY.replace(year=1904), DAY]),
    **{
        f"timestamp {unit} {zone}": (pa.timestamp(unit, zone), [1, None, 2, 3])
        for unit in ["s", "ms", "us", "ns"]
        for zone in [None, "UTC", "Europe/Oslo"]
    },
    "interval": (
        pa.month_day_nano_interval(),
        [pa.MonthDayNano([1, 2, 3]), None, pa.MonthDayNano([1, 2, 4]), pa.MonthDayNano([0, 0, 0])],
    ),
    **{
        str(kind): (kind, [decimal.Decimal("1.10"), None, decimal.Decimal("-2.00"), 3])
        for kind in [
            pa.decimal32(5, 2),
            pa.decimal64(12, 2),
            pa.decimal128(12, 2),
            pa.decimal128(13, 2),
            pa.decimal128(13, 3),
            pa.decimal256(40, 2),
        ]
    },
    **{
        str(kind): (kind, ["a", None, "", LONG])
        for kind in [pa.string(), pa.large_string(), pa.string_view()]
    },
    **{
        str(kind): (kind, [b"a", None, b"", LONG.encode()])
        for kind in [pa.binary(), pa.large_binary(), pa.binary_view()]
    },
    "fixed binary": (pa.binary(2), [b"ab", None, b"cd", b"ab"]),
    **{
        str(kind): (kind, [[1, 2], None, [], [3, None]])
        for kind in [
            pa.list_(pa.int64()),
            pa.large_list(pa.int64()),
            pa.list_view(pa.int64()),
            pa.large_list_view(pa.int64()),
            pa.list_(pa.field("other", pa.int64())),
            pa.list_(pa.int32()),
        ]
    },
    "list of lists": (pa.list_(pa.list_(pa.string())), [[["a"], None], None, [], [["b", None]]]),
    "fixed list": (pa.list_(pa.int8(), 2), [[1, 2], None, [3, None], [0, 0]]),
    "struct": (
        pa.struct([("a", pa.int64()), ("b", pa.string())]),
        [{"a": 1, "b": "x"}, None, {"a": None, "b": "y"}, {"a": 2, "b": None}],
    ),
    "map": (pa.map_(pa.string(), pa.int64()), [[("a", 1)], None, [], [("b", 2), ("a", None)]]),
    "sorted map": (
        pa.map_(pa.string(), pa.int64(), keys_sorted=True),
        [[("a", 1)], None, [], [("b", 2), ("a", None)]],
    ),
    "dictionary": (pa.dictionary(pa.int32(), pa.string()), ["a", None, "b", "a"]),
    "narrow dictionary": (pa.dictionary(pa.int8(), pa.string()), ["a", None, "b", "a"]),
    "ordered dictionary": (pa.dictionary(pa.int8(), pa.string(), True), ["a", None, "b", "a"]),
}


def runs(values, ends):
    return pa.RunEndEncodedArray.from_arrays(pa.array(ends, pa.int32()), pa.array(values))


def union(dense):
    types = pa.array([0, 1, 1, 0], pa.int8())
    if dense:
        offsets = pa.array([0, 1, 0, 1], pa.int32())
        children = [pa.array([1, None]), pa.array(["b", "a"])]
        return pa.UnionArray.from_dense(types, offsets, children)
    children = [pa.array([1, 7, 7, None]), pa.array(["?", "a", "b", "?"])]
    return pa.UnionArray.from_sparse(types, children)


ARRAYS = {
    **{name: pa.array(values, kind) for name, (kind, values) in VALUES.items()},
    "run ends": runs(["a", None, "b"], [1, 2, 4]),
    "dense union": union(True),
    "sparse union": union(False),
    "uuid": pa.array([b"1" * 16, None, b"2" * 16, b"3" * 16], pa.uuid()),
    "tensor": pa.ExtensionArray.from_storage(
        pa.fixed_shape_tensor(pa.int32(), [2]),
        pa.array([[1, 2], None, [3, 4], [5, 6]], pa.list_(pa.int32(), 2)),
    ),
    "user's": pa.ExtensionArray.from_storage(Unit("m"), pa.array([1, None, 2, 3])),
}

every_type = pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS)


def test_types_differ(key):
    keys = {key(array) for array in ARRAYS.values()}
    assert len(keys) == len(ARRAYS)
    assert len({key(array.type) for array in ARRAYS.values()}) == len(ARRAYS)
    assert len({key(pa.chunked_array([array])) for array in ARRAYS.values()} | keys) == 2 * len(
        keys
    )


@every_type
def test_a_slice_equals_its_copy(key, array):
    sliced = array.slice(1, 2)
    copied = pa.concat_arrays([array.slice(1, 1), array.slice(2, 1)])
    assert key(sliced) == key(copied)
    assert key(sliced) != key(array)
    assert key(sliced.slice(2)) == key(array.slice(4))


@every_type
def test_chunks_do_not_count(key, array):
    whole = pa.chunked_array([array])
    for cut in itertools.combinations_with_replacement(range(5), 2):
        ends = [0, *cut, 4]
        chunks = [array.slice(start, end - start) for start, end in itertools.pairwise(ends)]
        assert key(pa.chunked_array(chunks, array.type)) == key(whole), ends


def is_made_of_others(array):
    others = (pa.ExtensionArray, pa.DictionaryArray, pa.NullArray)
    return isinstance(array, others) or array.type.num_fields


FLAT = {name: array for name, array in ARRAYS.items() if not is_made_of_others(array)}


@pytest.mark.parametrize("array", FLAT.values(), ids=FLAT)
def test_a_buffer_of_nulls_counts_only_if_there_are_some(key, array):
    first = array.slice(0, 1)
    assert first.null_count == 0
    assert first.buffers()[0] is not None
    bare = pa.Array.from_buffers(array.type, 1, [None, *array.buffers()[1:]])
    assert key(first) == key(bare)


@every_type
def test_scalars_of_a_type_differ(key, array):
    scalars = {key(scalar) for scalar in array}
    distinct = [left for at, left in enumerate(array) if left not in [*array][:at]]
    assert len(scalars) == len(distinct)
    assert all(key(scalar) == key(again) for scalar, again in zip(array, array, strict=True))


@every_type
def test_the_order_of_rows_counts(key, array):
    backwards = pa.concat_arrays([array.slice(index, 1) for index in (3, 2, 1, 0)])
    assert (key(backwards) == key(array)) == (array.type == pa.null())


def nulled(kind, garbage):
    """Four rows of which the second is null, over that garbage."""
    return pa.Array.from_buffers(kind, 4, [pa.py_buffer(bytes([0b1101])), *garbage])


def test_what_lies_under_a_null_does_not_count(key):
    def ints(second):
        values = [1, second, 3, 4]
        return nulled(pa.int32(), [pa.array(values, pa.int32()).buffers()[1]])

    assert key(ints(2)) == key(ints(9)) == key(pa.array([1, None, 3, 4], pa.int32()))

    def strings(second):
        buffers = pa.array(["a", second, "b", "c"]).buffers()
        return nulled(pa.string(), buffers[1:])

    assert key(strings("")) == key(strings("?")) == key(pa.array(["a", None, "b", "c"]))

    def structs(second):
        column = pa.array([["a"], second, ["b"], None])
        mask = pa.array([False, True, False, False])
        return pa.StructArray.from_arrays([column], ["a"], mask=mask)

    assert key(structs(["?"])) == key(structs(None)) == key(structs([]))


def test_a_long_column_equals_its_copy(key):
    array = pa.array([None if index % 7 == 0 else index for index in range(200_000)])
    chunks = [array.slice(0, 70_001), array.slice(70_001, 1), array.slice(70_002)]
    assert key(pa.chunked_array(chunks)) == key(pa.chunked_array([array]))
    texts = array.cast(pa.string())
    chunks = [texts.slice(0, 70_001), texts.slice(70_001, 1), texts.slice(70_002)]
    assert key(pa.chunked_array(chunks)) == key(pa.chunked_array([texts]))
    changed = pa.concat_arrays([array.slice(0, 99_999), pa.array([-1]), array.slice(100_000)])
    assert key(changed) != key(array)


def test_bits_of_floats_count(key):
    quiet, other = (
        pa.py_buffer(bits.to_bytes(8, "little")) for bits in (0x7FF8 << 48, 0x7FF9 << 48)
    )
    nan, other = (pa.Array.from_buffers(pa.float64(), 1, [None, nan]) for nan in (quiet, other))
    assert key(nan) != key(other)
    assert key(pa.array([0.0])) != key(pa.array([-0.0]))


def test_runs_are_one_however_they_were_cut(key):
    assert key(runs(["a", "a", "b"], [1, 2, 4])) == key(runs(["a", "b"], [2, 4]))
    assert key(runs(["a", "a", "b"], [1, 2, 4])) != key(runs(["a", "b"], [1, 4]))


def test_the_order_of_a_dictionary_counts(key):
    forwards = pa.DictionaryArray.from_arrays([0, 1], ["a", "b"])
    backwards = pa.DictionaryArray.from_arrays([1, 0], ["b", "a"])
    more = pa.DictionaryArray.from_arrays([0, 1], ["a", "b", "c"])
    assert len({key(forwards), key(backwards), key(more)}) == 3


def test_chunks_with_dictionaries_of_their_own_have_one(key):
    first = pa.DictionaryArray.from_arrays([0, 1], ["a", "b"])
    second = pa.DictionaryArray.from_arrays([0, 1, None], ["c", "a"])
    whole = pa.DictionaryArray.from_arrays([0, 1, 2, 0, None], ["a", "b", "c"])
    cut, uncut = pa.chunked_array([first, second]), pa.chunked_array([whole])
    assert key(cut) == key(uncut)
    assert key(pa.table({"a": cut})) == key(pa.table({"a": uncut}))
    assert key(pa.table({"a": cut})) == key(pa.table({"a": cut.unify_dictionaries()}))


def test_a_null_of_a_dictionary_keeps_its_dictionary(key):
    none = pa.array([None], pa.int8())
    with_a, with_b = (pa.DictionaryArray.from_arrays(none, [value])[0] for value in "ab")
    assert key(with_a) != key(with_b)


COLUMNS = {"a": [1, 2, None], "b": ["x", None, "z"]}


def test_a_table_and_a_batch_differ(key):
    assert key(pa.table(COLUMNS)) != key(pa.record_batch(COLUMNS))
    assert key(pa.table(COLUMNS)) == key(pa.Table.from_batches([pa.record_batch(COLUMNS)]))


def test_columns_that_are_cut_otherwise_do_not_count(key):
    table = pa.table(COLUMNS)
    cut = pa.concat_tables([table.slice(0, 1), table.slice(1)])
    mixed = table.set_column(1, "b", cut.column("b"))
    assert key(table) == key(cut) == key(mixed) == key(cut.combine_chunks())


def test_all_that_can_be_read_of_a_table_counts(key):
    table = pa.table(COLUMNS)
    other = [
        table,
        table.rename_columns(["a", "c"]),
        table.select(["b", "a"]),
        table.select(["a"]),
        table.slice(0, 2),
        table.set_column(0, "a", pa.array([1, 2, 3])),
        table.set_column(0, "a", pa.array([1, None, 2])),
        table.cast(pa.schema([("a", pa.int32()), ("b", pa.string())])),
        table.cast(pa.schema([("a", pa.int64()), ("b", pa.large_string())])),
        table.set_column(0, pa.field("a", pa.int64(), nullable=False), pa.array([1, 2, 3])),
        table.set_column(0, pa.field("a", pa.int64(), metadata={"k": "v"}), table.column(0)),
        table.replace_schema_metadata({"k": "v"}),
        table.replace_schema_metadata({"k": "w"}),
        table.replace_schema_metadata({"k": "v", "l": ""}),
        table.select([]),
        table.slice(0, 2).select([]),
        pa.table({}),
    ]
    assert len({key(table) for table in other}) == len(other)
    assert len({key(table.schema) for table in other}) == len(other) - 5


def test_schemas_fields_and_types_differ(key):
    fields = [
        pa.field("a", pa.int64()),
        pa.field("b", pa.int64()),
        pa.field("a", pa.int32()),
        pa.field("a", pa.int64(), nullable=False),
        pa.field("a", pa.int64(), metadata={"k": "v"}),
        pa.field("a", pa.struct([pa.field("b", pa.int64(), metadata={"k": "v"})])),
        pa.field("a", pa.struct([pa.field("b", pa.int64())])),
        pa.field("a", pa.struct([pa.field("b", pa.int64(), nullable=False)])),
    ]
    values = [*fields, *(pa.schema([field]) for field in fields), pa.struct(fields[:1])]
    values += [pa.int64(), pa.schema(fields[:2]), pa.struct(fields[:2])]
    assert len({key(value) for value in values}) == len(values)


class Wrapped(pa.ExtensionType):
    """A type whose storage has a name that is no C string."""

    def __init__(self, storage):
        super().__init__(storage, "test.wrapped")

    def __arrow_ext_serialize__(self):
        return b""

    @classmethod
    def __arrow_ext_deserialize__(cls, storage, serialized):
        return cls(storage)


def named(text):
    """Values that have a text somewhere in what says of which type they are."""
    struct = pa.struct([("a", pa.int8()), (text, pa.int8())])
    zone = pa.timestamp("s", text)
    wrapped = Wrapped(pa.list_(struct))
    return {
        "table": pa.table({"z": [0], text: [1]}),
        "batch": pa.RecordBatch.from_pydict({text: [1]}),
        "schema": pa.schema([("z", pa.int8()), (text, pa.int8())]),
        "field": pa.field(text, pa.int8()),
        "field of a zone": pa.field("a", zone),
        "struct": struct,
        "array": pa.nulls(2, struct),
        "chunks": pa.chunked_array([pa.nulls(2, pa.list_(struct))]),
        "scalar": pa.scalar({text: 1}),
        "zone": zone,
        "zone of a scalar": pa.scalar(1, zone),
        "zone in a dictionary": pa.dictionary(pa.int8(), zone),
        "list": pa.list_(pa.field(text, pa.int8())),
        "list of a size": pa.list_(pa.field(text, pa.int8()), 2),
        "map": pa.map_(pa.string(), struct),
        "union": pa.sparse_union([pa.field(text, pa.int8())]),
        "runs": pa.run_end_encoded(pa.int16(), struct),
        "extension": wrapped,
        "column of an extension": pa.table({"a": pa.nulls(1, wrapped)}),
        "metadata": pa.field("a", pa.int8(), metadata={text: text}),
    }


@pytest.mark.parametrize("kind", named("a"))
def test_names_and_zones_count_beyond_a_zero_byte(key, kind):
    texts = ["", "\0", "a", "a\0", "a\0b", "a\0c"]
    keys = [key(named(text)[kind]) for text in texts]
    assert len(set(keys)) == len(texts)
    assert keys == [key(named(text)[kind]) for text in texts]


def test_names_of_pandas_columns_count_beyond_a_zero_byte(key):
    pd = pytest.importorskip("pandas")

    def column(text):
        return pd.Series([None], dtype=pd.ArrowDtype(named(text)["struct"]))

    assert key(column("a\0b")) != key(column("a\0c"))


def test_a_type_differs_from_its_storage_that_says_the_same(key):
    field = pa.field("a", pa.uuid())
    names = {"ARROW:extension:name": "arrow.uuid", "ARROW:extension:metadata": ""}
    claims = pa.field("a", pa.binary(16), metadata=names)
    assert key(field) != key(claims)
    assert key(pa.schema([field])) != key(pa.schema([claims]))
    assert key(pa.list_(field)) != key(pa.list_(claims))


def test_attributes_of_a_users_type_count(key):
    def column(unit):
        return pa.ExtensionArray.from_storage(Unit(unit), pa.array([1, 2]))

    assert key(Unit("m")) == key(Unit("m"))
    assert key(Unit("m")) != key(Unit("s"))
    assert key(column("m")) == key(column("m"))
    assert key(column("m")) != key(column("s"))
    assert key(pa.table({"a": column("m")})) != key(pa.table({"a": column("s")}))


def test_buffers_and_metadata(key):
    assert key(pa.py_buffer(b"abc").slice(1)) == key(pa.py_buffer(b"bc"))
    values = [
        pa.py_buffer(b"abc"),
        pa.py_buffer(b"abd"),
        pa.py_buffer(bytearray(b"abc")),
        b"abc",
        pa.KeyValueMetadata({"a": "b"}),
        pa.KeyValueMetadata({"a": "c"}),
        pa.KeyValueMetadata([("a", "b"), ("a", "c")]),
        {b"a": b"b"},
    ]
    assert len({key(value) for value in values}) == len(values)


def test_messages_say_which_type_has_no_content(key):
    columns = [pa.ExtensionArray.from_storage(Unit(item for item in "m"), pa.array([1]))]
    with pytest.raises(UnhashableParamError, match=r"argument value.schema.types\[0\].unit,"):
        key(pa.table(columns, ["a"]))


def test_what_has_no_content_is_refused(key):
    table = pa.table(COLUMNS)
    for value in [table.to_reader(), pa.BufferReader(b"abc"), pa.default_memory_pool()]:
        with pytest.raises(UnhashableParamError):
            key(value)


def test_a_type_without_end_is_refused(key):
    kind = pa.int64()
    for _ in range(300):
        kind = pa.list_(kind)
    with pytest.raises(UnhashableParamError, match="nested more than 128 levels"):
        key(kind)


def test_keys_are_the_same_in_every_process(key):
    program = f"""
import sys
sys.path.insert(0, {os.path.dirname(__file__)!r})
import test_arrow
for array in test_arrow.ARRAYS.values():
    if not isinstance(array.type, test_arrow.Unit):
        print(test_arrow.probe.key((array, array.type, array[1])))
"""
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ["1", "2"]
    }
    assert len(outputs) == 1
    assert len(outputs.pop().splitlines()) == len(ARRAYS) - 1


LEAVES = [pa.int8(), pa.int64(), pa.float64(), pa.bool_(), pa.string(), pa.string_view()]
LEAVES += [pa.binary(), pa.dictionary(pa.int8(), pa.string()), pa.null()]

kinds = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        inner.map(pa.list_),
        inner.map(pa.large_list),
        inner.map(lambda kind: pa.list_(kind, 2)),
        st.tuples(inner, inner).map(lambda pair: pa.struct([("a", pair[0]), ("b", pair[1])])),
        inner.map(lambda kind: pa.map_(pa.string(), kind)),
    ),
    max_leaves=4,
)


def values_of(kind):
    """Values that a column of the type can have, none of them null."""
    if pa.types.is_integer(kind):
        return st.integers(-100, 100)
    if pa.types.is_floating(kind):
        return st.floats(allow_nan=False)
    if pa.types.is_boolean(kind):
        return st.booleans()
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind) or kind == pa.string_view():
        return st.text("ab", max_size=15)
    if pa.types.is_binary(kind):
        return st.binary(max_size=3)
    if pa.types.is_struct(kind):
        return st.fixed_dictionaries({field.name: cells(field.type) for field in kind})
    if pa.types.is_map(kind):
        return st.lists(st.tuples(st.text("ab", max_size=2), cells(kind.item_type)), max_size=3)
    if pa.types.is_fixed_size_list(kind):
        return st.lists(cells(kind.value_type), min_size=2, max_size=2)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return st.lists(cells(kind.value_type), max_size=3)
    return st.none()


def cells(kind):
    return st.one_of(st.none(), values_of(kind))


@given(st.data())
def test_random_columns_have_one_key_however_they_are_cut(data):
    kind = data.draw(kinds)
    values = data.draw(st.lists(cells(kind), max_size=12))
    array = pa.array(values, kind)
    key = probe.key(pa.chunked_array([array], kind))
    lead = data.draw(st.lists(cells(kind), max_size=9))
    shifted = pa.array(lead + values + lead, kind).slice(len(lead), len(values))
    has_dictionaries = "dictionary" in str(kind)
    assert has_dictionaries or probe.key(shifted) == probe.key(array)
    places = st.integers(0, len(values))
    ends = [0, *sorted(data.draw(st.lists(places, max_size=3))), len(values)]
    chunks = [array.slice(start, end - start) for start, end in itertools.pairwise(ends)]
    assert probe.key(pa.chunked_array(chunks, kind)) == key
    if values:
        place = data.draw(st.integers(0, len(values) - 1))
        changed = [*values]
        changed[place] = data.draw(cells(kind))
        other = pa.array(changed, kind)
        same = [repr(cell) for cell in other.to_pylist()] == [
            repr(cell) for cell in array.to_pylist()
        ]
        if not has_dictionaries:
            assert (probe.key(other) == probe.key(array)) == same


def views(levels, rows=2, cls="ListViewArray", number=None):
    """Lists of which each has all lists of the level below."""
    number = number or pa.int32()
    column = pa.array([1, 2])
    for _ in range(levels):
        starts, sizes = pa.array([0] * rows, number), pa.array([len(column)] * rows, number)
        column = getattr(pa, cls).from_arrays(starts, sizes, column)
    return column


def unions(levels):
    column = pa.array([1])
    for _ in range(levels):
        lists = pa.ListArray.from_arrays(pa.array([0, len(column)], pa.int32()), column)
        zeros = pa.array([0] * 1000, pa.int32())
        column = pa.UnionArray.from_dense(zeros.cast(pa.int8()), zeros, [lists])
    return column


def texts(rows):
    """Views of one text."""
    one = pa.array(["x" * 10**6], pa.string_view())
    _, view, *text = one.buffers()
    views = pa.py_buffer(view.to_pybytes()[:16] * rows)
    return pa.Array.from_buffers(pa.string_view(), rows, [None, views, *text])


def doubled(levels):
    kind = pa.int8()
    for _ in range(levels):
        kind = pa.struct([("a", kind), ("b", kind)])
    return kind


ENDLESS = {
    "list views": lambda: views(40),
    "large list views": lambda: views(5, 1000, "LargeListViewArray", pa.int64()),
    "unions": lambda: unions(5),
    "texts": lambda: texts(10**5),
    "in a table": lambda: pa.table({"a": views(40)}),
    "types": lambda: doubled(40),
    "types of a schema": lambda: pa.schema([("a", doubled(40))]),
    "types of a dictionary": lambda: pa.dictionary(pa.int8(), doubled(40)),
}


@pytest.mark.parametrize("kind", ENDLESS)
@pytest.mark.skipif(not hasattr(pa, "ListViewArray"), reason="needs list views")
def test_small_memory_that_shows_much_is_refused(key, kind):
    with pytest.raises(UnhashableParamError, match=r"again and again|more than 100000 fields"):
        key(ENDLESS[kind]())


@pytest.mark.skipif(not hasattr(pa, "ListViewArray"), reason="needs list views")
def test_few_views_of_views_are_what_they_show(key):
    shown = views(3)
    assert key(shown) == key(pa.array(shown.to_pylist(), shown.type))
    assert key(texts(3)) == key(pa.array(["x" * 10**6] * 3, pa.string_view()))
