"""With what a caller was handed out, pandas works as it does with a frame of the caller's own."""

import copy
import pickle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import memoxide as mx

for library in ["numpy", "pandas", "polars", "pyarrow"]:
    pytest.importorskip(library)

pytest.importorskip("pandas", "3", reason="frames of older versions are pickled")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from snapshot import values_pandas  # noqa: E402
from snapshot.image import contents  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")


def changed(value, change):
    """The value after a change in place."""
    change(value)
    return value


def first(frame):
    return frame.iloc[:, 0]


def copied_array(array):
    made = array.copy()
    made[0] = made[-1]
    return made


# What is done to labels.
OF_LABELS = [
    lambda index: changed(index.to_series(), lambda s: s.iloc.__setitem__(0, s.iloc[-1])),
    lambda index: changed(pd.Series(index), lambda s: s.iloc.__setitem__(0, s.iloc[-1])),
    lambda index: changed(index.to_frame(), lambda f: f.iloc.__setitem__((0, 0), f.iloc[-1, 0])),
    lambda index: copied_array(index.to_numpy(copy=True)),
    lambda index: copied_array(index.array),
    lambda index: index.get_loc(index[-1]),
    lambda index: index.get_indexer(index[::-1]),
    lambda index: index.sort_values(),
    lambda index: index.unique(),
    lambda index: index.duplicated(),
    lambda index: index.factorize(),
    lambda index: index.union(index[:1]),
    lambda index: index.intersection(index[:2]),
    lambda index: index.isin(index[:1]),
    lambda index: index.insert(1, index[0]),
    lambda index: index.delete(0),
    lambda index: index.append(index),
    lambda index: index.is_monotonic_increasing,
    lambda index: index.slice_indexer(index[0], index[-1]),
    lambda index: index.value_counts(),
    lambda index: index.argsort(),
    lambda index: index.searchsorted(index[0]),
    lambda index: index.shift(1),
    lambda index: index.set_levels([9, 8], level=0),
    lambda index: index.remove_unused_levels(),
    lambda index: index.rename_categories(["p", "q"]),
    lambda index: pickle.loads(pickle.dumps(index)),
    lambda index: copy.deepcopy(index),
]
# What is done to a column.
OF_SERIES = [
    lambda s: changed(s, lambda s: s.iloc.__setitem__(0, s.iloc[-1])),
    lambda s: changed(s, lambda s: s.iloc.__setitem__(slice(None), s.iloc[::-1].array)),
    lambda s: changed(s, lambda s: s.iat.__setitem__(0, s.iat[-1])),
    lambda s: changed(s, lambda s: s.iloc.__setitem__(0, None)),
    lambda s: changed(s, lambda s: s.sort_index(inplace=True, ascending=False)),
    lambda s: changed(s, lambda s: s.sort_values(inplace=True)),
    lambda s: changed(s, lambda s: s.fillna(s.iloc[0], inplace=True)),
    lambda s: changed(s, lambda s: s.mask(s.isna(), s.iloc[0], inplace=True)),
    lambda s: changed(s, lambda s: s.replace(s.iloc[0], s.iloc[-1], inplace=True)),
    lambda s: changed(s, lambda s: s.ffill(inplace=True)),
    lambda s: changed(s, lambda s: s.update(s.iloc[:1])),
    lambda s: changed(pd.Series(s), lambda s: s.iloc.__setitem__(0, s.iloc[-1])),
    lambda s: changed(s.iloc[1:], lambda s: s.iloc.__setitem__(0, s.iloc[-1])),
    lambda s: copied_array(s.array),
    lambda s: copied_array(s.to_numpy(copy=True)),
    lambda s: copied_array(s.values),
    lambda s: s.cat.codes,
    lambda s: changed(s.cat.codes, lambda s: s.iloc.__setitem__(0, 1)),
    lambda s: s.cat.set_categories(["x", "z"]),
    lambda s: s.cat.remove_unused_categories(),
    lambda s: s.str.upper().str.cat(sep="-"),
    lambda s: s.dt.floor("D"),
    lambda s: s.dt.tz_localize(None).dt.tz_localize("UTC"),
    lambda s: s.sparse.to_dense(),
    lambda s: s.rolling(2, min_periods=1).sum(),
    lambda s: s.expanding().max(),
    lambda s: s.ewm(1).mean(),
    lambda s: s.rank(),
    lambda s: s.cumsum(),
    lambda s: s.interpolate(),
    lambda s: s.diff(),
    lambda s: s.shift(1),
    lambda s: s.quantile(0.3),
    lambda s: s.mode(),
    lambda s: s.value_counts(),
    lambda s: s.unique(),
    lambda s: s.factorize(),
    lambda s: s.duplicated(),
    lambda s: s.isin(s.iloc[:1]),
    lambda s: s.nlargest(2),
    lambda s: s.searchsorted(s.iloc[0]),
    lambda s: s.astype("category"),
    lambda s: s.astype(object),
    lambda s: s.astype("str"),
    lambda s: s.convert_dtypes(),
    lambda s: s.explode(),
    lambda s: s.where(s.index == s.index[0], s.iloc[-1]),
    lambda s: s.groupby(s.array).transform("size"),
    lambda s: s.resample("2D").count(),
    lambda s: s.unstack(),
    lambda s: pd.concat([s, s]),
    lambda s: pd.cut(s, 2),
    lambda s: np.add(s, s),
    lambda s: s == s,
]
# What is done to a frame.
OF_FRAMES = [
    lambda f: changed(f, lambda f: f.iloc.__setitem__((0, 0), f.iloc[-1, 0])),
    lambda f: changed(f, lambda f: f.iloc.__setitem__((slice(None), 0), first(f).array[::-1])),
    lambda f: changed(f, lambda f: f.iloc.__setitem__(0, f.iloc[-1])),
    lambda f: changed(f, lambda f: f.__setitem__("more", first(f))),
    lambda f: changed(f, lambda f: f.insert(0, "more", first(f))),
    lambda f: changed(f, lambda f: f.pop(f.columns[0])),
    lambda f: changed(f, lambda f: f.sort_values(f.columns[0], inplace=True)),
    lambda f: changed(f, lambda f: f.sort_index(inplace=True, ascending=False)),
    lambda f: changed(f, lambda f: f.fillna(0, inplace=True)),
    lambda f: changed(f, lambda f: f.dropna(inplace=True)),
    lambda f: changed(f, lambda f: f.drop_duplicates(inplace=True)),
    lambda f: changed(f, lambda f: f.set_index(f.columns[0], inplace=True)),
    lambda f: changed(f, lambda f: f.reset_index(inplace=True)),
    lambda f: changed(f, lambda f: f.rename(columns=str, inplace=True)),
    lambda f: changed(f, lambda f: f.update(f.iloc[::-1].set_axis(f.index))),
    lambda f: changed(f, lambda f: f.clip(1, 2, inplace=True)),
    lambda f: changed(f, lambda f: f.__iadd__(1)),
    lambda f: changed(f.to_numpy(copy=True), lambda a: a.__setitem__(0, a[-1])),
    lambda f: f.values.copy(),
    lambda f: f.T,
    lambda f: f.stack(),
    lambda f: f.melt(),
    lambda f: f.describe(),
    lambda f: f.corr(),
    lambda f: f.rolling(2, min_periods=1).mean(),
    lambda f: f.groupby(f.columns[0]).agg("count"),
    lambda f: f.groupby(level=0).first(),
    lambda f: f.merge(f, on=f.columns[0]),
    lambda f: f.join(f, rsuffix="_"),
    lambda f: f.pivot_table(index=f.columns[0], aggfunc="size"),
    lambda f: pd.get_dummies(f),
    lambda f: pd.concat([f, f], axis=1),
    lambda f: f.select_dtypes("number").sum(axis=1),
    lambda f: f.apply(lambda column: column.iloc[0]),
    lambda f: f.map(str),
    lambda f: f.reindex(f.index[::-1]),
    lambda f: f.resample("2D").count(),
    lambda f: f.asfreq("12h"),
    lambda f: f.sample(2, random_state=1),
    lambda f: f.eval("a = index"),
    lambda f: f.iloc[:, ::-1]._consolidate(),
    lambda f: f.copy(),
    lambda f: f.to_dict(),
    lambda f: f.to_csv(),
    lambda f: pickle.loads(pickle.dumps(f)),
    lambda f: copy.deepcopy(f),
]


