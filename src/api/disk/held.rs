//! The locks that one function's computations hold in this process.

use std::sync::{Arc, Weak};

use crate::disk::{Guard, Name};
use crate::sync::system::Mutex;

/// The locks. Who owns a computation may find one here: of a task that was left behind in a closed event loop, or
/// that began before a clear. It is not waited for, since it may never end.
#[derive(Default)]
pub struct Held {
    locks: Mutex<Vec<(Name, Weak<Guard>)>>,
}

impl Held {
    /// The lock of an entry, if this process has it.
    pub fn find(&self, name: &Name) -> Option<Arc<Guard>> {
        let locks = self.locks.lock();
        let mut of_name = locks.iter().filter(|(held, _)| held == name);
        of_name.find_map(|(_, lock)| lock.upgrade().filter(|guard| guard.holds()))
    }

    /// Notes that this process has a lock.
    pub fn note(&self, name: Name, guard: Guard) -> Arc<Guard> {
        let guard = Arc::new(guard);
        let mut locks = self.locks.lock();
        locks.retain(|(_, lock)| lock.strong_count() > 0);
        locks.push((name, Arc::downgrade(&guard)));
        guard
    }
}
