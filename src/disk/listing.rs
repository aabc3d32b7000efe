//! The entries as a user sees them.

use std::fs::File;
use std::io::{ErrorKind, Read as _};

use super::directory::look_at;
use super::entry::Entry;
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

/// An entry as it is listed.
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
    /// What the head says, if it can be read, and is sealed where that was asked for.
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
    /// All entries of all applications, one function's after the other's. What goes away meanwhile is left out. If
    /// they are `checked`, which reads all of their bytes, nothing is said of them that is not sealed.
    pub fn entries(&self, checked: bool) -> Result<impl Iterator<Item = Listed>, Fault> {
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
            let listed = entries.filter_map(|file| folder.describe(file.path, checked));
            listed.collect::<Vec<_>>()
        }))
    }

    /// How many entries there are, and what they take.
    pub fn count(&self) -> Result<Removed, Fault> {
        let directory = &self.root().directory;
        let mut counted = Removed::default();
        for namespace in walk::namespaces(directory)? {
            for function in walk::functions(directory, &namespace)? {
                let files = walk::files(directory, &function)?.into_iter();
                let entries = files.filter(|file| file.kind == Kind::Entry);
                let looks = entries.filter_map(|file| directory.look(&file.path).ok());
                counted += looks.map(|look| Removed::one(look.taken)).sum();
            }
        }
        Ok(counted)
    }

    fn describe(&self, path: String, checked: bool) -> Option<Listed> {
        let root = self.root();
        let look = root.directory.look(&path).ok()?;
        let file = root.directory.open_file(&path).ok();
        let description = if checked {
            let read = read_file(&root, &path, None).ok().flatten();
            read.filter(|opened| stands_at(&opened.entry, &path))
                .map(|opened| Description::of(&opened.entry))
        } else {
            file.as_ref().and_then(read_description)
        };
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
        if stands_at(&entry, &listed.path) {
            return Ok(());
        }
        Err(Fault::OtherName)
    }

    /// Removes one file that was listed, such as a damaged one.
    pub fn remove(&self, listed: &Listed) -> Result<Removed, Fault> {
        remove_file(&self.root().directory, &listed.path)
    }
}

impl Description {
    fn of(entry: &Entry) -> Self {
        Self {
            namespace: entry.namespace().to_owned(),
            name: entry.name(),
            created: entry.created(),
            cost: entry.cost(),
            codec: entry.codec(),
            metadata: entry.metadata().to_vec(),
        }
    }
}

/// Whether an entry is where it belongs.
fn stands_at(entry: &Entry, path: &str) -> bool {
    entry_file(&namespace_folder(entry.namespace()), &entry.name()) == path
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
