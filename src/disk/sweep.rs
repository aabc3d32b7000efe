//! Now and then: what crashed processes left, what is too old, what is too much.

use std::time::{Duration, Instant, SystemTime};

use super::clock;
use super::directory::{Directory, touch};
use super::fault::Fault;
use super::folder::{Folder, Root};
use super::format;
use super::lock::is_at;
use super::removal::{Removed, remove_file};
use super::walk::{self, Kind};

/// Whoever has its lock sweeps; its time says when that was.
const SWEEPER: &str = "sweep.lock";

/// A sweep looks at every file, which takes a few microseconds for each.
const EVERY: Duration = Duration::from_secs(10 * 60);

/// A writer has its draft's lock within moments. Where locks do not work, nobody writes for a day.
const DRAFT_AGES: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(24 * 3600)];

/// What was found, and what of it was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Entries that stay, and their bytes.
    pub kept: Removed,
    /// Entries that were too old.
    pub expired: Removed,
    /// Entries that were used least recently.
    pub evicted: Removed,
    /// Drafts and lock files of processes that are gone.
    pub left_over: u64,
}

/// How far a sweep goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// At most half of the entries go for their age, since the clock may be wrong for a moment. The others are
    /// misses meanwhile, and go with the next sweeps.
    Careful,
    /// All that is too old goes.
    Thorough,
}

/// Whether it is time for a sweep.
#[derive(Default)]
pub(super) struct Due {
    last: Option<Instant>,
    written: u64,
}

impl Due {
    /// Notes that so many bytes were written.
    pub(super) fn note(&mut self, bytes: u64) {
        self.written = self.written.saturating_add(bytes);
    }

    fn is_now(&self, max_bytes: Option<u64>) -> bool {
        self.last.is_none_or(|last| last.elapsed() >= EVERY) || self.has_written_much(max_bytes)
    }

    /// A sixteenth of the bound, which is what may be there too much between two sweeps.
    fn has_written_much(&self, max_bytes: Option<u64>) -> bool {
        max_bytes.is_some_and(|max| self.written > max / 16)
    }
}

struct Item {
    path: String,
    /// Bytes on the disk.
    size: u64,
    used: i64,
    created: i64,
}

impl Folder {
    /// Sweeps if it was not done for ten minutes, by any process, or if this one has written much since. Cheap to call
    /// after every write.
    pub fn sweep_if_due(&self) -> Result<Option<Swept>, Fault> {
        let max_bytes = self.options().max_bytes;
        let has_written_much = {
            let mut due = self.due().lock();
            if !due.is_now(max_bytes) {
                return Ok(None);
            }
            let has_written_much = due.has_written_much(max_bytes);
            *due = Due {
                last: Some(Instant::now()),
                written: 0,
            };
            has_written_much
        };
        if !has_written_much && was_swept(&self.root().directory) {
            return Ok(None);
        }
        self.sweep(Pace::Careful)
    }

    /// Removes what crashed processes left, what is too old and what is too much. `None` if another process is at it.
    pub fn sweep(&self, pace: Pace) -> Result<Option<Swept>, Fault> {
        self.sweep_at(pace, clock::now())
    }

    pub(super) fn sweep_at(&self, pace: Pace, now: i64) -> Result<Option<Swept>, Fault> {
        let root = self.root();
        let sweeper = root.directory.open_or_create(SWEEPER);
        let sweeper = sweeper.map_err(Fault::io("opening a lock file"))?;
        if matches!(sweeper.try_lock(), Err(std::fs::TryLockError::WouldBlock)) {
            return Ok(None);
        }
        let _ = touch(&sweeper, SystemTime::now());
        let swept = self.sweep_alone(&root, pace, now);
        // Closing is not enough where a forked child has the file open too.
        let _ = sweeper.unlock();
        swept.map(Some)
    }

    fn sweep_alone(&self, root: &Root, pace: Pace, now: i64) -> Result<Swept, Fault> {
        let mut swept = Swept::default();
        let mut items = survey(root, self.options().max_age, now, &mut swept)?;
        swept.expired = expire(root, &mut items, self.options().max_age, pace, now)?;
        swept.evicted = evict(root, &mut items, self.options().max_bytes)?;
        swept.kept = items.iter().map(Item::as_removed).sum();
        Ok(swept)
    }
}

fn was_swept(directory: &Directory) -> bool {
    let Ok(look) = directory.look(SWEEPER) else {
        return false;
    };
    clock::now().abs_diff(look.modified) < clock::length(EVERY).unsigned_abs()
}

