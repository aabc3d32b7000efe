//! Values as they lie in the store.

use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use pyo3::ffi::PyTypeObject;
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use crate::host::Recording;
use crate::python::raw;
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
struct Stored {
    snapshot: Snapshot,
    /// What the function has drawn.
    recording: Option<Recording>,
}

/// The class of [`Stored`]; nothing until the module is made. Each hit asks for it, and to find it by name
/// costs more than to compare it.
static STORED: AtomicPtr<PyTypeObject> = AtomicPtr::new(ptr::null_mut());

/// Makes the class.
pub fn make_class(py: Python<'_>) {
    STORED.store(py.get_type::<Stored>().as_type_ptr(), Ordering::Release);
}

impl Value {
    /// The value that a snapshot holds, and what the function has drawn.
    pub fn of(py: Python<'_>, snapshot: Snapshot, recording: Option<Recording>) -> PyResult<Self> {
        match (snapshot, recording) {
            (Snapshot::Shared { object, .. }, None) => Ok(Self(object)),
            (snapshot, recording) => {
                let stored = Stored {
                    snapshot,
                    recording,
                };
                Ok(Self(Py::new(py, stored)?.into_any()))
            }
        }
    }

    /// Bytes that the value of a snapshot holds, with what the function has drawn.
    pub fn size(py: Python<'_>, snapshot: &Snapshot, recording: Option<&Recording>) -> u64 {
        let is_bare = snapshot.shared(py).is_some() && recording.is_none();
        let around = if is_bare { 0 } else { OF_STORED };
        let drawn = recording.map_or(0, |recording| recording.size(py));
        snapshot.size().saturating_add(around).saturating_add(drawn)
    }

    /// What is around the object, if it is not handed out as it is.
    #[inline]
    fn stored<'a>(&'a self, py: Python<'a>) -> Option<&'a Stored> {
        let object = self.0.bind(py);
        if object.get_type_ptr() != STORED.load(Ordering::Relaxed) {
            return None;
        }
        object.cast_exact::<Stored>().ok().map(Bound::get)
    }

    /// Whether nothing is around the object.
    #[inline]
    pub fn is_bare(&self, py: Python<'_>) -> bool {
        self.stored(py).is_none()
    }

    /// The object, and what is around it.
    #[inline]
    pub fn into_object(self, py: Python<'_>) -> Bound<'_, PyAny> {
        self.0.into_bound(py)
    }

    /// What the function has drawn, if it has.
    #[inline]
    pub fn recording<'a>(&'a self, py: Python<'a>) -> Option<&'a Recording> {
        self.stored(py)?.recording.as_ref()
    }

    /// The value, as a caller may have it. Fails with what unpickling raises.
    #[inline]
    pub fn restore<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.stored(py) {
            Some(stored) => stored.snapshot.restore(py),
            None => Ok(self.0.bind(py).clone()),
        }
    }

    /// What is stored, if it is not handed out as it is.
    #[inline]
    pub fn snapshot<'a>(&'a self, py: Python<'a>) -> Option<&'a Snapshot> {
        Some(&self.stored(py)?.snapshot)
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
        match self.stored(py) {
            Some(stored) => stored.snapshot.shared(py),
            None => Some(self.0.bind(py)),
        }
    }

    /// The generator that waits to clean up behind a resource.
    pub fn generator<'a, 'py>(&'a self, py: Python<'py>) -> Option<&'a Bound<'py, PyAny>> {
        self.stored(py)?.snapshot.generator(py)
    }

    /// Shows the garbage collector the resource that it holds, and the generator of that.
    pub fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        raw::while_collecting(|py| match self.stored(py) {
            None => visit.call(&self.0),
            // What is around them the collector does not know. It holds them for the cache alone, unless somebody is
            // just about to look into it.
            Some(stored) if raw::reference_count(self.0.bind(py)) == 1 => {
                stored.snapshot.traverse(visit)
            }
            Some(_) => Ok(()),
        })
    }

    /// Whether callers get the same resource of both.
    pub fn is_same_resource(&self, py: Python<'_>, other: &Self) -> bool {
        match (self.shared(py), other.shared(py)) {
            (Some(ours), Some(theirs)) => ours.is(theirs),
            _ => false,
        }
    }

    /// Where it lies: what tells it from all others that are alive.
    pub fn address(&self) -> usize {
        self.0.as_ptr() as usize
    }

    /// Whether both are the same object.
    pub fn is(&self, other: &Self) -> bool {
        self.0.is(&other.0)
    }
}
