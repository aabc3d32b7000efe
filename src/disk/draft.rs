//! A file that is being written: it gets its name when it is whole.

use std::fs::File;
use std::io::{self, ErrorKind, IoSlice, Write as _};

use super::directory::{Directory, look_at};
use super::fault::Fault;
use super::guard::Page;
use super::name::draft_file;
use super::step::{Step, pass};

/// Some systems refuse calls with 2 GiB.
const MAX_AT_ONCE: usize = 1 << 30;

/// A file without its final name. Unless it gets one, it is removed, or stays what it was.
pub(super) enum Draft<'a> {
    New(NewFile<'a>),
    /// The lock file of the entry, so that the file system makes one file less.
    Lock(Page<'a>),
}

/// A file that nobody else knows; removed at the end, if it is still there.
pub(super) struct NewFile<'a> {
    directory: &'a Directory,
    path: String,
    file: File,
    is_published: bool,
}

impl<'a> Draft<'a> {
    /// A draft in `folder`, which is made if it is missing.
    pub(super) fn create(directory: &'a Directory, folder: &str) -> Result<Self, Fault> {
        let path = draft_file(folder);
        let file = match directory.create(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                make_folders(directory, folder)?;
                directory.create(&path)
            }
            result => result,
        };
        let file = file.map_err(Fault::io("creating a file"))?;
        // The lock tells sweepers that the writer lives; where there are no locks they wait longer.
        let _ = file.try_lock();
        Ok(Self::New(NewFile {
            directory,
            path,
            file,
            is_published: false,
        }))
    }

    fn file(&self) -> &File {
        match self {
            Self::New(new) => &new.file,
            Self::Lock(page) => page.file(),
        }
    }

    /// Appends the pieces, with as few calls as there can be: of what comes at once Linux makes pages of 2 MiB, which
    /// cost readers less.
    pub(super) fn write<'p>(&self, pieces: impl Iterator<Item = &'p [u8]>) -> Result<(), Fault> {
        let parts = pieces.flat_map(|piece| piece.chunks(MAX_AT_ONCE));
        let mut slices: Vec<_> = parts.map(IoSlice::new).collect();
        write_all(self.file(), &mut slices).map_err(Fault::io("writing the entry"))
    }

    /// Makes the content outlast a power failure.
    pub(super) fn sync(&self) -> Result<(), Fault> {
        pass(Step::Sync)
            .and_then(|()| self.file().sync_data())
            .map_err(Fault::io("syncing the entry"))
    }

    /// Gives the file its name in place of what had it.
    pub(super) fn publish(&mut self, path: &str) -> Result<(), Fault> {
        let published = match self {
            Self::New(new) => new.publish(path),
            Self::Lock(page) => page.publish(path),
        };
        published.map_err(Fault::io("naming the entry"))
    }

    /// Which file it is, whatever its name.
    pub(super) fn identity(&self) -> Result<(u64, u64), Fault> {
        let look = look_at(self.file()).map_err(Fault::io("looking at the entry"))?;
        Ok(look.identity)
    }
}

impl NewFile<'_> {
    fn publish(&mut self, path: &str) -> io::Result<()> {
        self.directory.rename(&self.path, path)?;
        self.is_published = true;
        Ok(())
    }
}

impl Drop for NewFile<'_> {
    fn drop(&mut self) {
        if !self.is_published {
            let _ = self.directory.remove(&self.path);
        }
    }
}

fn write_all(mut file: &File, mut slices: &mut [IoSlice<'_>]) -> io::Result<()> {
    // Slices that are empty would look as if nothing could be written.
    IoSlice::advance_slices(&mut slices, 0);
    while !slices.is_empty() {
        pass(Step::Write)?;
        match file.write_vectored(first_of(slices)) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut slices, written),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// As many of the slices as a call may have bytes, and one at least.
fn first_of<'a, 's>(slices: &'a [IoSlice<'s>]) -> &'a [IoSlice<'s>] {
    let mut bytes = 0;
    let are_more = |slice: &IoSlice<'_>| {
        bytes += slice.len();
        bytes > MAX_AT_ONCE
    };
    let count = slices.iter().position(are_more);
    &slices[..count.unwrap_or(slices.len()).max(1)]
}

/// Makes the folder of a function and that of its namespace.
pub(super) fn make_folders(directory: &Directory, folder: &str) -> Result<(), Fault> {
    match folder.split_once('/') {
        None => make_folder(directory, "", folder),
        Some((namespace, _)) => {
            make_folder(directory, "", namespace)?;
            make_folder(directory, namespace, folder)
        }
    }
}

fn make_folder(directory: &Directory, above: &str, path: &str) -> Result<(), Fault> {
    match directory.make(path) {
        Ok(()) => {
            // What is durable in it would else be lost with it.
            let _ = directory.sync(above);
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Fault::io("making a folder")(error)),
    }
}
