//! What lies on an instance beside its record.

use pyo3::exceptions::PyAttributeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use crate::error::Result;

/// The attributes of an instance, and the slots of the classes before `base`.
pub fn all_attributes<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
) -> Result<Option<Bound<'py, PyDict>>> {
    let own = own_attributes(value, base)?;
    if own.is_none() && value.get_type().is(base) {
        return Ok(None);
    }
    let py = value.py();
    let attributes = own.unwrap_or_else(|| PyDict::new(py));
    for class in value.get_type().mro() {
        if class.is(base) {
            break;
        }
        for slot in slots(&class)? {
            if let Some(content) = value.getattr_opt(&slot)? {
                attributes.set_item(slot, content)?;
            }
        }
    }
    Ok(Some(attributes))
}

/// All attributes but those in which the known class keeps what the record has, or what is no
/// content, by the name of the class. A user's own may have any other class's names.
pub fn attributes_beside<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
    held: &[(&str, &[&str])],
) -> Result<Option<Bound<'py, PyDict>>> {
    let class = base.qualname()?;
    let class = class.to_string_lossy();
    let held = held.iter().find(|(name, _)| *name == class);
    attributes_except(value, base, held.map_or(&[], |(_, names)| names))
}

/// All attributes but some, which the record has or which are no content.
pub fn attributes_except<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
    names: &[&str],
) -> Result<Option<Bound<'py, PyDict>>> {
    let attributes = all_attributes(value, base)?;
    if let Some(attributes) = &attributes {
        for name in names {
            if attributes.contains(name)? {
                attributes.del_item(name)?;
            }
        }
    }
    Ok(attributes)
}

/// An attribute as a base class keeps it, whatever a subclass puts before it. Nothing, if it is not set,
/// or if this version of Python has none of that name.
pub fn as_base_sees<'py>(
    base: &Bound<'py, PyAny>,
    value: &Bound<'py, PyAny>,
    name: &str,
) -> Result<Option<Bound<'py, PyAny>>> {
    let py = value.py();
    let Some(descriptor) = base.getattr_opt(name)? else {
        return Ok(None);
    };
    match descriptor.call_method1(intern!(py, "__get__"), (value,)) {
        Ok(found) => Ok(Some(found)),
        Err(raised) if raised.is_instance_of::<PyAttributeError>(py) => Ok(None),
        Err(raised) => Err(raised.into()),
    }
}

/// What lies in an instance's own `__dict__`, if it has one: a copy, since user code or another thread
/// may add to it meanwhile.
pub fn own_attributes<'py>(
    value: &Bound<'py, PyAny>,
    _: &Bound<'py, PyType>,
) -> Result<Option<Bound<'py, PyDict>>> {
    let attributes = value.getattr_opt(intern!(value.py(), "__dict__"))?;
    let attributes = attributes.and_then(|attributes| attributes.cast_into::<PyDict>().ok());
    Ok(attributes.map(|own| own.copy()).transpose()?)
}

/// The names of a class's slots, as its attributes have them.
fn slots(class: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    let py = class.py();
    let namespace = class.getattr(intern!(py, "__dict__"))?;
    let Ok(slots) = namespace.get_item(intern!(py, "__slots__")) else {
        return Ok(Vec::new());
    };
    let names: Vec<String> = match slots.extract::<String>() {
        Ok(name) => vec![name],
        Err(_) => slots
            .try_iter()?
            .map(|name| name?.extract())
            .collect::<PyResult<_>>()?,
    };
    let owner: String = class.getattr(intern!(py, "__name__"))?.extract()?;
    Ok(names
        .into_iter()
        .filter(|name| name != "__dict__" && name != "__weakref__")
        .map(|name| mangled(&owner, name))
        .collect())
}

/// A private name as the compiler writes it into the class.
fn mangled(class: &str, name: String) -> String {
    let class = class.trim_start_matches('_');
    if !name.starts_with("__") || name.ends_with("__") || class.is_empty() {
        return name;
    }
    format!("_{class}{name}")
}
