//! Imports that are under way: a fork waits for them.
//!
//! The child of a fork has one thread. A module that another thread was importing stays locked in it for
//! ever, and whoever needs the module there hangs. So who forks waits until the imports of others have ended,
//! and until it has forked nobody else begins one.

use std::thread;
use std::time::Duration;

use pyo3::prelude::*;

use crate::sync::system::Mutex;
use crate::sync::thread_number;

/// How soon a thread looks again whether it may import.
const PAUSE: Duration = Duration::from_millis(1);

/// Nothing of Python runs under the lock.
static TRAFFIC: Mutex<Traffic> = Mutex::new(Traffic {
    under_way: Vec::new(),
    forking: Vec::new(),
});

struct Traffic {
    /// Modules, and the threads that import them.
    under_way: Vec<(usize, &'static str)>,
    /// Threads that are about to fork.
    forking: Vec<usize>,
}

impl Traffic {
    /// Notes that the thread imports a module; `false` if it has to wait. Who imports one goes on with what
    /// that needs.
    fn enter(&mut self, thread: usize, name: &'static str) -> bool {
        let is_inside = self.under_way.iter().any(|(other, _)| *other == thread);
        let may = is_inside || self.forking.is_empty() || self.forking.contains(&thread);
        if may {
            self.under_way.push((thread, name));
        }
        may
    }

    fn leave(&mut self, thread: usize, name: &'static str) {
        let is_it = |entry: &(usize, &str)| *entry == (thread, name);
        if let Some(index) = self.under_way.iter().rposition(is_it) {
            self.under_way.remove(index);
        }
    }

    fn of_others(&self, thread: usize) -> Vec<&'static str> {
        let others = self.under_way.iter();
        let others = others.filter(|(other, _)| *other != thread);
        others.map(|(_, name)| *name).collect()
    }

    fn has_forked(&mut self, thread: usize) {
        if let Some(index) = self.forking.iter().position(|other| *other == thread) {
            self.forking.swap_remove(index);
        }
    }
}

/// Imports a module.
pub fn import<'py>(py: Python<'py>, name: &'static str) -> PyResult<Bound<'py, PyModule>> {
    let thread = thread_number();
    while !TRAFFIC.lock().enter(thread, name) {
        py.detach(|| thread::sleep(PAUSE));
    }
    let module = py.import(name);
    TRAFFIC.lock().leave(thread, name);
    module
}

/// Waits for the imports of other threads: this process is about to be forked.
#[pyfunction]
pub fn before_fork(py: Python<'_>) {
    let thread = thread_number();
    let mut traffic = TRAFFIC.lock();
    traffic.forking.push(thread);
    let others = traffic.of_others(thread);
    drop(traffic);
    for name in others {
        // Whoever imports it says what is wrong with it.
        let _ = py.import(name);
    }
}

/// Lets others import again: this process has been forked.
#[pyfunction]
pub fn after_fork_in_parent() {
    TRAFFIC.lock().has_forked(thread_number());
}

/// Forgets the threads that have stayed behind.
pub fn after_fork() {
    let thread = thread_number();
    let mut traffic = TRAFFIC.lock();
    traffic.forking.clear();
    traffic.under_way.retain(|(other, _)| *other == thread);
}
