//! Frames and series of polars': a clone is free, and copies what it writes to.

use pyo3::intern;
use pyo3::prelude::*;

use super::Form;
use super::pickled::Pickled;

/// A frame or a series over memory of polars' own: the value's may be a numpy array's.
pub struct Polars {
    object: Py<PyAny>,
    size: u64,
}

impl Form for Polars {
    fn capture(value: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        let py = value.py();
        let object = Pickled::of(value)?.restore(py)?;
        let size = object.call_method0(intern!(py, "estimated_size"))?;
        Ok(Some(Self {
            size: size.extract()?,
            object: object.unbind(),
        }))
    }

    fn restore<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.object
            .call_method0(py, intern!(py, "clone"))
            .map(|clone| clone.into_bound(py))
    }

    fn size(&self) -> u64 {
        self.size
    }
}
