//! Open files: name, mode, position and content. What is not a file on a disk has no content to read.

use pyo3::exceptions::PyOSError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyInt, PyString, PyType};

use super::Encode::By;
use super::contents::Contents;
use super::{Family, attributes_except};
use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::record::{Part, Record};

/// Files as `open` gives them.
pub const FAMILY: Family = Family {
    classes: &[
        (IO, "FileIO", By(binary)),
        (IO, "BufferedReader", By(binary)),
        (IO, "BufferedWriter", By(binary)),
        (IO, "BufferedRandom", By(binary)),
        (IO, "TextIOWrapper", By(text)),
    ],
    attributes: beside_file,
    heeds_reduce: true,
    has_members_below: false,
};

const IO: &[&str] = &["_io", "io"];

/// Bytes that are read at once.
const PIECE: usize = 1024 * 1024;

fn beside_file<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
) -> Result<Option<Bound<'py, PyDict>>> {
    attributes_except(value, base, &["mode", "name"])
}

fn binary<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let record = opened(walk, value, record)?;
    Ok(record.with(read(value)?))
}

fn text<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let record = opened(walk, value, record)?.with_attributes(value, &["encoding", "errors"])?;
    Ok(record.with(lines(value)?))
}

/// Name, mode and position of a file that can be read again.
fn opened<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = walk.py();
    if walk.is_in_code() {
        let reason = "code holds it, and its content may be another when that runs";
        return Err(walk.unhashable(value, reason, None));
    }
    if !lies_on_disk(value)? {
        let reason = "it is no file on a disk, so its content cannot be read without being used up";
        return Err(walk.unhashable(value, reason, None));
    }
    if value.call_method0("writable")?.is_truthy()? {
        value.call_method0("flush")?;
    }
    // A file that was not opened by a name has the number of its descriptor for one, which is chance.
    let name = value.getattr_opt("name")?;
    let name = name.filter(|name| !name.is_instance_of::<PyInt>());
    let mode = value.getattr_opt("mode")?;
    let position = value.call_method0(intern!(py, "tell"))?;
    Ok(record
        .with(name.map_or_else(Part::none, Part::Inner))
        .with(mode.map_or_else(Part::none, Part::Inner))
        .with(Part::Inner(position)))
}

/// Whether a file is a regular one. What is made of other streams may have no descriptor.
fn lies_on_disk(file: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = file.py();
    let number = match file.call_method0(intern!(py, "fileno")) {
        Err(raised) if raised.is_instance_of::<PyOSError>(py) => return Ok(false),
        number => number?,
    };
    let status = py.import("os")?.call_method1("fstat", (number,))?;
    let mode = status.getattr("st_mode")?;
    py.import("stat")?
        .call_method1("S_ISREG", (mode,))?
        .is_truthy()
}

/// The bytes of a file that is open for reading; its position stays where it is.
fn read<'py>(value: &Bound<'py, PyAny>) -> PyResult<Part<'py>> {
    let py = value.py();
    if !value.call_method0("readable")?.is_truthy()? {
        return Ok(Part::none());
    }
    let number = value.call_method0(intern!(py, "fileno"))?;
    let os = py.import("os")?;
    let mut contents = Contents::default();
    loop {
        let arguments = (&number, PIECE, contents.length());
        let piece = os.call_method1(intern!(py, "pread"), arguments)?;
        let piece = piece.cast_into::<PyBytes>()?;
        if piece.as_bytes().is_empty() {
            return Ok(contents.part());
        }
        let bytes = piece.as_bytes();
        py.detach(|| contents.add(bytes));
    }
}

/// The lines of a file that is open for reading, as it reads them: how it takes the ends of lines is
/// not said anywhere else. The position is put back.
fn lines<'py>(value: &Bound<'py, PyAny>) -> PyResult<Part<'py>> {
    let py = value.py();
    if !value.call_method0("readable")?.is_truthy()? {
        return Ok(Part::none());
    }
    let position = value.call_method0(intern!(py, "tell"))?;
    value.call_method1(intern!(py, "seek"), (0,))?;
    let contents = all_lines(value);
    value.call_method1(intern!(py, "seek"), (position,))?;
    contents
}

fn all_lines<'py>(value: &Bound<'py, PyAny>) -> PyResult<Part<'py>> {
    let py = value.py();
    let mut contents = Contents::default();
    loop {
        let line = value.call_method0(intern!(py, "readline"))?;
        let line = line.cast_into::<PyString>()?;
        if line.len()? == 0 {
            return Ok(contents.part());
        }
        let bytes = line.call_method1(intern!(py, "encode"), ("utf-8", "surrogatepass"))?;
        let bytes = bytes.cast_into::<PyBytes>()?;
        contents.add(&bytes.as_bytes().len().to_le_bytes());
        contents.add(bytes.as_bytes());
    }
}
