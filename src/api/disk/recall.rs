//! From the disk to a caller, or the right to compute among all processes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pyo3::prelude::*;

use super::complaint;
use super::held::Held;
use super::opened::Opened;
use super::wait::Wait;
use crate::disk::{self, Attempt, Entry, Generation, Guard, Name, Namespace};
use crate::error::Result;
use crate::host::{Loaded, Recording};
use crate::python::failure::{contained, is_failure};
use crate::snapshot::{self, CopyMode, Restorable, Snapshot};

/// How long a caller sleeps before it looks whether the user wants to interrupt it.
const SIGNAL_CHECK: Duration = Duration::from_millis(50);

/// How long a computation waits that others may wait for: two processes that need each other's results would
/// otherwise wait forever.
pub const NESTED_WAIT: Duration = Duration::from_secs(20);

/// How long a caller waits for another process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// For as long as that computes, within what [`Wait`] allows.
    Endless,
    /// For some time, since it computes something else meanwhile.
    Nested,
    /// Not here: it comes back later.
    Later,
    /// Not at all.
    None,
}

/// What a computed value is kept with.
pub struct Permit {
    pub(super) opened: Arc<Opened>,
    /// The entry, and what it was counted to before the computation.
    pub stamp: Stamp,
    /// Keeps other processes from computing it too. None where there are no locks.
    pub(super) lock: Option<Arc<Guard>>,
}

/// An entry, and what it was counted to before its value was read or computed.
#[derive(Clone, Copy)]
pub struct Stamp {
    /// The entry.
    pub name: Name,
    /// What it was counted to.
    pub generation: Generation,
}

/// What was found on the disk.
pub struct Found<'py> {
    /// The value, as the caller may have it.
    pub value: Bound<'py, PyAny>,
    /// The value as memory has it.
    pub snapshot: Snapshot,
    /// What its function has drawn.
    pub recording: Option<Recording>,
    /// Nanoseconds that its computation took.
    pub cost: u64,
    /// Nanoseconds since then.
    pub age: u64,
}

/// What a caller does next.
pub enum Recalled<'py> {
    /// It takes this value.
    Value(Found<'py>),
    /// It computes, and keeps the value.
    Compute(Permit),
    /// It comes back later, since another process computes.
    Busy,
}

/// What became of the wish to have an entry's lock.
enum Locked {
    /// Nobody else has it, unless there are no locks or there is no more patience.
    Settled(Option<Arc<Guard>>),
    /// Another process has it.
    Busy,
}

/// An entry that is looked for.
pub struct Search<'a> {
    /// Where.
    pub opened: &'a Arc<Opened>,
    /// Which.
    pub name: Name,
    /// The locks of the function's other computations.
    pub held: &'a Held,
    /// The function's name.
    pub function: &'a str,
    /// How its value is handed out.
    pub copy: CopyMode,
    /// How long it may be used, in nanoseconds.
    pub time_to_live: Option<u64>,
}

