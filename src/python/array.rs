//! The memory of numpy's arrays, as numpy describes it to programs in C.

use std::ffi::{c_char, c_int, c_void};
use std::mem::MaybeUninit;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::key::strided::Strided;
use crate::python::intern;
use crate::python::{self, memory};

/// `PyArrayInterface`: numpy's reference, "The array interface protocol".
#[repr(C)]
struct ArrayInterface {
    two: c_int,
    dimensions: c_int,
    type_kind: c_char,
    item_size: c_int,
    flags: c_int,
    shape: *const ffi::Py_ssize_t,
    strides: *const ffi::Py_ssize_t,
    data: *const c_void,
    description: *mut ffi::PyObject,
}

/// Of each item of an array, the bytes that are content.
#[derive(Clone, Copy)]
pub enum Items {
    /// All of them.
    Whole,
    /// Some of each part: how many parts an item has, where in each the content begins, and how
    /// many bytes it has.
    Parts {
        count: usize,
        start: usize,
        length: usize,
    },
}

/// The memory of an array whose class is numpy's own `ndarray`: others may tell anything. It stays
/// only as long as the array.
pub fn memory(array: &Bound<'_, PyAny>, items: Items) -> PyResult<Strided> {
    let py = array.py();
    let capsule = array.getattr(intern!(py, "__array_struct__"))?;
    let described = described(&capsule)?;
    let wrong = || PyTypeError::new_err("the array does not describe its memory");
    let axes = usize::try_from(described.dimensions).map_err(|_| wrong())?;
    let size = usize::try_from(described.item_size).map_err(|_| wrong())?;
    if described.two != 2 {
        return Err(wrong());
    }
    // SAFETY: shape and strides have as many numbers as the array has dimensions.
    let (shape, strides) = unsafe {
        (
            numbers(described.shape, axes),
            numbers(described.strides, axes),
        )
    };
    let shape = shape.iter().map(|length| length.unsigned_abs());
    let start = described.data.cast::<u8>();
    // SAFETY: an array's items lie where its description says; the caller keeps it alive.
    finite(unsafe {
        match items {
            Items::Whole => Strided::new(start, size, shape, strides.iter().copied()),
            Items::Parts {
                count,
                start: content,
                length,
            } => Strided::new(
                start.wrapping_add(content),
                length,
                shape.chain([count]),
                strides
                    .iter()
                    .copied()
                    .chain([(size / count).cast_signed()]),
            ),
        }
    })
}

/// What the capsule of an `ndarray` says.
fn described<'a>(capsule: &'a Bound<'_, PyAny>) -> PyResult<&'a ArrayInterface> {
    // SAFETY: numpy names no capsule of this kind, and the pointer is checked.
    let described = unsafe { ffi::PyCapsule_GetPointer(capsule.as_ptr(), std::ptr::null()) };
    if described.is_null() {
        return Err(PyErr::fetch(capsule.py()));
    }
    // SAFETY: what an `ndarray` gives under this name is an `ArrayInterface`, alive as long as the
    // capsule.
    Ok(unsafe { &*described.cast::<ArrayInterface>() })
}

/// # Safety
///
/// There must be `count` numbers at `start`, which may be null if there are none.
unsafe fn numbers<'a>(start: *const ffi::Py_ssize_t, count: usize) -> &'a [ffi::Py_ssize_t] {
    if count == 0 {
        return &[];
    }
    // SAFETY: the caller's.
    unsafe { std::slice::from_raw_parts(start, count) }
}

/// Memory that can be read to its end.
pub fn finite(memory: Strided) -> PyResult<Strided> {
    if memory.is_endless() {
        return Err(endless(memory.bytes(), memory.span()));
    }
    Ok(memory)
}

/// What is raised where so many bytes show the same few again and again.
pub fn endless(shown: usize, there: usize) -> PyErr {
    PyValueError::new_err(format!(
        "it repeats its items: {shown} bytes show {there} bytes of memory again and again; pass what it was \
         broadcast from, or is a view of"
    ))
}

