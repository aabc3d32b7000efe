//! Snapshots: the form in which a value is stored, and what a hit hands out.

mod pickled;

use pyo3::prelude::*;

use self::pickled::Pickled;
use crate::python::immutable;

/// How `cache_data` hands out values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyMode {
    /// The cheapest form that is provably isolated.
    Auto,
    /// Always a pickle round trip.
    Deep,
}

/// A value as it is stored.
pub enum Snapshot {
    /// The object itself: nobody can change it, or everybody may.
    Shared {
        /// The object.
        object: Py<PyAny>,
        /// Bytes that the object holds.
        size: u64,
    },
    /// What pickle made of it.
    Pickled(Pickled),
}

impl Snapshot {
    /// Takes a value of `cache_data` in. Fails with what pickle raises.
    pub fn capture(value: &Bound<'_, PyAny>, mode: CopyMode) -> PyResult<Self> {
        if mode == CopyMode::Auto
            && let Some(size) = immutable::size_if_immutable(value)?
        {
            return Ok(Self::share(value, size));
        }
        Pickled::capture(value).map(Self::Pickled)
    }

    /// Takes in an object that all callers share, of `size` bytes.
    pub fn share(object: &Bound<'_, PyAny>, size: u64) -> Self {
        Self::Shared {
            object: object.clone().unbind(),
            size,
        }
    }

    /// The value, as a caller may have it. Fails with what unpickling raises.
    pub fn restore<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Shared { object, .. } => Ok(object.bind(py).clone()),
            Self::Pickled(pickled) => pickled.restore(py),
        }
    }

    /// The object itself, if that is what is stored.
    pub fn shared<'a, 'py>(&'a self, py: Python<'py>) -> Option<&'a Bound<'py, PyAny>> {
        match self {
            Self::Shared { object, .. } => Some(object.bind(py)),
            Self::Pickled(_) => None,
        }
    }

    /// Bytes that the snapshot holds.
    pub fn size(&self) -> u64 {
        match self {
            Self::Shared { size, .. } => *size,
            Self::Pickled(pickled) => pickled.size(),
        }
    }
}
