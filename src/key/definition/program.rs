//! The program that runs: its module is called `__main__`, whatever its file is.

use std::path::{Path, PathBuf};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFunction, PyType};

use crate::api::project;
use crate::python;
use crate::python::intern;

/// The program's module.
const MAIN: &str = "__main__";

/// Decorators around a function. What has more of them refers to itself, or answers for any name.
const MOST_LAYERS: usize = 32;

/// A module's name as it is written down. A process that `multiprocessing` has spawned runs the file of
/// its parent's program again, as `__mp_main__`.
pub fn written_module(module: Bound<'_, PyAny>) -> Bound<'_, PyAny> {
    let py = module.py();
    match module.eq(intern!(py, "__mp_main__")) {
        Ok(true) => intern!(py, "__main__").clone().into_any(),
        _ => module,
    }
}

/// The file of the program, if a function or class is of that: two programs of one project differ by it.
/// It is told from the root of the project, so that this can lie anywhere.
pub fn program_file(object: &Bound<'_, PyAny>) -> Option<String> {
    let py = object.py();
    let module = object.getattr(intern!(py, "__module__")).ok()?;
    if !written_module(module).eq(intern!(py, "__main__")).ok()? {
        return None;
    }
    let file = file_of_globals(object).or_else(|| file_of_class(object))?;
    let file = std::path::absolute(file).ok()?;
    if !file.is_file() {
        return None;
    }
    let file = file.canonicalize().unwrap_or(file);
    let root = project::root(file.parent()?);
    let file = file.strip_prefix(&root).unwrap_or(&file);
    Some(parts_of(file))
}

fn parts_of(file: &Path) -> String {
    let parts: Vec<_> = file.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// The file of the module whose globals a function has, or what a decorator has made of one.
fn file_of_globals(object: &Bound<'_, PyAny>) -> Option<PathBuf> {
    let py = object.py();
    let mut inner = object.clone();
    let mut layers = 0;
    while !inner.is_instance_of::<PyFunction>() {
        layers += 1;
        if layers > MOST_LAYERS {
            return None;
        }
        let next = inner
            .getattr(intern!(py, "__wrapped__"))
            .or_else(|_| inner.getattr(intern!(py, "func")))
            .or_else(|_| inner.getattr(intern!(py, "__func__")));
        inner = next.ok().filter(|next| !next.is(&inner))?;
    }
    let globals = inner.getattr(intern!(py, "__globals__")).ok()?;
    let globals = globals.cast_into::<PyDict>().ok()?;
    if is_page(&globals) {
        return None;
    }
    let file = globals.get_item(intern!(py, "__file__")).ok()??;
    file.extract().ok()
}

/// Whether Streamlit runs the module as a page of an app: pages share what they have in common. No loader has loaded it.
fn is_page(globals: &Bound<'_, PyDict>) -> bool {
    let get = |name: &str| globals.get_item(name).ok().flatten();
    let is_main = get("__name__").is_some_and(|name| name.eq(MAIN).unwrap_or(false));
    let has_server = python::loaded(globals.py(), "streamlit.runtime");
    is_main
        && has_server.is_ok_and(|server| server.is_some())
        && get("__loader__").is_none_or(|loader| loader.is_none())
}

/// The file that a class was defined in: that of one of its methods, or of the program.
fn file_of_class(object: &Bound<'_, PyAny>) -> Option<PathBuf> {
    let py = object.py();
    if let Ok(class) = object.cast::<PyType>() {
        let attributes = class.getattr(intern!(py, "__dict__")).ok()?;
        let attributes = attributes.call_method0(intern!(py, "values")).ok()?;
        for value in attributes.try_iter().ok()?.flatten() {
            let module = value.getattr(intern!(py, "__module__"));
            let is_main =
                module.is_ok_and(|module| written_module(module).eq(MAIN).unwrap_or(false));
            if is_main && value.is_instance_of::<PyFunction>() {
                return file_of_globals(&value);
            }
        }
    }
    let main = python::loaded(py, MAIN).ok()??;
    let globals = main.getattr(intern!(py, "__dict__")).ok()?;
    let globals = globals.cast_into::<PyDict>().ok()?;
    if is_page(&globals) {
        return None;
    }
    globals
        .get_item(intern!(py, "__file__"))
        .ok()??
        .extract()
        .ok()
}
