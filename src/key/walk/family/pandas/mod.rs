//! pandas: frames, series, indexes, arrays, data types, scalars.
//!
//! How pandas keeps its blocks, caches and views does not count; what it shows does.

mod array;
mod attributes;
mod dtype;
mod frame;
mod index;
mod scalar;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use super::Encode::{Attributes, By};
use super::{Family, attributes_except};
use crate::error::Result;
use attributes::{array_attributes, carried_attributes};

/// Frames and series. `_metadata` names the attributes that a subclass carries along.
pub const FRAMES: Family = Family {
    classes: &[
        (
            &["pandas", "pandas.core.frame"],
            "DataFrame",
            By(frame::frame),
        ),
        (
            &["pandas", "pandas.core.series"],
            "Series",
            By(frame::series),
        ),
    ],
    attributes: carried_attributes,
    heeds_reduce: false,
    has_members_below: false,
};

/// Indexes.
pub const INDEXES: Family = Family {
    classes: &[
        (
            &["pandas", "pandas.core.indexes.base"],
            "Index",
            By(index::index),
        ),
        (
            &["pandas", "pandas.core.indexes.range"],
            "RangeIndex",
            By(index::range),
        ),
        (
            &["pandas", "pandas.core.indexes.multi"],
            "MultiIndex",
            By(index::multi),
        ),
        (
            &["pandas", "pandas.core.indexes.category"],
            "CategoricalIndex",
            By(index::index),
        ),
        (
            &["pandas", "pandas.core.indexes.datetimes"],
            "DatetimeIndex",
            By(index::regular),
        ),
        (
            &["pandas", "pandas.core.indexes.timedeltas"],
            "TimedeltaIndex",
            By(index::regular),
        ),
        (
            &["pandas", "pandas.core.indexes.period"],
            "PeriodIndex",
            By(index::index),
        ),
        (
            &["pandas", "pandas.core.indexes.interval"],
            "IntervalIndex",
            By(index::index),
        ),
    ],
    attributes: carried_attributes,
    heeds_reduce: false,
    has_members_below: false,
};

/// Extension arrays. Those of other packages are seen by what they reduce to.
pub const ARRAYS: Family = Family {
    classes: &[
        (
            &["pandas", "pandas.core.arrays.categorical"],
            "Categorical",
            By(array::categorical),
        ),
        (
            &["pandas.arrays", "pandas.core.arrays.datetimes"],
            "DatetimeArray",
            By(array::moments),
        ),
        (
            &["pandas.arrays", "pandas.core.arrays.timedeltas"],
            "TimedeltaArray",
            By(array::moments),
        ),
        (
            &["pandas.arrays", "pandas.core.arrays.period"],
            "PeriodArray",
            By(array::periods),
        ),
        (
            &["pandas.arrays", "pandas.core.arrays.interval"],
            "IntervalArray",
            Attributes(&["_left", "_right", "closed"]),
        ),
        (
            &["pandas.arrays", "pandas.core.arrays.sparse.array"],
            "SparseArray",
            By(array::sparse),
        ),
        (
            &["pandas.arrays", "pandas.core.arrays.integer"],
            "IntegerArray",
            By(array::masked),
        ),
        (
            &["pandas.arrays", "pandas.core.arrays.floating"],
            "FloatingArray",
            By(array::masked),
        ),
        (
            &["pandas.arrays", "pandas.core.arrays.boolean"],
            "BooleanArray",
            By(array::masked),
        ),
        (
            &["pandas.arrays", "pandas.core.arrays.numpy_"],
            "NumpyExtensionArray",
            By(array::numpy),
        ),
        (
            &["pandas.arrays", "pandas.core.arrays.string_"],
            "StringArray",
            By(array::strings),
        ),
        (
            &["pandas.core.arrays.string_"],
            "StringArrayNumpySemantics",
            By(array::strings),
        ),
        (
            &["pandas.arrays", "pandas.core.arrays.string_arrow"],
            "ArrowStringArray",
            Attributes(&["_pa_array", "dtype"]),
        ),
        (
            &["pandas.core.arrays.string_arrow"],
            "ArrowStringArrayNumpySemantics",
            Attributes(&["_pa_array", "dtype"]),
        ),
        (
            &["pandas.arrays", "pandas.core.arrays.arrow.array"],
            "ArrowExtensionArray",
            Attributes(&["_pa_array"]),
        ),
    ],
    attributes: array_attributes,
    heeds_reduce: false,
    has_members_below: false,
};

