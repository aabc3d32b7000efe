//! Frames and series of polars': a clone is free, and copies what it writes to.

use pyo3::intern;
use pyo3::prelude::*;

use super::pickled::Pickled;
use super::{Form, Source};

/// Types whose columns hold views of texts.
const OF_TEXTS: [&str; 2] = ["String", "Binary"];
/// Bytes of such a view: Arrow's columnar format, "Variable-size Binary View Layout".
const OF_VIEW: u64 = 16;

/// A frame or a series over memory of polars' own: the value's may be a numpy array's.
pub struct Polars {
    object: Py<PyAny>,
    size: u64,
}

impl Form for Polars {
    fn capture(value: &Bound<'_, PyAny>, source: Source<'_>) -> PyResult<Option<Self>> {
        let py = value.py();
        let object = if source.is_ours() {
            value.clone()
        } else {
            Pickled::of(value)?.restore(py)?
        };
        let size: u64 = object
            .call_method0(intern!(py, "estimated_size"))?
            .extract()?;
        Ok(Some(Self {
            size: size.saturating_add(size_of_views(&object)?),
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

/// Bytes of what stands for the texts in their columns, which polars does not count.
fn size_of_views(value: &Bound<'_, PyAny>) -> PyResult<u64> {
    let py = value.py();
    let types: Vec<Bound<'_, PyAny>> = match value.getattr_opt(intern!(py, "dtypes"))? {
        Some(types) => types.extract()?,
        None => vec![value.getattr(intern!(py, "dtype"))?],
    };
    let mut columns = 0;
    for data_type in types {
        let name = data_type.str()?;
        columns += u64::from(OF_TEXTS.contains(&name.to_str()?));
    }
    Ok(columns * OF_VIEW * value.len()? as u64)
}
