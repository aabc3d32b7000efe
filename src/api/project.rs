//! Projects: folders that a program's sources lie in.

use std::path::{Path, PathBuf};

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

/// Whether a file can be somebody's project: it is there, and neither installed nor a program of an environment's.
#[must_use]
pub fn is_of_a_project(file: &Path) -> bool {
    let is_installed = file
        .components()
        .any(|part| INSTALLED.iter().any(|name| part.as_os_str() == *name));
    let is_program = file
        .parent()
        .is_some_and(|folder| folder.ends_with("bin") || folder.ends_with("Scripts"));
    !is_installed && !is_program && file.is_file()
}

/// The nearest folder around that has a marker, or else the folder itself.
#[must_use]
pub fn root(folder: &Path) -> PathBuf {
    let found = folder
        .ancestors()
        .find(|folder| MARKERS.iter().any(|marker| folder.join(marker).exists()));
    let found = found.unwrap_or(folder);
    // One project reached over two paths is one.
    found.canonicalize().unwrap_or_else(|_| found.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_marker_is_the_root() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().canonicalize().unwrap();
        let inner = project.join("a/b");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::write(project.join("pyproject.toml"), "").unwrap();
        assert_eq!(root(&inner), project);
        std::fs::write(project.join("a/setup.py"), "").unwrap();
        assert_eq!(root(&inner), project.join("a"));
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
