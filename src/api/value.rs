//! Values as they lie in the store.

use pyo3::prelude::*;

use crate::snapshot::{Persisted, Snapshot};

/// A stored value: one pointer, so that a hit has to look at one place only.
///
/// It is cloned under locks. That is an increment: nothing of Python runs.
#[derive(Clone)]
pub struct Value(
    /// The object that all callers share, or a [`Stored`].
    Py<PyAny>,
);

/// Bytes of a [`Stored`] with the interpreter's own part of it.
const OF_STORED: u64 = (size_of::<Stored>() + 2 * size_of::<usize>()) as u64;

/// What is not handed out as it is. No Python code gets to see one.
#[pyclass(frozen, module = "memoxide")]
struct Stored(Snapshot);

impl Value {
    /// The value that a snapshot holds.
    pub fn of(py: Python<'_>, snapshot: Snapshot) -> PyResult<Self> {
        if let Snapshot::Shared { object, .. } = snapshot {
            return Ok(Self(object));
        }
        Ok(Self(Py::new(py, Stored(snapshot))?.into_any()))
    }

    /// Bytes that the value of a snapshot holds.
    pub fn size(py: Python<'_>, snapshot: &Snapshot) -> u64 {
        let around = if snapshot.shared(py).is_some() {
            0
        } else {
            OF_STORED
        };
        snapshot.size().saturating_add(around)
    }

    /// The value, as a caller may have it. Fails with what unpickling raises.
    #[inline]
    pub fn restore<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.0.bind(py).cast_exact::<Stored>() {
            Ok(stored) => stored.get().0.restore(py),
            Err(_) => Ok(self.0.bind(py).clone()),
        }
    }

    /// What is stored, if it is not handed out as it is.
    #[inline]
    pub fn snapshot<'a>(&'a self, py: Python<'a>) -> Option<&'a Snapshot> {
        let stored = self.0.bind(py).cast_exact::<Stored>().ok()?;
        Some(&stored.get().0)
    }

    /// The value as one that the disk has too.
    #[inline]
    pub fn persisted<'a>(&'a self, py: Python<'a>) -> Option<&'a Persisted> {
        match self.snapshot(py)? {
            Snapshot::Persisted(persisted) => Some(persisted),
            _ => None,
        }
    }

    /// The object itself, if that is what is stored.
    pub fn shared<'a, 'py>(&'a self, py: Python<'py>) -> Option<&'a Bound<'py, PyAny>> {
        match self.0.bind(py).cast_exact::<Stored>() {
            Ok(stored) => stored.get().0.shared(py),
            Err(_) => Some(self.0.bind(py)),
        }
    }

    /// The generator that waits to clean up behind a resource.
    pub fn generator<'a, 'py>(&'a self, py: Python<'py>) -> Option<&'a Bound<'py, PyAny>> {
        let stored = self.0.bind(py).cast_exact::<Stored>().ok()?;
        stored.get().0.generator(py)
    }

    /// Whether both are the same object.
    pub fn is(&self, other: &Self) -> bool {
        self.0.is(&other.0)
    }
}
