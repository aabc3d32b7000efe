//! A file that is being written: it gets its name when it is whole.

use std::fs::File;
use std::io::{self, ErrorKind, IoSlice, Write as _};

use super::directory::Directory;
use super::fault::Fault;
use super::guard::Page;
use super::name::draft_file;
use super::step::{Step, pass};

/// A file without its final name. Unless it gets one, it is removed, or stays what it was.
pub(super) struct Draft<'a> {
    directory: &'a Directory,
    folder: &'a str,
    kind: Kind<'a>,
}

enum Kind<'a> {
    New(NewFile<'a>),
    /// The lock file of the entry.
    Lock(Page<'a>),
}

/// A file that nobody else knows; removed at the end, if it is still there.
struct NewFile<'a> {
    directory: &'a Directory,
    path: String,
    file: File,
    is_published: bool,
}

impl<'a> Draft<'a> {
    /// A draft in `folder`, which is made if it is missing.
    pub(super) fn create(directory: &'a Directory, folder: &'a str) -> Result<Self, Fault> {
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
        let new = NewFile {
            directory,
            path,
            file,
            is_published: false,
        };
        Ok(Self {
            directory,
            folder,
            kind: Kind::New(new),
        })
    }

    /// The lock file as a draft, so that the file system makes one file less.
    pub(super) fn on(page: Page<'a>, directory: &'a Directory, folder: &'a str) -> Self {
        Self {
            directory,
            folder,
            kind: Kind::Lock(page),
        }
    }

    fn file(&self) -> &File {
        match &self.kind {
            Kind::New(new) => &new.file,
            Kind::Lock(page) => page.file,
        }
    }

    /// Appends the pieces, with as few calls as there can be: of what comes at once Linux makes pages of 2 MiB, which
    /// cost readers less.
    pub(super) fn write<'p>(&self, pieces: impl Iterator<Item = &'p [u8]>) -> Result<(), Fault> {
        let mut slices: Vec<_> = pieces.map(IoSlice::new).collect();
        write_all(self.file(), &mut slices).map_err(Fault::io("writing the entry"))
    }

    /// Makes the content outlast a power failure.
    pub(super) fn sync(&self) -> Result<(), Fault> {
        pass(Step::Sync)
            .and_then(|()| self.file().sync_data())
            .map_err(Fault::io("syncing the entry"))
    }

    /// Gives the file its name in place of what had it.
    pub(super) fn publish(self, path: &str) -> Result<(), Fault> {
        let directory = self.directory;
        let rename = |from: &str| {
            let renamed = directory.rename(from, path);
            renamed.map_err(Fault::io("naming the entry"))
        };
        match self.kind {
            Kind::New(mut new) => {
                rename(&new.path)?;
                new.is_published = true;
            }
            Kind::Lock(page) => {
                rename(page.path)?;
                page.close();
            }
        }
        Ok(())
    }

    /// Gives the file its name, which outlasts a power failure too.
    pub(super) fn publish_durably(self, path: &str) -> Result<(), Fault> {
        let (directory, folder) = (self.directory, self.folder);
        self.publish(path)?;
        directory
            .sync(folder)
            .map_err(Fault::io("syncing the folder"))
    }
}

fn write_all(mut file: &File, mut slices: &mut [IoSlice<'_>]) -> io::Result<()> {
    // Slices that are empty would look as if nothing could be written.
    IoSlice::advance_slices(&mut slices, 0);
    while !slices.is_empty() {
        pass(Step::Write)?;
        match file.write_vectored(slices) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut slices, written),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

impl Drop for NewFile<'_> {
    fn drop(&mut self) {
        if !self.is_published {
            let _ = self.directory.remove(&self.path);
        }
    }
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
