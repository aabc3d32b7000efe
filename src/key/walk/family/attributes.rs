//! What lies on an instance beside its record.

use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use crate::error::Result;
use crate::python::intern;
use crate::python::{self, raw};

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
    attributes.update(slots_before(value, base)?.as_mapping())?;
    Ok(Some(attributes))
}

/// What lies in the slots of the classes before `base`, as these classes see it: one before them may
/// have something else of the name. Of two slots of one name, the first counts.
pub fn slots_before<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
) -> Result<Bound<'py, PyDict>> {
    let contents = PyDict::new(value.py());
    for class in value.get_type().mro() {
        if class.is(base) {
            break;
        }
        for slot in slots(&class)? {
            match as_base_sees(&class, value, &slot)? {
                Some(content) if !contents.contains(&slot)? => contents.set_item(slot, content)?,
                _ => {}
            }
        }
    }
    Ok(contents)
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
    let attributes = match raw::instance_dict(value) {
        Some(attributes) => Some(attributes),
        None => value.getattr_opt(intern!(value.py(), "__dict__"))?,
    };
    let attributes = attributes.and_then(|attributes| attributes.cast_into::<PyDict>().ok());
    Ok(attributes.map(|own| own.copy()).transpose()?)
}

/// The names of a class's slots, as its attributes have them. `__slots__` itself may have been used
/// up, and what is private in it is named after what the class was called then.
fn slots(class: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    let py = class.py();
    let namespace = class.getattr(intern!(py, "__dict__"))?;
    let mut names = Vec::new();
    if !namespace.contains(intern!(py, "__slots__"))? {
        return Ok(names);
    }
    for item in namespace.call_method0(intern!(py, "items"))?.try_iter()? {
        let (name, content): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract()?;
        if content.is_instance(python::MEMBER_DESCRIPTOR.get(py)?)? {
            names.push(name.extract()?);
        }
    }
    Ok(names)
}
