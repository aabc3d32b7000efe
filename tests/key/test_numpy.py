"""numpy: all of an array counts, and nothing of how it lies in memory."""

import pickle
import threading

import pytest

np = pytest.importorskip("numpy")

DTYPES = [
    "?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "g", "c8", "c16", "G",
    "S3", "U3", "V3", "M8[ns]", "M8[D]", "M8[25s]", "m8[ns]", "m8[s]", "O", ">i4", ">f8", ">U3",
    ">M8[s]", "q",
]  # fmt: skip
STRUCTURED = [
    [("a", "i4"), ("b", "f8")],
    [("a", "i4"), ("b", "O")],
    [("a", "i4"), ("b", "g")],
    [("a", "i4"), ("b", "f8", (2, 3))],
    [("a", [("x", "i2"), ("y", "S2")]), ("b", "U1")],
    {"names": ["b", "a"], "formats": ["f8", "i4"], "offsets": [8, 0]},
    {"names": ["a", "b"], "formats": ["i4", "f8"], "offsets": [0, 16], "itemsize": 40},
    {"names": ["a", "b"], "formats": ["i4", "f8"], "titles": ["A", "B"]},
]


def filled(dtype, count=24):
    """An array with something in each item."""
    dtype = np.dtype(dtype)
    if dtype.names:
        array = np.zeros(count, dtype)
        for name in dtype.names:
            field = filled(dtype[name].base, array[name].size)
            array[name] = field.reshape(array[name].shape)
        return array
    if dtype.kind in "SU":
        return np.arange(count).astype(dtype)
    if dtype.kind == "V":
        return np.frombuffer(bytes(i % 251 for i in range(count * dtype.itemsize)), dtype)
    if dtype.kind in "mM":
        return np.arange(count).astype("i8").astype(dtype)
    return (
        (np.arange(count) % 2).astype(dtype)
        if dtype.kind == "b"
        else np.arange(count).astype(dtype)
    )


def all_dtypes():
    return [*DTYPES, *STRUCTURED]


@pytest.mark.parametrize("dtype", all_dtypes(), ids=str)
def test_layout_does_not_count(key, dtype):
    array = filled(dtype).reshape(2, 3, 4)
    expected = key(array)
    spaced = np.zeros((4, 6, 8), array.dtype)[::2, ::2, ::2]
    spaced[...] = array
    backwards = array[::-1, :, ::-1].copy()[::-1, :, ::-1]
    read_only = array.copy()
    read_only.flags.writeable = False
    for same in (array.copy("F"), spaced, backwards, read_only, array.copy("C")):
        np.testing.assert_array_equal(same, array)
        assert key(same) == expected


@pytest.mark.parametrize("dtype", all_dtypes(), ids=str)
def test_each_item_counts(key, dtype):
    array = filled(dtype, 600)
    for index in (0, 299, 599):
        changed = array.copy()
        changed[index] = array[index - 1]
        assert key(changed) != key(array)
    assert key(array[:-1]) != key(array)


def test_dtypes_differ(differ):
    differ([np.zeros(3, dtype) for dtype in all_dtypes()])
    differ([np.dtype(dtype) for dtype in all_dtypes()])


def test_shapes_differ(differ):
    shapes = [(), (1,), (1, 1), (0,), (0, 1), (1, 0), (6,), (2, 3), (3, 2), (1, 6), (6, 1)]
    differ([np.zeros(shape) for shape in shapes])


def test_an_array_is_not_its_list_scalar_or_bytes(differ):
    array = np.array([1, 2])
    differ([array, [1, 2], (1, 2), array.tobytes(), array[0], int(array[0]), np.array(1)])


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_bits_of_floats_count_inside_arrays(differ, dtype):
    size = np.dtype(dtype).itemsize
    one = np.array([np.nan, 0.0], dtype)
    other = one.copy()
    bits = other.view(f"u{size}")
    bits[0] = bits[0] | np.array(1, bits.dtype)
    differ([one, other, np.array([np.nan, -0.0], dtype)])


@pytest.mark.parametrize("dtype", ["g", "G"])
def test_what_numbers_do_not_use_of_their_memory_does_not_count(key, dtype):
    if np.finfo(np.longdouble).nmant != 63:
        pytest.skip("no extended numbers on this machine")
    one = np.arange(4).astype(dtype)
    other = one.copy()
    other.view("u1").reshape(-1, 16)[:, 10:] = 7
    np.testing.assert_array_equal(one, other)
    assert key(one) == key(other)
    assert key(one[1]) == key(other[1])


