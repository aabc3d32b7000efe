//! Arrays of numpy's: a hit is one copy of the memory.

use pyo3::prelude::*;

use super::size::Sizes;
use super::{Form, Source};
use crate::python::intern;
use crate::python::{array, immutable};

/// Kinds of items that are what their bytes are: numpy's reference, "Data type objects", `kind`.
const PLAIN: &str = "biufcmMSU";

/// Bytes up to which numpy's own way to copy is as fast.
const SMALL: usize = 1024 * 1024;

/// Bytes that an array's shape and the allocator take, which it does not count.
const BESIDE: u64 = 48;

/// An array that nobody else has.
pub struct Array {
    contents: Py<PyAny>,
    is_writeable: bool,
    size: u64,
}

impl Form for Array {
    fn capture(value: &Bound<'_, PyAny>, source: Source<'_>) -> PyResult<Option<Self>> {
        let py = value.py();
        let mut sizes = Sizes::default();
        match items(value)? {
            Items::Plain => {}
            Items::Objects if have_leaves_only(value, &mut sizes)? => {}
            Items::Objects | Items::Others => return Ok(None),
        }
        let flags = value.getattr(intern!(py, "flags"))?;
        let mut is_writeable = flags.getattr(intern!(py, "writeable"))?.is_truthy()?;
        let array = if source.is_ours() {
            let piece = array::piece(value)?.unwrap_or_default();
            if let Some(was_writable) = source.was_writable(piece) {
                is_writeable = was_writable;
                sizes.add_bytes(piece.len() as u64);
            }
            array::with_dtype_of_its_own(value)?
        } else {
            copied(value)?
        };
        sizes.add(&array)?;
        sizes.add_bytes(BESIDE);
        Ok(Some(Self {
            contents: array.unbind(),
            is_writeable,
            size: sizes.total(),
        }))
    }

    fn restore<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let array = copied(self.contents.bind(py))?;
        if !self.is_writeable {
            array.call_method1(intern!(py, "setflags"), (false,))?;
        }
        Ok(array)
    }

    fn size(&self) -> u64 {
        self.size
    }
}

/// What an array's items are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Items {
    /// Their bytes.
    Plain,
    /// Python's objects.
    Objects,
    /// Something else: the data type may be changed by those who have it, or have memory of its own.
    Others,
}

/// What the items of an array are.
pub fn items(array: &Bound<'_, PyAny>) -> PyResult<Items> {
    let py = array.py();
    let dtype = array.getattr(intern!(py, "dtype"))?;
    let kind: char = dtype.getattr(intern!(py, "kind"))?.extract()?;
    if !dtype.getattr(intern!(py, "metadata"))?.is_none() {
        return Ok(Items::Others);
    }
    Ok(match kind {
        'O' => Items::Objects,
        kind if PLAIN.contains(kind) => Items::Plain,
        _ => Items::Others,
    })
}

/// Whether no object in the array can change.
pub fn have_leaves_only(array: &Bound<'_, PyAny>, sizes: &mut Sizes) -> PyResult<bool> {
    for item in array.getattr(intern!(array.py(), "flat"))?.try_iter()? {
        let item = item?;
        if !immutable::is_leaf(&item)? {
            return Ok(false);
        }
        sizes.add(&item)?;
    }
    Ok(true)
}

/// A copy, down to the data type.
fn copied<'py>(array: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let array = array::with_dtype_of_its_own(array)?;
    match array::copy_of_large(&array, SMALL)? {
        Some(copy) => Ok(copy),
        None => array::copy(&array),
    }
}
