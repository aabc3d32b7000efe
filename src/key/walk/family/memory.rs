//! Memory of the standard library: `array.array`, memory views, memory maps, streams in memory.

use pyo3::buffer::PyUntypedBuffer;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::Encode::By;
use super::{Family, all_attributes};
use crate::error::Result;
use crate::key::encoder::Encoder;
use crate::key::strided::{ENDLESS, extent};
use crate::key::tag::Tag;
use crate::key::walk::record::{Node, Part, Record};
use crate::key::walk::{Walk, leaf};
use crate::python::array::endless;
use crate::python::intern;
use crate::python::{self, raw};

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
    let class = python::ARRAY.get(value.py())?;
    let record = record.with_attributes_of(class, value, &["typecode"])?;
    Ok(record.with(Part::Node(contents(value)?)))
}

/// How the items of a view are to be read, and these in the order of their indices.
pub fn view<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let format = value.getattr("format")?;
    if holds_addresses(&format.to_string()) {
        return Err(walk.unhashable(value, "its memory holds addresses", None));
    }
    let record = record.with_attributes(value, &["format", "shape"])?;
    Ok(record.with(Part::Node(items(value)?)))
}

/// The items of a view in the order of their indices.
pub fn items(view: &Bound<'_, PyAny>) -> PyResult<Node> {
    // One without dimensions has no shape that a buffer could tell.
    let has_items = view.getattr("ndim")?.ne(0)?;
    if has_items && view.getattr("c_contiguous")?.is_truthy()? {
        return contents(view);
    }
    let shape: Vec<usize> = view.getattr("shape")?.extract()?;
    let strides: Vec<isize> = view.getattr("strides")?.extract()?;
    let item: usize = view.getattr("itemsize")?.extract()?;
    let (shown, there) = extent(item, &shape, &strides);
    if shown > ENDLESS && shown > there {
        return Err(endless(shown, there));
    }
    contents(&view.call_method0("tobytes")?)
}

/// Whether a view shows a row of bytes, which then say all that it shows.
pub fn is_row_of_bytes(view: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(view.getattr("format")?.eq("B")? && view.getattr("ndim")?.eq(1)?)
}

/// Whether items of a format are addresses, which are chance and do not say what lies there: of
/// objects, strings, functions, anything. The names of fields stand between colons.
fn holds_addresses(format: &str) -> bool {
    format.split(':').step_by(2).any(|codes| {
        let next = codes.chars().skip(1).map(Some).chain([None]);
        codes.chars().zip(next).any(|(code, next)| match code {
            'O' | 'P' | 'X' | 'z' | '&' => true,
            // Before the letter of a float it makes a complex number.
            'Z' => !matches!(next, Some('f' | 'd' | 'g')),
            _ => false,
        })
    })
}

fn map<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let class = python::MEMORY_MAP.get(walk.py())?;
    if outlasts_file(class, value)? {
        let reason = "its file has become shorter than the map: to read on there ends the process";
        return Err(walk.unhashable(value, reason, None));
    }
    let position = class.call_method1("tell", (value,))?;
    Ok(record
        .with(Part::Inner(position))
        .with(Part::Node(contents(value)?)))
}

/// Whether a map is longer than the file behind it. A map without a file cannot tell a size.
fn outlasts_file(class: &Bound<'_, PyAny>, map: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Ok(size) = class.call_method1("size", (map,)) else {
        return Ok(false);
    };
    size.lt(class.call_method1("__len__", (map,))?)
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
pub fn contents(value: &Bound<'_, PyAny>) -> PyResult<Node> {
    let buffer = PyUntypedBuffer::get(value)?;
    // SAFETY: array, map, bytes, and the view that is checked are in one piece. Who writes to the
    // memory meanwhile gets the key of a mixture, as it would be in any order of the two.
    let bytes = unsafe { raw::buffer_bytes(&buffer) };
    let mut encoder = Encoder::new();
    leaf::contents(value.py(), &mut encoder, Tag::Buffer, bytes)?;
    Ok(Node::from_slice(encoder.as_bytes()))
}
