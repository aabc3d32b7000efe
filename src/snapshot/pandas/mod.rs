//! Frames, series and indexes of pandas 3: a hit is a new face over memory that nobody can write to.
//!
//! To pandas, somebody else sees that memory too, so that it copies what it is about to write to.
//! A shallow copy would not be enough: an array that is got out of one can be written to, or made
//! writable. What a face is made of is new as well, down to the data types.

mod frame;
mod part;

use pyo3::prelude::*;

use self::frame::Frame;
use self::part::Part;
use super::{Form, Source};
use crate::python;
use crate::python::intern;

/// The first version whose every copy is lazy.
const LAZY_SINCE: u32 = 3;

/// A frame, a series or an index.
pub enum Pandas {
    /// A frame or a series.
    Frame(Frame),
    /// Labels.
    Index(Part),
}

impl Form for Pandas {
    fn capture(value: &Bound<'_, PyAny>, source: Source<'_>) -> PyResult<Option<Self>> {
        let py = value.py();
        if !is_lazy(py)? {
            return Ok(None);
        }
        let captured = if value.is_instance(python::PANDAS_INDEX.get(py)?)? {
            Part::capture(value, source)?.map(Self::Index)
        } else {
            Frame::capture(value, source)?.map(Self::Frame)
        };
        // What cannot be put together again is found out now.
        if let Some(captured) = &captured {
            captured.restore(py)?;
        }
        Ok(captured)
    }

    fn restore<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Frame(frame) => frame.restore(py),
            Self::Index(index) => index.restore(py),
        }
    }

    fn size(&self) -> u64 {
        match self {
            Self::Frame(frame) => frame.size(),
            Self::Index(index) => index.size(),
        }
    }
}

fn is_lazy(py: Python<'_>) -> PyResult<bool> {
    let version: String = python::PANDAS_VERSION.get(py)?.extract()?;
    let major = version
        .split('.')
        .next()
        .and_then(|major| major.parse().ok());
    Ok(major.is_some_and(|major: u32| major >= LAZY_SINCE))
}

/// Who else sees some memory: somebody who never goes away.
fn references(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    let references = python::PANDAS_REFERENCES.get(py)?.call0()?;
    let somebody = python::PANDAS_INDEX.get(py)?;
    references.call_method1(intern!(py, "add_index_reference"), (somebody,))?;
    Ok(references)
}
