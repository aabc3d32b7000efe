//! Resources that leave are released: each once, whatever a callback does.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::AtomicBool;

use pyo3::prelude::*;

use super::caches::{self, Departed, FunctionCache};
use super::options::Kind;
use super::value::Value;
use super::{exit, resource};
use crate::logging;
use crate::python::{self, interrupt};
use crate::sync::system::Mutex;

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
        if !departed.is_empty() {
            self.release_values(py, departed);
        }
    }

    /// The same of those that left when `made` was stored, which may be one of them: then it is still there.
    pub fn release_beside(&self, py: Python<'_>, departed: Departed, made: &Value) {
        if departed.is_empty() {
            return;
        }
        let (same, others): (Vec<_>, Vec<_>) = departed
            .into_iter()
            .partition(|value| value.is_same_resource(py, made));
        for value in same.into_iter().filter(|value| !is_inherited(value)) {
            resource::keep_until_exit(py, value);
        }
        self.release_values(py, others);
    }

    /// The same of values that nobody has any more. What a forked child has from its parent is its parent's to release.
    pub(super) fn release_values(&self, py: Python<'_>, departed: impl IntoIterator<Item = Value>) {
        let callback = self
            .on_release
            .lock()
            .as_ref()
            .map(|callback| callback.clone_ref(py));
        let mut complaints = Vec::new();
        for value in departed {
            if is_inherited(&value) {
                continue;
            }
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

/// Resources that a fork has brought into this process, by their places. They stay for as long as it runs: a generator
/// that is dropped cleans up.
static INHERITED: Mutex<BTreeMap<usize, Value>> = Mutex::new(BTreeMap::new());

fn is_inherited(value: &Value) -> bool {
    INHERITED.lock().contains_key(&value.address())
}

/// Notes, in the child of a fork, which resources its parent has made; those that the child is to make anew are gone.
pub fn after_fork() {
    let mut inherited = resource::take_kept();
    for cache in caches::all() {
        if cache.id.kind != Kind::Resource {
            continue;
        }
        // Nothing fails in it.
        let _ = cache.entries.try_for_each(|value| {
            inherited.push(value.clone());
            Ok::<_, Infallible>(())
        });
        if cache.is_recreated {
            drop(cache.entries.clear());
        }
    }
    let inherited = inherited.into_iter().map(|value| (value.address(), value));
    INHERITED.lock().extend(inherited);
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
