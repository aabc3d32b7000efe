//! What lies on an instance of pandas, or of a subclass of one, beside its record.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use super::super::{comes_with, own_attributes, slots_before};
use crate::error::Result;
use crate::python::intern;

/// Where classes of pandas keep what their records have, and what they remember. Names of all versions
/// since 1.5; any other class's may be a user's.
const OF_PANDAS: &[(&str, &[&str])] = &[
    ("DataFrame", OF_FRAMES),
    ("Series", OF_SERIES),
    (
        "RangeIndex",
        &["_cache", "_id", "_name", "_range", "_references"],
    ),
    ("MultiIndex", OF_LEVELS),
    ("DatetimeIndex", OF_REGULAR),
    ("TimedeltaIndex", OF_REGULAR),
    ("Index", OF_INDEXES),
    ("CategoricalIndex", OF_INDEXES),
    ("PeriodIndex", OF_INDEXES),
    ("IntervalIndex", OF_INDEXES),
    ("DatetimeArray", &["_cache", "_freq", "_readonly"]),
    ("TimedeltaArray", &["_cache", "_freq", "_readonly"]),
    (
        "IntervalArray",
        &["_cache", "_dtype", "_left", "_readonly", "_right"],
    ),
    ("SparseArray", OF_SPARSE),
    ("IntegerArray", OF_MASKED),
    ("FloatingArray", OF_MASKED),
    ("BooleanArray", OF_MASKED),
    ("ArrowStringArray", OF_ARROW),
    ("ArrowStringArrayNumpySemantics", OF_ARROW),
    ("ArrowExtensionArray", OF_ARROW),
    ("CategoricalDtype", &["_cache", "_categories", "_ordered"]),
    ("DatetimeTZDtype", &["_cache", "_tz", "_unit"]),
    ("PeriodDtype", &["_cache", "_dtype_code", "_freq"]),
    ("IntervalDtype", &["_cache", "_closed", "_subtype"]),
    ("SparseDtype", &["_cache", "_dtype", "_fill_value"]),
    (
        "ArrowDtype",
        &["_cache", "_storage", "pyarrow_dtype", "storage"],
    ),
    (
        "StringDtype",
        &["_cache", "_na_value", "_storage", "storage"],
    ),
    ("BaseMaskedDtype", &["_cache"]),
];

const OF_FRAMES: &[&str] = &[
    "_attrs",
    "_cacher",
    "_flags",
    "_index",
    "_is_copy",
    "_item_cache",
    "_metadata",
    "_mgr",
    "_typ",
];

const OF_SERIES: &[&str] = &[
    "_attrs",
    "_cacher",
    "_flags",
    "_index",
    "_is_copy",
    "_item_cache",
    "_metadata",
    "_mgr",
    "_name",
    "_typ",
];

const OF_INDEXES: &[&str] = &["_cache", "_data", "_id", "_name", "_references"];

const OF_REGULAR: &[&str] = &["_cache", "_data", "_freq", "_id", "_name", "_references"];

const OF_LEVELS: &[&str] = &[
    "_cache",
    "_codes",
    "_id",
    "_levels",
    "_names",
    "_references",
    "sortorder",
];

const OF_SPARSE: &[&str] = &[
    "_cache",
    "_dtype",
    "_readonly",
    "_sparse_index",
    "_sparse_values",
];

const OF_MASKED: &[&str] = &["_cache", "_data", "_dtype", "_mask", "_readonly"];

const OF_ARROW: &[&str] = &["_cache", "_dtype", "_pa_array", "_readonly"];

/// What all other arrays keep.
const OF_ARRAYS: &[&str] = &["_cache", "_readonly"];

/// What an array carries along: the data type of a user's array may tell what nothing else does, such
/// as a unit.
pub fn array_attributes<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
) -> Result<Option<Bound<'py, PyDict>>> {
    let attributes = carried_attributes(value, base)?;
    let class = value.get_type();
    if let Some(attributes) = &attributes
        && !is_of_pandas(&class, base)?
    {
        let name = intern!(value.py(), "dtype");
        attributes.set_item(name, value.getattr(name)?)?;
    }
    Ok(attributes)
}

/// What a class carries along, and what a user has put on the instance.
pub fn carried_attributes<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
) -> Result<Option<Bound<'py, PyDict>>> {
    let py = value.py();
    let carried = PyDict::new(py);
    let metadata = intern!(py, "_metadata");
    if let Some(names) = value.get_type().getattr_opt(metadata)? {
        let of_base: Vec<String> = base
            .getattr_opt(metadata)?
            .map_or_else(|| Ok(Vec::new()), |names| names.extract())?;
        for name in names.try_iter()? {
            let name: String = name?.extract()?;
            if let Some(content) = value.getattr_opt(name.as_str()).ok().flatten()
                && !of_base.contains(&name)
            {
                carried.set_item(name, content)?;
            }
        }
    }
    put_on(value, base, &carried)?;
    Ok(Some(carried))
}

/// Adds what a user has put on an instance. On a class of pandas itself, all that is private is pandas'.
fn put_on<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
    attributes: &Bound<'py, PyDict>,
) -> Result<()> {
    let class = value.get_type();
    let own = own_attributes(value, base)?;
    if class.is(base) && own.as_ref().is_none_or(PyDictMethods::is_empty) {
        return Ok(());
    }
    let is_of_pandas = is_of_pandas(&class, base)?;
    let held = held(base)?;
    let accessors = class.getattr_opt(intern!(value.py(), "_accessors"))?;
    for (name, content) in own.into_iter().flatten() {
        let Ok(text) = name.cast::<PyString>() else {
            continue;
        };
        let text = text.to_string_lossy();
        // An accessor that was used before pandas 3.
        let is_accessor = || match &accessors {
            Some(names) => names.contains(&name),
            None => Ok(false),
        };
        let is_held = held.contains(&text.as_ref()) || is_of_pandas && text.starts_with('_');
        if !is_held && !is_accessor()? {
            attributes.set_item(&name, content)?;
        }
    }
    attributes.update(slots_before(value, base)?.as_mapping())?;
    Ok(())
}

/// The names in which a known class keeps its own.
fn held(base: &Bound<'_, PyType>) -> Result<&'static [&'static str]> {
    let class = base.qualname()?;
    let class = class.to_string_lossy();
    let held = OF_PANDAS.iter().find(|(name, _)| *name == class);
    Ok(held.map_or(OF_ARRAYS, |(_, names)| names))
}

/// Whether a class is the known one, or comes with pandas as well.
pub fn is_of_pandas(class: &Bound<'_, PyType>, base: &Bound<'_, PyType>) -> Result<bool> {
    Ok(class.is(base) || comes_with(class, base)?)
}
