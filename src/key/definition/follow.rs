//! Which values that code refers to are part of its definition.

use std::collections::BTreeSet;

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyDict, PyFunction, PyModule, PyModuleMethods, PyString, PyType};

use super::bytecode::Import;
use super::constant::is_constant;
use super::frozen::followed_parts;
use super::imports::Imported;
use super::instance::of_instance;
use super::{Names, Seen, Watch, installed_version};
use crate::api::function::CachedFunction;
use crate::python;
use crate::python::intern;
use crate::python::raw::DictState;

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

/// Containers and objects are looked into so deep.
const MAX_DEPTH: usize = 8;

/// So many are looked at for one name.
const MAX_LOOKS: usize = 1_000;

/// How far one has looked into a value.
#[derive(Default)]
pub struct Look {
    depth: usize,
    count: usize,
}

/// What of a value is part of the definition that names it: code and constants, and of an object
/// that is state the code in it. Nothing, if the value is nothing but state, which changes while
/// the program runs.
pub fn followed<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    match Look::default().inside(value) {
        // What does not let itself be looked at is state.
        Err(raised) if raised.is_instance_of::<PyException>(value.py()) => Ok(None),
        followed => followed,
    }
}

impl Look {
    /// What is followed of a value that lies in another.
    pub fn inside<'py>(
        &mut self,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        if is_code(value)? || is_constant(value)? {
            return Ok(Some(value.clone()));
        }
        if self.depth == MAX_DEPTH || self.count == MAX_LOOKS {
            return Ok(None);
        }
        self.depth += 1;
        self.count += 1;
        let found = match followed_parts(value, self)? {
            Some(parts) => Some(parts),
            None => of_instance(value, self)?,
        };
        self.depth -= 1;
        Ok(found)
    }
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
            state: DictState::default(),
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
