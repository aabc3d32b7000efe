//! Which values that code refers to are part of its definition.

use std::collections::BTreeSet;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyDict, PyFunction, PyModule, PyModuleMethods, PyString, PyType};

use super::{Names, Seen, Watch, installed_version};
use crate::api::function::CachedFunction;
use crate::python::{self, immutable};

/// How far a walk over a definition goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// The definition alone.
    Nothing,
    /// What it names, each as a digest that is read once.
    Beside,
    /// What it names, and all that lies behind, as one.
    Inside,
}

/// What of a value is part of the definition that names it: code and constants. Nothing, if the
/// value is state, which changes while the program runs.
pub fn followed<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    if is_code(value)? || is_constant(value)? {
        return Ok(Some(value.clone()));
    }
    wrapped_function(value)
}

/// The function inside a decorator's object, such as those of `functools.lru_cache` and
/// `functools.cached_property`: it is what they wrap that counts.
fn wrapped_function<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = value.py();
    let name = if value.is_instance(python::CACHED_PROPERTY.get(py)?)? {
        intern!(py, "func")
    } else {
        intern!(py, "__wrapped__")
    };
    let wrapped = value.getattr_opt(name).ok().flatten();
    Ok(wrapped.filter(PyAnyMethods::is_instance_of::<PyFunction>))
}

fn is_code(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    Ok(value.is_instance_of::<PyFunction>()
        || value.is_instance_of::<PyType>()
        || value.is_instance_of::<PyModule>()
        || value.is_instance_of::<PyCFunction>()
        || value.is_instance_of::<CachedFunction>()
        || value.is_instance(python::METHOD_TYPE.get(py)?)?
        || value.is_instance(python::PARTIAL.get(py)?)?
        || is_descriptor(value)?)
}

fn is_descriptor(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    Ok(value.is_instance(python::PROPERTY.get(py)?)?
        || value.is_instance(python::STATIC_METHOD.get(py)?)?
        || value.is_instance(python::CLASS_METHOD.get(py)?)?)
}

fn is_constant(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    Ok(immutable::is_immutable(value)?
        || value.is_instance(python::PATTERN.get(py)?)?
        || value.is_instance(python::PURE_PATH.get(py)?)?
        || value.get_type().is_instance(python::ENUM_TYPE.get(py)?)?)
}

/// The names that a function uses, and what of them is part of its definition.
pub struct Followed<'py> {
    /// By name, in the order of the names.
    pub values: Bound<'py, PyDict>,
    /// Where they were looked up.
    pub watches: Vec<Watch>,
}

impl<'py> Followed<'py> {
    /// What `names` mean to a function.
    pub fn by(function: &Bound<'py, PyAny>, names: &Names) -> PyResult<Self> {
        let globals = function.getattr(intern!(function.py(), "__globals__"))?;
        let globals = globals.cast::<PyDict>()?;
        let mut followed = Self {
            values: PyDict::new(globals.py()),
            watches: Vec::new(),
        };
        let mut modules = Vec::new();
        for name in names.globals.difference(&names.assigned) {
            followed.name(function, globals, name, name, &mut modules)?;
        }
        // A module's attributes are looked up by the names that the code uses on anything.
        let mut seen = BTreeSet::new();
        while let Some((path, module)) = modules.pop() {
            if !seen.insert(module.as_ptr() as usize) || is_installed(&module)? {
                continue;
            }
            for name in &names.attributes {
                let path = format!("{path}.{name}");
                followed.name(module.as_any(), &module.dict(), name, &path, &mut modules)?;
            }
        }
        Ok(followed)
    }

    fn name(
        &mut self,
        owner: &Bound<'py, PyAny>,
        namespace: &Bound<'py, PyDict>,
        name: &str,
        path: &str,
        modules: &mut Vec<(String, Bound<'py, PyModule>)>,
    ) -> PyResult<()> {
        let py = namespace.py();
        let object = namespace.get_item(name)?;
        self.watches.push(Watch::Name {
            owner: Seen::new(owner),
            name: PyString::intern(py, name).unbind(),
            object: object.as_ref().map(Seen::new),
        });
        let Some(object) = object else {
            return Ok(());
        };
        if let Ok(module) = object.cast::<PyModule>() {
            modules.push((path.to_owned(), module.clone()));
        }
        if let Some(value) = followed(&object)? {
            self.values.set_item(path, value)?;
        }
        Ok(())
    }
}

fn is_installed(module: &Bound<'_, PyModule>) -> PyResult<bool> {
    let name = module.name()?.to_string();
    Ok(installed_version(module.py(), &name).is_some())
}
