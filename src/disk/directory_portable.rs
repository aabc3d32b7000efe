//! The same as `directory`, by paths alone, for systems without descriptors of directories. Who may do what is up to
//! the folder that it lies in; a user's profile is private by default.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::clock;
use super::look::{Look, Rights};
use super::step::{Step, pass};
use super::write::on_disk;

/// Nothing is known, and so nothing refused.
const UNKNOWN: Rights = Rights {
    owner: 0,
    user: 0,
    mode: 0o700,
};

#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
}

#[expect(
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "the other one fails"
)]
impl Directory {
    /// The directory at `path`, or that a link there leads to.
    pub(super) fn follow(path: &Path) -> io::Result<Self> {
        Self::open(path)
    }

    /// Whose the link at `path` is, is not known.
    pub(super) fn rights_of_link(_path: &Path) -> io::Result<Option<Rights>> {
        Ok(None)
    }

    pub(super) fn open(path: &Path) -> io::Result<Self> {
        fs::read_dir(path)?;
        let path = fs::canonicalize(path)?;
        Ok(Self { path })
    }

    /// Makes the directory at `path` and those above it that are missing.
    pub(super) fn make_all(path: &Path) -> io::Result<()> {
        pass(Step::MakeFolder)?;
        fs::create_dir_all(path)
    }

    pub(super) fn rights(&self) -> io::Result<Rights> {
        Ok(UNKNOWN)
    }

    /// Whether its content is on another machine: a path of the network.
    pub(super) fn is_remote(&self) -> bool {
        self.path.to_string_lossy().starts_with(r"\\?\UNC\")
    }

    pub(super) fn open_file(&self, path: &str) -> io::Result<File> {
        pass(Step::Open)?;
        // Times are set through the handle that reads.
        let both = OpenOptions::new()
            .read(true)
            .write(true)
            .open(self.at(path));
        both.or_else(|_| File::open(self.at(path)))
    }

    /// A new file for writing; an error if there is one.
    pub(super) fn create(&self, path: &str) -> io::Result<File> {
        pass(Step::Create)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        options.open(self.at(path))
    }

    /// A file for writing, made if there is none.
    pub(super) fn open_or_create(&self, path: &str) -> io::Result<File> {
        pass(Step::Lock)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        options.open(self.at(path))
    }

    pub(super) fn open_to_write(&self, path: &str) -> io::Result<File> {
        pass(Step::Write)?;
        OpenOptions::new()
            .read(true)
            .write(true)
            .open(self.at(path))
    }

    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        pass(Step::Rename)?;
        fs::rename(self.at(from), self.at(to))
    }

    /// A second name for a file; an error if it is taken.
    pub(super) fn link(&self, from: &str, to: &str) -> io::Result<()> {
        pass(Step::Rename)?;
        fs::hard_link(self.at(from), self.at(to))
    }

    pub(super) fn remove(&self, path: &str) -> io::Result<()> {
        pass(Step::Remove)?;
        fs::remove_file(self.at(path))
    }

    pub(super) fn make(&self, path: &str) -> io::Result<()> {
        pass(Step::MakeFolder)?;
        fs::create_dir(self.at(path))
    }

    pub(super) fn remove_directory(&self, path: &str) -> io::Result<()> {
        fs::remove_dir(self.at(path))
    }

    /// A directory cannot be synced here; its file system keeps a journal of names.
    pub(super) fn sync(&self, _path: &str) -> io::Result<()> {
        pass(Step::SyncFolder)
    }

    /// The names in the directory at `path`.
    pub(super) fn names(&self, path: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for item in fs::read_dir(self.at(path))? {
            names.extend(item?.file_name().into_string().ok());
        }
        Ok(names)
    }

    pub(super) fn look(&self, path: &str) -> io::Result<Look> {
        look(&fs::symlink_metadata(self.at(path))?)
    }

    fn at(&self, path: &str) -> PathBuf {
        self.path.join(path)
    }
}

/// What is known of an open file.
pub(super) fn look_at(file: &File) -> io::Result<Look> {
    look(&file.metadata()?)
}

/// Whose an open file is.
#[expect(clippy::unnecessary_wraps, reason = "the other one fails")]
pub(super) fn rights_of(_file: &File) -> io::Result<Rights> {
    Ok(UNKNOWN)
}

/// Takes from all others what they may do with an open file.
#[expect(clippy::unnecessary_wraps, reason = "the other one fails")]
pub(super) fn make_private(_file: &File) -> io::Result<()> {
    Ok(())
}

/// Notes that a file was used at `time`.
pub(super) fn touch(file: &File, time: SystemTime) -> io::Result<()> {
    file.set_modified(time)
}

fn look(metadata: &fs::Metadata) -> io::Result<Look> {
    Ok(Look {
        size: metadata.len(),
        taken: on_disk(metadata.len()),
        modified: clock::nanoseconds(metadata.modified()?),
        is_file: metadata.is_file(),
        identity: (0, 0),
        links: 1,
    })
}
