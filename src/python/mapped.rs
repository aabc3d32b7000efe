//! Memory of an entry's file, as Python's buffers: it can be read, and stays while somebody has a view.

use std::ffi::c_int;
use std::ops::Range;

use pyo3::exceptions::PyBufferError;
use pyo3::ffi;
use pyo3::prelude::*;

use crate::disk::View;

/// Bytes of an entry. Nobody can write to them, whatever buffer is asked for.
#[pyclass(frozen, module = "memoxide")]
pub struct Mapped {
    view: View,
    range: Range<usize>,
}

impl Mapped {
    /// All of a view.
    pub fn new(view: View) -> Self {
        let range = 0..view.len();
        Self { view, range }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.view[self.range.clone()]
    }

    /// The part that is `piece`, if that lies in here.
    pub fn part(&self, piece: &[u8]) -> Option<Self> {
        let all = self.view.as_ptr_range();
        let part = piece.as_ptr_range();
        if piece.is_empty() || part.start < all.start || part.end > all.end {
            return None;
        }
        let start = part.start as usize - all.start as usize;
        Some(Self {
            view: self.view.clone(),
            range: start..start + piece.len(),
        })
    }
}

#[pymethods]
impl Mapped {
    fn __len__(&self) -> usize {
        self.range.len()
    }

    /// # Safety
    ///
    /// `view` is the interpreter's, to be filled.
    unsafe fn __getbuffer__(
        slf: &Bound<'_, Self>,
        view: *mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        if flags & ffi::PyBUF_WRITABLE == ffi::PyBUF_WRITABLE {
            return Err(PyBufferError::new_err("an entry cannot be written to"));
        }
        let bytes = slf.get().bytes();
        let start = bytes.as_ptr().cast_mut().cast();
        let length = bytes.len().cast_signed();
        // SAFETY: the bytes neither move nor go as long as the object lives, to which the callee takes a
        // reference; it is told that they are only read.
        let filled = unsafe { ffi::PyBuffer_FillInfo(view, slf.as_ptr(), start, length, 1, flags) };
        if filled == -1 {
            return Err(PyErr::fetch(slf.py()));
        }
        Ok(())
    }
}
