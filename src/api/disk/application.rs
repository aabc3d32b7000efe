//! Which application a function belongs to: the project that its source lies in.

use std::env;
use std::path::PathBuf;

use pyo3::prelude::*;

use crate::api::project::{self, is_of_a_project};
use crate::python;
use crate::python::intern;

/// The root of the project that a function is part of. One that is installed, or typed in, is part of the program
/// that runs.
pub fn root_of(function: &Bound<'_, PyAny>) -> PathBuf {
    let own = source(function).filter(|path| is_of_a_project(path));
    let of_program = || program(function.py()).filter(|path| is_of_a_project(path));
    match own.or_else(of_program) {
        Some(file) => project::root(file.parent().unwrap_or(&file)),
        None => project::root(&env::current_dir().unwrap_or_default()),
    }
}

/// The file of the function's code; a partial's is its function's.
fn source(function: &Bound<'_, PyAny>) -> Option<PathBuf> {
    let py = function.py();
    let mut inner = function.clone();
    for _ in 0..16 {
        if let Ok(code) = inner.getattr(intern!(py, "__code__")) {
            let file: PathBuf = code
                .getattr(intern!(py, "co_filename"))
                .ok()?
                .extract()
                .ok()?;
            return std::path::absolute(file).ok();
        }
        let next = inner
            .getattr(intern!(py, "__wrapped__"))
            .or_else(|_| inner.getattr(intern!(py, "func")))
            .or_else(|_| inner.getattr(intern!(py, "__func__")));
        inner = next.ok()?;
    }
    None
}

fn program(py: Python<'_>) -> Option<PathBuf> {
    let modules = python::MODULES.get(py).ok()?;
    let main = modules.get_item(intern!(py, "__main__")).ok()?;
    let file: PathBuf = main.getattr(intern!(py, "__file__")).ok()?.extract().ok()?;
    std::path::absolute(file).ok()
}
