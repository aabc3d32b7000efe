//! The entries of one application.

use std::cell::Cell;
use std::fs::File;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::clock;
use super::directory::{Directory, look_at, touch};
use super::entry::Entry;
use super::fault::Fault;
use super::folder::{Folder, Root};
use super::generation::{Board, Generation, Scope};
use super::guard::Guard;
use super::hits;
use super::holder::Holder;
use super::lock::Attempt;
use super::name::{Name, entry_file, function_folder, lock_file, namespace_folder};
use super::removal::{self, Removed};
use super::write::{Parts, Target, Written, on_disk, write};
use crate::sync::system::RwLock;

/// The entries of one application in a folder. Clones share what they know.
#[derive(Clone)]
pub struct Namespace {
    shared: Arc<Shared>,
}

struct Shared {
    folder: Folder,
    application: String,
    /// Its folder's name.
    place: String,
    board: RwLock<Option<Board>>,
}

impl Namespace {
    pub(super) fn new(folder: Folder, application: &str) -> Self {
        let shared = Shared {
            folder,
            application: application.to_owned(),
            place: namespace_folder(application),
            board: RwLock::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The application's name.
    pub fn application(&self) -> &str {
        &self.shared.application
    }

    /// The entry of `name`, if there is one that is not too old. What it holds is what was written.
    pub fn read(&self, name: &Name) -> Result<Option<Entry>, Fault> {
        let root = self.shared.folder.root();
        match self.read_from(&root, name) {
            Err(Fault::Seal) => match self.shared.folder.reopen_for_new_key(&root) {
                Some(root) => self.read_from(&root, name),
                None => Err(Fault::Seal),
            },
            result => result,
        }
    }

    /// The entry of `name` as [`read`](Self::read) would give it, without using it.
    pub fn peek(&self, name: &Name) -> Result<Option<Entry>, Fault> {
        let opened = self.find(&self.shared.folder.root(), name)?;
        Ok(opened.map(|opened| opened.entry))
    }

    fn read_from(&self, root: &Root, name: &Name) -> Result<Option<Entry>, Fault> {
        let Some(Opened { file, used, entry }) = self.find(root, name)? else {
            return Ok(None);
        };
        if clock::is_worth_noting(used, clock::now()) {
            // Sweeping goes by the file's time. On a read-only disk there is none.
            let _ = touch(&file, SystemTime::now());
            hits::count(&file);
        }
        Ok(Some(entry))
    }

    fn find(&self, root: &Root, name: &Name) -> Result<Option<Opened>, Fault> {
        let path = entry_file(&self.shared.place, name);
        let options = self.shared.folder.options();
        let Some(opened) = read_file(root, &path, options.max_bytes)? else {
            return Ok(None);
        };
        if !opened.entry.is_called(self.application(), name) {
            return Err(Fault::OtherName);
        }
        let created = opened.entry.created();
        let is_expired = clock::is_expired(created, options.max_age, clock::now());
        Ok((!is_expired).then_some(opened))
    }

    /// Writes the entry of `name` in place of an older one.
    ///
    /// `since` is the generation when the computation began: a value from before a clear is not kept after it.
    pub fn write(
        &self,
        name: &Name,
        parts: &Parts<'_>,
        since: Option<Generation>,
    ) -> Result<Written, Fault> {
        self.write_under(name, parts, since, None)
    }

    /// Writes the entry of `name`, as [`write`](Self::write) does, into the file of the lock if that can be. The guard
    /// has the lock no longer then.
    pub fn write_under(
        &self,
        name: &Name,
        parts: &Parts<'_>,
        since: Option<Generation>,
        lock: Option<&Guard>,
    ) -> Result<Written, Fault> {
        let is_overtaken = || self.is_overtaken(name, since);
        if is_overtaken() {
            return Ok(Written::Overtaken);
        }
        let folder = &self.shared.folder;
        let path = entry_file(&self.shared.place, name);
        let target = Target {
            place: &self.shared.place,
            folder: &function_folder(&self.shared.place, &name.function),
            path: &path,
            lock,
            is_overtaken: &is_overtaken,
            named: Cell::new(None),
        };
        let sealed = parts.fold(self.application(), name, folder.options())?;
        let written = folder.insist(|root| write(root, &target, &sealed));
        // Where there are no locks, a clear may not have seen the file.
        if is_overtaken() {
            take_back(&folder.root().directory, &target);
            return Ok(Written::Overtaken);
        }
        let Some(bytes) = written? else {
            return Ok(Written::Overtaken);
        };
        folder.due().lock().note(on_disk(bytes));
        Ok(Written::Stored { bytes })
    }

    fn is_overtaken(&self, name: &Name, since: Option<Generation>) -> bool {
        since.is_some_and(|since| since != self.generation(name))
    }

    /// What the entry of `name` is counted to. A value in memory is valid for as long as this stays the same as it
    /// was before the value was read or its computation began.
    pub fn generation(&self, name: &Name) -> Generation {
        if let Some(board) = &*self.shared.board.read()
            && board.is_shared()
        {
            return board.generation(name);
        }
        self.find_board(name)
    }

    #[cold]
    fn find_board(&self, name: &Name) -> Generation {
        let mut board = self.shared.board.write();
        if !board.as_ref().is_some_and(Board::has_name) {
            let folder = &self.shared.folder;
            let found = folder.insist(|root| Board::open(&root.directory, &self.shared.place));
            // Where no board can be made, nothing can be cleared either.
            *board = found.ok();
        }
        board
            .as_ref()
            .map_or_else(Generation::default, |board| board.generation(name))
    }

    /// Removes entries, here and from what all processes keep in memory.
    pub fn clear(&self, scope: Scope<'_>) -> Result<Removed, Fault> {
        let place = &self.shared.place;
        let folder = &self.shared.folder;
        let removed = folder.insist(|root| removal::clear(&root.directory, place, scope));
        // Whoever clears sees it at once, even in a folder that was made again.
        *self.shared.board.write() = None;
        removed
    }

    /// Asks for the right to compute the entry of `name`, without waiting.
    pub fn try_lock(&self, name: &Name) -> Result<Attempt, Fault> {
        let folder = function_folder(&self.shared.place, &name.function);
        let path = lock_file(&self.shared.place, name);
        match Attempt::of(&self.shared.folder.root(), &folder, &path) {
            Err(fault) if fault.is_missing() => {
                Attempt::of(&self.shared.folder.reopen()?, &folder, &path)
            }
            // Who cannot write an entry need not keep others from it.
            Err(Fault::ReadOnly | Fault::Denied { .. } | Fault::Full { .. }) => {
                Ok(Attempt::Unavailable)
            }
            result => result,
        }
    }

    /// Waits for the right to compute the entry of `name`, for as long as `keeps_waiting` says so, which is asked at
    /// least every 50 milliseconds. Whoever gets it after waiting should look for the entry once more.
    pub fn lock(&self, name: &Name, keeps_waiting: impl FnMut() -> bool) -> Result<Attempt, Fault> {
        Attempt::repeated(|| self.try_lock(name), keeps_waiting)
    }

    /// Which process has the right to compute the entry of `name`, where the system tells.
    pub fn holder(&self, name: &Name) -> Option<Holder> {
        let path = lock_file(&self.shared.place, name);
        let look = self.shared.folder.root().directory.look(&path).ok()?;
        Holder::of(&look)
    }

    /// Waits for the right to compute the entry of `name` for a time at most.
    pub fn lock_within(&self, name: &Name, limit: Duration) -> Result<Attempt, Fault> {
        let began = std::time::Instant::now();
        self.lock(name, || began.elapsed() < limit)
    }
}

/// Removes what was named, and not what another has named since.
fn take_back(directory: &Directory, target: &Target<'_>) {
    if let Some(named) = target.named.get()
        && let Ok(look) = directory.look(target.path)
        && look.identity == named
    {
        let _ = directory.remove(target.path);
    }
}

/// An entry, its file, and when that was used last.
pub(super) struct Opened {
    pub file: File,
    pub used: i64,
    pub entry: Entry,
}

/// The entry in a file, whatever its name, if there is the file.
pub(super) fn read_file(
    root: &Root,
    path: &str,
    max_bytes: Option<u64>,
) -> Result<Option<Opened>, Fault> {
    let file = match root.directory.open_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        result => result.map_err(Fault::io("opening the entry"))?,
    };
    let look = look_at(&file).map_err(Fault::io("opening the entry"))?;
    if !look.is_file {
        return Err(Fault::Foreign);
    }
    if max_bytes.is_some_and(|max| look.size > max) {
        return Err(Fault::TooLarge { size: look.size });
    }
    let entry = Entry::of(&file, look.size, root.map_from, &root.sealer)?;
    Ok(Some(Opened {
        file,
        used: look.modified,
        entry,
    }))
}
