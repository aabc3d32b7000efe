//! UUIDs: their class is written in Python, and says no to changes only politely.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::{Form, Source, size};
use crate::python;
use crate::python::intern;

/// What a UUID is made of.
pub struct Identity {
    number: Py<PyAny>,
    safety: Py<PyAny>,
    size: u64,
}

impl Form for Identity {
    fn capture(value: &Bound<'_, PyAny>, _: Source<'_>) -> PyResult<Option<Self>> {
        let py = value.py();
        let number = value.getattr(intern!(py, "int"))?;
        Ok(Some(Self {
            size: size::of(value)? + size::of(&number)?,
            number: number.unbind(),
            safety: value.getattr(intern!(py, "is_safe"))?.unbind(),
        }))
    }

    fn restore<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let parts = PyDict::new(py);
        parts.set_item(intern!(py, "int"), &self.number)?;
        parts.set_item(intern!(py, "is_safe"), &self.safety)?;
        python::UUID.get(py)?.call((), Some(&parts))
    }

    fn size(&self) -> u64 {
        self.size
    }
}
