//! Resources that leave are released: each once, whatever a callback does.

use std::sync::atomic::AtomicBool;

use pyo3::prelude::*;

use super::caches::{self, Departed, FunctionCache};
use super::options::Kind;
use super::value::Value;
use super::{exit, resource};
use crate::logging;
use crate::python::{self, interrupt};

/// Sees to it that resources which are still there at the interpreter's exit are released.
pub(super) fn at_exit(py: Python<'_>) {
    static REGISTERED: AtomicBool = AtomicBool::new(false);
    let consequence = "resources will not be released at exit";
    exit::run_at_exit(py, &REGISTERED, &python::RELEASE_ALL, consequence);
}

/// Releases all resources: the interpreter is about to exit.
#[pyfunction]
pub fn release_all(py: Python<'_>) {
    interrupt::end();
    for cache in caches::all() {
        if cache.id.kind == Kind::Resource {
            cache.clear(py);
        }
    }
    let mut complaints = Vec::new();
    for value in resource::take_kept() {
        complaints.extend(clean_up(py, "of a resource that was not stored", &value));
    }
    complain(py, complaints);
}

impl FunctionCache {
    /// Lets go of values that left, and tells `on_release` of each. No lock may be held.
    pub fn release(&self, py: Python<'_>, departed: Departed) {
        if departed.is_empty() {
            return;
        }
        let callback = self
            .on_release
            .lock()
            .as_ref()
            .map(|callback| callback.clone_ref(py));
        let mut complaints = Vec::new();
        for value in departed {
            if let (Some(callback), Some(resource)) = (&callback, value.shared(py))
                && let Err(raised) = callback.call1(py, (resource,))
            {
                complaints.push((format!("on_release of '{}' failed", self.name), raised));
            }
            complaints.extend(clean_up(py, &self.name, &value));
        }
        complain(py, complaints);
    }
}

/// What is to be said of a callback, and what it has raised.
type Complaint = (String, PyErr);

/// Lets the generator that has yielded a resource clean up behind it.
fn clean_up(py: Python<'_>, name: &str, value: &Value) -> Option<Complaint> {
    let raised = resource::tear_down(value.generator(py)?).err()?;
    let message = format!("the generator '{name}' failed to clean up");
    Some((message, raised.into()))
}

/// Logs what went wrong, when all resources are released: an interrupt is not to cost another one its release.
fn complain(py: Python<'_>, complaints: Vec<Complaint>) {
    for (message, raised) in complaints {
        logging::error(py, &message, &raised);
    }
}