/// A copy, made by all cores, of an array that is numpy's own `ndarray`, whose items are what their
/// bytes are. Nothing, if it does not lie in one piece or has no more than `few` bytes.
pub fn copy_of_large<'py>(
    array: &Bound<'py, PyAny>,
    few: usize,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = array.py();
    let Some(source) = piece(array)?.filter(|source| source.len() > few) else {
        return Ok(None);
    };
    let copy = python::EMPTY_LIKE.get(py)?.call1((array,))?;
    let Some(target) = piece(&copy)?.filter(|target| target.len() == source.len()) else {
        return Ok(None);
    };
    let start = target.as_ptr().cast_mut().cast::<MaybeUninit<u8>>();
    // SAFETY: numpy has made the array for this function, and nobody else knows of it; the slice
    // above is not used any more.
    let target = unsafe { std::slice::from_raw_parts_mut(start, source.len()) };
    memory::copy(py, source, target);
    Ok(Some(copy))
}

/// An array's content in memory that nobody can write to, and nobody can make writable.
pub struct Frozen {
    shape: Py<PyAny>,
    dtype: Py<PyAny>,
    contents: Py<PyAny>,
    size: u64,
    is_by_rows: bool,
}

impl Frozen {
    /// The content of an array whose items are what their bytes are, where `keep` keeps it.
    pub fn of<'py>(
        array: &Bound<'py, PyAny>,
        keep: impl FnOnce(&[u8]) -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        let py = array.py();
        let array = &in_one_piece(array)?;
        let contents = piece(array)?.unwrap_or_default();
        let flags = array.getattr(intern!(py, "flags"))?;
        Ok(Self {
            shape: array.getattr(intern!(py, "shape"))?.unbind(),
            dtype: dtype_of_ones_own(&array.getattr(intern!(py, "dtype"))?)?.unbind(),
            size: contents.len() as u64,
            contents: keep(contents)?.unbind(),
            is_by_rows: flags.getattr(intern!(py, "c_contiguous"))?.is_truthy()?,
        })
    }

    /// The array anew. A view of one that is kept would not do: it has that for its base, whose
    /// shape can be set.
    pub fn lend<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let options = PyDict::new(py);
        options.set_item(intern!(py, "buffer"), &self.contents)?;
        let order = if self.is_by_rows { "C" } else { "F" };
        options.set_item(intern!(py, "order"), order)?;
        let dtype = dtype_of_ones_own(self.dtype.bind(py))?;
        python::NUMPY_ARRAY
            .get(py)?
            .call((&self.shape, dtype), Some(&options))
    }

    /// Bytes that it holds.
    pub fn size(&self) -> u64 {
        self.size
    }
}

/// The data type itself, or a copy, which its owner may change: only those that numpy has ready
/// cannot be.
pub fn dtype_of_ones_own<'py>(dtype: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = dtype.py();
    let is_builtin: u8 = dtype.getattr(intern!(py, "isbuiltin"))?.extract()?;
    if is_builtin == 1 {
        return Ok(dtype.clone());
    }
    // `|` leaves the order of bytes as it is; asked for a copy, numpy gives its argument back.
    dtype.call_method1(intern!(py, "newbyteorder"), (intern!(py, "|"),))
}

/// A view of the array with a data type of its own.
pub fn with_dtype_of_its_own<'py>(array: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = array.py();
    let dtype = array.getattr(intern!(py, "dtype"))?;
    let own = dtype_of_ones_own(&dtype)?;
    if own.is(&dtype) {
        return Ok(array.clone());
    }
    array.call_method1(intern!(py, "view"), (own,))
}

/// The array itself, or a copy in its order.
fn in_one_piece<'py>(array: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if is_in_one_piece(array)? {
        return Ok(array.clone());
    }
    copy(array)
}

/// numpy's own copy, in the same order.
pub fn copy<'py>(array: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = array.py();
    let options = PyDict::new(py);
    options.set_item(intern!(py, "order"), intern!(py, "K"))?;
    array.call_method(intern!(py, "copy"), (), Some(&options))
}

/// The bytes of an array that lies in one piece, whatever its order.
pub fn piece<'a>(array: &'a Bound<'_, PyAny>) -> PyResult<Option<&'a [u8]>> {
    let py = array.py();
    if !is_in_one_piece(array)? {
        return Ok(None);
    }
    let length: usize = array.getattr(intern!(py, "nbytes"))?.extract()?;
    if length == 0 {
        return Ok(Some(&[]));
    }
    let capsule = array.getattr(intern!(py, "__array_struct__"))?;
    let start = described(&capsule)?.data.cast::<u8>();
    // SAFETY: the array keeps so many bytes there as long as it lives.
    Ok(Some(unsafe { std::slice::from_raw_parts(start, length) }))
}

fn is_in_one_piece(array: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = array.py();
    let flags = array.getattr(intern!(py, "flags"))?;
    flags.getattr(intern!(py, "forc"))?.is_truthy()
}
