//! Forks: which process a computation belongs to.
//!
//! A forked child has one thread, and computations whose owners and waiters stayed behind. Their
//! locks may be held by threads that are gone, so the child never touches their state.
//!
//! Which locks are held at a fork? Python code forks, so it holds the interpreter, and whoever is
//! inside a lock of ours holds it too, but for a sleeping waiter: that one holds the state of the
//! flight that it waits for, and nothing else. On a free-threaded interpreter a fork can meet any
//! short section of another thread, as it can meet one of the allocator's.

use std::sync::atomic::{AtomicU32, Ordering};

/// A process, by the number of forks that led to it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Process(u32);

static FORKS: AtomicU32 = AtomicU32::new(0);

impl Process {
    /// The process that asks.
    #[must_use]
    pub fn current() -> Self {
        Self(FORKS.load(Ordering::Relaxed))
    }
}

/// Notes that this process is the child of a fork.
pub fn after_fork() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}
