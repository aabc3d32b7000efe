//! Values as pickle protocol 5 writes them, with large memory beside the stream.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyList};

use crate::python::{self, raw};

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

impl Pickled {
    /// Pickles `value`; its buffers are copied, since the caller keeps the value.
    pub fn capture(value: &Bound<'_, PyAny>) -> PyResult<Self> {
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
        let size = size_of(&stream)?
            + buffers.iter().try_fold(0, |sum, b| {
                Ok::<_, PyErr>(sum + size_of(b.contents.bind(py))?)
            })?;
        Ok(Self {
            stream: stream.unbind(),
            buffers,
            size,
        })
    }

    /// Unpickles over fresh buffers; memory that was read-only before is shared.
    pub fn restore<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let loads = python::PICKLE_LOADS.get(py)?;
        if self.buffers.is_empty() {
            return loads.call1((&self.stream,));
        }
        let buffers: Vec<_> = self.buffers.iter().map(|b| b.hand_out(py)).collect();
        let options = PyDict::new(py);
        options.set_item(intern!(py, "buffers"), buffers)?;
        loads.call((&self.stream,), Some(&options))
    }

    /// Bytes that the stream and the buffers hold.
    pub fn size(&self) -> u64 {
        self.size
    }
}

fn size_of(bytes: &Bound<'_, PyBytes>) -> PyResult<u64> {
    let py = bytes.py();
    python::GET_SIZE_OF.get(py)?.call1((bytes,))?.extract()
}

impl Buffer {
    fn copy(pickle_buffer: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = pickle_buffer.py();
        let view = pickle_buffer.call_method0(intern!(py, "raw"))?;
        let buffer = pyo3::buffer::PyUntypedBuffer::get(&view)?;
        // SAFETY: `raw` makes a contiguous view. Who writes to the value while it is stored
        // stores a mixture, as with any copy.
        let contents = PyBytes::new(py, unsafe { raw::buffer_bytes(&buffer) });
        Ok(Self {
            contents: contents.unbind(),
            writable: !buffer.readonly(),
        })
    }

    fn hand_out<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        let contents = self.contents.bind(py);
        if self.writable {
            PyByteArray::new(py, contents.as_bytes()).into_any()
        } else {
            contents.clone().into_any()
        }
    }
}
