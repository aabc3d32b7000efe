//! What definitions of a function hold together: the resources that their cache has, for the garbage collector.
//!
//! A resource may refer to the function that has made it. The registry keeps caches whether or not a definition lives, and
//! what it holds is no part of the interpreter's world, so that such a pair would live for ever. So all
//! definitions of a cache share one object, which shows the collector what is in the cache as if it were
//! in the object: when only the resources themselves lead to the definitions, all of them are garbage. Then, before
//! anything is closed or taken apart, the resources are released as ever, and each definition leaves the cache.
//!
//! Of the newest caches nothing is shown: they wait for the next definition, which may come when nobody can
//! reach the last one any more. An app that runs again makes a new module, and what is left of the old one
//! hangs on its resources.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use pyo3::prelude::*;
use pyo3::types::{PyWeakrefMethods, PyWeakrefReference};
use pyo3::{PyTraverseError, PyVisit};

use super::caches::{self, FunctionCache};
use crate::sync::system::Mutex;

/// What is held together. Only definitions that the collector can tell refer to it.
#[pyclass(frozen, weakref, module = "memoxide")]
pub struct Holdings {
    cache: Arc<FunctionCache>,
    number: u64,
}

/// Where a cache finds them, as long as a definition has them.
#[derive(Default)]
pub struct Known(Mutex<Option<(u64, Py<PyWeakrefReference>)>>);

impl Holdings {
    /// The one object for a cache.
    pub fn of(py: Python<'_>, cache: &Arc<FunctionCache>) -> PyResult<Py<Self>> {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let holdings = Self {
            cache: Arc::clone(cache),
            number,
        };
        let made = Bound::new(py, holdings)?;
        let end = Bound::new(py, End(Arc::downgrade(cache)))?;
        let reference = PyWeakrefReference::new_with(&made, end)?.unbind();
        let mut known = cache.holdings.0.lock();
        let living = known.as_ref();
        let living = living.and_then(|(_, reference)| reference.bind(py).upgrade());
        let Some(living) = living else {
            let replaced = known.replace((number, reference));
            drop(known);
            drop(replaced);
            return Ok(made.unbind());
        };
        drop(known);
        Ok(living.cast_into::<Self>()?.unbind())
    }

    /// Whether no other has taken its place: what two of them showed would be subtracted twice.
    fn is_known(&self) -> bool {
        let known = self.cache.holdings.0.try_lock();
        known.is_some_and(|known| matches!(&*known, Some((number, _)) if *number == self.number))
    }
}

/// What the interpreter calls when the holdings are gone, or are garbage: first of all, before a generator that waits to
/// clean up is closed by it.
#[pyclass(frozen, module = "memoxide")]
pub struct End(Weak<FunctionCache>);

#[pymethods]
impl End {
    fn __call__(&self, py: Python<'_>, _reference: &Bound<'_, PyAny>) {
        if let Some(cache) = self.0.upgrade() {
            caches::lose(py, &cache);
        }
    }
}

#[pymethods]
impl Holdings {
    /// The locks are free: nobody who has one runs the collector, or is stopped by it. Were one to be taken between
    /// two looks of the collector's, it would take for garbage what lives.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        if self.is_known() {
            self.cache.traverse(&visit)?;
        }
        Ok(())
    }
}
