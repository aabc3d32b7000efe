//! The right to compute an entry, and the file that it comes with, which becomes the entry.

use std::fs::File;
use std::io::{self, Seek as _};
use std::sync::Arc;

use super::directory::look_at;
use super::folder::Root;
use super::lock::is_at;
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
    /// Whether the file has become an entry; locked while it is written.
    is_entry: Mutex<bool>,
}

/// A lock file that is being written.
pub(super) struct Page<'a> {
    pub path: &'a str,
    pub file: &'a File,
    is_entry: MutexGuard<'a, bool>,
}

impl Guard {
    pub(super) fn new(root: &Arc<Root>, path: &str, file: File) -> Self {
        Self {
            root: root.clone(),
            path: path.to_owned(),
            file,
            process: std::process::id(),
            is_entry: Mutex::new(false),
        }
    }

    /// Whether this process has the lock, and neither the one that it was forked from nor the next who comes.
    pub fn holds(&self) -> bool {
        // Who writes it has it still.
        self.is_of_this_process() && self.is_entry.try_lock().is_none_or(|is_entry| !*is_entry)
    }

    fn is_of_this_process(&self) -> bool {
        std::process::id() == self.process
    }

    /// The file, empty, to write the entry at `entry` into. None if another file has to be made, since this one is
    /// an entry already, is being written, or is not where it was.
    pub(super) fn page(&self, root: &Root, entry: &str) -> Option<Page<'_>> {
        let is_its_own = self.path.strip_suffix(LOCK) == entry.strip_suffix(ENTRY);
        // Elsewhere two files cannot be told apart by `is_at`.
        if !cfg!(unix) || !is_its_own || !std::ptr::eq(Arc::as_ptr(&self.root), root) {
            return None;
        }
        // A child shares the place in the file with its parent.
        if !self.is_of_this_process() {
            return None;
        }
        let is_entry = self.is_entry.try_lock().filter(|is_entry| !**is_entry)?;
        if !is_at(root, &self.path, &self.file) {
            return None;
        }
        self.empty().ok()?;
        Some(Page {
            path: &self.path,
            file: &self.file,
            is_entry,
        })
    }

    /// Takes out what a write that failed has left, or an owner that died.
    fn empty(&self) -> io::Result<()> {
        if look_at(&self.file)?.size > 0 {
            pass(Step::Write)?;
            self.file.set_len(0)?;
            (&self.file).rewind()?;
        }
        Ok(())
    }
}

impl Page<'_> {
    /// Notes that the file is an entry, which nobody writes again.
    pub(super) fn close(mut self) {
        *self.is_entry = true;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // An entry stays, and its lock keeps nobody away: others find no file of the lock's name, and make one.
        if self.holds() {
            // Where `is_at` cannot tell files apart, removing would let two in.
            if cfg!(unix) {
                let _ = self.root.directory.remove(&self.path);
            }
            // Closing is not enough where a forked child has the file open too.
            let _ = self.file.unlock();
        }
    }
}
