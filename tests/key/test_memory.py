"""Memory: arrays, views, buffers, maps of files."""

import array
import ctypes
import mmap
import pickle

import pytest

from memoxide.errors import UnhashableParamError


class WithTypecode(array.array):
    typecode = "x"


class HiddenPosition(mmap.mmap):
    def tell(self):
        return 0


class Offset(ctypes.Structure):
    _fields_ = (("Offset", ctypes.c_int), ("zP", ctypes.c_int))


class Reference(ctypes.Structure):
    _fields_ = (("x", ctypes.c_int), ("at", ctypes.POINTER(ctypes.c_int)))


def test_an_array_cannot_hide_its_typecode(key):
    assert key(WithTypecode("i", [0])) == key(WithTypecode("i", [0]))
    assert key(WithTypecode("i", [0])) != key(WithTypecode("f", [0]))


def test_buffers_differ_by_how_they_are_to_be_read(differ):
    numbers = memoryview(array.array("i", [1, 0, 2, 0]))
    differ([
        pickle.PickleBuffer(numbers), pickle.PickleBuffer(numbers.cast("B")),
        pickle.PickleBuffer(numbers.cast("B").cast("I")),
        pickle.PickleBuffer(numbers.cast("B").cast("i", (2, 2))),
        pickle.PickleBuffer(numbers.cast("B").cast("i", (4, 1))),
        numbers, bytes(numbers),
    ])  # fmt: skip


def test_how_a_buffer_lies_in_memory_does_not_count(key):
    spaced = memoryview(bytes(range(12)))[::2]
    assert key(pickle.PickleBuffer(spaced)) == key(pickle.PickleBuffer(bytes(spaced)))
    numbers = memoryview(bytes(range(12))).cast("H")
    assert key(pickle.PickleBuffer(numbers[::-1])) == key(
        pickle.PickleBuffer(memoryview(bytes(numbers[::-1])).cast("H"))
    )


@pytest.mark.parametrize("shape", [(6,), (2, 3)])
def test_how_a_view_lies_in_memory_does_not_count(key, shape):
    whole = memoryview(bytearray(range(12))).cast("B", (12,))
    spaced = whole[::2]
    plain = memoryview(bytes(spaced))
    if len(shape) > 1:
        plain = plain.cast("B", shape)
        assert key(plain) != key(memoryview(bytes(spaced)))
    else:
        assert key(plain) == key(spaced)


def test_views_without_content_are_refused(key):
    released = memoryview(b"abc")
    released.release()
    with pytest.raises(UnhashableParamError, match="released"):
        key(released)


@pytest.mark.parametrize("window", [memoryview, pickle.PickleBuffer])
@pytest.mark.parametrize(
    "make",
    [
        lambda: ctypes.c_char_p(b"a"),
        lambda: ctypes.c_wchar_p("a"),
        lambda: (ctypes.c_void_p * 2)(1, 2),
        lambda: ctypes.pointer(ctypes.c_int(1)),
        lambda: ctypes.CFUNCTYPE(None)(print),
        lambda: ctypes.py_object(1),
        lambda: Reference(1, ctypes.pointer(ctypes.c_int(1))),
    ],
)
def test_memory_that_holds_addresses_is_refused(key, window, make):
    with pytest.raises(UnhashableParamError, match="addresses"):
        key(window(make()))


def test_the_names_of_fields_are_no_addresses(key):
    assert key(memoryview(Offset(1))) == key(memoryview(Offset(1))) != key(memoryview(Offset(2)))
    np = pytest.importorskip("numpy")
    assert key(memoryview(np.ones(2, complex))) != key(memoryview(np.zeros(2, complex)))


def test_a_map_that_has_lost_its_file_is_refused(in_child, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"a" * 100_000)
    in_child(f"""
        import mmap, os, memoxide, memoxide.errors
        @memoxide.cache_data
        def f(value): return None
        with open({str(path)!r}, "r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
            before = f.key(mapped)
            os.truncate({str(path)!r}, 10)
            try:
                f.key(mapped)
            except memoxide.errors.UnhashableParamError as error:
                assert "shorter" in str(error)
            else:
                raise AssertionError
        with mmap.mmap(-1, 100) as anonymous:
            f.key(anonymous)
    """)


def test_maps_of_memory_count_by_content(key):
    with mmap.mmap(-1, 100) as mapped, mmap.mmap(-1, 100) as other:
        assert key(mapped) == key(other)
        other[99] = 1
        assert key(mapped) != key(other)


def test_a_map_cannot_hide_its_position(key):
    with HiddenPosition(-1, 100) as mapped:
        before = key(mapped)
        mmap.mmap.seek(mapped, 5)
        assert key(mapped) != before


def test_memory_maps_count_by_content_and_position(key, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"abc" * 200)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        before = key(mapped)
        assert key(mapped) == before
        mapped.seek(1)
        assert key(mapped) != before
    with pytest.raises(UnhashableParamError, match="closed"):
        key(mapped)


def test_large_memory_counts_to_the_last_byte(key):
    large = bytearray(300_000)
    before = key(memoryview(large)), key(array.array("B", large))
    large[-1] = 1
    assert key(memoryview(large)) != before[0]
    assert key(array.array("B", large)) != before[1]
