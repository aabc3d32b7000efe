"""Many threads hit, change what they got, clear and fill again; each sees what was computed."""

import sys
import threading

import pytest

import memoxide as mx
from effort import rounds

THREADS = 4
ROUNDS = rounds(100, 300)


def trees(k):
    return {"rows": [k, k + 1], "nested": [{"k": k, "set": {k}}] * 2, "bytes": bytearray(b"%d" % k)}


def change_tree(tree):
    tree["rows"].clear()
    tree["nested"][0]["set"].add(-1)
    tree["bytes"] += b"x"


def arrays(k):
    import numpy as np

    return [np.full(1000, k), np.array([str(k)] * 10, dtype=object)]


def change_array(arrays):
    arrays[0][:] = -1
    arrays[1][0] = "changed"


def frames(k):
    import pandas as pd

    return pd.DataFrame({"a": [k] * 100, "s": [str(k)] * 100, "c": pd.Categorical(["x"] * 100)})


def change_frame(frame):
    frame.iloc[0, 0] = -1
    frame.loc[:, "s"] = "changed"
    frame.columns.name = "changed"
    frame["c"].cat.categories.name = "changed"


def tables(k):
    import pyarrow as pa

    return pa.table({"a": [k] * 100})


def pickles(k):
    import collections

    return collections.deque([k, [k]])


def change_pickle(queue):
    queue[1].append(-1)
    queue.clear()


FORMS = {
    "tree": (trees, change_tree, repr),
    "arrays": (arrays, change_array, repr),
    "frame": (frames, change_frame, lambda frame: frame.to_csv() + repr(frame.columns.names)),
    "table": (tables, None, lambda table: repr(table.to_pydict())),
    "pickle": (pickles, change_pickle, repr),
}
NEEDED = {"arrays": "numpy", "frame": "pandas", "table": "pyarrow"}


@pytest.mark.rounds
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("bound", [None, 2])
def test_threads_see_what_was_computed(form, bound):
    if form in NEEDED:
        pytest.importorskip(NEEDED[form])
    make, change, show = FORMS[form]
    shown = [show(make(k)) for k in range(4)]
    f = mx.cache_data(max_entries=bound)(make)
    f.clear()
    wrong = []

    def work(number):
        for step in range(ROUNDS // (10 if form == "frame" else 1)):
            k = (number + step) % 4
            value = f(k)
            if show(value) != shown[k]:
                wrong.append((k, show(value)))
            if change:
                change(value)
            if step % 50 == number:
                f.clear(k) if step % 100 else f.clear()

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert not wrong
