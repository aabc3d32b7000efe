//! Whose code it is: the user's own, which is followed, or one that is installed, which is known by
//! its name and version.

use std::collections::HashMap;
use std::path::Path;

use pyo3::prelude::*;
use pyo3::types::PyString;

use super::imports;
use crate::python;
use crate::sync::system::Mutex;

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

/// Where an import leads to.
#[derive(Clone)]
pub enum Origin {
    /// To a module that is installed: its version.
    Installed(String),
    /// To a module of the user's own.
    Own,
    /// To nothing that is found.
    Nowhere,
}

/// Where the import of a module leads to, whether it is loaded or not. What is installed is not
/// loaded for this, and its version is the distribution's in either case.
pub fn of_import(py: Python<'_>, module: &str) -> PyResult<Origin> {
    static KNOWN: Mutex<Option<HashMap<String, String>>> = Mutex::new(None);
    let top = module.split('.').next().unwrap_or(module);
    let known = KNOWN
        .lock()
        .as_ref()
        .and_then(|known| known.get(top).cloned());
    if let Some(version) = known {
        return Ok(Origin::Installed(version));
    }
    let origin = find_origin(py, top)?;
    if let Origin::Installed(version) = &origin {
        KNOWN
            .lock()
            .get_or_insert_default()
            .insert(top.to_owned(), version.clone());
    }
    Ok(origin)
}

fn find_origin(py: Python<'_>, top: &str) -> PyResult<Origin> {
    let loaded = python::loaded(py, top)?;
    let is_library = match &loaded {
        Some(module) => is_in_library(py, module)?,
        None => python::LIBRARY_MODULES.get(py)?.contains(top)?,
    };
    if is_library {
        return Ok(Origin::Installed(python_version(py)));
    }
    let place = match &loaded {
        Some(module) => place_of(module)?,
        None => place_of_spec(py, top),
    };
    let is_package = place.as_deref().is_some_and(is_package_path);
    Ok(if is_package || top == "memoxide" {
        Origin::Installed(imports::distribution_version(py, top))
    } else if loaded.is_some() || place.is_some() {
        Origin::Own
    } else {
        Origin::Nowhere
    })
}

/// Where a module lies, or the first part of one that has many.
fn place_of(module: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    if let Some(file) = file_of(module)? {
        return Ok(Some(file));
    }
    let Some(places) = module.getattr_opt("__path__")? else {
        return Ok(None);
    };
    places
        .try_iter()?
        .next()
        .map(|place| place?.extract())
        .transpose()
}

/// Where a module that is not loaded lies.
fn place_of_spec(py: Python<'_>, top: &str) -> Option<String> {
    let find = || -> PyResult<Option<String>> {
        let spec = python::FIND_SPEC.get(py)?.call1((top,))?;
        if spec.is_none() {
            return Ok(None);
        }
        if spec.getattr("has_location")?.is_truthy()? {
            return spec.getattr("origin")?.extract().map(Some);
        }
        let places = spec.getattr("submodule_search_locations")?;
        places
            .try_iter()?
            .next()
            .map(|place| place?.extract())
            .transpose()
    };
    find().ok().flatten()
}

fn python_version(py: Python<'_>) -> String {
    let version = py.version_info();
    format!("{}.{}.{}", version.major, version.minor, version.patch)
}

fn find_version(py: Python<'_>, module: &str, top: &str) -> PyResult<Option<String>> {
    let Some(loaded) = python::loaded(py, module)? else {
        return Ok(None);
    };
    if is_in_library(py, &loaded)? {
        return Ok(Some(python_version(py)));
    }
    if top != "memoxide" && !is_in_packages(&loaded)? {
        return Ok(None);
    }
    Ok(Some(package_version(py, top).unwrap_or_default()))
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
    let module = python::loaded(py, top).ok().flatten()?;
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
