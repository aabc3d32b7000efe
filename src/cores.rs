//! Work on all cores.

use std::sync::OnceLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// The threads, and the process that has them: they stay behind in a fork, and a child would wait for them.
static POOL: OnceLock<(u32, ThreadPool)> = OnceLock::new();

/// Threads that work on all cores. None in the child of a process that has them, and none as long as the system lets
/// no more be started: one core does the work then. `rayon`'s own pool panics instead, and for good.
#[must_use]
pub fn pool() -> Option<&'static ThreadPool> {
    if POOL.get().is_none() {
        let pool = ThreadPoolBuilder::new()
            .thread_name(|_| "memoxide-cores".to_owned())
            .build();
        // Another thread may have been faster. Then these end.
        let _ = POOL.set((std::process::id(), pool.ok()?));
    }
    POOL.get()
        .filter(|(process, _)| *process == std::process::id())
        .map(|(_, pool)| pool)
}
