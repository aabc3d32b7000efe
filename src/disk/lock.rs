//! One computation per name among all processes: a lock on a file, which the system lets go when its owner dies.

use std::fs::{File, TryLockError};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::directory::look_at;
use super::draft::make_folders;
use super::fault::Fault;
use super::folder::Root;
use super::guard::Guard;

/// First and longest sleep between two attempts.
const SLEEPS: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(50)];

/// For so long a lock is waited for that others have for moments, and so often it is tried.
const PATIENCE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_micros(50);

/// Each one that fails met an owner at the moment of leaving; so many in a row mean a file system that gives a file
/// other numbers each time.
const ATTEMPTS: usize = 100;

/// Who may compute.
pub enum Attempt {
    /// This caller.
    Owned(Guard),
    /// Somebody else does.
    Busy,
    /// Everybody, since the file system has no locks or cannot be written to.
    Unavailable,
}

impl Attempt {
    pub(super) fn of(root: &Arc<Root>, folder: &str, path: &str) -> Result<Self, Fault> {
        for _ in 0..ATTEMPTS {
            let file = open(root, folder, path)?;
            match file.try_lock() {
                Ok(()) if !is_at(root, path, &file) => {}
                Ok(()) => return Ok(Self::Owned(Guard::new(root, path, file))),
                Err(TryLockError::WouldBlock) => return Ok(Self::Busy),
                Err(TryLockError::Error(_)) => return Ok(Self::Unavailable),
            }
        }
        Ok(Self::Unavailable)
    }

    /// Tries again until it is not busy, or `keeps_waiting`, which is asked between sleeps of at most 50
    /// milliseconds, says no.
    pub(super) fn repeated(
        mut attempt: impl FnMut() -> Result<Self, Fault>,
        mut keeps_waiting: impl FnMut() -> bool,
    ) -> Result<Self, Fault> {
        let [mut sleep, longest] = SLEEPS;
        loop {
            match attempt()? {
                Self::Busy if keeps_waiting() => std::thread::sleep(sleep),
                result => return Ok(result),
            }
            sleep = (sleep * 2).min(longest);
        }
    }
}

/// Takes a lock that others have for moments only. False where there are no locks, or after a second: it may be the
/// child's of a process that was killed.
pub(super) fn wait_briefly(mut lock: impl FnMut() -> Result<(), TryLockError>) -> bool {
    let began = Instant::now();
    loop {
        match lock() {
            Ok(()) => return true,
            Err(TryLockError::WouldBlock) if began.elapsed() < PATIENCE => {
                std::thread::sleep(PAUSE);
            }
            Err(_) => return false,
        }
    }
}

fn open(root: &Root, folder: &str, path: &str) -> Result<File, Fault> {
    let file = match root.directory.open_or_create(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_folders(&root.directory, folder)?;
            root.directory.open_or_create(path)
        }
        result => result,
    };
    file.map_err(Fault::io("opening a lock file"))
}

/// Whether the file still has its name: an owner removes or renames it before letting go, and a lock on what has no
/// such name keeps nobody away.
pub(super) fn is_at(root: &Root, path: &str, file: &File) -> bool {
    let (Ok(named), Ok(opened)) = (root.directory.look(path), look_at(file)) else {
        return false;
    };
    named.identity == opened.identity
}