def test_gaps_of_structured_items_do_not_count(key):
    dtype = np.dtype([("a", "i1"), ("b", "f8")], align=True)
    one = np.zeros(3, dtype)
    other = np.frombuffer(bytearray(b"\7" * one.nbytes), dtype)
    other["a"], other["b"] = 0, 0
    assert one.tobytes() != other.tobytes()
    assert key(one) == key(other)
    packed = np.zeros(3, [("a", "i1"), ("b", "f8")])
    assert key(one) != key(packed)


def test_metadata_and_kind_of_records_count(differ):
    plain = np.dtype([("a", "f8")])
    differ([
        plain,
        np.dtype((np.record, [("a", "f8")])),
        np.dtype([("a", "f8")], align=True),
        np.dtype([("a", "f8")], metadata={"unit": "m"}),
        np.dtype([("a", "f8")], metadata={"unit": "s"}),
        np.dtype("f8", metadata={"unit": "m"}),
    ])  # fmt: skip


def test_a_pickled_dtype_is_the_same(key):
    array = np.zeros(3, "M8[s]")
    assert key(pickle.loads(pickle.dumps(array))) == key(array)
    assert key(np.dtype("i4", metadata={})) == key(np.dtype("i4"))


def inside(dtype, depth, names="a"):
    for _ in range(depth):
        dtype = np.dtype([(name, dtype) for name in names])
    return dtype


def test_endless_dtypes_are_refused(key):
    from memoxide.errors import UnhashableParamError

    assert key(np.zeros(2, inside("i1", 50))) != key(np.zeros(2, inside("i1", 51)))
    deep, wide = inside("i1", 20_000), inside("V0", 50, "ab")
    for value in (deep, wide, np.dtype((deep, (2,))), np.zeros(2, deep)):
        with pytest.raises(UnhashableParamError, match="fields"):
            key(value)


def test_objects_count_by_their_content(key):
    def build(last):
        return np.array([["a", 1], [2.5, [last]]], dtype=object)

    assert key(build("x")) == key(build("x"))
    assert key(build("x")) != key(build("y"))
    assert key(np.array([1, True, 1.0], object)) != key(np.array([1, 1, 1], object))
    inner = np.empty(2, object)
    inner[:] = [np.array([1, 2]), np.array([3])]
    other = np.empty(2, object)
    other[:] = [np.array([1, 2]), np.array([4])]
    assert key(inner) == key(inner.copy())
    assert key(inner) != key(other)


def test_an_array_that_contains_itself_has_a_key(key):
    def ring():
        array = np.empty(2, object)
        array[:] = [array, 1]
        return array

    assert key(ring()) == key(ring())


@pytest.mark.skipif(not hasattr(np.dtypes, "StringDType"), reason="numpy before 2.0")
def test_strings_without_a_common_length(differ, key):
    string = np.dtypes.StringDType
    values = ["a", "long " * 30, "ä\0b"]
    array = np.array(values, string())
    assert key(array) == key(np.array([*values, "x"], string())[:3])
    differ([
        array,
        np.array(values, string(na_object=None)),
        np.array(values, string(na_object=np.nan)),
        np.array(values, string(coerce=False)),
        np.array(["a", "long " * 30, "ä\0c"], string()),
        np.array(["a", None, "b"], string(na_object=None)),
        np.array(values),
        np.array(values, object),
    ])  # fmt: skip


def test_scalars_differ_by_type_and_value(differ, key):
    differ([
        np.int8(1), np.int16(1), np.int32(1), np.int64(1), np.uint64(1), np.float32(1),
        np.float64(1), np.longlong(1), np.longdouble(1), np.complex128(1), np.bool_(True), 1, 1.0,
        True, np.str_("1"), "1", np.bytes_(b"1"), b"1", np.datetime64(1, "s"),
        np.datetime64(1, "ms"), np.timedelta64(1, "s"), np.datetime64("NaT", "s"), np.float64(2),
        np.float64(-0.0), np.float64(0.0), np.void(b"1"), np.array(1),
        np.zeros(1, [("a", "i8")])[0], np.zeros(1, [("b", "i8")])[0],
    ])  # fmt: skip
    assert key(np.float64(1)) == key(np.array([0.0, 1.0])[1])
    assert key(np.str_("a\0")) != key(np.str_("a"))
    assert key(np.bytes_(b"a\0")) != key(np.bytes_(b"a"))


def test_zeros_at_the_end_of_a_text_count(differ, key):
    texts = ["", "\0", "\0\0", "a", "a\0", "\ud800", "\ud800\0"]
    differ([np.str_(text) for text in texts])
    differ([np.bytes_(text.encode("utf-8", "surrogatepass")) for text in texts])
    assert key(np.str_("a\0")) == key(np.str_("a\0"))
    differ([np.str_("\0"), "\0", np.bytes_(b"\0"), b"\0"])
    differ([np.array([np.str_(text)], dtype=object) for text in ("", "\0")])


