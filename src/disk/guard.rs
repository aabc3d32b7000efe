//! The right to compute an entry, and the file that it comes with, which becomes the entry.

use std::fs::File;
use std::io::{self, ErrorKind, Seek as _};
use std::sync::Arc;

use super::directory::{look_at, make_private};
use super::folder::Root;
use super::lock::is_at;
use super::look::Look;
use super::name::{ENTRY, LOCK};
use super::step::{Step, pass};
use crate::sync::system::{Mutex, MutexGuard};

/// The right to compute, until it is dropped or the entry is there.
pub struct Guard {
    root: Arc<Root>,
    path: String,
    file: File,
    /// A forked child has a copy, and must not give away what its parent still holds.
    process: u32,
    /// What the file is; locked while it is written.
    stage: Mutex<Stage>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The lock file, which may be written.
    Lock,
    /// The lock file, or else the entry, for all that the system has said. It is not written any more.
    Doubtful,
    /// The entry.
    Entry,
}

/// A lock file that is being written.
pub(super) struct Page<'a> {
    guard: &'a Guard,
    stage: MutexGuard<'a, Stage>,
    identity: (u64, u64),
}

impl Guard {
    pub(super) fn new(root: &Arc<Root>, path: &str, file: File) -> Self {
        Self {
            root: root.clone(),
            path: path.to_owned(),
            file,
            process: std::process::id(),
            stage: Mutex::new(Stage::Lock),
        }
    }

    /// Whether this process has the lock, and neither the one that it was forked from nor, once the entry is about
    /// to be there, the next who comes.
    pub fn holds(&self) -> bool {
        let stage = self.is_of_this_process().then(|| self.stage.try_lock());
        stage.flatten().is_some_and(|stage| *stage != Stage::Entry)
    }

    fn is_of_this_process(&self) -> bool {
        std::process::id() == self.process
    }

    /// The file, empty, to write the entry at `entry` into. None if another file has to be made: this one may be
    /// an entry already, is being written, or is not where it was; or other machines may not see its lock.
    pub(super) fn page(&self, root: &Root, entry: &str) -> Option<Page<'_>> {
        let is_its_own = self.path.strip_suffix(LOCK) == entry.strip_suffix(ENTRY);
        let is_its_root = std::ptr::eq(Arc::as_ptr(&self.root), root);
        // Files have to be told apart, and a child shares the place in the file with its parent.
        if !cfg!(unix)
            || root.is_remote
            || !is_its_own
            || !is_its_root
            || !self.is_of_this_process()
        {
            return None;
        }
        let stage = self.stage.try_lock()?;
        if *stage != Stage::Lock || !is_at(root, &self.path, &self.file) {
            return None;
        }
        let look = self.empty().ok()?;
        // By a second name others have the file that is written.
        (look.is_file && look.links == 1).then_some(Page {
            guard: self,
            stage,
            identity: look.identity,
        })
    }

    /// Takes out what a write that failed has left, or an owner that died. Returns what is known of the file.
    fn empty(&self) -> io::Result<Look> {
        make_private(&self.file)?;
        let look = look_at(&self.file)?;
        if look.size > 0 && look.links == 1 {
            pass(Step::Write)?;
            self.file.set_len(0)?;
            (&self.file).rewind()?;
        }
        Ok(look)
    }
}

impl<'a> Page<'a> {
    pub(super) fn file(&self) -> &'a File {
        &self.guard.file
    }

    /// Gives the file the entry's name, which ends the lock. From then on nobody writes it, whatever the system says.
    pub(super) fn publish(&mut self, entry: &str) -> io::Result<()> {
        let path = &self.guard.path;
        self.insist_on(path)?;
        *self.stage = Stage::Doubtful;
        self.guard.root.directory.rename(path, entry)?;
        self.insist_on(entry)?;
        *self.stage = Stage::Entry;
        Ok(())
    }

    /// Whoever deletes the folder lets others make another lock file.
    fn insist_on(&self, path: &str) -> io::Result<()> {
        let look = self.guard.root.directory.look(path)?;
        if look.identity == self.identity {
            Ok(())
        } else {
            Err(ErrorKind::NotFound.into())
        }
    }
}

impl Drop for Page<'_> {
    fn drop(&mut self) {
        let Guard {
            root, path, file, ..
        } = self.guard;
        if *self.stage == Stage::Lock && is_at(root, path, file) {
            // Perhaps the disk is full, and the lock is kept for long.
            let _ = self.guard.empty();
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.is_of_this_process() {
            // An entry stays, and so does a lock file that is another's. Elsewhere two files cannot be told apart,
            // and removing would let two in.
            if cfg!(unix) && is_at(&self.root, &self.path, &self.file) {
                let _ = self.root.directory.remove(&self.path);
            }
            // Closing is not enough where a forked child has the file open too.
            let _ = self.file.unlock();
        }
    }
}