/// Data types.
pub const DTYPES: Family = Family {
    classes: &[
        (
            &["pandas", "pandas.core.dtypes.dtypes"],
            "CategoricalDtype",
            Attributes(&["categories", "ordered"]),
        ),
        (
            &["pandas", "pandas.core.dtypes.dtypes"],
            "DatetimeTZDtype",
            Attributes(&["unit", "tz"]),
        ),
        (
            &["pandas", "pandas.core.dtypes.dtypes"],
            "PeriodDtype",
            Attributes(&["freq"]),
        ),
        (
            &["pandas", "pandas.core.dtypes.dtypes"],
            "IntervalDtype",
            Attributes(&["subtype", "closed"]),
        ),
        (
            &["pandas", "pandas.core.dtypes.dtypes"],
            "SparseDtype",
            By(dtype::sparse),
        ),
        (
            &["pandas", "pandas.core.dtypes.dtypes"],
            "ArrowDtype",
            Attributes(&["pyarrow_dtype"]),
        ),
        (
            &["pandas", "pandas.core.arrays.string_"],
            "StringDtype",
            Attributes(&["storage", "na_value"]),
        ),
        (
            &["pandas.core.arrays.masked", "pandas.core.dtypes.dtypes"],
            "BaseMaskedDtype",
            Attributes(&["name"]),
        ),
    ],
    attributes: carried_attributes,
    heeds_reduce: false,
    has_members_below: true,
};

const OF_OFFSETS: &[&str] = &["pandas.offsets", "pandas._libs.tslibs.offsets"];

/// Steps in time that are made of parts, which are attributes as well, and those over the days of a
/// calendar, of which pickle is told less than they hold.
pub const OFFSETS: Family = Family {
    classes: &[
        (
            &["pandas", "pandas._libs.tslibs.offsets"],
            "DateOffset",
            By(scalar::offset),
        ),
        (OF_OFFSETS, "CustomBusinessDay", By(scalar::calendar_offset)),
        (OF_OFFSETS, "CustomBusinessHour", By(scalar::hours_offset)),
        (
            OF_OFFSETS,
            "CustomBusinessMonthEnd",
            By(scalar::calendar_offset),
        ),
        (
            OF_OFFSETS,
            "CustomBusinessMonthBegin",
            By(scalar::calendar_offset),
        ),
    ],
    attributes: scalar::put_on_offset,
    heeds_reduce: false,
    has_members_below: false,
};

/// Moments, spans of time, intervals, what is missing.
pub const SCALARS: Family = Family {
    classes: &[
        (
            &["pandas", "pandas._libs.tslibs.timestamps"],
            "Timestamp",
            By(scalar::timestamp),
        ),
        (
            &["pandas", "pandas._libs.tslibs.timedeltas"],
            "Timedelta",
            Attributes(&["_value", "unit"]),
        ),
        (
            &["pandas", "pandas._libs.tslibs.period"],
            "Period",
            Attributes(&["ordinal", "freq"]),
        ),
        (
            &["pandas", "pandas._libs.interval"],
            "Interval",
            By(scalar::interval),
        ),
        (
            &["pandas.api.typing", "pandas._libs.tslibs.nattype"],
            "NaTType",
            Attributes(&[]),
        ),
        (
            &["pandas.api.typing", "pandas._libs.missing"],
            "NAType",
            Attributes(&[]),
        ),
    ],
    attributes: beside_scalar,
    heeds_reduce: false,
    has_members_below: false,
};

/// What is on a scalar. Those of Cython may have the name of their module there.
fn beside_scalar<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
) -> Result<Option<Bound<'py, PyDict>>> {
    attributes_except(value, base, &["__module__"])
}
