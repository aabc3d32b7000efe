//! Members of enumerations: there once, until their class is defined anew, as each run of an app or a cell does.

use pyo3::prelude::*;

use super::{Form, Source, size};
use crate::python;
use crate::python::intern;
use crate::python::named::ClassName;

/// A member, and where its class is found.
pub struct Member {
    object: Py<PyAny>,
    class: ClassName,
    size: u64,
}

impl Form for Member {
    fn capture(value: &Bound<'_, PyAny>, _: Source<'_>) -> PyResult<Option<Self>> {
        Ok(Some(Self {
            object: value.clone().unbind(),
            class: ClassName::of(&value.get_type())?,
            size: size::of(value)?,
        }))
    }

    fn restore<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let member = self.object.bind(py);
        match self.class.find(py)? {
            Some(class) if !class.is(member.get_type()) => of_class(member, &class),
            _ => Ok(member.clone()),
        }
    }

    fn size(&self) -> u64 {
        self.size
    }
}

/// The member of a class that has taken the place of its own: that of its name, or else that of its value, as flags
/// have it. What is no enumeration any more has none.
fn of_class<'py>(
    member: &Bound<'py, PyAny>,
    class: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = member.py();
    if !class.is_instance(python::ENUM_TYPE.get(py)?)? {
        return Ok(member.clone());
    }
    let name = member.getattr(intern!(py, "_name_"))?;
    let members = class.getattr(intern!(py, "__members__"))?;
    if members.contains(&name)? {
        return members.get_item(name);
    }
    class.call1((member.getattr(intern!(py, "_value_"))?,))
}