impl Search<'_> {
    /// Looks for the entry; where there is none, waits for the right to compute it. `poll` is asked whether the
    /// caller still wants it.
    pub fn run<'py>(
        &self,
        py: Python<'py>,
        patience: Patience,
        wait: &mut Wait,
        poll: impl Fn() -> PyResult<()>,
    ) -> Result<Recalled<'py>> {
        loop {
            let generation = self.namespace().generation(&self.name);
            if let Some(found) = self.find(py, generation)? {
                return Ok(Recalled::Value(found));
            }
            let Locked::Settled(lock) = self.lock(py, patience, wait, &poll)? else {
                return Ok(Recalled::Busy);
            };
            // Who had the lock before may have written it.
            let generation = self.namespace().generation(&self.name);
            if lock.is_some()
                && let Some(found) = self.find(py, generation)?
            {
                return Ok(Recalled::Value(found));
            }
            // Another thread may have had it as well, and have given it away with an entry that is gone again.
            if lock.as_ref().is_none_or(|lock| lock.holds()) {
                return Ok(Recalled::Compute(Permit {
                    opened: Arc::clone(self.opened),
                    stamp: self.stamp(generation),
                    lock,
                }));
            }
        }
    }

    fn namespace(&self) -> &Namespace {
        self.opened.namespace()
    }

    fn stamp(&self, generation: Generation) -> Stamp {
        Stamp {
            name: self.name,
            generation,
        }
    }

    fn find<'py>(&self, py: Python<'py>, generation: Generation) -> Result<Option<Found<'py>>> {
        let entry = match py.detach(|| self.namespace().read(&self.name)) {
            Ok(Some(entry)) => entry,
            Ok(None) => return Ok(None),
            Err(fault) => {
                self.complain(py, &fault);
                return Ok(None);
            }
        };
        if has_expired(&entry, self.time_to_live) {
            return Ok(None);
        }
        let read = contained(|| snapshot::read(py, &entry, self.copy));
        let restored = read.and_then(|read| {
            let Some(Restorable { snapshot, drawn }) = read else {
                return Ok(None);
            };
            let loaded = match drawn {
                Some(drawn) => Recording::load(py, &drawn)?,
                None => Loaded::Unasked,
            };
            Ok(Some((snapshot.restore(py)?, snapshot, loaded)))
        });
        let (value, snapshot, loaded) = match restored {
            Ok(Some(restored)) => restored,
            Ok(None) => {
                self.complain(py, &"it was written by another version of memoxide");
                return Ok(None);
            }
            Err(raised) if is_failure(py, &raised) => {
                self.complain(py, &raised);
                return Ok(None);
            }
            Err(raised) => return Err(raised.into()),
        };
        let recording = match loaded {
            Loaded::Recording(recording) => Some(recording),
            Loaded::Unasked => None,
            // What was drawn cannot be shown here, and the value alone would be half of it.
            Loaded::Foreign => return Ok(None),
        };
        Ok(Some(Found {
            value,
            recording,
            snapshot: snapshot.persisted(self.name, generation),
            cost: entry.cost(),
            age: age(&entry),
        }))
    }

    fn lock(
        &self,
        py: Python<'_>,
        patience: Patience,
        wait: &mut Wait,
        poll: impl Fn() -> PyResult<()>,
    ) -> Result<Locked> {
        let began = Instant::now();
        loop {
            if let Some(lock) = self.held.find(&self.name) {
                return Ok(Locked::Settled(Some(lock)));
            }
            let slice = match patience {
                Patience::Endless | Patience::Nested => SIGNAL_CHECK,
                Patience::Later | Patience::None => Duration::ZERO,
            };
            match py.detach(|| self.namespace().lock_within(&self.name, slice)) {
                Ok(Attempt::Owned(guard)) => {
                    return Ok(Locked::Settled(Some(self.held.note(self.name, guard))));
                }
                Ok(Attempt::Busy) => {
                    let is_over = wait.is_over(py, self);
                    if patience == Patience::Later && !is_over {
                        return Ok(Locked::Busy);
                    }
                    poll()?;
                    if is_over || patience.is_over(began) {
                        return Ok(Locked::Settled(None));
                    }
                }
                Ok(Attempt::Unavailable) => {
                    self.complain_of_locks(py);
                    return Ok(Locked::Settled(None));
                }
                Err(fault) => {
                    self.complain(py, &fault);
                    return Ok(Locked::Settled(None));
                }
            }
        }
    }

    /// Says why an entry is not used.
    fn complain(&self, py: Python<'_>, why: &dyn std::fmt::Display) {
        let message = format!(
            "A stored value of '{}' in {} cannot be read and is computed again: {why}",
            self.function,
            self.opened.folder().path().display()
        );
        complaint::say(py, &message);
    }

    fn complain_of_locks(&self, py: Python<'_>) {
        let folder = self.opened.folder().path().display();
        complaint::say(
            py,
            &format!(
                "{folder} has no locks that can be used: several processes may compute the same \
                 value at once"
            ),
        );
    }
}

impl Patience {
    fn is_over(self, began: Instant) -> bool {
        match self {
            Self::Endless => false,
            Self::Nested => began.elapsed() >= NESTED_WAIT,
            Self::Later | Self::None => true,
        }
    }
}

/// Whether an entry is older than its function's time to live.
pub fn has_expired(entry: &Entry, time_to_live: Option<u64>) -> bool {
    disk::is_expired(
        entry.created(),
        time_to_live.map(Duration::from_nanos),
        disk::now(),
    )
}

/// Nanoseconds since the entry was made.
fn age(entry: &Entry) -> u64 {
    u64::try_from(disk::now().saturating_sub(entry.created())).unwrap_or(0)
}