def test_masked_arrays(differ, key):
    data = [1.0, 2.0, 3.0]
    differ([
        np.ma.array(data),
        np.array(data),
        np.ma.array(data, mask=[0, 0, 0]),
        np.ma.array(data, mask=[0, 1, 0]),
        np.ma.array([1.0, 9.0, 3.0], mask=[0, 1, 0]),
        np.ma.array(data, mask=[0, 1, 0], fill_value=7),
        np.ma.array(data, mask=[0, 1, 0], hard_mask=True),
        np.ma.masked,
        np.ma.zeros(2, [("a", "i4"), ("b", "f8")]),
    ])  # fmt: skip
    assert key(np.ma.array(data, mask=[0, 1, 0])) == key(np.ma.array(data, mask=[0, 1, 0]))


@pytest.mark.parametrize("dtype", ["i8", "f4", "g", "S3", "M8[s]"])
def test_a_masked_array_does_not_learn_its_fill_value(key, dtype):
    array = np.ma.array(np.zeros(3, dtype), mask=[0, 1, 0])
    asked = np.ma.array(np.zeros(3, dtype), mask=[0, 1, 0])
    assert asked.fill_value is not None
    assert key(array) == key(asked)
    assert array._fill_value is None


class Tagged(np.ndarray):
    def __reduce__(self):
        return Tagged, ()

    @property
    def __array_struct__(self):
        raise AssertionError("asked a subclass")


def tagged(values, unit):
    array = np.array(values).view(Tagged)
    array.unit = unit
    return array


def test_subclasses_count_with_what_they_carry(differ, key):
    values = [1, 2]
    differ([
        tagged(values, "m"),
        tagged(values, "s"),
        tagged([1, 3], "m"),
        np.array(values),
        np.array([values]),
        np.array([values]).view(np.matrix),
        np.array(values).view(np.recarray),
    ])  # fmt: skip
    assert key(tagged(values, "m")) == key(tagged(values, "m"))


def test_memory_maps(differ, key, tmp_path):
    for name in ("a", "b"):
        np.arange(10.0).tofile(tmp_path / name)

    def mapped(name, **options):
        return np.memmap(tmp_path / name, **{"dtype": "f8", "mode": "r", **options})

    assert key(mapped("a")) == key(mapped("a"))
    differ([mapped("a"), mapped("b"), mapped("a", mode="c"), np.arange(10.0)])
    before = key(mapped("a"))
    changed = np.memmap(tmp_path / "a", dtype="f8", mode="r+")
    changed[5] = 7
    changed.flush()
    assert key(mapped("a")) != before


def test_random_generators_count_by_their_state(differ, key):
    def drawn(make, times):
        generator = make()
        for _ in range(times):
            generator.standard_normal()
        return generator

    makers = [
        lambda: np.random.default_rng(1),
        lambda: np.random.default_rng(2),
        lambda: np.random.Generator(np.random.Philox(1)),
        lambda: np.random.Generator(np.random.MT19937(1)),
        lambda: np.random.RandomState(1),
        lambda: np.random.RandomState(2),
    ]
    for make in makers:
        assert key(drawn(make, 3)) == key(drawn(make, 3))
    differ([drawn(make, times) for make in makers for times in (0, 1, 2)])
    spawned = np.random.default_rng(1)
    spawned.bit_generator.seed_seq.spawn(1)
    assert key(spawned) != key(np.random.default_rng(1))
    differ([np.random.SeedSequence(1), np.random.SeedSequence(2), np.random.PCG64(1)])


def test_functions_of_numpy_have_names(differ, key):
    differ([np.add, np.subtract, np.sum, np.float64, np.int64, np.dtype("f8"), np.ndarray])
    assert key(np.add) == key(np.add)


def test_large_arrays_are_read_in_any_order(key):
    array = np.arange(600_000.0).reshape(1000, 600)
    expected = key(array)
    assert key(np.asfortranarray(array)) == expected
    padded = np.zeros((1000, 700))
    padded[:, :600] = array
    assert key(padded[:, :600]) == expected
    for place in ((0, 0), (500, 300), (999, 599)):
        changed = np.asfortranarray(array)
        changed[place] += 1
        assert key(changed) != expected


def test_long_rows_with_gaps_are_read_row_by_row(key):
    array = np.arange(300_000.0).reshape(3, 100_000)
    padded = np.zeros((3, 100_001))
    padded[:, :-1] = array
    assert key(padded[:, :-1]) == key(padded[::-1, :-1][::-1]) == key(array)


