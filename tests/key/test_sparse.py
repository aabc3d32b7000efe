"""scipy.sparse: formats, order and explicit zeros count; what scipy remembers does not."""

import warnings

import pytest

np = pytest.importorskip("numpy")
sparse = pytest.importorskip("scipy.sparse")

FORMATS = ["csr", "csc", "bsr", "coo", "dia", "lil", "dok"]
DENSE = np.array([[0, 1.0, 0], [2.0, 0, 3.0], [0, 0, 0]])
makers = [getattr(sparse, f"{name}_{kind}") for name in FORMATS for kind in ("matrix", "array")]
each = pytest.mark.parametrize("make", makers, ids=lambda make: make.__name__)


@each
def test_equal_content_has_one_key(key, make):
    assert key(make(DENSE)) == key(make(DENSE.copy("F")))
    assert key(make(DENSE)) == key(make(DENSE).copy())


@each
def test_content_counts(key, make):
    changed = DENSE.copy()
    changed[1, 2] = 4
    moved = np.roll(DENSE, 1, axis=0)
    assert len({key(make(value)) for value in (DENSE, changed, moved, DENSE[:2])}) == 4
    assert key(make(DENSE)) != key(make(DENSE.astype("f4")))


@each
def test_asking_leaves_the_key(key, make):
    value = make(DENSE)
    before = key(value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value.sum(), value.nnz, repr(value), value.toarray(), value.T
        for flag in ("has_sorted_indices", "has_canonical_format"):
            getattr(value, flag, None)
        value @ np.ones(3)
    assert key(value) == before


def test_formats_and_kinds_differ(differ):
    differ([DENSE, *(make(DENSE) for make in makers)])


def test_order_and_explicit_zeros_count(differ):
    differ([
        sparse.coo_array(([1.0, 2.0], ([0, 1], [0, 1])), shape=(2, 2)),
        sparse.coo_array(([2.0, 1.0], ([1, 0], [1, 0])), shape=(2, 2)),
        sparse.coo_array(([1.0, 2.0, 0.0], ([0, 1, 0], [0, 1, 1])), shape=(2, 2)),
        sparse.coo_array(([1.0, 2.0], ([0, 1], [0, 1])), shape=(2, 3)),
    ])  # fmt: skip


def test_what_a_user_puts_on_a_subclass_counts(key):
    class Labelled(sparse.csr_array):
        pass

    def labelled(label):
        value = Labelled(DENSE)
        value.label = label
        return value

    assert key(labelled("a")) == key(labelled("a"))
    assert len({key(labelled("a")), key(labelled("b")), key(sparse.csr_array(DENSE))}) == 3
