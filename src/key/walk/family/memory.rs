//! Memory of the standard library: `array.array`, memory views, memory maps, streams in memory.

use pyo3::buffer::PyUntypedBuffer;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::Encode::By;
use super::{Family, all_attributes};
use crate::error::Result;
use crate::key::encoder::Encoder;
use crate::key::tag::Tag;
use crate::key::walk::record::{Node, Part, Record};
use crate::key::walk::{Walk, leaf};
use crate::python::raw;

/// What holds bytes or numbers in one piece.
pub const FAMILY: Family = Family {
    classes: &[
        (&["array"], "array", By(array)),
        (&["builtins"], "memoryview", By(view)),
        (&["mmap"], "mmap", By(map)),
        (&["_io", "io"], "BytesIO", By(stream)),
        (&["_io", "io"], "StringIO", By(stream)),
    ],
    attributes: all_attributes,
    heeds_reduce: true,
    has_members_below: false,
};

fn array<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let record = record.with_attributes(value, &["typecode"])?;
    Ok(record.with(contents(value)?))
}

fn view<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let format = value.getattr("format")?;
    if format.to_string().contains('O') {
        return Err(walk.unhashable(value, "its memory holds addresses of objects", None));
    }
    let record = record.with_attributes(value, &["format", "shape"])?;
    // One without dimensions has no shape that a buffer could tell.
    let has_items = value.getattr("ndim")?.ne(0)?;
    let in_order = if has_items && value.getattr("c_contiguous")?.is_truthy()? {
        value.clone()
    } else {
        value.call_method0("tobytes")?
    };
    Ok(record.with(contents(&in_order)?))
}

fn map<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let position = value.call_method0("tell")?;
    if outlasts_file(value)? {
        let reason = "its file has become shorter than the map: to read on there ends the process";
        return Err(walk.unhashable(value, reason, None));
    }
    Ok(record.with(Part::Inner(position)).with(contents(value)?))
}

/// Whether a map is longer than the file behind it. A map without a file cannot tell a size.
fn outlasts_file(map: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Ok(size) = map.call_method0("size") else {
        return Ok(false);
    };
    Ok(size.extract::<usize>()? < map.len()?)
}

/// Content and position, and of text how the ends of lines are read.
fn stream<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = walk.py();
    let class = py
        .import("io")?
        .getattr(record.name.trim_start_matches("_io."))?;
    let state = class.call_method1(intern!(py, "__getstate__"), (value,))?;
    let state = state.cast_into::<PyTuple>().map_err(PyErr::from)?;
    // The last is the `__dict__`.
    let parts = state.iter().filter(|part| !part.is_instance_of::<PyDict>());
    let parts = parts.take(state.len().saturating_sub(1));
    Ok(parts.fold(record, |record, part| record.with(Part::Inner(part))))
}

/// The bytes of an object that lie in one piece, hashed where they lie.
fn contents<'py>(value: &Bound<'py, PyAny>) -> PyResult<Part<'py>> {
    let buffer = PyUntypedBuffer::get(value)?;
    // SAFETY: array, map, bytes, and the view that is checked are in one piece. Who writes to the
    // memory meanwhile gets the key of a mixture, as it would be in any order of the two.
    let bytes = unsafe { raw::buffer_bytes(&buffer) };
    let mut encoder = Encoder::new();
    leaf::contents(value.py(), &mut encoder, Tag::Buffer, bytes);
    Ok(Part::Node(Node::from_slice(encoder.as_bytes())))
}
