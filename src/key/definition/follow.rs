//! Which values that code refers to are part of its definition.

use std::collections::BTreeSet;

use pyo3::exceptions::PyException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    PyCFunction, PyDict, PyFunction, PyModule, PyModuleMethods, PyString, PyTuple, PyType,
};

use super::bytecode::Import;
use super::constant::is_constant;
use super::frozen::followed_parts;
use super::imports::Imported;
use super::{Names, Seen, Watch, installed_version};
use crate::api::function::CachedFunction;
use crate::python;

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

/// Containers that do not change are looked into so deep.
const MAX_DEPTH: usize = 8;

/// What of a value is part of the definition that names it: code and constants, and of state its
/// class, if that is the user's own. Nothing, if the value is nothing but state, which changes
/// while the program runs.
pub fn followed<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    match followed_inside(value, 0) {
        // What does not let itself be looked at is state.
        Err(raised) if raised.is_instance_of::<PyException>(value.py()) => Ok(None),
        followed => followed,
    }
}

/// The same for what lies in so many containers.
pub fn followed_inside<'py>(
    value: &Bound<'py, PyAny>,
    depth: usize,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    if is_code(value)? || is_constant(value)? {
        return Ok(Some(value.clone()));
    }
    if depth == MAX_DEPTH {
        return Ok(None);
    }
    match followed_parts(value, depth + 1)? {
        Some(parts) => Ok(Some(parts)),
        None => of_object(value, depth + 1),
    }
}

/// What stands for an object: its class, if that is the user's own, and what it wraps.
fn of_object<'py>(value: &Bound<'py, PyAny>, depth: usize) -> PyResult<Option<Bound<'py, PyAny>>> {
    let wrapped = match wrapped(value)? {
        Some(wrapped) => followed_inside(&wrapped, depth)?,
        None => None,
    };
    let class = value.get_type();
    if !is_own_class(&class)? {
        return Ok(wrapped);
    }
    let Some(wrapped) = wrapped else {
        return Ok(Some(class.into_any()));
    };
    let pair = [class.into_any(), wrapped];
    Ok(Some(PyTuple::new(value.py(), pair)?.into_any()))
}

/// Whether a class is the user's own.
pub fn is_own_class(class: &Bound<'_, PyType>) -> PyResult<bool> {
    let module = class.getattr(intern!(class.py(), "__module__"))?;
    let Ok(module) = module.cast_into::<PyString>() else {
        return Ok(false);
    };
    Ok(module != "builtins" && installed_version(class.py(), &module.to_string_lossy()).is_none())
}

/// What lies inside a decorator's object, such as those of `functools.lru_cache` and
/// `functools.cached_property`. It is taken from where decorators put it: to ask the object may
/// run code of any kind.
fn wrapped<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = value.py();
    if value.is_instance(python::CACHED_PROPERTY.get(py)?)? {
        return value.getattr_opt(intern!(py, "func"));
    }
    let attributes = value.getattr_opt(intern!(py, "__dict__")).ok().flatten();
    let Some(attributes) = attributes.and_then(|found| found.cast_into::<PyDict>().ok()) else {
        return Ok(None);
    };
    attributes.get_item(intern!(py, "__wrapped__"))
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

/// The names that a function uses, and what of them is part of its definition.
pub struct Followed<'py> {
    /// By name, in the order of the names.
    pub values: Bound<'py, PyDict>,
    /// Where they were looked up.
    pub watches: Vec<Watch>,
    /// Modules to look into, by the name that the code has for them.
    modules: Vec<(String, Bound<'py, PyModule>)>,
}

impl<'py> Followed<'py> {
    /// What `names` mean to a function.
    pub fn by(function: &Bound<'py, PyAny>, names: &Names) -> PyResult<Self> {
        let globals = function.getattr(intern!(function.py(), "__globals__"))?;
        let globals = globals.cast::<PyDict>()?;
        let mut followed = Self {
            values: PyDict::new(globals.py()),
            watches: Vec::new(),
            modules: Vec::new(),
        };
        for name in names.globals.difference(&names.assigned) {
            followed.name(function, globals, name, name)?;
        }
        for import in &names.imports {
            followed.import(import, globals)?;
        }
        followed.look_into_modules(names)?;
        Ok(followed)
    }

    fn import(&mut self, import: &Import, globals: &Bound<'py, PyDict>) -> PyResult<()> {
        let imported = Imported::by(import, globals)?;
        self.watches.extend(imported.watches);
        if let Some((name, version)) = imported.installed {
            self.values.set_item(format!("import {name}"), version)?;
        }
        for (name, module) in imported.modules {
            let path = format!("import {name}");
            self.values.set_item(&path, &module)?;
            self.modules.push((path, module));
        }
        Ok(())
    }

    /// A module's attributes are looked up by the names that the code uses on anything.
    fn look_into_modules(&mut self, names: &Names) -> PyResult<()> {
        let imported = names.imports.iter().flat_map(|import| &import.names);
        let attributes: BTreeSet<_> = names.attributes.iter().chain(imported).collect();
        let mut seen = BTreeSet::new();
        while let Some((path, module)) = self.modules.pop() {
            if !seen.insert(module.as_ptr() as usize) || is_installed(&module)? {
                continue;
            }
            let namespace = module.dict();
            for name in &attributes {
                if !names.assigned_to_globals.contains(*name) {
                    self.name(module.as_any(), &namespace, name, &format!("{path}.{name}"))?;
                }
            }
            // It answers for the names that the module does not have.
            let answers = "__getattr__";
            if namespace.contains(answers)? {
                self.name(
                    module.as_any(),
                    &namespace,
                    answers,
                    &format!("{path}.{answers}"),
                )?;
            }
        }
        Ok(())
    }

    fn name(
        &mut self,
        owner: &Bound<'py, PyAny>,
        namespace: &Bound<'py, PyDict>,
        name: &str,
        path: &str,
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
            self.modules.push((path.to_owned(), module.clone()));
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
