//! What of a class is state: assigned by its own methods, or a container that can change.

use std::collections::BTreeSet;

use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyDict, PyFunction, PyList, PySet, PyString, PyType};

use super::Names;
use super::constant::is_constant;
use super::instance::is_own_class;
use crate::python;
use crate::python::intern;

/// Methods that take the class without being declared so.
const TAKES_CLASS: [&str; 3] = ["__new__", "__init_subclass__", "__class_getitem__"];

/// Packages of containers and of data.
const DATA: [&str; 6] = [
    "array",
    "collections",
    "numpy",
    "pandas",
    "polars",
    "xarray",
];

/// The names of those attributes of a class, and of its bases, that a function which gets the class
/// can read, and that are no part of its definition: containers that can change, and what class
/// methods assign, as a setting. What instances assign to their class, such as their number, is left out.
pub fn class_state(class: &Bound<'_, PyType>) -> PyResult<Vec<Py<PyString>>> {
    let py = class.py();
    let mut names = Vec::new();
    if class.is_instance(python::ENUM_TYPE.get(py)?)? {
        return Ok(names);
    }
    let mut known = BTreeSet::new();
    for base in class.mro() {
        let base = base.cast_into::<PyType>()?;
        if !is_own_class(&base)? {
            continue;
        }
        let attributes = PyDict::new(py);
        let namespace = base.getattr(intern!(py, "__dict__"))?;
        attributes.call_method1(intern!(py, "update"), (namespace,))?;
        let settings = settings(&base, &attributes)?;
        for (name, value) in attributes {
            let Ok(name) = name.cast_into::<PyString>() else {
                continue;
            };
            let text = name.to_string();
            if !known.insert(text.clone()) || is_of_python(&text) {
                continue;
            }
            if is_data(&value)? || settings.contains(&text) && is_constant(&value)? {
                names.push(name.unbind());
            }
        }
    }
    Ok(names)
}

/// Names that Python or a library gives to what it keeps of a class.
fn is_of_python(name: &str) -> bool {
    (name.starts_with("__") && name.ends_with("__"))
        || matches!(
            name,
            "_field_defaults" | "_fields_" | "_anonymous_" | "model_config"
        )
}

/// What class methods alone assign to the class.
fn settings(
    class: &Bound<'_, PyType>,
    attributes: &Bound<'_, PyDict>,
) -> PyResult<BTreeSet<String>> {
    let class = class.name()?.to_string();
    let by_class = |name: &str, takes_class: bool| takes_class && !TAKES_CLASS.contains(&name);
    let mut settings = assigned_attributes(&class, attributes, by_class)?;
    let others = assigned_attributes(&class, attributes, |name, takes| !by_class(name, takes))?;
    settings.retain(|name| !others.contains(name));
    Ok(settings)
}

fn is_data(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    if value.is_exact_instance_of::<PyList>()
        || value.is_exact_instance_of::<PyDict>()
        || value.is_exact_instance_of::<PySet>()
        || value.is_exact_instance_of::<PyByteArray>()
    {
        return Ok(true);
    }
    let class = value.get_type();
    // What stands for an attribute is no data, as the fields of a named tuple, which are of `collections`.
    if class.hasattr(intern!(value.py(), "__get__"))? {
        return Ok(false);
    }
    let module = class.module()?.to_string();
    let top = module.split('.').next().unwrap_or_default();
    Ok(DATA.contains(&top) && !value.is_callable() && !is_constant(value)?)
}

/// Attributes that the functions among the attributes assign to the class: what lies on an instance
/// leaves the class's own as it is. Of the functions those count that `counts` says, by their name, and
/// by whether they take the class.
pub fn assigned_attributes(
    class: &str,
    attributes: &Bound<'_, PyDict>,
    counts: impl Fn(&str, bool) -> bool,
) -> PyResult<BTreeSet<String>> {
    let mut assigned = BTreeSet::new();
    for (name, value) in attributes {
        let name = name.to_string();
        let inner = value.getattr_opt("__func__").ok().flatten();
        let takes_class = inner.is_some() || TAKES_CLASS.contains(&name.as_str());
        let function = inner.unwrap_or(value);
        if !function.is_instance_of::<PyFunction>() || !counts(&name, takes_class) {
            continue;
        }
        let names = Names::of(&function.getattr("__code__")?)?;
        assigned.extend(names.assigned_to_class);
        let to_globals = names.assigned_to_globals.into_iter();
        assigned.extend(to_globals.filter_map(|(global, name)| (global == class).then_some(name)));
        if takes_class {
            assigned.extend(names.assigned_to_first);
        }
    }
    Ok(assigned)
}
