"""Whatever a caller does to what it was handed out, by public and private ways, stays with it."""

import functools
import itertools
import pickle
import uuid
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import memoxide as mx
from effort import rounds

for library in ["numpy", "pandas", "polars", "pyarrow"]:
    pytest.importorskip(library)

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from snapshot import mutations, values, values_pandas, values_tables  # noqa: E402
from snapshot.image import image  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")
EXAMPLES = rounds(5, settings().max_examples // 2)

OF_LIBRARIES = values.NUMPY | values_pandas.PANDAS | values_tables.ARROW | values_tables.POLARS
FORMS = {
    "trees": values.TREES,
    "numpy": values.NUMPY,
    "pandas' frames": values_pandas.FRAMES | values_pandas.OVER_ARRAYS,
    "pandas' series": values_pandas.SERIES,
    "pandas' labels": values_pandas.INDEXES,
    "arrow": values_tables.ARROW,
    "polars": values_tables.POLARS,
    "mixtures": values.trees(OF_LIBRARIES | values.LEAVES),
}
CHANGES = [mutations.change_by_public_ways, mutations.spoil_all]


def pickled(value):
    """The value after a pickle round trip, if pickle can do it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pickle.loads(pickle.dumps(value, protocol=5))


# Values that are returned once: a second time it would fail.
RETURNED_ONCE = {}
NUMBERS = itertools.count()


def make(number):
    return RETURNED_ONCE.pop(number)


def in_memory(number, _folder):
    """The value, and a function whose hits come from where it was stored."""
    load = mx.cache_data(make)
    return load(number), functools.partial(load, number)


def on_disk(number, folder):
    """The same, where one function object has written the entry that another reads."""
    write = mx.cache_data(make, persist=mx.Disk(folder, memory=False))
    read = mx.cache_data(make, persist=mx.Disk(folder))
    return write(number), functools.partial(read, number)


@pytest.mark.rounds
@pytest.mark.parametrize("stored", [in_memory, on_disk])
@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=EXAMPLES)
def test_what_one_caller_does_no_other_sees(form, stored, tmp_path_factory, data):
    recipe = data.draw(FORMS[form])
    kept = []
    value = recipe(kept)

    number = next(NUMBERS)
    RETURNED_ONCE[number] = value
    try:
        missed, load = stored(number, tmp_path_factory.getbasetemp() / "entries")
    except mx.errors.UnserializableReturnValueError:
        return
    assert missed is value
    expected = image(recipe([]))
    first = image(load())
    assert first == expected or first == image(pickled(recipe([])))
    for change in data.draw(st.permutations(CHANGES)):
        change(load())
        assert image(load()) == first
    # What the function has kept. It comes last, since what is spoilt may end the process.
    mutations.spoil_all([missed, kept])
    assert image(load()) == first


def hits(make):
    """A hit, and a function that makes another."""
    load = mx.cache_data(make)
    load()
    return load(), load


def test_a_row_of_records_is_nobody_elses():
    hit, load = hits(lambda: np.rec.array([(1, 2.0)], names="a,b")[0])
    hit["a"] = 99
    assert load()["a"] == 1


def test_a_uuid_is_nobody_elses():
    hit, load = hits(lambda: [uuid.UUID(int=5, is_safe=uuid.SafeUUID.safe)])
    object.__setattr__(hit[0], "int", 99)
    assert load() == [uuid.UUID(int=5)]
    assert load()[0].is_safe is uuid.SafeUUID.safe


@pytest.mark.parametrize("kind", ["M8[us]", ">i4", "U2"])
def test_a_data_type_is_nobody_elses(kind):
    hit, load = hits(lambda: np.zeros(3, kind))
    version, order, *state = hit.dtype.__reduce__()[2]
    hit.dtype.__setstate__((version, "<" if order == ">" else ">", *state))
    assert load().dtype.str == np.dtype(kind).str


def test_what_a_frames_array_lies_over_has_no_shape_that_could_be_set():
    hit, load = hits(lambda: pd.DataFrame({"a": [1, 2], "b": [3, 4]}))
    array = hit._mgr.blocks[0].values
    while isinstance(array, np.ndarray):
        array.shape = (4, 1)
        array = array.base
    assert load()._mgr.blocks[0].values.shape == (2, 2)
    assert load().to_dict("list") == {"a": [1, 2], "b": [3, 4]}
