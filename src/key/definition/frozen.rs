//! Containers that do not change, and what of them is part of a definition: code and constants.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFrozenSet, PyMapping, PyTuple};

use super::follow::Look;
use crate::python;
use crate::python::intern;

/// What stands for a container that does not change, with `None` in the place of state. Nothing if
/// `value` is no such container, or holds nothing else.
pub fn followed_parts<'py>(
    value: &Bound<'py, PyAny>,
    look: &mut Look,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = value.py();
    if let Ok(set) = value.cast_exact::<PyFrozenSet>() {
        return set_parts(set, look);
    }
    if let Ok(tuple) = value.cast::<PyTuple>() {
        return tuple_parts(tuple, look);
    }
    if value.get_type().is(python::MAPPING_PROXY.get(py)?) {
        let items = PyDict::new(py);
        items.update(value.cast::<PyMapping>()?)?;
        return with_class(value, items_parts(&items, look)?);
    }
    match frozen_fields(value)? {
        Some(fields) => with_class(value, items_parts(&fields, look)?),
        None => Ok(None),
    }
}

fn set_parts<'py>(
    set: &Bound<'py, PyFrozenSet>,
    look: &mut Look,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let mut kept = Vec::new();
    for element in set {
        kept.extend(look.inside(&element)?);
    }
    if kept.is_empty() {
        return Ok(None);
    }
    Ok(Some(PyFrozenSet::new(set.py(), kept)?.into_any()))
}

/// A tuple's own class is not said; that of a named tuple is.
fn tuple_parts<'py>(
    tuple: &Bound<'py, PyTuple>,
    look: &mut Look,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let mut kept = Vec::new();
    for element in tuple {
        kept.push(look.inside(&element)?);
    }
    if kept.iter().all(Option::is_none) {
        return Ok(None);
    }
    let kept = PyTuple::new(tuple.py(), kept)?.into_any();
    if tuple.is_exact_instance_of::<PyTuple>() {
        return Ok(Some(kept));
    }
    with_class(tuple.as_any(), Some(kept))
}

fn items_parts<'py>(
    items: &Bound<'py, PyDict>,
    look: &mut Look,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let mut kept = Vec::new();
    for (key, value) in items {
        if let (Some(key), Some(value)) = (look.inside(&key)?, look.inside(&value)?) {
            kept.push((key, value));
        }
    }
    if kept.is_empty() {
        return Ok(None);
    }
    Ok(Some(PyTuple::new(items.py(), kept)?.into_any()))
}

fn with_class<'py>(
    value: &Bound<'py, PyAny>,
    parts: Option<Bound<'py, PyAny>>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some(parts) = parts else {
        return Ok(None);
    };
    let pair = [value.get_type().into_any(), parts];
    Ok(Some(PyTuple::new(value.py(), pair)?.into_any()))
}

/// The fields of an instance of a frozen dataclass.
fn frozen_fields<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyDict>>> {
    let py = value.py();
    let class = value.get_type();
    let Some(params) = class.getattr_opt(intern!(py, "__dataclass_params__"))? else {
        return Ok(None);
    };
    let is_frozen = params.getattr_opt(intern!(py, "frozen"))?;
    if !is_frozen.is_some_and(|frozen| frozen.is_truthy().unwrap_or(false)) {
        return Ok(None);
    }
    let fields = PyDict::new(py);
    for name in class
        .getattr(intern!(py, "__dataclass_fields__"))?
        .try_iter()?
    {
        let name = name?;
        if let Some(content) = value.getattr_opt(name.cast()?)? {
            fields.set_item(name, content)?;
        }
    }
    Ok(Some(fields))
}
