//! Which values that code refers to are part of its definition.

use std::collections::BTreeSet;

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::{
    PyCFunction, PyDict, PyFunction, PyModule, PyModuleMethods, PyString, PyTuple, PyType,
};

use super::bytecode::Import;
use super::constant::is_constant;
use super::frozen::followed_parts;
use super::imports::Imported;
use super::instance::of_instance;
use super::mock::mock_class;
use super::wrapper::wrapper_parts;
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
        if is_plain_code(value) || mock_class(value)?.is_some() {
            return Ok(Some(value.clone()));
        }
        let wrapper = wrapper_parts(value)?;
        if wrapper.is_none() && (is_code(value)? || is_constant(value)?) {
            return Ok(Some(value.clone()));
        }
        if self.depth == MAX_DEPTH || self.count == MAX_LOOKS {
            return Ok(None);
        }
        self.depth += 1;
        self.count += 1;
        let found = match (wrapper, followed_parts(value, self)?) {
            (Some(parts), _) => self.all(value.py(), &parts)?,
            (None, None) => of_instance(value, self)?,
            (None, parts) => parts,
        };
        self.depth -= 1;
        Ok(found)
    }

    /// What is followed of several parts: one stands alone, as what `functools.lru_cache` wraps.
    fn all<'py>(
        &mut self,
        py: Python<'py>,
        parts: &[Bound<'py, PyAny>],
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let mut kept = Vec::new();
        for part in parts {
            kept.extend(self.inside(part)?);
        }
        if kept.len() > 1 {
            return Ok(Some(PyTuple::new(py, kept)?.into_any()));
        }
        Ok(kept.pop())
    }
}

fn is_plain_code(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyFunction>()
        || value.is_instance_of::<PyType>()
        || value.is_instance_of::<PyModule>()
        || value.is_instance_of::<PyCFunction>()
        || value.is_instance_of::<CachedFunction>()
}

fn is_code(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    Ok(value.is_instance(python::METHOD_TYPE.get(py)?)?
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
        followed.extensions(names)?;
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
            let all = is_handed(names, &path).then(|| public(&namespace));
            let used = attributes.iter().map(|name| (*name).clone());
            let used: BTreeSet<_> = used.chain(all.into_iter().flatten()).collect();
            for name in &used {
                let assigned = (path.clone(), name.clone());
                if !names.assigned_to_globals.contains(&assigned) {
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
        let object = namespace.get_item(name)?;
        self.watch(owner, name, object.as_ref());
        let Some(object) = object else {
            let is_global = !owner.is_instance_of::<PyModule>();
            return if is_global {
                self.builtin(name)
            } else {
                Ok(())
            };
        };
        if let Ok(module) = object.cast::<PyModule>() {
            self.modules.push((path.to_owned(), module.clone()));
        }
        if let Some(value) = followed(&object)? {
            self.values.set_item(path, value)?;
        }
        Ok(())
    }

    fn watch(&mut self, owner: &Bound<'py, PyAny>, name: &str, object: Option<&Bound<'py, PyAny>>) {
        self.watches.push(Watch::Name {
            state: DictState::default(),
            owner: Seen::new(owner),
            name: PyString::intern(owner.py(), name).unbind(),
            object: object.map(Seen::new),
        });
    }

    /// A name that is no global means what `builtins` holds. Python's own builtins are known by the
    /// name alone, which the code has.
    fn builtin(&mut self, name: &str) -> PyResult<()> {
        let py = self.values.py();
        let builtins = python::loaded(py, "builtins")?;
        let Some(builtins) = builtins.and_then(|found| found.cast_into::<PyModule>().ok()) else {
            return Ok(());
        };
        let object = builtins.dict().get_item(name)?;
        self.watch(builtins.as_any(), name, object.as_ref());
        let Some(object) = object.filter(|object| !is_of_python(object)) else {
            return Ok(());
        };
        if let Some(value) = followed(&object)? {
            self.values.set_item(format!("builtins.{name}"), value)?;
        }
        Ok(())
    }

    /// What the user has added to classes of data libraries, under names that the code uses.
    fn extensions(&mut self, names: &Names) -> PyResult<()> {
        let py = self.values.py();
        for (module, class) in EXTENDED {
            let Some(found) = python::loaded(py, module)? else {
                continue;
            };
            let Some(found) = found.getattr_opt(*class)? else {
                continue;
            };
            let Ok(found) = found.cast_into::<PyType>() else {
                continue;
            };
            self.extensions_of(&found, &format!("{module}.{class}"), names)?;
        }
        Ok(())
    }

    fn extensions_of(
        &mut self,
        class: &Bound<'py, PyType>,
        path: &str,
        names: &Names,
    ) -> PyResult<()> {
        let mut is_watched = false;
        let namespace = class.getattr(intern!(class.py(), "__dict__"))?;
        for name in &names.attributes {
            if !namespace.contains(name)? {
                continue;
            }
            let Some(added) = class.getattr_opt(name.as_str()).ok().flatten() else {
                continue;
            };
            if !is_own(&added)? {
                continue;
            }
            self.values.set_item(format!("{path}.{name}"), added)?;
            if !std::mem::replace(&mut is_watched, true) {
                self.watches.push(Watch::class(class)?);
            }
        }
        Ok(())
    }
}

/// Classes that programs register accessors and namespaces with, or add methods to.
const EXTENDED: &[(&str, &str)] = &[
    ("pandas", "DataFrame"),
    ("pandas", "Index"),
    ("pandas", "Series"),
    ("polars", "DataFrame"),
    ("polars", "Expr"),
    ("polars", "LazyFrame"),
    ("polars", "Series"),
    ("xarray", "DataArray"),
    ("xarray", "DataTree"),
    ("xarray", "Dataset"),
];

/// Whether it is a function or a class of the user's own.
fn is_own(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    if !value.is_instance_of::<PyFunction>() && !value.is_instance_of::<PyType>() {
        return Ok(false);
    }
    let module = value.getattr(intern!(value.py(), "__module__"))?;
    Ok(installed_version(value.py(), &module.to_string()).is_none())
}

/// Whether it is one of Python's own builtins, or one of their names.
fn is_of_python(object: &Bound<'_, PyAny>) -> bool {
    let module = object.getattr_opt(intern!(object.py(), "__module__"));
    let module = module.ok().flatten().map(|module| module.to_string());
    let is_code = object.is_instance_of::<PyCFunction>() || object.is_instance_of::<PyType>();
    is_code && matches!(module.as_deref(), Some("builtins" | "_io" | "io"))
}

/// Whether code hands the module on that it knows under that name: who gets it may use any name in it.
fn is_handed(names: &Names, path: &str) -> bool {
    match path.strip_prefix("import ") {
        Some(module) => {
            let last = module.rsplit('.').next().unwrap_or(module);
            names.handed_imports.contains(last)
        }
        None => names.handed.contains(path),
    }
}

fn public(namespace: &Bound<'_, PyDict>) -> Vec<String> {
    let names = namespace.keys().into_iter().map(|name| name.to_string());
    names.filter(|name| !name.starts_with("__")).collect()
}

fn is_installed(module: &Bound<'_, PyModule>) -> PyResult<bool> {
    let name = module.name()?.to_string();
    Ok(installed_version(module.py(), &name).is_some())
}