def test_broadcast_arrays_are_what_they_show(key):
    row = np.arange(5.0)
    assert key(np.broadcast_to(row, (400, 5))) == key(np.tile(row, (400, 1)))


def test_keys_are_the_same_in_every_process(in_child):
    script = """
        import numpy as np, memoxide as mx
        @mx.cache_data
        def f(value): ...
        values = [np.arange(5.0), np.array(["a", None], object), np.float32(1), np.dtype("i4"),
                  np.zeros(3, [("a", "i4"), ("b", "O")]), np.ma.array([1, 2], mask=[0, 1]),
                  np.random.default_rng(1), np.add, np.array(["x"], "U5")]
        print([f.key(value) for value in values])
    """
    assert len({in_child(script, PYTHONHASHSEED=seed) for seed in ("0", "1", "77")}) == 1


@pytest.mark.parametrize("name", ["mode", "filename", "offset", "_mask", "_basedict", "unit"])
def test_attributes_of_any_name_count(key, name):
    one, other = tagged([1], "m"), tagged([1], "m")
    setattr(one, name, 1)
    setattr(other, name, 2)
    assert key(one) != key(other)


def test_record_arrays_are_known_before_their_module_is_loaded(in_child):
    in_child(
        """
        import sys
        import numpy as np
        from memoxide._core import encode_value

        assert "numpy.rec" not in sys.modules or np.__version__ < "2"
        before = encode_value(np.zeros(1, [("a", "i4")]).view(np.recarray))
        np.rec.array([1])
        assert encode_value(np.zeros(1, [("a", "i4")]).view(np.recarray)) == before
        assert b"numpy.rec.recarray" in before
        """
    )


def test_calendars_count_by_their_days(key, differ):
    assert key(np.busdaycalendar()) == key(np.busdaycalendar())
    differ([
        np.busdaycalendar(), np.busdaycalendar("1111110"),
        np.busdaycalendar(holidays=["2024-01-01"]),
    ])  # fmt: skip


def test_arrays_that_repeat_themselves_without_end_are_refused(key):
    from memoxide.errors import UnhashableParamError

    endless = np.broadcast_to(np.int8(1), (10**12,))
    with pytest.raises(UnhashableParamError, match="broadcast"):
        key(endless)
    with pytest.raises(UnhashableParamError, match="broadcast"):
        key([np.broadcast_to(np.arange(3.0), (10**9, 10**3, 3))])


def windows(dtype):
    view = np.lib.stride_tricks.sliding_window_view
    return view(np.zeros(10**6, dtype), 10**5)


def fields_in_each_other():
    count = 1000
    names = [str(number) for number in range(count)]
    formats = [f"V{10**8}"] * count
    return np.zeros(1, {"names": names, "formats": formats, "offsets": [0] * count})


ENDLESS = {
    "windows": lambda: windows(float),
    "windows backwards": lambda: windows(float)[::-1],
    "windows of objects": lambda: windows(object),
    "memory view": lambda: memoryview(windows(float)),
    "fields": fields_in_each_other,
    "in a list": lambda: [windows(np.int16)],
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_small_memory_that_shows_much_is_refused_with_its_size(key, kind):
    from memoxide.errors import UnhashableParamError

    with pytest.raises(UnhashableParamError, match=r"\d{11,} bytes show \d+ bytes of memory"):
        key(ENDLESS[kind]())


def test_small_windows_are_what_they_show(key):
    shown = np.lib.stride_tricks.sliding_window_view(np.arange(100), 10)
    assert key(shown) == key(shown.copy())


class Interrupted(BaseException):
    pass


@pytest.mark.thread_unsafe(reason="signals reach the main thread")
def test_an_interrupt_ends_a_long_hash(key):
    """Without it the array would be hashed for many seconds."""
    signal = pytest.importorskip("signal")
    if not hasattr(signal, "SIGUSR1"):
        pytest.skip("needs signals")

    def interrupt(number, frame):
        raise Interrupted

    long = np.broadcast_to(np.zeros(2**20, np.int8), (2**13, 2**20))
    main = threading.main_thread().ident
    timer = threading.Timer(0.01, signal.pthread_kill, (main, signal.SIGUSR1))
    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with pytest.raises(Interrupted):  # noqa: PT012 - the signal may come at once
            timer.start()
            key(long)
    finally:
        timer.join()
        signal.signal(signal.SIGUSR1, before)
    assert key(long[0, :5]) == key(np.zeros(5, np.int8))
