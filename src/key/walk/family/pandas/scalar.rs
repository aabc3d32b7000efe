//! Scalars: moments by number, unit, zone and fold.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use super::attributes::is_of_pandas;
use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::family::{own_attributes, slots_before};
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

/// Where pandas keeps the parts of a step in time.
const OF_OFFSETS: [&str; 6] = [
    "_cache",
    "_offset",
    "_use_relativedelta",
    "kwds",
    "n",
    "normalize",
];

/// What is put on a step in time beside its parts. On a step of pandas itself, all that is private is
/// pandas'.
pub fn put_on_offset<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
) -> Result<Option<Bound<'py, PyDict>>> {
    let attributes = PyDict::new(value.py());
    let given = value.getattr("kwds")?;
    let is_of_pandas = is_of_pandas(&value.get_type(), base)?;
    for (name, content) in own_attributes(value, base)?.into_iter().flatten() {
        let text = name.to_string();
        let is_private = is_of_pandas && text.starts_with('_');
        let is_part = is_private || OF_OFFSETS.contains(&text.as_str());
        if !is_part && !given.contains(&name)? {
            attributes.set_item(name, content)?;
        }
    }
    attributes.update(slots_before(value, base)?.as_mapping())?;
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
