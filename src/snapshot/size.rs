//! What Python's objects hold.

use std::collections::HashSet;

use ahash::RandomState;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyNone, PyString, PyTuple, PyTupleMethods};

use crate::python::{self, raw};

/// The integers that the interpreter has ready.
const READY: std::ops::RangeInclusive<i64> = -5..=256;
/// Bytes to which the interpreter's allocator rounds up, for objects that are not large.
const GRAIN: u64 = 16;
/// Those of a float.
const OF_FLOAT: u64 = 24;
/// How often an object is known while it is looked at, if it is in one place only.
const KNOWN_ONCE: isize = 3;

/// Sizes of objects, each of which counts once.
#[derive(Default)]
pub struct Sizes {
    /// By address.
    seen: HashSet<usize, RandomState>,
    total: u64,
}

/// Bytes of one object, without what it refers to; zero for those that are there anyway.
pub fn of(object: &Bound<'_, PyAny>) -> PyResult<u64> {
    if is_there_anyway(object) {
        return Ok(0);
    }
    if object.is_exact_instance_of::<PyFloat>() {
        return Ok(OF_FLOAT.next_multiple_of(GRAIN));
    }
    let size_of = python::GET_SIZE_OF.get(object.py())?;
    let size: u64 = size_of.call1((object,))?.extract()?;
    Ok(size.checked_next_multiple_of(GRAIN).unwrap_or(size))
}

impl Sizes {
    /// Counts an object, which lives as long as these sizes are added up.
    pub fn add(&mut self, object: &Bound<'_, PyAny>) -> PyResult<()> {
        if self.is_new(object) {
            self.add_bytes(of(object)?);
        }
        Ok(())
    }

    /// Counts memory beside objects.
    pub fn add_bytes(&mut self, bytes: u64) {
        self.total = self.total.saturating_add(bytes);
    }

    /// All bytes.
    pub fn total(&self) -> u64 {
        self.total
    }

    fn is_new(&mut self, object: &Bound<'_, PyAny>) -> bool {
        raw::reference_count(object) <= KNOWN_ONCE || self.seen.insert(object.as_ptr() as usize)
    }
}

/// Whether an object exists whoever uses it.
fn is_there_anyway(object: &Bound<'_, PyAny>) -> bool {
    if let Ok(number) = object.cast_exact::<PyInt>() {
        return raw::small_int(number).is_some_and(|number| READY.contains(&number));
    }
    object.is_exact_instance_of::<PyNone>()
        || object.is_exact_instance_of::<PyBool>()
        || object.is(object.py().Ellipsis())
        || object
            .cast_exact::<PyTuple>()
            .is_ok_and(PyTupleMethods::is_empty)
        || object
            .cast_exact::<PyString>()
            .is_ok_and(|text| text.len().is_ok_and(|length| length == 0))
}
