//! The files of a folder, by their places.

use std::io;

use super::directory::Directory;
use super::fault::Fault;
use super::name::{DRAFT, ENTRY, LOCK, is_digest};

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Entry,
    Lock,
    Draft,
}

/// A file of this library.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// From the root.
    pub path: String,
    pub kind: Kind,
}

/// The folders of applications.
pub(super) fn namespaces(directory: &Directory) -> Result<Vec<String>, Fault> {
    let mut names = names(directory, "")?;
    // Files are told from folders by looking inside of them.
    names.retain(|name| !name.starts_with('.') && name.contains('-'));
    Ok(names)
}

/// The folders of functions in a namespace.
pub(super) fn functions(directory: &Directory, namespace: &str) -> Result<Vec<String>, Fault> {
    let mut names = names(directory, namespace)?;
    names.retain(|name| is_digest(name));
    let places = names.iter().map(|name| format!("{namespace}/{name}"));
    Ok(places.collect())
}

/// The files in a folder: of a function, or drafts elsewhere.
pub(super) fn files(directory: &Directory, folder: &str) -> Result<Vec<Found>, Fault> {
    let names = names(directory, folder)?;
    Ok(names
        .iter()
        .filter_map(|name| found(folder, name))
        .collect())
}

/// What is in a folder; nothing if it is gone.
fn names(directory: &Directory, folder: &str) -> Result<Vec<String>, Fault> {
    use io::ErrorKind::{NotADirectory, NotFound};
    match directory.names(folder) {
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => Ok(Vec::new()),
        result => result.map_err(Fault::io("listing a folder")),
    }
}

fn found(folder: &str, name: &str) -> Option<Found> {
    let is_called = |ending| name.strip_suffix(ending).is_some_and(is_digest);
    let kind = match name {
        _ if is_called(ENTRY) => Kind::Entry,
        _ if is_called(LOCK) => Kind::Lock,
        _ if name.starts_with(DRAFT) => Kind::Draft,
        _ => return None,
    };
    let path = match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    };
    Some(Found { path, kind })
}
