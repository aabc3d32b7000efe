//! A file that is being written: it gets its name when it is whole.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write as _};

use super::directory::Directory;
use super::fault::Fault;
use super::name::draft_file;
use super::step::{Step, pass};

/// Pieces that are shorter go to the system together, so that a small entry is one write.
const TOGETHER: usize = 64 * 1024;

/// A file without its final name. It is removed unless it gets one.
pub(super) struct Draft<'a> {
    directory: &'a Directory,
    folder: &'a str,
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
        Ok(Self {
            directory,
            folder,
            path,
            file,
            is_published: false,
        })
    }

    /// Appends the pieces.
    pub(super) fn write<'p>(
        &self,
        mut pieces: impl Iterator<Item = &'p [u8]>,
    ) -> Result<(), Fault> {
        let mut writer = BufWriter::with_capacity(TOGETHER, &self.file);
        let written = pieces
            .try_for_each(|piece| {
                pass(Step::Write)?;
                writer.write_all(piece)
            })
            .and_then(|()| writer.flush());
        // What is left in the buffer after an error is of no use, and must not be tried again.
        let (_, _) = writer.into_parts();
        written.map_err(Fault::io("writing the entry"))
    }

    /// Makes the content outlast a power failure.
    pub(super) fn sync(&self) -> Result<(), Fault> {
        pass(Step::Sync)
            .and_then(|()| self.file.sync_data())
            .map_err(Fault::io("syncing the entry"))
    }

    /// Gives the file its name in place of what had it.
    pub(super) fn publish(mut self, path: &str) -> Result<(), Fault> {
        self.directory
            .rename(&self.path, path)
            .map_err(Fault::io("naming the entry"))?;
        self.is_published = true;
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

impl Drop for Draft<'_> {
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
