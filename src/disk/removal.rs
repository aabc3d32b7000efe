//! Removing what a user wants removed.

use std::io;

use super::directory::Directory;
use super::fault::Fault;
use super::folder::Folder;
use super::generation::{Scope, announce};
use super::name::{entry_file, function_folder};
use super::walk::{self, Kind};

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Files of entries.
    pub entries: u64,
    /// Bytes that they take on the disk.
    pub bytes: u64,
}

impl Folder {
    /// Removes the entries of all applications.
    pub fn clear(&self) -> Result<Removed, Fault> {
        let root = self.root();
        let mut removed = Removed::default();
        for namespace in walk::namespaces(&root.directory)? {
            removed += clear(&root.directory, &namespace, Scope::All)?;
        }
        Ok(removed)
    }
}

/// Removes the entries of `scope` in a namespace.
///
/// It is announced before, so that writers which the removal does not see find out, and after, so that readers
/// which were faster than the removal do.
pub(super) fn clear(
    directory: &Directory,
    namespace: &str,
    scope: Scope<'_>,
) -> Result<Removed, Fault> {
    let is_announced = announce(directory, namespace, scope).is_ok();
    let mut removed = remove(directory, namespace, scope)?;
    announce(directory, namespace, scope)?;
    if !is_announced {
        // The disk was too full for it. Now that it was said, no writer is missed any more.
        removed += remove(directory, namespace, scope)?;
        announce(directory, namespace, scope)?;
    }
    Ok(removed)
}

fn remove(directory: &Directory, namespace: &str, scope: Scope<'_>) -> Result<Removed, Fault> {
    match scope {
        Scope::Entry(name) => {
            let removed = remove_file(directory, &entry_file(namespace, name))?;
            let _ = directory.sync(&function_folder(namespace, &name.function));
            Ok(removed)
        }
        Scope::Function(function) => remove_all(directory, &function_folder(namespace, function)),
        Scope::All => walk::functions(directory, namespace)?
            .iter()
            .map(|folder| remove_all(directory, folder))
            .sum(),
    }
}

fn remove_all(directory: &Directory, folder: &str) -> Result<Removed, Fault> {
    let files = walk::files(directory, folder)?.into_iter();
    let entries = files.filter(|file| file.kind == Kind::Entry);
    let removed = entries
        .map(|file| remove_file(directory, &file.path))
        .sum::<Result<_, _>>()?;
    // What a user cleared must not come back after a power failure. Where that cannot be had, it is cleared still.
    let _ = directory.sync(folder);
    Ok(removed)
}

/// Removes one entry, unless somebody was faster.
pub(super) fn remove_file(directory: &Directory, path: &str) -> Result<Removed, Fault> {
    let size = directory.look(path).map_or(0, |look| look.taken);
    match directory.remove(path) {
        // A folder in its place is no entry, and is never read as one.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::IsADirectory
            ) =>
        {
            Ok(Removed::default())
        }
        result => result
            .map(|()| Removed::one(size))
            .map_err(Fault::io("removing an entry")),
    }
}

impl Removed {
    /// One entry.
    pub(super) fn one(bytes: u64) -> Self {
        Self { entries: 1, bytes }
    }
}

impl std::ops::AddAssign for Removed {
    fn add_assign(&mut self, other: Self) {
        self.entries += other.entries;
        self.bytes += other.bytes;
    }
}

impl std::iter::Sum for Removed {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |mut sum, removed| {
            sum += removed;
            sum
        })
    }
}
