//! Containers that do not change, and what of them is part of a definition: code and constants.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFrozenSet, PyMapping, PyString, PyTuple, PyType};

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
    if value.get_type().name()? == "Struct"
        && let Some(format) = value.getattr_opt(intern!(py, "format"))?
        && value
            .get_type()
            .module()?
            .to_string_lossy()
            .trim_start_matches('_')
            == "struct"
    {
        return with_class(value, Some(format));
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

/// The fields of an instance that does not let them be assigned: of a frozen dataclass, or a frozen
/// class of attrs or pydantic.
pub fn frozen_fields<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyDict>>> {
    let Some(names) = frozen_names(&value.get_type())? else {
        return Ok(None);
    };
    let fields = PyDict::new(value.py());
    for name in names {
        let content = value.getattr_opt(name.cast()?)?;
        match content.as_ref().map(|content| content.cast::<PyDict>()) {
            // Of pydantic's own dicts, which are frozen with the instance, the items count.
            Some(Ok(dict)) if name.to_string().starts_with("__pydantic_") => {
                fields.set_item(name, dict.items().to_tuple())?;
            }
            Some(_) => fields.set_item(name, content)?,
            None => {}
        }
    }
    Ok(Some(fields))
}

fn frozen_names<'py>(class: &Bound<'py, PyType>) -> PyResult<Option<Vec<Bound<'py, PyAny>>>> {
    let py = class.py();
    if is_true(
        class.getattr_opt(intern!(py, "__dataclass_params__"))?,
        intern!(py, "frozen"),
    )? {
        let fields = class.getattr(intern!(py, "__dataclass_fields__"))?;
        return fields.try_iter()?.collect::<PyResult<_>>().map(Some);
    }
    if let Some(fields) = class.getattr_opt(intern!(py, "__attrs_attrs__"))?
        && is_frozen_by_attrs(class)?
    {
        let names = fields
            .try_iter()?
            .map(|field| field?.getattr(intern!(py, "name")));
        return names.collect::<PyResult<_>>().map(Some);
    }
    if let Some(fields) = class.getattr_opt(intern!(py, "__pydantic_fields__"))?
        && let Some(config) = class.getattr_opt(intern!(py, "model_config"))?
        && config
            .cast::<PyDict>()?
            .get_item(intern!(py, "frozen"))?
            .is_some_and(|f| f.is_truthy().unwrap_or(false))
    {
        let fields = fields.try_iter()?.collect::<PyResult<Vec<_>>>()?;
        let beside = ["__pydantic_extra__", "__pydantic_private__"]
            .map(|name| PyString::new(py, name).into_any());
        return Ok(Some(fields.into_iter().chain(beside).collect()));
    }
    Ok(None)
}

/// attrs gives one method to all frozen classes, under which no attribute can be assigned.
fn is_frozen_by_attrs(class: &Bound<'_, PyType>) -> PyResult<bool> {
    let py = class.py();
    let set = class.getattr(intern!(py, "__setattr__"))?;
    let module = set.getattr_opt(intern!(py, "__module__"))?;
    let name = set.getattr_opt(intern!(py, "__name__"))?;
    let is = |found: Option<Bound<'_, PyAny>>, text: &str| {
        found.is_some_and(|found| found.to_string() == text)
    };
    Ok(is(module, "attr._make") && is(name, "_frozen_setattrs"))
}

fn is_true(owner: Option<Bound<'_, PyAny>>, name: &Bound<'_, PyString>) -> PyResult<bool> {
    let Some(owner) = owner else {
        return Ok(false);
    };
    let found = owner.getattr_opt(name)?;
    Ok(found.is_some_and(|found| found.is_truthy().unwrap_or(false)))
}
