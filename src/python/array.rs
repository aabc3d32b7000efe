//! The memory of numpy's arrays, as numpy describes it to programs in C.

use std::ffi::{c_char, c_int, c_void};

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;

use crate::key::strided::Strided;

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
    // SAFETY: numpy names no capsule of this kind, and the pointer is checked.
    let described = unsafe { ffi::PyCapsule_GetPointer(capsule.as_ptr(), std::ptr::null()) };
    if described.is_null() {
        return Err(PyErr::fetch(py));
    }
    // SAFETY: what an `ndarray` gives under this name is an `ArrayInterface`, alive as long as the
    // capsule.
    let described = unsafe { &*described.cast::<ArrayInterface>() };
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
        let problem = "it repeats its items over too many bytes; pass what it was broadcast from";
        return Err(PyValueError::new_err(problem));
    }
    Ok(memory)
}
