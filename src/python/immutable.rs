//! Values that nobody can change, all the way down: one object serves every caller.

use std::collections::HashSet;

use ahash::RandomState;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyBytes, PyComplex, PyFloat, PyFrozenSet, PyInt, PyNone, PyNotImplemented, PyRange,
    PyString, PyTuple,
};

use crate::python;

/// The bytes that `value` holds, if it is deeply immutable.
pub fn size_if_immutable(value: &Bound<'_, PyAny>) -> PyResult<Option<u64>> {
    let size_of = python::GET_SIZE_OF.get(value.py())?;
    let mut size = 0;
    let is_immutable = visit(value, |part| {
        let part: u64 = size_of.call1((part,))?.extract()?;
        size = part.saturating_add(size);
        Ok(())
    })?;
    Ok(is_immutable.then_some(size))
}

/// Whether `value` is deeply immutable.
pub fn is_immutable(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    visit(value, |_| Ok(()))
}

/// Shows `look` all parts of a value, until one is found that can change.
fn visit<'py>(
    value: &Bound<'py, PyAny>,
    mut look: impl FnMut(&Bound<'py, PyAny>) -> PyResult<()>,
) -> PyResult<bool> {
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
        look(&value)?;
    }
    Ok(true)
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
    let py = value.py();
    let class = value.get_type();
    Ok(class.is(python::DECIMAL.get(py)?) || class.is(python::UUID.get(py)?))
}
