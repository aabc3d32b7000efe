//! Indexes: name and values; the levels of a hierarchical one as they stand.

use pyo3::prelude::*;

use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::family::numpy::array;
use crate::key::walk::record::{Part, Record};
use crate::python;
use crate::python::intern;

pub fn index<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = walk.py();
    let values = value.getattr(intern!(py, "_data"))?;
    let values = if values.get_type().is(python::NUMPY_ARRAY.get(py)?) {
        Part::Record(array::of_plain(py, &values)?)
    } else {
        Part::Inner(values)
    };
    Ok(named(value, record)?.with(values))
}

/// An index whose steps may be known to be equal.
pub fn regular<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    Ok(index(walk, value, record)?.with_attributes(value, &["freq"])?)
}

pub fn range<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    Ok(named(value, record)?.with_attributes(value, &["start", "stop", "step"])?)
}

/// Levels that nothing uses can be read, and so count.
pub fn multi<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = walk.py();
    let names = value.getattr(intern!(py, "_names"))?;
    let mut levels = Record::new("pandas.MultiIndex.levels");
    for level in value.getattr(intern!(py, "levels"))?.try_iter()? {
        levels = levels.with(Part::Inner(level?));
    }
    let mut codes = Record::new("pandas.MultiIndex.codes");
    for code in value.getattr(intern!(py, "_codes"))?.try_iter()? {
        let code = array::plain(&code?)?;
        codes = codes.with(Part::Record(array::of_plain(py, &code)?));
    }
    Ok(record
        .with(Part::items(py, names.try_iter()?)?)
        .with(Part::Record(levels))
        .with(Part::Record(codes))
        .with_attributes(value, &["sortorder"])?)
}

fn named<'py>(value: &Bound<'py, PyAny>, record: Record<'py>) -> PyResult<Record<'py>> {
    let name = value.getattr(intern!(value.py(), "_name"))?;
    Ok(record.with(Part::Value(name)))
}
