//! Locks of the system.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use std::sync::LazyLock;
pub use std::sync::atomic::AtomicU64;

pub use parking_lot::{Condvar, Mutex, MutexGuard};

/// The number of this thread, which no other has. Those that were started one after the other follow each other.
#[inline]
pub fn thread_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    thread_local! {
        static NUMBER: Cell<usize> = const { Cell::new(0) };
    }
    NUMBER.with(|number| {
        if number.get() == 0 {
            number.set(NEXT.fetch_add(1, Ordering::Relaxed));
        }
        number.get()
    })
}
