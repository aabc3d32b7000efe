"""Properties of the encoding of arrays, frames and columns that hypothesis makes up."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reference
from memoxide._core import encode_value

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")

pytestmark = pytest.mark.timeout(900)  # for the slow profile's ten thousand examples

DTYPES = [
    "?",
    "i1",
    "u2",
    "i4",
    ">i4",
    "i8",
    "f4",
    "f8",
    ">f8",
    "c16",
    "S3",
    "U2",
    "M8[s]",
    "m8[D]",
]
STRUCTURED = [
    np.dtype([("a", "i4"), ("b", "f8")]),
    np.dtype([("a", "i1"), ("b", "f8")], align=True),
    np.dtype({"names": ["b", "a"], "formats": ["u2", "i4"], "offsets": [4, 0], "itemsize": 12}),
]

shapes = st.lists(st.integers(0, 4), max_size=3).map(tuple)


@st.composite
def arrays(draw):
    """Arrays of any bits: not all of them are values that a number can have."""
    dtype, shape = np.dtype(draw(st.sampled_from([*DTYPES, *STRUCTURED]))), draw(shapes)
    count = int(np.prod(shape))
    if dtype.kind in "bU":
        items = st.booleans() if dtype.kind == "b" else st.text("ab\0é", max_size=2)
        drawn = draw(st.lists(items, min_size=count, max_size=count))
        return np.array(drawn, dtype).reshape(shape)
    size = count * dtype.itemsize
    return np.frombuffer(draw(st.binary(min_size=size, max_size=size)), dtype).reshape(shape)


@st.composite
def relaid(draw, array):
    """The same items, anywhere else in memory."""
    axes = draw(st.permutations(range(array.ndim)))
    steps = [draw(st.sampled_from([1, 2, -1, -3])) for _ in axes]
    sizes = [length * abs(step) for length, step in zip(array.shape, steps, strict=True)]
    memory = np.full([sizes[axis] for axis in axes], 0, array.dtype)
    memory = memory.transpose(np.argsort(axes)) if axes else memory
    view = memory[(..., *(slice(None, None, step) for step in steps))]
    view = view[(..., *(slice(0, length) for length in array.shape))]
    view[...] = array
    return view


def shown(array):
    """All that tells one of these arrays from others."""
    fields = [array[name].tobytes() for name in array.dtype.names or ()]
    return repr(array.dtype), array.shape, fields or array.tobytes()


@given(st.data())
def test_the_layout_of_an_array_does_not_count(data):
    array = data.draw(arrays())
    other = data.draw(relaid(array))
    assert shown(other) == shown(array)
    assert encode_value(other) == encode_value(array) == reference.encode(array)


@given(arrays(), arrays())
def test_arrays_that_differ_have_other_encodings(one, other):
    assert (encode_value(one) == encode_value(other)) == (shown(one) == shown(other))


names = st.sampled_from(["a", "b", "", None, 1, ("a", 1)])
cells = {
    "int": st.integers(-5, 5),
    "float": st.floats(allow_nan=False) | st.sampled_from([0.0, -0.0]),
    "text": st.text("ab", max_size=2),
    "flag": st.booleans(),
}


@st.composite
def frames(draw):
    rows, kinds = draw(st.integers(0, 4)), draw(st.lists(st.sampled_from([*cells]), max_size=4))
    columns = [
        pd.Series(draw(st.lists(cells[kind], min_size=rows, max_size=rows)), range(rows))
        for kind in kinds
    ]
    frame = pd.concat(columns, axis=1) if columns else pd.DataFrame(index=range(rows))
    frame.columns = pd.Index([draw(names) for _ in columns], dtype=object)
    return frame


def rebuilt_frame(frame):
    """The same columns, each in a block of its own."""
    made = [frame.iloc[:, at].copy() for at in range(frame.shape[1])]
    if not made:
        return frame.copy()
    again = pd.concat([column.to_frame() for column in made], axis=1)
    again.columns = frame.columns.copy()
    return again


@given(frames())
def test_the_blocks_of_a_frame_do_not_count(frame):
    encoding = encode_value(frame)
    assert encoding == reference.encode(frame)
    assert encode_value(rebuilt_frame(frame)) == encoding
    twice = pd.concat([frame, frame.iloc[:0]]) if len(frame.columns) else frame
    twice.index = frame.index
    assert twice.dtypes.tolist() != frame.dtypes.tolist() or encode_value(twice) == encoding


def shown_frame(frame):
    columns = [frame.iloc[:, at] for at in range(frame.shape[1])]
    return [
        frame.columns.tolist(),
        list(frame.index),
        [(str(c.dtype), c.tolist()) for c in columns],
    ]


@given(frames(), frames())
def test_frames_that_differ_have_other_encodings(one, other):
    same = reference.same(shown_frame(one), shown_frame(other))
    assert (encode_value(one) == encode_value(other)) == same


TYPES = {
    pa.int8(): st.integers(-128, 127),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float64(): st.floats(allow_nan=False),
    pa.string(): st.text("abé", max_size=3),
    pa.large_binary(): st.binary(max_size=3),
    pa.bool_(): st.booleans(),
    pa.null(): st.none(),
}


def wider(inner):
    """Types that are made of others, with their values."""

    def grown(pair):
        kind, values = pair
        optional = st.none() | values
        return st.sampled_from(
            [
                (pa.list_(kind), st.lists(optional, max_size=3)),
                (pa.large_list(kind), st.lists(optional, max_size=3)),
                (pa.list_(kind, 2), st.lists(optional, min_size=2, max_size=2)),
                (
                    pa.struct([("x", kind), ("y", pa.int8())]),
                    st.fixed_dictionaries({"x": optional, "y": st.none() | TYPES[pa.int8()]}),
                ),
                (
                    pa.map_(pa.string(), kind),
                    st.lists(st.tuples(TYPES[pa.string()], optional), max_size=2),
                ),
            ]
        )

    return inner.flatmap(grown)


kinds = st.recursive(st.sampled_from(list(TYPES.items())), wider, max_leaves=3)


@st.composite
def columns(draw):
    kind, values = draw(kinds)
    return kind, draw(st.lists(st.none() | values, max_size=6))


def pieces(rows, cuts):
    ends = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    return [rows[start:end] for start, end in itertools.pairwise(ends)]


def chunked(kind, rows, cuts):
    """The rows in chunks, each of which is the middle of a longer one."""
    chunks = [
        pa.array([*rows[:1], *piece, *rows[:2]], kind).slice(len(rows[:1]), len(piece))
        for piece in pieces(rows, cuts)
    ]
    return pa.chunked_array(chunks, kind)


@given(columns(), st.lists(st.integers(0, 6), max_size=3))
def test_chunks_and_slices_do_not_count(column, cuts):
    kind, rows = column
    whole = pa.chunked_array([pa.array(rows, kind)], kind)
    encoding = encode_value(whole)
    assert encoding == reference.encode(whole)
    assert encode_value(chunked(kind, rows, cuts)) == encoding


@given(columns(), columns())
def test_columns_that_differ_have_other_encodings(one, other):
    arrays = [pa.array(rows, kind) for kind, rows in (one, other)]
    encodings = {encode_value(array) for array in arrays}
    same = one[0] == other[0] and reference.same(*(array.to_pylist() for array in arrays))
    assert (len(encodings) == 1) == same


@given(columns(), st.lists(st.integers(0, 6), max_size=3))
def test_series_of_polars_are_what_the_reference_says(column, cuts):
    pl = pytest.importorskip("polars")
    kind, rows = column
    one = pl.Series("s", pa.array(rows, kind))
    parts = [pl.Series("s", pa.array(piece, kind)) for piece in pieces(rows, cuts)]
    other = pl.concat(parts, rechunk=False)
    assert encode_value(one) == encode_value(other) == reference.encode(one)
