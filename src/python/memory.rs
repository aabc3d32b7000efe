//! Memory that Python owns, filled with a copy: large ones by all cores, with the interpreter released.

use std::mem::MaybeUninit;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes};
use rayon::prelude::*;

use crate::cores;

/// Bytes from which on others may run meanwhile: what takes less time than to give them the word.
const RELEASE_FROM: usize = 256 * 1024;
/// Bytes from which on all cores copy: mostly they wait for the system to hand out pages.
const ALL_CORES_FROM: usize = 4 * 1024 * 1024;
/// Bytes that one core copies at a time.
const PIECE: usize = 1024 * 1024;

/// A copy that nobody can write to.
pub fn bytes<'py>(py: Python<'py>, source: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let length = source.len().cast_signed();
    // SAFETY: without a source the callee leaves the memory as it is, and returns an owned object
    // of `length` bytes or raises. Nobody else has it yet, so the memory is this function's to
    // write, but for the short ones that everybody shares, which have nothing that is not written.
    unsafe {
        let made = ffi::PyBytes_FromStringAndSize(std::ptr::null(), length);
        let made = Bound::from_owned_ptr_or_err(py, made)?.cast_into_unchecked::<PyBytes>();
        let start = ffi::PyBytes_AsString(made.as_ptr()).cast::<MaybeUninit<u8>>();
        if !source.is_empty() {
            let target = std::slice::from_raw_parts_mut(start, source.len());
            copy(py, source, target);
        }
        Ok(made)
    }
}

/// A copy that its owner may write to.
pub fn byte_array<'py>(py: Python<'py>, source: &[u8]) -> PyResult<Bound<'py, PyByteArray>> {
    let length = source.len().cast_signed();
    // SAFETY: as above; a bytearray is never shared.
    unsafe {
        let made = ffi::PyByteArray_FromStringAndSize(std::ptr::null(), length);
        let made = Bound::from_owned_ptr_or_err(py, made)?.cast_into_unchecked::<PyByteArray>();
        let start = ffi::PyByteArray_AsString(made.as_ptr()).cast::<MaybeUninit<u8>>();
        if !source.is_empty() {
            let target = std::slice::from_raw_parts_mut(start, source.len());
            copy(py, source, target);
        }
        Ok(made)
    }
}

/// Copies into memory of the same length that nobody else knows of.
pub fn copy(py: Python<'_>, source: &[u8], target: &mut [MaybeUninit<u8>]) {
    if source.len() < RELEASE_FROM {
        return copy_here(source, target);
    }
    py.detach(|| {
        let is_worth = source.len() >= ALL_CORES_FROM;
        let Some(pool) = is_worth.then(cores::pool).flatten() else {
            return copy_here(source, target);
        };
        pool.install(|| {
            let pieces = target.par_chunks_mut(PIECE).zip(source.par_chunks(PIECE));
            pieces.for_each(|(target, source)| copy_here(source, target));
        });
    });
}

fn copy_here(source: &[u8], target: &mut [MaybeUninit<u8>]) {
    assert_eq!(source.len(), target.len());
    // SAFETY: both have the same length, and what is borrowed to be written is nobody else's.
    unsafe {
        let start = target.as_mut_ptr().cast::<u8>();
        std::ptr::copy_nonoverlapping(source.as_ptr(), start, source.len());
    }
}