def outcome(action, value):
    """The content of what an action returns, or the kind of what it raises."""
    try:
        return contents(action(value))
    except Exception as error:
        return (type(error), str(error))


def actions(value):
    """What is done to a value."""
    if isinstance(value, pd.Index):
        return OF_LABELS
    of_labels = [lambda value, action=action: action(value.index) for action in OF_LABELS]
    if isinstance(value, pd.Series):
        return OF_SERIES + of_labels
    of_header = [lambda value, action=action: action(value.columns) for action in OF_LABELS]
    of_columns = [lambda value, action=action: action(first(value)) for action in OF_SERIES]
    return OF_FRAMES + of_labels + of_header + of_columns


@given(recipe=values_pandas.PANDAS, data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_done_to_a_hit_does_what_it_does_to_the_original(recipe, data):
    once = (recipe([]) for _ in range(1))

    @mx.cache_data
    def load():
        return next(once)

    chosen = st.lists(st.sampled_from(actions(load())), min_size=8, max_size=8)
    for action in data.draw(chosen):
        assert outcome(action, load()) == outcome(action, recipe([]))


def test_pandas_writes_to_the_missing_items_of_a_hit():
    load = mx.cache_data(lambda: pd.Series([1, None, 3], dtype="Int64"))
    load()
    assert load().cumsum().tolist() == [1, pd.NA, 4]


def test_a_series_without_a_name_has_none():
    load = mx.cache_data(lambda: pd.Series([1]))
    load()
    assert load().name is None
