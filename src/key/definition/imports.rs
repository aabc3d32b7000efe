//! What code imports while it runs.
//!
//! A module of the user's own is loaded when the definition is read, so that the definition is the
//! same before and after the code has run for the first time. What cannot be loaded is left alone.

use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyModule, PyString};

use super::bytecode::Import;
use super::origin::{self, Origin};
use super::{Seen, Watch};
use crate::python;
use crate::python::intern;

/// What an import means.
#[derive(Default)]
pub struct Imported<'py> {
    /// Modules of the user's own, by their full names.
    pub modules: Vec<(String, Bound<'py, PyModule>)>,
    /// An installed module's name and its version.
    pub installed: Option<(String, String)>,
    /// Where the modules were looked up.
    pub watches: Vec<Watch>,
}

impl<'py> Imported<'py> {
    /// What `import` means to a function with these globals.
    pub fn by(import: &Import, globals: &Bound<'py, PyDict>) -> PyResult<Self> {
        let py = globals.py();
        let mut imported = Self::default();
        let Some(name) = full_name(import, globals)? else {
            return Ok(imported);
        };
        match origin::of_import(py, &name)? {
            Origin::Installed(version) => imported.installed = Some((name, version)),
            Origin::Own => imported.load(import, &name, globals)?,
            Origin::Nowhere => imported.watch(py, &name, None),
        }
        Ok(imported)
    }

    fn load(&mut self, import: &Import, name: &str, globals: &Bound<'py, PyDict>) -> PyResult<()> {
        let py = globals.py();
        // `import a.b` makes the name `a`.
        let parents = name.match_indices('.').map(|(dot, _)| &name[..dot]);
        let parents = parents.filter(|_| import.names.is_empty());
        for parent in parents.chain([name]) {
            self.add(py, parent)?;
        }
        let Some((_, module)) = self.modules.last().cloned() else {
            return Ok(());
        };
        for part in &import.names {
            let is_package = module.dict().contains(intern!(py, "__path__"))?;
            if is_package && !module.dict().contains(part)? {
                self.add(py, &format!("{name}.{part}"))?;
            }
        }
        Ok(())
    }

    fn add(&mut self, py: Python<'py>, name: &str) -> PyResult<()> {
        let module = module(py, name)?;
        self.watch(py, name, module.as_ref());
        if let Some(module) = module {
            self.modules.push((name.to_owned(), module));
        }
        Ok(())
    }

    fn watch(&mut self, py: Python<'py>, name: &str, module: Option<&Bound<'py, PyModule>>) {
        self.watches.push(Watch::Module {
            name: PyString::intern(py, name).unbind(),
            module: module.map(|module| Seen::new(module.as_any())),
        });
    }
}

/// The module of that name; nothing if loading it fails, as it would when the code runs.
fn module<'py>(py: Python<'py>, name: &str) -> PyResult<Option<Bound<'py, PyModule>>> {
    let found = match python::loaded(py, name)? {
        Some(module) => module,
        None => match py.import(name) {
            Ok(module) => module.into_any(),
            Err(raised) if raised.is_instance_of::<PyKeyboardInterrupt>(py) => return Err(raised),
            Err(_) => return Ok(None),
        },
    };
    Ok(found.cast_into().ok())
}

/// The module's full name: a relative one begins at the package of the code's module.
fn full_name(import: &Import, globals: &Bound<'_, PyDict>) -> PyResult<Option<String>> {
    if import.level == 0 {
        return Ok(Some(import.module.clone()));
    }
    let Some(package) = package(globals)? else {
        return Ok(None);
    };
    let mut base = package.as_str();
    for _ in 1..import.level {
        let Some((parent, _)) = base.rsplit_once('.') else {
            return Ok(None);
        };
        base = parent;
    }
    Ok(Some(match import.module.as_str() {
        "" => base.to_owned(),
        module => format!("{base}.{module}"),
    }))
}

fn package(globals: &Bound<'_, PyDict>) -> PyResult<Option<String>> {
    let text = |name: &str| -> PyResult<Option<String>> {
        let value = globals.get_item(name)?;
        Ok(value.and_then(|value| value.extract().ok()))
    };
    if let Some(package) = text("__package__")?.filter(|package| !package.is_empty()) {
        return Ok(Some(package));
    }
    let Some(name) = text("__name__")? else {
        return Ok(None);
    };
    if globals.contains("__path__")? {
        return Ok(Some(name));
    }
    Ok(name.rsplit_once('.').map(|(package, _)| package.to_owned()))
}

/// The version of the distribution that installed a top module, whether it is loaded or not.
pub fn distribution_version(py: Python<'_>, top: &str) -> String {
    let version = |name: &str| -> PyResult<String> {
        python::DISTRIBUTION_VERSION
            .get(py)?
            .call1((name,))?
            .extract()
    };
    let by_module = || -> PyResult<String> {
        let distributions = python::PACKAGES_DISTRIBUTIONS.get(py)?.call0()?;
        let names: Vec<String> = distributions.get_item(top)?.extract()?;
        version(names.first().map_or(top, String::as_str))
    };
    version(top).or_else(|_| by_module()).unwrap_or_default()
}
