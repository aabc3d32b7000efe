"""`cache_info().bytes` is what the process grows by."""

import sys

import pytest

import memoxide
import resident

pytestmark = resident.needs_proc

# What makes the value number `k`, and how many of them.
FORMS = {
    "ints": ("10**6 + k", 50_000),
    "texts": ("'x' * 100 + str(k)", 50_000),
    "bytes": ("bytes(1000) + b'%d' % k", 20_000),
    "tuples": ("(k + 10**6, str(k), 1.5 * k)", 40_000),
    "dicts": ("{'id': k + 1000, 'name': f'n{k}', 'tags': [1.5 * k, f't{k}']}", 20_000),
    "records": ("[{'id': 1000 + i, 'name': f'n{i}.{k}'} for i in range(100)]", 300),
    "lists": ("[i + 0.5 for i in range(10_000)]", 50),
    "sets": ("{f'{i}.{k}' for i in range(1000)}", 200),
    "bytearrays": ("bytearray(100_000)", 200),
    "arrays": ("numpy.full(100_000, k + 0.5)", 50),
    "small arrays": ("numpy.full(10, k + 0.5)", 20_000),
    "arrays of objects": ("numpy.array([f'{i}.{k}' for i in range(1000)], dtype=object)", 100),
    "frames": ("pandas.DataFrame(numpy.full((10_000, 10), k + 0.5))", 50),
    "small frames": ("pandas.DataFrame({'a': [1, 2], 'b': [1.5, k]})", 2000),
    "mixed frames": (
        "pandas.DataFrame({'a': range(1000), 's': [f'{i}.{k}' for i in range(1000)],"
        " 't': pandas.date_range('2000', periods=1000),"
        " 'c': pandas.Categorical([str(i % 10) for i in range(1000)])})",
        200,
    ),
    "series": ("pandas.Series(numpy.full(1000, k + 0.5), name='x')", 2000),
    "tables": (
        "pyarrow.table({'a': numpy.full(10_000, k), 's': [str(i) for i in range(10_000)]})",
        50,
    ),
    "polars": (
        "polars.DataFrame({'a': numpy.full(10_000, k), 's': [str(i) for i in range(10_000)]})",
        50,
    ),
    "pickles": ("collections.deque(range(1000, 9000))", 500),
    "masked arrays": ("numpy.ma.masked_less(numpy.full(10_000, k + 0.5), 3)", 100),
}

# Those of each kind of allocation.
COMMON = {"texts", "dicts", "arrays", "small arrays", "frames", "tables", "polars", "pickles"}

# Memory that imports and first calls have given back to the interpreter would serve the
# values. It is taken first.
CHILD = """
f = memoxide.cache_data(lambda k: {make})
def fill(numbers):
    for k in numbers:
        f(k)
fill(range(-{count} // 10 - 3, 0))
f.clear()
fill(range(-{count} // 10 - 3, 0))
gc.collect()
taken = [bytes(200) for _ in range(30_000)]
counted, grown = f.cache_info().bytes, resident()
fill(range({count}))
print(f.cache_info().bytes - counted, resident() - grown)
"""


@pytest.mark.skipif(
    not getattr(sys, "_is_gil_enabled", lambda: True)(),
    reason="the free-threaded interpreter's allocator takes from what it has kept",
)
@pytest.mark.parametrize(
    "form",
    [form if form in COMMON else pytest.param(form, marks=pytest.mark.slow) for form in FORMS],
)
def test_what_is_counted_is_what_the_process_grows_by(form):
    make, count = FORMS[form]
    code = CHILD.format(make=make, count=count)
    if "pandas" in resident.libraries(code):
        pytest.importorskip("pandas", "3", reason="frames of older versions are pickled")
    counted, grown = resident.figures(code)
    assert counted == pytest.approx(grown, rel=0.1)


def test_one_object_counts_once():
    shared = "x" * 100_000
    f = memoxide.cache_data(lambda: [shared, {"a": shared}, (shared, shared)])
    f()
    assert 100_000 < f.cache_info().bytes < 102_000