/// All entries; what processes left over is removed on the way.
fn survey(
    root: &Root,
    max_age: Option<Duration>,
    now: i64,
    swept: &mut Swept,
) -> Result<Vec<Item>, Fault> {
    let directory = &root.directory;
    let mut items = Vec::new();
    let mut visit = |folder: &str| -> Result<(), Fault> {
        for file in walk::files(directory, folder)? {
            match file.kind {
                Kind::Entry => items.extend(Item::of(root, file.path, max_age, now)),
                kind => swept.left_over += u64::from(remove_left_over(root, kind, &file.path, now)),
            }
        }
        Ok(())
    };
    visit("")?;
    for namespace in walk::namespaces(directory)? {
        visit(&namespace)?;
        for function in walk::functions(directory, &namespace)? {
            visit(&function)?;
            // Only an empty one goes; a writer that was about to use it makes it again.
            let _ = directory.remove_directory(&function);
        }
    }
    Ok(items)
}

impl Item {
    fn of(root: &Root, path: String, max_age: Option<Duration>, now: i64) -> Option<Self> {
        let look = root.directory.look(&path).ok()?;
        if look.modified > now && clock::is_worth_noting(look.modified, now) {
            // From a clock that was ahead: it would count as used until the clock has come as far.
            let file = root.directory.open_file(&path).ok()?;
            let _ = touch(&file, SystemTime::now());
        }
        let created = max_age.and_then(|_| created(&root.directory, &path));
        Some(Self {
            path,
            size: look.taken,
            used: look.modified.min(now),
            created: created.unwrap_or(look.modified),
        })
    }

    fn as_removed(&self) -> Removed {
        Removed::one(self.size)
    }
}

/// What the head says, before its seal is checked: a wrong one costs an entry that was of no use anyway.
fn created(directory: &Directory, path: &str) -> Option<i64> {
    use std::io::Read as _;
    let mut file = directory.open_file(path).ok()?;
    let mut prefix = [0; format::FIXED];
    file.read_exact(&mut prefix).ok()?;
    format::created(&prefix)
}

/// Removes a draft or a lock file, if nobody holds it.
fn remove_left_over(root: &Root, kind: Kind, path: &str, now: i64) -> bool {
    let directory = &root.directory;
    let (Ok(look), Ok(file)) = (directory.look(path), directory.open_file(path)) else {
        return false;
    };
    let age = now.abs_diff(look.modified);
    let [short, long] = DRAFT_AGES.map(|age| clock::length(age).unsigned_abs());
    let is_abandoned = match file.try_lock() {
        Ok(()) => kind == Kind::Lock || age > short,
        Err(std::fs::TryLockError::WouldBlock) => false,
        Err(std::fs::TryLockError::Error(_)) => age > long,
    };
    is_abandoned && is_at(root, path, &file) && directory.remove(path).is_ok()
}

fn expire(
    root: &Root,
    items: &mut Vec<Item>,
    max_age: Option<Duration>,
    pace: Pace,
    now: i64,
) -> Result<Removed, Fault> {
    let limit = match pace {
        Pace::Careful => items.len().div_ceil(2),
        Pace::Thorough => items.len(),
    };
    items.sort_unstable_by_key(|item| item.created);
    remove_first(root, items, |index, item| {
        index < limit && clock::is_expired(item.created, max_age, now)
    })
}

/// Removes what was used least recently, down to nine tenths of the bound, so that the next write does not exceed it.
fn evict(root: &Root, items: &mut Vec<Item>, max_bytes: Option<u64>) -> Result<Removed, Fault> {
    let total: u64 = items.iter().map(|item| item.size).sum();
    let Some(max_bytes) = max_bytes.filter(|max| total > *max) else {
        return Ok(Removed::default());
    };
    let mut excess = total - max_bytes / 10 * 9;
    items.sort_unstable_by_key(|item| item.used);
    remove_first(root, items, |_, item| {
        let goes = excess > 0;
        excess = excess.saturating_sub(item.size);
        goes
    })
}

/// Removes those of the items that `goes` says, asked in order with the number of those that went.
fn remove_first(
    root: &Root,
    items: &mut Vec<Item>,
    mut goes: impl FnMut(usize, &Item) -> bool,
) -> Result<Removed, Fault> {
    let mut removed = Removed::default();
    let mut kept = Vec::with_capacity(items.len());
    let mut gone = 0;
    for item in items.drain(..) {
        if goes(gone, &item) {
            gone += 1;
            removed += remove_file(&root.directory, &item.path)?;
        } else {
            kept.push(item);
        }
    }
    *items = kept;
    Ok(removed)
}
