//! What stands for an object that is state in a definition that names it: the code in it.

use std::collections::BTreeSet;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFunction, PyString, PyTuple, PyType};

use super::follow::Look;
use super::{Names, installed_version};
use crate::python::intern;
use crate::python::{self, raw};

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
    let attributes = attributes(value);
    let class = value.get_type();
    if !is_own_class(&class)? {
        return of_installed(value, &attributes, look);
    }
    let code = kept(&own_code(value, &attributes)?, look)?;
    if code.is_empty() {
        return Ok(Some(class.into_any()));
    }
    let pair = (class, PyTuple::new(py, code)?);
    Ok(Some(pair.into_pyobject(py)?.into_any()))
}

/// What the object of an installed decorator wraps, or else the functions in what can be called.
fn of_installed<'py>(
    value: &Bound<'py, PyAny>,
    attributes: &Bound<'py, PyDict>,
    look: &mut Look,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = value.py();
    if !value.is_callable() {
        return Ok(None);
    }
    let functions = chosen(attributes, |_, content| {
        content.is_instance_of::<PyFunction>()
    })?;
    let code = kept(&functions, look)?;
    Ok((!code.is_empty())
        .then(|| PyTuple::new(py, code))
        .transpose()?
        .map(Bound::into_any))
}

/// The attributes of an object of the user's own that may be the code that it runs.
fn own_code<'py>(
    value: &Bound<'py, PyAny>,
    attributes: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyDict>> {
    if !value.is_callable() {
        return chosen(attributes, |name, _| name == "__wrapped__");
    }
    let changed = changed(&value.get_type())?;
    chosen(attributes, |name, content| {
        !changed.contains(name) || content.is_instance_of::<PyFunction>()
    })
}

/// An object's attributes, from where they lie: to ask the object for one may run code of any kind.
pub fn attributes<'py>(value: &Bound<'py, PyAny>) -> Bound<'py, PyDict> {
    let py = value.py();
    let found = value.getattr_opt(intern!(py, "__dict__")).ok().flatten();
    let found = found.and_then(|found| found.cast_into::<PyDict>().ok());
    let slots = slots(value).ok().filter(|slots| !slots.is_empty());
    let attributes = found.unwrap_or_else(|| PyDict::new(py));
    let Some(slots) = slots else {
        return attributes;
    };
    match slots.update(attributes.as_mapping()) {
        Ok(()) => slots,
        Err(_) => attributes,
    }
}

/// What lies in the slots that classes of the user's own bring.
fn slots<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let py = value.py();
    let found = PyDict::new(py);
    for class in value.get_type().mro() {
        let class = class.cast_into::<PyType>()?;
        let namespace = class.getattr(intern!(py, "__dict__"))?;
        if !namespace.contains(intern!(py, "__slots__"))? || !is_own_class(&class)? {
            continue;
        }
        for item in namespace.call_method0(intern!(py, "items"))?.try_iter()? {
            let (name, slot): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract()?;
            if slot.get_type().name()? == "member_descriptor"
                && let Ok(content) =
                    slot.call_method1(intern!(py, "__get__"), (value, class.clone()))
            {
                found.set_item(name, content)?;
            }
        }
    }
    Ok(found)
}

fn chosen<'py>(
    attributes: &Bound<'py, PyDict>,
    choose: impl Fn(&str, &Bound<'py, PyAny>) -> bool,
) -> PyResult<Bound<'py, PyDict>> {
    let chosen = PyDict::new(attributes.py());
    for (name, content) in attributes {
        if choose(&name.to_string(), &content) {
            chosen.set_item(name, content)?;
        }
    }
    Ok(chosen)
}

/// Whether a class is the user's own.
pub fn is_own_class(class: &Bound<'_, PyType>) -> PyResult<bool> {
    if raw::is_native(class) {
        return Ok(false);
    }
    let module = class.getattr(intern!(class.py(), "__module__"))?;
    let Ok(module) = module.cast_into::<PyString>() else {
        return Ok(false);
    };
    Ok(module != "builtins" && installed_version(class.py(), &module.to_string_lossy()).is_none())
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

/// The attributes that an object assigns while its method `entry` runs, or one that this calls: state
/// of the calls, not what somebody has set.
pub fn changed_by(class: &Bound<'_, PyType>, entry: &str) -> PyResult<BTreeSet<String>> {
    let mut changed = BTreeSet::new();
    let mut known = BTreeSet::new();
    let mut left = vec![entry.to_owned()];
    while let Some(name) = left.pop() {
        let method = class.getattr_opt(name.as_str()).ok().flatten();
        let Some(method) = method.filter(PyAnyMethods::is_instance_of::<PyFunction>) else {
            continue;
        };
        if known.insert(name) {
            let names = Names::of(&method.getattr(intern!(class.py(), "__code__"))?)?;
            changed.extend(names.assigned_to_first);
            left.extend(names.attributes);
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
