//! Switches for tests: whether anything is cached, and whose entries are seen. They hold for the whole
//! process, and are read at each call.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// How many want nothing to be cached.
static DISABLED: AtomicUsize = AtomicUsize::new(0);

/// The isolation that is in force; none with zero.
static ISOLATION: AtomicU64 = AtomicU64::new(0);

/// Whether nothing is cached.
#[inline]
pub fn is_disabled() -> bool {
    DISABLED.load(Ordering::Relaxed) != 0
}

/// Has nothing cached, until it is enabled as often.
pub fn disable() {
    DISABLED.fetch_add(1, Ordering::Relaxed);
}

/// Takes one [`disable`] back.
pub fn enable() {
    let take = |disabled: usize| disabled.checked_sub(1);
    let _ = DISABLED.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
}

/// The isolation that is in force.
#[inline]
pub fn isolation() -> Option<u64> {
    let isolation = ISOLATION.load(Ordering::Relaxed);
    (isolation != 0).then_some(isolation)
}

/// Begins an isolation. Its number, and that of the one to go back to.
pub fn begin_isolation() -> (u64, u64) {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let isolation = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    (isolation, ISOLATION.swap(isolation, Ordering::Relaxed))
}

/// Goes back to the isolation that was in force before.
pub fn end_isolation(before: u64) {
    ISOLATION.store(before, Ordering::Relaxed);
}
