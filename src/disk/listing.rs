//! The entries as a user sees them.

use std::fs::File;
use std::io::{ErrorKind, Read as _};

use super::directory::look_at;
use super::fault::Fault;
use super::folder::Folder;
use super::format::{Codec, FIXED, Head, head_length, recognise};
use super::hits;
use super::name::{Name, entry_file, namespace_folder};
use super::namespace::{Opened, read_file};
use super::removal::{Removed, remove_file};
use super::walk::{self, Kind};

/// Longer heads are not read for a description: they have a million buffers.
const MAX_HEAD: u64 = 8 << 20;

/// An entry as its file describes itself. Nothing of it is checked; [`Folder::verify`] does.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The file, from the folder.
    pub path: String,
    /// Bytes of the file.
    pub size: u64,
    /// Nanoseconds from the beginning of 1970 to the last use, with the precision of a minute.
    pub used: i64,
    /// How often it was read, of which once a minute is counted; none where the file system does not keep it.
    pub hits: Option<u64>,
    /// What the head says, if it can be read.
    pub description: Option<Description>,
}

/// What an entry's head says.
#[derive(Clone, Debug)]
pub struct Description {
    /// The application's name.
    pub namespace: String,
    /// The name inside of the namespace.
    pub name: Name,
    /// Nanoseconds from the beginning of 1970 to the entry's creation.
    pub created: i64,
    /// Nanoseconds that the computation took.
    pub cost: u64,
    /// How payload and buffers are to be understood.
    pub codec: Codec,
    /// The metadata as they were written.
    pub metadata: Vec<u8>,
}

impl Folder {
    /// All entries of all applications, one function's after the other's. What goes away meanwhile is left out.
    pub fn entries(&self) -> Result<impl Iterator<Item = Listed>, Fault> {
        let root = self.root();
        let namespaces = walk::namespaces(&root.directory)?;
        let functions: Vec<String> = namespaces
            .iter()
            .map(|namespace| walk::functions(&root.directory, namespace))
            .collect::<Result<Vec<_>, _>>()?
            .concat();
        let folder = self.clone();
        Ok(functions.into_iter().flat_map(move |function| {
            let files = walk::files(&root.directory, &function).unwrap_or_default();
            let entries = files.into_iter().filter(|file| file.kind == Kind::Entry);
            let listed = entries.filter_map(|file| folder.describe(file.path));
            listed.collect::<Vec<_>>()
        }))
    }

    fn describe(&self, path: String) -> Option<Listed> {
        let root = self.root();
        let look = root.directory.look(&path).ok()?;
        let file = root.directory.open_file(&path).ok();
        let description = file.as_ref().and_then(read_description);
        Some(Listed {
            path,
            size: look.size,
            used: look.modified,
            hits: file.as_ref().and_then(hits::read),
            description,
        })
    }

    /// Whether an entry is what was written, and stands where it belongs.
    pub fn verify(&self, listed: &Listed) -> Result<(), Fault> {
        let found = read_file(&self.root(), &listed.path, None)?;
        let Some(Opened { entry, .. }) = found else {
            let error = ErrorKind::NotFound.into();
            return Err(Fault::io("opening the entry")(error));
        };
        let place = namespace_folder(entry.namespace());
        if entry_file(&place, &entry.name()) == listed.path {
            return Ok(());
        }
        Err(Fault::OtherName)
    }

    /// Removes one file that was listed, such as a damaged one.
    pub fn remove(&self, listed: &Listed) -> Result<Removed, Fault> {
        remove_file(&self.root().directory, &listed.path)
    }
}

fn read_description(mut file: &File) -> Option<Description> {
    let size = look_at(file).ok()?.size;
    let mut bytes = Vec::new();
    file.take(FIXED as u64).read_to_end(&mut bytes).ok()?;
    recognise(&bytes, size).ok()?;
    let more = head_length(&bytes)?.checked_sub(bytes.len() as u64)?;
    let mut rest = file.by_ref().take(more.min(MAX_HEAD));
    rest.read_to_end(&mut bytes).ok()?;
    let head = Head::read(&bytes).ok()?;
    Some(Description {
        namespace: head.namespace,
        name: head.name,
        created: head.created,
        cost: head.cost,
        codec: head.codec,
        metadata: head.metadata,
    })
}
