//! Arrow's tables and arrays: nothing about them can be changed but the memory that they lie in, and
//! this is taken over into memory that nobody can write to.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::pickled::Pickled;
use super::{Form, Source};
use crate::python;
use crate::python::intern;

/// Of how many bytes of its own each may come with one that is not: a slice has all of what it was
/// cut from.
const SPARE: u64 = 4;

/// Bytes of what stands for a column.
const OF_COLUMN: u64 = 768;

/// A table or an array over memory of its own.
pub struct Arrow {
    object: Py<PyAny>,
    size: u64,
}

impl Arrow {
    /// The object, which lies over memory of its own.
    pub fn object<'a, 'py>(&'a self, py: Python<'py>) -> &'a Bound<'py, PyAny> {
        self.object.bind(py)
    }
}

impl Form for Arrow {
    fn capture(value: &Bound<'_, PyAny>, source: Source<'_>) -> PyResult<Option<Self>> {
        let py = value.py();
        if has_types_of_others(value)? {
            return Ok(None);
        }
        let (object, held) = if source.is_ours() {
            (value.clone(), held(value)?)
        } else {
            let pickled = Pickled::of(&without_spare(value)?)?;
            (pickled.lend(py)?, pickled.size())
        };
        Ok(Some(Self {
            object: object.unbind(),
            size: held.saturating_add(OF_COLUMN * columns(value)?),
        }))
    }

    /// Each hit gets a face of its own: an array has a name that can be set, and a table may be consumed, as by
    /// `to_pandas(self_destruct=True)`.
    fn restore<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let object = self.object.bind(py);
        object.call_method1(intern!(py, "slice"), (0,))
    }

    fn size(&self) -> u64 {
        self.size
    }
}

fn columns(value: &Bound<'_, PyAny>) -> PyResult<u64> {
    let columns = value.getattr_opt(intern!(value.py(), "num_columns"))?;
    columns.map_or(Ok(1), |columns| columns.extract())
}

/// Whether all types of a schema, a field or a type are the library's: then nobody can change it.
pub fn is_known(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(!has_types_of_others(value)?)
}

/// The types of columns or fields, or the type itself.
fn types_of<'py>(value: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let py = value.py();
    if value.is_instance(python::ARROW_DATA_TYPE.get(py)?)? {
        return Ok(vec![value.clone()]);
    }
    if value.is_instance(python::ARROW_SCHEMA.get(py)?)? {
        return value.getattr(intern!(py, "types"))?.extract();
    }
    match value.getattr_opt(intern!(py, "schema"))? {
        Some(schema) => schema.getattr(intern!(py, "types"))?.extract(),
        None => Ok(vec![value.getattr(intern!(py, "type"))?]),
    }
}

/// Whether a user has defined one of the types: it may hold anything.
fn has_types_of_others(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    let mut left = types_of(value)?;
    while let Some(data_type) = left.pop() {
        if data_type.is_instance(python::ARROW_EXTENSION.get(py)?)? {
            return Ok(true);
        }
        let count: usize = data_type.getattr(intern!(py, "num_fields"))?.extract()?;
        for number in 0..count {
            let field = data_type.call_method1(intern!(py, "field"), (number,))?;
            left.push(field.getattr(intern!(py, "type"))?);
        }
        if let Some(values) = data_type.getattr_opt(intern!(py, "value_type"))? {
            left.push(values);
        }
    }
    Ok(false)
}

/// Bytes of all memory that the value lies over.
fn held(value: &Bound<'_, PyAny>) -> PyResult<u64> {
    let held = value.call_method0(intern!(value.py(), "get_total_buffer_size"))?;
    held.extract()
}

/// The value without the memory around its slices.
fn without_spare<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = value.py();
    let needed: u64 = value.getattr(intern!(py, "nbytes"))?.extract()?;
    let held = held(value)?;
    if held <= needed + needed / SPARE {
        return Ok(value.clone());
    }
    cut_out(value)
}

fn cut_out<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = value.py();
    if value.get_type().is(python::ARROW_TABLE.get(py)?) {
        let columns = value.getattr(intern!(py, "columns"))?;
        let columns = columns
            .try_iter()?
            .map(|column| cut_out_column(&column?))
            .collect::<PyResult<Vec<_>>>()?;
        let schema = value.getattr(intern!(py, "schema"))?;
        let options = PyDict::new(py);
        options.set_item(intern!(py, "schema"), schema)?;
        let from = value.get_type().getattr(intern!(py, "from_arrays"))?;
        return from.call((columns,), Some(&options));
    }
    if value.get_type().is(python::ARROW_BATCH.get(py)?) {
        return cut_out_batch(value);
    }
    if value.is_instance(python::ARROW_CHUNKED.get(py)?)? {
        return cut_out_column(value);
    }
    cut_out_array(value)
}

/// A column, whose pieces stay pieces.
fn cut_out_column<'py>(column: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = column.py();
    let chunks = column.getattr(intern!(py, "chunks"))?;
    let chunks = chunks
        .try_iter()?
        .map(|chunk| cut_out_array(&chunk?))
        .collect::<PyResult<Vec<_>>>()?;
    let data_type = column.getattr(intern!(py, "type"))?;
    python::ARROW_MAKE_CHUNKED
        .get(py)?
        .call1((chunks, data_type))
}

fn cut_out_array<'py>(array: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = array.py();
    let from = python::ARROW_BATCH
        .get(py)?
        .getattr(intern!(py, "from_arrays"))?;
    let batch = from.call1((vec![array], vec![""]))?;
    cut_out_batch(&batch)?.call_method1(intern!(py, "column"), (0,))
}

/// What is written for others has only what is needed.
fn cut_out_batch<'py>(batch: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = batch.py();
    let written = batch.call_method0(intern!(py, "serialize"))?;
    let schema = batch.getattr(intern!(py, "schema"))?;
    python::ARROW_READ_BATCH.get(py)?.call1((written, schema))
}
