//! Values that nobody can change, all the way down: one object serves every caller.

use std::collections::HashSet;

use ahash::RandomState;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyBytes, PyComplex, PyFloat, PyFrozenSet, PyInt, PyNone, PyNotImplemented, PyRange,
    PyString, PyTuple, PyType,
};

use crate::python;
use crate::python::intern;
use crate::python::named::ClassName;

/// Whether `value` is deeply immutable.
pub fn is_immutable(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    // A stack of its own, since tuples nest deeper than a thread's.
    let mut left = vec![value.clone()];
    // A container may be reached on exponentially many ways. All of them live as long as `value`,
    // so no address is used twice.
    let mut seen: HashSet<usize, RandomState> = HashSet::default();
    while let Some(value) = left.pop() {
        if is_container(&value) && !seen.insert(value.as_ptr() as usize) {
            continue;
        }
        if let Ok(tuple) = value.cast_exact::<PyTuple>() {
            left.extend(tuple.iter());
        } else if let Ok(set) = value.cast_exact::<PyFrozenSet>() {
            left.extend(set.iter());
        } else if !is_immutable_leaf(&value)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether `value` holds no other values and cannot change: what is handed out as it is. A member of
/// an enumeration is there once, whatever it holds, if its class is found nowhere, where another could take its place.
pub fn is_leaf(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(is_builtin(value)
        || is_immutable_leaf(value)?
        || is_in_zone(value)?
        || is_member(value)? && !is_found(&value.get_type())?)
}

/// Whether `value` is a member of an enumeration.
pub fn is_member(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let class = value.get_type();
    class.is_instance(python::ENUM_TYPE.get(value.py())?)
}

/// Whether a class is what its name stands for.
fn is_found(class: &Bound<'_, PyType>) -> PyResult<bool> {
    let found = ClassName::of(class)?.find(class.py())?;
    Ok(found.is_some_and(|found| found.is(class)))
}

/// A time or a date and time in a zone of Python's database, or the zone.
fn is_in_zone(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    let class = value.get_type();
    if class.is(python::DATETIME.get(py)?) || class.is(python::TIME.get(py)?) {
        return is_zone(&value.getattr("tzinfo")?);
    }
    is_zone(value)
}

fn is_zone(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let class = value.get_type();
    Ok(class.module()? == "zoneinfo" && class.is(python::ZONE_INFO.get(value.py())?))
}

fn is_container(value: &Bound<'_, PyAny>) -> bool {
    value.is_exact_instance_of::<PyTuple>() || value.is_exact_instance_of::<PyFrozenSet>()
}

fn is_immutable_leaf(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(is_builtin(value) || is_point_in_time(value)? || is_library_value(value)?)
}

fn is_builtin(value: &Bound<'_, PyAny>) -> bool {
    value.is_exact_instance_of::<PyNone>()
        || value.is_exact_instance_of::<PyBool>()
        || value.is_exact_instance_of::<PyInt>()
        || value.is_exact_instance_of::<PyFloat>()
        || value.is_exact_instance_of::<PyString>()
        || value.is_exact_instance_of::<PyBytes>()
        || value.is_exact_instance_of::<PyComplex>()
        || value.is_exact_instance_of::<PyRange>()
        || value.is_exact_instance_of::<PyNotImplemented>()
        || value.is(value.py().Ellipsis())
}

/// Dates and times, unless a time zone of the user's own hangs on them.
fn is_point_in_time(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    let class = value.get_type();
    if class.is(python::DATE.get(py)?) || class.is(python::TIMEDELTA.get(py)?) {
        return Ok(true);
    }
    if class.is(python::DATETIME.get(py)?) || class.is(python::TIME.get(py)?) {
        let zone = value.getattr("tzinfo")?;
        return Ok(zone.is_none() || is_fixed_offset(&zone)?);
    }
    is_fixed_offset(value)
}

/// A time zone of Python's own, unless its offset or its name is of a class of the user's own.
fn is_fixed_offset(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    if !value.get_type().is(python::TIMEZONE.get(py)?) {
        return Ok(false);
    }
    let span = python::TIMEDELTA.get(py)?;
    let parts = value.call_method0(intern!(py, "__getinitargs__"))?;
    let parts = parts.cast::<PyTuple>()?;
    Ok(parts
        .iter()
        .all(|part| part.is_exact_instance_of::<PyString>() || part.get_type().is(span)))
}

fn is_library_value(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let decimal = python::DECIMAL.get(value.py())?;
    Ok(value.get_type().is(decimal))
}
