//! Values as pickle protocol 5 writes them, with large memory beside the stream.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

use super::size;
use crate::python::{self, memory, raw};

/// A pickle stream and its out-of-band buffers.
pub struct Pickled {
    stream: Py<PyBytes>,
    buffers: Vec<Buffer>,
    size: u64,
}

/// Memory that pickle handed out. It is owned here, as `bytes`, which nobody can write to.
struct Buffer {
    contents: Py<PyBytes>,
    writable: bool,
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
        let handed_out = PyList::empty(py);
        let options = PyDict::new(py);
        options.set_item(intern!(py, "protocol"), 5)?;
        options.set_item(
            intern!(py, "buffer_callback"),
            handed_out.getattr("append")?,
        )?;
        let stream = python::PICKLE_DUMPS
            .get(py)?
            .call((value,), Some(&options))?;
        let stream = stream.cast_into::<PyBytes>()?;
        let buffers = handed_out
            .iter()
            .map(|buffer| Buffer::copy(&buffer))
            .collect::<PyResult<Vec<_>>>()?;
        let mut size = size::of(&stream)?;
        for buffer in &buffers {
            size = size.saturating_add(size::of(buffer.contents.bind(py))?);
        }
        Ok(Self {
            stream: stream.unbind(),
            buffers,
            size,
        })
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

impl Buffer {
    fn copy(pickle_buffer: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = pickle_buffer.py();
        let view = pickle_buffer.call_method0(intern!(py, "raw"))?;
        let buffer = pyo3::buffer::PyUntypedBuffer::get(&view)?;
        // SAFETY: `raw` makes a contiguous view. Who writes to the value while it is stored
        // stores a mixture, as with any copy.
        let contents = memory::bytes(py, unsafe { raw::buffer_bytes(&buffer) })?;
        Ok(Self {
            contents: contents.unbind(),
            writable: !buffer.readonly(),
        })
    }

    fn hand_out<'py>(&self, py: Python<'py>, how: Buffers) -> PyResult<Bound<'py, PyAny>> {
        let contents = self.contents.bind(py);
        if self.writable && how == Buffers::Owned {
            return Ok(memory::byte_array(py, contents.as_bytes())?.into_any());
        }
        Ok(contents.clone().into_any())
    }
}
