//! Values as pickle protocol 5 writes them, with large memory beside the stream.

use pyo3::buffer::PyUntypedBuffer;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

use super::size;
use super::source::Lent;
use crate::python::intern;
use crate::python::mapped::Mapped;
use crate::python::{self, memory, raw};

/// A pickle stream and its out-of-band buffers.
pub struct Pickled {
    stream: Py<PyAny>,
    buffers: Vec<Buffer>,
    size: u64,
}

/// Memory that pickle handed out. It is owned here, as `bytes` or as a part of an entry, which nobody can write to.
struct Buffer {
    contents: Contents,
    writable: bool,
}

enum Contents {
    Bytes(Py<PyBytes>),
    Mapped(Py<Mapped>),
}

/// A pickle stream, and windows on the memory that it leaves out: the value's own.
pub struct Stream<'py> {
    /// The stream.
    pub bytes: Bound<'py, PyBytes>,
    /// The windows.
    pub windows: Vec<PyUntypedBuffer>,
}

/// What a value that is unpickled has its buffers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Buffers {
    /// Those that could be written to are copied.
    Owned,
    /// All of them are the stored ones.
    Lent,
}

impl Pickled {
    /// Pickles `value`; its buffers are copied, since the caller keeps the value.
    pub fn of(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = value.py();
        let stream = Stream::of(value)?;
        let mut size = size::of(&stream.bytes)?;
        let mut buffers = Vec::with_capacity(stream.windows.len());
        for window in &stream.windows {
            let buffer = Buffer::copy(py, window)?;
            size = size.saturating_add(buffer.size(py)?);
            buffers.push(buffer);
        }
        Ok(Self {
            stream: stream.bytes.into_any().unbind(),
            buffers,
            size,
        })
    }

    /// What was pickled, over an entry's stream and buffers.
    pub fn over(py: Python<'_>, stream: Bound<'_, Mapped>, buffers: &[Lent]) -> PyResult<Self> {
        let mut size = size::of(&stream)?.saturating_add(stream.get().bytes().len() as u64);
        let mut taken = Vec::with_capacity(buffers.len());
        for lent in buffers {
            let buffer = Buffer {
                contents: Contents::Mapped(lent.view.clone_ref(py)),
                writable: lent.is_writable,
            };
            size = size.saturating_add(buffer.size(py)?);
            taken.push(buffer);
        }
        Ok(Self {
            stream: stream.into_any().unbind(),
            buffers: taken,
            size,
        })
    }

    /// The stream's bytes, and those of each buffer with whether it could be written to.
    pub fn parts<'a>(&'a self, py: Python<'a>) -> PyResult<Parts<'a>> {
        let stream = self.stream.bind(py);
        let stream = match stream.cast::<Mapped>() {
            Ok(mapped) => mapped.get().bytes(),
            Err(_) => stream.cast::<PyBytes>()?.as_bytes(),
        };
        let buffers = self.buffers.iter();
        let buffers = buffers.map(|buffer| (buffer.bytes(py), buffer.writable));
        Ok((stream, buffers.collect()))
    }

    /// Unpickles over fresh buffers; memory that was read-only before is shared.
    pub fn restore<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.load(py, Buffers::Owned)
    }

    /// Unpickles over the stored buffers, which nobody can write to.
    pub fn lend<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.load(py, Buffers::Lent)
    }

    fn load<'py>(&self, py: Python<'py>, how: Buffers) -> PyResult<Bound<'py, PyAny>> {
        let loads = python::PICKLE_LOADS.get(py)?;
        if self.buffers.is_empty() {
            return loads.call1((&self.stream,));
        }
        let buffers = self.buffers.iter().map(|buffer| buffer.hand_out(py, how));
        let options = PyDict::new(py);
        options.set_item(
            intern!(py, "buffers"),
            buffers.collect::<PyResult<Vec<_>>>()?,
        )?;
        loads.call((&self.stream,), Some(&options))
    }

    /// Bytes that the stream and the buffers hold.
    pub fn size(&self) -> u64 {
        self.size
    }
}

/// A stream, and buffers that could be written to or not.
pub type Parts<'a> = (&'a [u8], Vec<(&'a [u8], bool)>);

impl<'py> Stream<'py> {
    /// Pickles `value`.
    pub fn of(value: &Bound<'py, PyAny>) -> PyResult<Self> {
        let py = value.py();
        let handed_out = PyList::empty(py);
        let options = PyDict::new(py);
        options.set_item(intern!(py, "protocol"), 5)?;
        options.set_item(
            intern!(py, "buffer_callback"),
            handed_out.getattr("append")?,
        )?;
        let bytes = python::PICKLE_DUMPS
            .get(py)?
            .call((value,), Some(&options))?;
        let windows = handed_out.iter().map(|buffer| {
            let view = buffer.call_method0(intern!(py, "raw"))?;
            PyUntypedBuffer::get(&view)
        });
        Ok(Self {
            bytes: bytes.cast_into()?,
            windows: windows.collect::<PyResult<_>>()?,
        })
    }

    /// The stream's bytes, and those of each window with whether it can be written to.
    pub fn parts(&self) -> Parts<'_> {
        let windows = self.windows.iter();
        // SAFETY: `raw` makes a contiguous view. Who writes to the value while it is stored stores a
        // mixture, as with any copy.
        let windows =
            windows.map(|window| (unsafe { raw::buffer_bytes(window) }, !window.readonly()));
        (self.bytes.as_bytes(), windows.collect())
    }
}

impl Buffer {
    fn copy(py: Python<'_>, window: &PyUntypedBuffer) -> PyResult<Self> {
        // SAFETY: `raw` makes a contiguous view. Who writes to the value while it is stored
        // stores a mixture, as with any copy.
        let contents = memory::bytes(py, unsafe { raw::buffer_bytes(window) })?;
        Ok(Self {
            contents: Contents::Bytes(contents.unbind()),
            writable: !window.readonly(),
        })
    }

    fn is_empty_part(&self) -> bool {
        matches!(&self.contents, Contents::Mapped(mapped) if mapped.get().bytes().is_empty())
    }

    fn bytes<'a>(&'a self, py: Python<'a>) -> &'a [u8] {
        match &self.contents {
            Contents::Bytes(bytes) => bytes.as_bytes(py),
            Contents::Mapped(mapped) => mapped.get().bytes(),
        }
    }

    fn size(&self, py: Python<'_>) -> PyResult<u64> {
        match &self.contents {
            Contents::Bytes(bytes) => size::of(bytes.bind(py)),
            Contents::Mapped(mapped) => {
                let around = size::of(mapped.bind(py))?;
                Ok(around.saturating_add(mapped.get().bytes().len() as u64))
            }
        }
    }

    fn hand_out<'py>(&self, py: Python<'py>, how: Buffers) -> PyResult<Bound<'py, PyAny>> {
        // Over a part of an entry that is empty, an array would not be known again: it lies nowhere.
        if self.writable && (how == Buffers::Owned || self.is_empty_part()) {
            return Ok(memory::byte_array(py, self.bytes(py))?.into_any());
        }
        Ok(match &self.contents {
            Contents::Bytes(bytes) => bytes.bind(py).clone().into_any(),
            Contents::Mapped(mapped) => mapped.bind(py).clone().into_any(),
        })
    }
}
