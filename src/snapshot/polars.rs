//! Frames and series of polars': a clone is free, and copies what it writes to.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::pickled::Pickled;
use super::{Form, Source};
use crate::python;
use crate::python::intern;

/// Types whose columns hold views of texts.
const OF_TEXTS: [&str; 2] = ["String", "Binary"];
/// Bytes of such a view: Arrow's columnar format, "Variable-size Binary View Layout".
const OF_VIEW: u64 = 16;

/// A frame or a series over memory of polars' own: the value's may be a numpy array's.
pub struct Polars {
    object: Py<PyAny>,
    size: u64,
}

impl Polars {
    /// The frame or series as Arrow has it, over the same memory; none, if it would not come back as it is.
    pub fn as_arrow<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let object = self.object.bind(py);
        if has_cut_names(object)? {
            return Ok(None);
        }
        let options = PyDict::new(py);
        let newest = python::POLARS_COMPAT
            .get(py)?
            .call_method0(intern!(py, "newest"))?;
        options.set_item(intern!(py, "compat_level"), newest)?;
        let arrow = object.call_method(intern!(py, "to_arrow"), (), Some(&options))?;
        let name = object.getattr_opt(intern!(py, "name"))?;
        let arrow = match name {
            Some(name) => PyTuple::new(py, [name, arrow])?.into_any(),
            None => arrow,
        };
        let back = from_arrow(&arrow)?;
        Ok(has_same_types(object, &back)?.then_some(arrow))
    }

    /// What [`as_arrow`](Self::as_arrow) gave, as a frame or series over the same memory.
    pub fn over(arrow: &Bound<'_, PyAny>) -> PyResult<Self> {
        let object = from_arrow(arrow)?;
        let estimated: u64 = object
            .call_method0(intern!(arrow.py(), "estimated_size"))?
            .extract()?;
        Ok(Self {
            size: estimated.saturating_add(size_of_views(&object)?),
            object: object.unbind(),
        })
    }
}

/// Whether a name has a zero byte, where Arrow's interface would end it: polars aborts the process then.
/// Types show the names inside of them as Python writes them.
fn has_cut_names(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = object.py();
    let shown = if let Some(schema) = object.getattr_opt(intern!(py, "schema"))? {
        schema
    } else {
        let (name, data_type) = (object.getattr("name")?, object.getattr("dtype")?);
        PyTuple::new(py, [name, data_type])?.into_any()
    };
    Ok(shown.repr()?.to_string_lossy().contains("\\x00"))
}

fn from_arrow<'py>(arrow: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = arrow.py();
    match arrow.cast::<PyTuple>() {
        Ok(named) => python::POLARS_SERIES.get(py)?.call1(named),
        Err(_) => python::POLARS_FROM_ARROW.get(py)?.call1((arrow,)),
    }
}

/// Whether two frames have the same columns and rows, or two series the same name, type and length; and know the same of
/// their order, which Arrow has no place for.
fn has_same_types(a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = a.py();
    // A frame without columns may have rows.
    if a.len()? != b.len()? {
        return Ok(false);
    }
    let flags = intern!(py, "flags");
    if a.getattr(flags)?.ne(b.getattr(flags)?)? {
        return Ok(false);
    }
    let of_frame = intern!(py, "schema");
    if a.hasattr(of_frame)? {
        return a.getattr(of_frame)?.eq(b.getattr(of_frame)?);
    }
    for part in [intern!(py, "dtype"), intern!(py, "name")] {
        if a.getattr(part)?.ne(b.getattr(part)?)? {
            return Ok(false);
        }
    }
    Ok(true)
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
