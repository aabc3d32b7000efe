//! Resources whose class was defined anew since they were made, as it is when a script runs again.

use std::collections::HashSet;
use std::sync::LazyLock;

use ahash::RandomState;
use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use crate::logging;
use crate::python;

/// What was said already: the function and the class.
static SAID: LazyLock<Mutex<HashSet<(String, String), RandomState>>> =
    LazyLock::new(Mutex::default);

/// Says, once for each class, that a resource of `function` is of a class that its module has replaced.
/// Such an object is no instance of what the module's code calls by that name.
pub fn notice(resource: &Bound<'_, PyAny>, function: &str) {
    let class = resource.get_type();
    if let Some(name) = replaced(&class).ok().flatten()
        && SAID.lock().insert((function.to_owned(), name.clone()))
    {
        let message = format!(
            "A resource of '{function}' is of the class {name} as it was before it was defined \
             anew: isinstance() does not hold for it. Clear the function, or define the class in a \
             module that is not loaded again."
        );
        logging::warn(resource.py(), &message);
    }
}

/// The name of a class, if its module has another one under it.
fn replaced(class: &Bound<'_, PyType>) -> PyResult<Option<String>> {
    let modules = python::MODULES.get(class.py())?.cast::<PyDict>()?;
    let module = class.module()?;
    let Some(mut found) = modules.get_item(&module)? else {
        return Ok(None);
    };
    let name = class.qualname()?.to_string();
    for part in name.split('.') {
        match found.getattr_opt(part)? {
            Some(next) => found = next,
            None => return Ok(None),
        }
    }
    let is_another = found.is_instance_of::<PyType>() && !found.is(class);
    Ok(is_another.then(|| format!("{module}.{name}")))
}
