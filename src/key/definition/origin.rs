//! Whose code it is: the user's own, which is followed, or one that is installed, which is known by
//! its name and version.

use std::collections::HashMap;
use std::path::Path;

use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::python;

/// The version of the package that a module belongs to; none if the module is the user's own.
pub fn installed_version(py: Python<'_>, module: &str) -> Option<String> {
    static KNOWN: Mutex<Option<HashMap<String, String>>> = Mutex::new(None);
    let known = KNOWN
        .lock()
        .as_ref()
        .and_then(|known| known.get(module).cloned());
    if known.is_some() {
        return known;
    }
    let top = module.split('.').next().unwrap_or(module);
    let version = find_version(py, module, top).ok().flatten()?;
    KNOWN
        .lock()
        .get_or_insert_default()
        .insert(module.to_owned(), version.clone());
    Some(version)
}

fn find_version(py: Python<'_>, module: &str, top: &str) -> PyResult<Option<String>> {
    let Some(loaded) = loaded(py, module)? else {
        return Ok(None);
    };
    if is_in_library(py, &loaded)? {
        let version = py.version_info();
        return Ok(Some(format!(
            "{}.{}.{}",
            version.major, version.minor, version.patch
        )));
    }
    if top != "memoxide" && !is_in_packages(&loaded)? {
        return Ok(None);
    }
    Ok(Some(package_version(py, top).unwrap_or_default()))
}

fn loaded<'py>(py: Python<'py>, module: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    let modules = python::MODULES.get(py)?.cast::<PyDict>()?;
    modules.get_item(module)
}

fn file_of(module: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    let file = module.getattr_opt("__file__")?;
    Ok(file
        .and_then(|file| file.cast_into::<PyString>().ok())
        .map(|file| file.to_string()))
}

/// Whether the module is part of Python itself.
fn is_in_library(py: Python<'_>, module: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Some(file) = file_of(module)? else {
        return is_frozen(module);
    };
    let library = python::LIBRARY_FILE.get(py)?.to_string();
    let library = Path::new(&library).parent().unwrap_or(Path::new("/"));
    Ok(Path::new(&file).starts_with(library) && !is_package_path(&file))
}

/// Whether a module without a file is built into the interpreter.
fn is_frozen(module: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Some(spec) = module
        .getattr_opt("__spec__")?
        .filter(|spec| !spec.is_none())
    else {
        return Ok(false);
    };
    let origin = spec.getattr_opt("origin")?;
    Ok(origin.is_some_and(|origin| matches!(origin.to_string().as_str(), "built-in" | "frozen")))
}

fn is_in_packages(module: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(file_of(module)?.is_some_and(|file| is_package_path(&file)))
}

fn is_package_path(file: &str) -> bool {
    let mut parts = Path::new(file).iter();
    parts.any(|part| part == "site-packages" || part == "dist-packages")
}

fn package_version(py: Python<'_>, top: &str) -> Option<String> {
    let module = loaded(py, top).ok().flatten()?;
    let told = module.getattr_opt("__version__").ok().flatten();
    if let Some(version) = told.and_then(|version| version.cast_into::<PyString>().ok()) {
        return Some(version.to_string());
    }
    let version = python::DISTRIBUTION_VERSION
        .get(py)
        .ok()?
        .call1((top,))
        .ok()?;
    Some(version.to_string())
}
