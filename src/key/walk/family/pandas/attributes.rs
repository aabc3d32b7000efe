//! What lies on an instance of pandas, or of a subclass of one, beside its record.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use super::super::own_attributes;
use crate::error::Result;
use crate::python::intern;

/// Where the classes of pandas keep what the records have, and what they cache. Names of all
/// versions since 1.5.
const OF_PANDAS: &[&str] = &[
    "_attrs",
    "_cache",
    "_cacher",
    "_categories",
    "_closed",
    "_codes",
    "_data",
    "_dtype",
    "_dtype_code",
    "_fill_value",
    "_flags",
    "_freq",
    "_id",
    "_is_copy",
    "_item_cache",
    "_left",
    "_levels",
    "_mask",
    "_mgr",
    "_na_value",
    "_name",
    "_names",
    "_ndarray",
    "_ordered",
    "_pa_array",
    "_range",
    "_readonly",
    "_references",
    "_right",
    "_sparse_index",
    "_sparse_values",
    "_storage",
    "_subtype",
    "_tz",
    "_unit",
    "sortorder",
];

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
    let module = value.get_type().module()?;
    let is_of_pandas = module.to_string_lossy().split('.').next() == Some("pandas");
    for (name, content) in own_attributes(value, base)?.into_iter().flatten() {
        let counts = name.cast::<PyString>().is_ok_and(|name| {
            name.to_str()
                .is_ok_and(|name| is_put_on(name, is_of_pandas))
        });
        if counts {
            attributes.set_item(name, content)?;
        }
    }
    Ok(())
}

fn is_put_on(name: &str, is_of_pandas: bool) -> bool {
    !(OF_PANDAS.contains(&name) || is_of_pandas && name.starts_with('_'))
}
