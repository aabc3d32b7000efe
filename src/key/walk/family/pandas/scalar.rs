//! Scalars: moments by number, unit, zone and fold.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::family::own_attributes;
use crate::key::walk::record::{Part, Record};

pub fn timestamp<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let zone = value.getattr("tzinfo")?;
    let record = record.with_attributes(value, &["_value", "unit", "fold"])?;
    Ok(record.with(Part::Value(zone)))
}

pub fn interval<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let (left, right) = (value.getattr("left")?, value.getattr("right")?);
    Ok(record
        .with(Part::Value(left))
        .with(Part::Value(right))
        .with_attributes(value, &["closed"])?)
}

/// What is put on a step in time beside its parts.
pub fn put_on_offset<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
) -> Result<Option<Bound<'py, PyDict>>> {
    let attributes = PyDict::new(value.py());
    let given = value.getattr("kwds")?;
    for (name, content) in own_attributes(value, base)?.into_iter().flatten() {
        let text = name.to_string();
        let is_part = text.starts_with('_') || matches!(text.as_str(), "n" | "normalize" | "kwds");
        if !is_part && !given.contains(&name)? {
            attributes.set_item(name, content)?;
        }
    }
    Ok(Some(attributes))
}

/// A step in time, whose parts were given in any order.
pub fn offset<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let given = value.getattr("kwds")?;
    let ordered = PyDict::new(walk.py());
    let names = walk
        .py()
        .import("builtins")?
        .call_method1("sorted", (&given,))?;
    for name in names.try_iter()? {
        let name = name?;
        ordered.set_item(&name, given.get_item(&name)?)?;
    }
    Ok(record
        .with_attributes(value, &["n", "normalize"])?
        .with(Part::Items(ordered.into_any())))
}

/// A step over the days of a calendar, which may be one of numpy's that `weekmask` and `holidays` do
/// not tell.
pub fn calendar_offset<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let names = ["n", "normalize", "offset", "weekmask", "holidays"];
    let calendar = value.getattr("calendar")?;
    Ok(record
        .with_attributes(value, &names)?
        .with_attributes(&calendar, &["weekmask", "holidays"])?)
}

pub fn hours_offset<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let record = calendar_offset(walk, value, record)?;
    Ok(record.with_attributes(value, &["start", "end"])?)
}
