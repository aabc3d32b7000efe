//! Work on all cores.

use std::sync::atomic::{AtomicU32, Ordering};

/// Whether this process may work on all cores. The threads that do so stay behind in a fork, and a
/// child would wait for them.
#[must_use]
pub fn are_ours() -> bool {
    /// The process that has the threads; zero while there are none.
    static HAS_THREADS: AtomicU32 = AtomicU32::new(0);
    let this = std::process::id();
    let first = HAS_THREADS.compare_exchange(0, this, Ordering::Relaxed, Ordering::Relaxed);
    first.is_ok() || first == Err(this)
}
