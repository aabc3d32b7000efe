//! Capsules: how Python objects hand out their Arrow memory.

use std::ffi::CStr;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use super::data::{self, Dictionaries};
use super::layout::Layout;
use super::raw::{Array, Schema, Stream};
use super::{field, raw};
use crate::key::encoder::Encoder;
use crate::key::walk::record::{Node, Part};
use crate::python::interrupt::detached;

/// Columns of numbers with fewer rows are hashed without releasing the interpreter.
const RELEASE_FROM: usize = 4096;

/// What an object hands out: a field, and chunks of it that it keeps alive.
pub struct Column {
    /// What the column is.
    pub field: Schema,
    chunks: Vec<Array>,
    /// Whether the column is the one child of each chunk.
    is_inside: bool,
}

/// The field in a capsule that `__arrow_c_schema__` returned.
pub fn schema(capsule: &Bound<'_, PyAny>) -> PyResult<Schema> {
    take(capsule, c"arrow_schema")
}

/// The node of a field.
pub fn field_part<'py>(field: &Schema) -> PyResult<Part<'py>> {
    let mut encoder = Encoder::new();
    field::write(&mut encoder, field)?;
    Ok(Part::Node(Node::from_slice(encoder.as_bytes())))
}

impl Column {
    /// The one chunk in the pair that `__arrow_c_array__` returned.
    pub fn of_array(pair: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (field, array): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair.extract()?;
        Ok(Self {
            field: schema(&field)?,
            chunks: vec![take(&array, c"arrow_array")?],
            is_inside: false,
        })
    }

    /// All chunks of what `__arrow_c_stream__` returned.
    pub fn of_stream(capsule: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut stream: Stream = take(capsule, c"arrow_array_stream")?;
        let field = stream.schema().map_err(PyValueError::new_err)?;
        let mut chunks = Vec::new();
        while let Some(chunk) = stream.next_chunk().map_err(PyValueError::new_err)? {
            chunks.push(chunk);
        }
        Ok(Self {
            field,
            chunks,
            is_inside: false,
        })
    }

    /// The one column of what `__arrow_c_stream__` returned for a table.
    pub fn of_table(capsule: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self {
            is_inside: true,
            ..Self::of_stream(capsule)?
        })
    }

    /// The node of the content.
    pub fn data_part<'py>(
        &self,
        py: Python<'_>,
        dictionaries: Dictionaries,
    ) -> PyResult<Part<'py>> {
        let write = || -> super::Result<Node> {
            let mut encoder = Encoder::new();
            let (field, chunks) = self.column()?;
            data::write(&mut encoder, field, chunks, dictionaries)?;
            Ok(Node::from_slice(encoder.as_bytes()))
        };
        let node = if self.is_short() {
            write()
        } else {
            detached(py, write)?
        };
        Ok(Part::Node(node?))
    }

    fn column(&self) -> super::Result<(&Schema, Vec<&Array>)> {
        if !self.is_inside {
            return Ok((&self.field, self.chunks.iter().collect()));
        }
        let chunks = self.chunks.iter().map(Array::only_child);
        Ok((self.field.child(0)?, chunks.collect::<super::Result<_>>()?))
    }

    fn is_short(&self) -> bool {
        let lengths = self.chunks.iter().map(|chunk| chunk.length().unwrap_or(0));
        let is_flat = self.field.format().and_then(Layout::of);
        matches!(is_flat, Ok(Layout::Boolean | Layout::Fixed(_)))
            && lengths.sum::<usize>() < RELEASE_FROM
    }
}

impl From<super::Error> for PyErr {
    /// As a class raises it that has no content.
    fn from(error: super::Error) -> Self {
        PyValueError::new_err(error.to_string())
    }
}

fn take<T: raw::Owned>(capsule: &Bound<'_, PyAny>, name: &CStr) -> PyResult<T> {
    let capsule = capsule.cast::<PyCapsule>()?;
    let pointer = capsule.pointer_checked(Some(name))?.cast();
    // SAFETY: a capsule of that name holds such a struct, and the interpreter is held.
    let taken = unsafe { T::take(pointer.as_ptr()) };
    if taken.is_released() {
        return Err(PyValueError::new_err("its Arrow memory was released"));
    }
    Ok(taken)
}
