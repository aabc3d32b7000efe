//! What stands for an object that is state in a definition that names it: the code in it.

use std::collections::BTreeSet;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFunction, PyString, PyTuple, PyType};

use super::follow::Look;
use super::{Names, installed_version};
use crate::python;

/// Methods that give an object what it keeps.
const SETUP: [&str; 4] = ["__init__", "__new__", "__post_init__", "__set_name__"];

/// Its class, if that is the user's own; and what it calls, if it can be called, as the objects
/// that decorators make.
pub fn of_instance<'py>(
    value: &Bound<'py, PyAny>,
    look: &mut Look,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = value.py();
    if value.is_instance(python::CACHED_PROPERTY.get(py)?)? {
        return look.inside(&value.getattr(intern!(py, "func"))?);
    }
    let class = value.get_type();
    let is_own = is_own_class(&class)?;
    let attributes = code_attributes(value, &class, is_own)?;
    let code = kept(&attributes, look)?;
    let class = is_own.then(|| class.into_any());
    match (class, code.is_empty()) {
        (class, true) => Ok(class),
        (None, false) => Ok(Some(PyTuple::new(py, code)?.into_any())),
        (Some(class), false) => {
            let pair = (class, PyTuple::new(py, code)?);
            Ok(Some(pair.into_pyobject(py)?.into_any()))
        }
    }
}

/// Whether a class is the user's own.
pub fn is_own_class(class: &Bound<'_, PyType>) -> PyResult<bool> {
    let module = class.getattr(intern!(class.py(), "__module__"))?;
    let Ok(module) = module.cast_into::<PyString>() else {
        return Ok(false);
    };
    Ok(module != "builtins" && installed_version(class.py(), &module.to_string_lossy()).is_none())
}

/// The attributes of an object that may be the code that it runs.
///
/// They are taken from where they lie: to ask the object for one may run code of any kind.
fn code_attributes<'py>(
    value: &Bound<'py, PyAny>,
    class: &Bound<'py, PyType>,
    is_own: bool,
) -> PyResult<Bound<'py, PyDict>> {
    let py = value.py();
    let kept = PyDict::new(py);
    let attributes = value.getattr_opt(intern!(py, "__dict__")).ok().flatten();
    let Some(attributes) = attributes.and_then(|found| found.cast_into::<PyDict>().ok()) else {
        return Ok(kept);
    };
    let wrapped = intern!(py, "__wrapped__");
    if let Some(function) = attributes.get_item(wrapped)? {
        kept.set_item(wrapped, function)?;
    }
    if !value.is_callable() {
        return Ok(kept);
    }
    let changed = if is_own {
        changed(class)?
    } else {
        BTreeSet::new()
    };
    for (name, content) in attributes {
        let counts = is_own && !changed.contains(&name.to_string());
        if counts || content.is_instance_of::<PyFunction>() {
            kept.set_item(name, content)?;
        }
    }
    Ok(kept)
}

/// The attributes that an object's methods assign while it is used.
fn changed(class: &Bound<'_, PyType>) -> PyResult<BTreeSet<String>> {
    let mut changed = BTreeSet::new();
    for base in class.mro() {
        let namespace = base.getattr(intern!(class.py(), "__dict__"))?;
        for item in namespace
            .call_method0(intern!(class.py(), "items"))?
            .try_iter()?
        {
            let (name, method): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract()?;
            if method.is_instance_of::<PyFunction>() && !SETUP.contains(&&*name.to_string()) {
                let names = Names::of(&method.getattr(intern!(class.py(), "__code__"))?)?;
                changed.extend(names.assigned_to_first);
            }
        }
    }
    Ok(changed)
}

/// Names and what stands for them.
fn kept<'py>(
    attributes: &Bound<'py, PyDict>,
    look: &mut Look,
) -> PyResult<Vec<(Bound<'py, PyAny>, Bound<'py, PyAny>)>> {
    let mut kept = Vec::new();
    for (name, content) in attributes {
        if let Some(content) = look.inside(&content)? {
            kept.push((name, content));
        }
    }
    Ok(kept)
}
