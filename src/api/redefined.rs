//! Resources whose class was defined anew since they were made, as it is when a script runs again.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::LazyLock;

use ahash::RandomState;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType, PyWeakrefReference};

use crate::key::definition::installed_version;
use crate::logging;
use crate::python::{self, raw};
use crate::sync::system::Mutex;

/// What was said already: the function and the class.
static SAID: LazyLock<Mutex<HashSet<(String, String), RandomState>>> =
    LazyLock::new(Mutex::default);

thread_local! {
    /// The class that this thread has met last: where it is from is not asked again.
    static LAST: Cell<Option<Met>> = const { Cell::new(None) };
}

struct Met {
    class: Py<PyWeakrefReference>,
    is_installed: bool,
}

/// Says, once for each class, that a resource of `function` is of a class that its module has replaced.
/// Such an object is no instance of what the module's code calls by that name.
#[inline]
pub fn notice(resource: &Bound<'_, PyAny>, function: &str) {
    let class = resource.get_type();
    if !is_lasting(&class)
        && let Some(name) = replaced(&class).ok().flatten()
    {
        say(resource.py(), function, &name);
    }
}

#[cold]
fn say(py: Python<'_>, function: &str, name: &str) {
    if SAID.lock().insert((function.to_owned(), name.to_owned())) {
        let message = format!(
            "A resource of '{function}' is of the class {name} as it was before it was defined \
             anew: isinstance() does not hold for it. Clear the function, or define the class in a \
             module that is not loaded again."
        );
        logging::warn(py, &message);
    }
}

/// Whether nobody defines the class anew: the interpreter or an extension holds it, or it is installed.
fn is_lasting(class: &Bound<'_, PyType>) -> bool {
    if raw::is_static(class) {
        return true;
    }
    let last = LAST.try_with(Cell::take).ok().flatten();
    let met = last
        .filter(|last| raw::refers_to(&last.class, class))
        .or_else(|| Met::now(class));
    let is_installed = met.as_ref().is_some_and(|met| met.is_installed);
    // While a thread ends there is nothing to keep it in.
    let _ = LAST.try_with(|last| last.set(met));
    is_installed
}

impl Met {
    #[cold]
    fn now(class: &Bound<'_, PyType>) -> Option<Self> {
        let module = class.module().ok()?;
        let version = installed_version(class.py(), &module.to_string_lossy());
        Some(Self {
            class: PyWeakrefReference::new(class).ok()?.unbind(),
            is_installed: version.is_some(),
        })
    }
}

/// The name of a class, if its module has another one under it.
fn replaced(class: &Bound<'_, PyType>) -> PyResult<Option<String>> {
    let modules = python::MODULES.get(class.py())?.cast::<PyDict>()?;
    let module = class.module()?;
    let Some(place) = modules.get_item(&module)? else {
        return Ok(None);
    };
    let name = class.qualname()?;
    let Some(found) = held_under(place, &name)? else {
        return Ok(None);
    };
    let is_another = !found.is(class) && found.is_instance_of::<PyType>();
    Ok(is_another.then(|| format!("{module}.{name}")))
}

/// What a module has under a qualified name.
fn held_under<'py>(
    module: Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let path = name.to_str()?;
    if !path.contains('.') {
        return module.getattr_opt(name);
    }
    let mut found = module;
    for part in path.split('.') {
        match found.getattr_opt(part)? {
            Some(next) => found = next,
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}
