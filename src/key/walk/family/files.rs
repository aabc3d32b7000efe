//! Open files: name, mode, position and content. What is not a file on a disk has no content to read.

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyInt, PyString, PyType};

use super::Encode::By;
use super::contents::Contents;
use super::{Family, attributes_except};
use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::record::{Part, Record, attribute_of};
use crate::python::intern;

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

/// By class of `io`, what a stream of it reads from.
const LAYERS: [(&str, &str); 4] = [
    ("TextIOWrapper", "buffer"),
    ("BufferedReader", "raw"),
    ("BufferedWriter", "raw"),
    ("BufferedRandom", "raw"),
];

/// The classes of `io` of which `open` makes files.
const BELOW: [&str; 4] = [
    "BufferedReader",
    "BufferedWriter",
    "BufferedRandom",
    "FileIO",
];

/// From where `seek` counts.
const BEGINNING: u8 = 0;
const END: u8 = 2;

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
    let file = File::of(walk, value, record.name)?;
    Ok(file.told(record)?.with(file.read()?))
}

fn text<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let file = File::of(walk, value, record.name)?;
    let record =
        file.told(record)?
            .with_attributes_of(&file.class, value, &["encoding", "errors"])?;
    Ok(record.with(file.read()?).with(file.lines()?))
}

/// A file, and the class whose methods are asked: a subclass may have its own.
struct File<'a, 'py> {
    value: &'a Bound<'py, PyAny>,
    class: Bound<'py, PyAny>,
}

impl<'a, 'py> File<'a, 'py> {
    /// A file on a disk that is open.
    fn of(walk: &Walk<'_, 'py>, value: &'a Bound<'py, PyAny>, name: &str) -> Result<Self> {
        let name = name.trim_start_matches("_io.");
        let class = walk.py().import("io")?.getattr(name)?;
        let file = Self { value, class };
        if let Some(reason) = file.refusal(walk)? {
            return Err(walk.unhashable(value, reason, None));
        }
        Ok(file)
    }

    fn refusal(&self, walk: &Walk<'_, 'py>) -> PyResult<Option<&'static str>> {
        if walk.is_in_code() {
            return Ok(Some(
                "code holds it, and its content may be another when that runs",
            ));
        }
        if !self.lies_on_disk()? {
            return Ok(Some(
                "it is no file on a disk, so its content cannot be read without being used up",
            ));
        }
        if !is_read_directly(self.value)? {
            return Ok(Some(
                "it reads through another stream; pass its path, or what it holds",
            ));
        }
        Ok(None)
    }

    /// Whether it is a regular file. What is made of other streams may have no descriptor.
    fn lies_on_disk(&self) -> PyResult<bool> {
        let py = self.value.py();
        let number = match self.call("fileno") {
            Err(raised) if raised.is_instance_of::<PyOSError>(py) => return Ok(false),
            number => number?,
        };
        let status = py.import("os")?.call_method1("fstat", (number,))?;
        let mode = status.getattr("st_mode")?;
        py.import("stat")?
            .call_method1("S_ISREG", (mode,))?
            .is_truthy()
    }

    fn call(&self, method: &str) -> PyResult<Bound<'py, PyAny>> {
        self.class.call_method1(method, (self.value,))
    }

    fn seek(&self, position: impl IntoPyObject<'py>, whence: u8) -> PyResult<()> {
        self.class
            .call_method1("seek", (self.value, position, whence))?;
        Ok(())
    }

    /// Adds name, mode and position.
    fn told(&self, record: Record<'py>) -> PyResult<Record<'py>> {
        if self.call("writable")?.is_truthy()? {
            self.call("flush")?;
        }
        // A file that was not opened by a name has the number of its descriptor for one, which is
        // chance.
        let name = self.value.getattr_opt("name")?;
        let name = name.filter(|name| !name.is_instance_of::<PyInt>());
        let mode = self.value.getattr_opt("mode")?;
        Ok(record
            .with(name.map_or_else(Part::none, Part::Inner))
            .with(mode.map_or_else(Part::none, Part::Inner))
            .with(Part::Inner(self.call("tell")?)))
    }

    /// The bytes of the file, if it is open for reading.
    fn read(&self) -> PyResult<Part<'py>> {
        if !self.call("readable")?.is_truthy()? {
            return Ok(Part::none());
        }
        self.forget()?;
        let py = self.value.py();
        let number = self.call("fileno")?;
        let os = py.import("os")?;
        let mut contents = Contents::default();
        loop {
            let arguments = (&number, PIECE, contents.length());
            let piece = os.call_method1(intern!(py, "pread"), arguments)?;
            let piece = piece.cast_into::<PyBytes>()?;
            let bytes = piece.as_bytes();
            if bytes.is_empty() {
                return Ok(contents.part());
            }
            py.detach(|| contents.add(bytes));
            py.check_signals()?;
        }
    }

    /// Drops what was read ahead: the file may have changed since, and would give the old bytes.
    fn forget(&self) -> PyResult<()> {
        if !self.has_buffer()? {
            return Ok(());
        }
        let position = self.call("tell")?;
        self.seek(0, END)?;
        self.seek(position, BEGINNING)
    }

    fn has_buffer(&self) -> PyResult<bool> {
        self.class.getattr("__name__")?.ne("FileIO")
    }

    /// The lines of the file, if it is open for reading, as it reads them: how it takes the ends of
    /// lines is not said anywhere else. The position is put back.
    fn lines(&self) -> PyResult<Part<'py>> {
        if !self.call("readable")?.is_truthy()? {
            return Ok(Part::none());
        }
        let position = self.call("tell")?;
        self.seek(0, BEGINNING)?;
        let contents = self.all_lines();
        self.seek(position, BEGINNING)?;
        contents
    }

    fn all_lines(&self) -> PyResult<Part<'py>> {
        let py = self.value.py();
        let mut contents = Contents::default();
        loop {
            let line = self.call("readline")?.cast_into::<PyString>()?;
            if line.len()? == 0 {
                return Ok(contents.part());
            }
            let bytes = line.call_method1(intern!(py, "encode"), ("utf-8", "surrogatepass"))?;
            let bytes = bytes.cast_into::<PyBytes>()?;
            contents.add(&bytes.as_bytes().len().to_le_bytes());
            contents.add(bytes.as_bytes());
            py.check_signals()?;
        }
    }
}

/// Whether nothing but a buffer and a decoder, as `open` makes them, lies between a stream and its
/// file: anything else may give what is not in the file.
fn is_read_directly(stream: &Bound<'_, PyAny>) -> PyResult<bool> {
    for (class, below) in LAYERS {
        let class = stream.py().import("io")?.getattr(class)?;
        if stream.is_instance(&class)? {
            let below = attribute_of(&class, stream, below)?;
            return Ok(is_as_opened(&below)? && is_read_directly(&below)?);
        }
    }
    Ok(true)
}

/// Whether the class is one of those of which `open` makes files.
fn is_as_opened(stream: &Bound<'_, PyAny>) -> PyResult<bool> {
    let io = stream.py().import("io")?;
    for name in BELOW {
        if stream.get_type().is(&io.getattr(name)?) {
            return Ok(true);
        }
    }
    Ok(false)
}
