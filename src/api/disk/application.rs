//! Which application a function belongs to: the project that its source lies in.

use std::env;
use std::path::{Path, PathBuf};

use pyo3::intern;
use pyo3::prelude::*;

use crate::python;

/// What lies in the root of a project.
const MARKERS: [&str; 6] = [
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    ".git",
    ".hg",
    "requirements.txt",
];

/// Where installed packages lie: they belong to whoever uses them.
const INSTALLED: [&str; 2] = ["site-packages", "dist-packages"];

/// The root of the project that a function is part of. One that is installed, or typed in, is part of the program
/// that runs.
pub fn root_of(function: &Bound<'_, PyAny>) -> PathBuf {
    let own = source(function).filter(|path| is_of_a_project(path));
    let of_program = || program(function.py()).filter(|path| is_of_a_project(path));
    match own.or_else(of_program) {
        Some(file) => project(file.parent().unwrap_or(&file)),
        None => project(&env::current_dir().unwrap_or_default()),
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

/// Whether a file can be somebody's project: it is there, and neither installed nor a program of an environment's.
fn is_of_a_project(file: &Path) -> bool {
    let is_installed = file
        .components()
        .any(|part| INSTALLED.iter().any(|name| part.as_os_str() == *name));
    let is_program = file
        .parent()
        .is_some_and(|folder| folder.ends_with("bin") || folder.ends_with("Scripts"));
    !is_installed && !is_program && file.is_file()
}

/// The nearest folder around that has a marker, or else the folder itself.
fn project(folder: &Path) -> PathBuf {
    let found = folder
        .ancestors()
        .find(|folder| MARKERS.iter().any(|marker| folder.join(marker).exists()));
    let root = found.unwrap_or(folder);
    // One project reached over two paths is one.
    root.canonicalize().unwrap_or_else(|_| root.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_marker_is_the_root() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let inner = root.join("a/b");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::write(root.join("pyproject.toml"), "").unwrap();
        assert_eq!(project(&inner), root);
        std::fs::write(root.join("a/setup.py"), "").unwrap();
        assert_eq!(project(&inner), root.join("a"));
    }

    #[test]
    fn what_is_installed_or_no_file_is_no_project() {
        let folder = tempfile::tempdir().unwrap();
        let script = |path: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "").unwrap();
            path
        };
        assert!(is_of_a_project(&script("app.py")));
        assert!(!is_of_a_project(&script("lib/site-packages/pytest.py")));
        assert!(!is_of_a_project(&script("bin/pytest")));
        assert!(!is_of_a_project(&folder.path().join("<stdin>")));
    }
}
