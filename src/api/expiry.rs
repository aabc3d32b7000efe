//! The thread that takes out expired entries, of all functions.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, LazyLock};
use std::thread;

use arc_swap::ArcSwap;
use pyo3::prelude::*;

use super::caches::{self, FunctionCache};
use super::exit;
use crate::python;
use crate::store::clock::Nanos;
use crate::sweep::{Schedule, Wake};

/// Replaced in the child of a fork, where the thread is gone and may have left the lock behind.
static SCHEDULE: LazyLock<ArcSwap<Schedule>> = LazyLock::new(ArcSwap::default);

/// Sees to it that the entries of a cache leave when they expire.
pub fn expect(py: Python<'_>, cache: &FunctionCache) {
    let Some(expiry) = cache.entries.next_expiry() else {
        return;
    };
    let schedule = SCHEDULE.load_full();
    if !schedule.expect(expiry) {
        return;
    }
    end_at_exit(py);
    let started = thread::Builder::new()
        .name("memoxide-expiry".to_owned())
        .spawn({
            let schedule = Arc::clone(&schedule);
            move || run(&schedule)
        });
    if started.is_err() {
        // They leave when they are asked for.
        schedule.give_up();
    }
}

fn run(schedule: &Schedule) {
    while schedule.wait() == Wake::Sweep {
        Python::attach(|py| sweep(py, schedule));
    }
}

fn sweep(py: Python<'_>, schedule: &Schedule) {
    if let Some(expiry) = purge(py) {
        // A sweeper is there: this one.
        let _ = schedule.expect(expiry);
    }
}

/// Takes out what has expired, and tells when the next is due.
fn purge(py: Python<'_>) -> Option<Nanos> {
    let mut next = None;
    for cache in caches::all() {
        cache.release(py, cache.entries.purge_expired());
        next = next.into_iter().chain(cache.entries.next_expiry()).min();
    }
    next
}

/// Notes that time was advanced: takes out what has expired, and has the thread look when the next is due.
pub fn time_has_passed(py: Python<'_>) {
    purge(py);
    SCHEDULE.load_full().look_again();
}

/// A thread must not come to an interpreter that is about to go.
fn end_at_exit(py: Python<'_>) {
    static REGISTERED: AtomicBool = AtomicBool::new(false);
    let consequence = "the thread for expired entries will not end";
    exit::run_at_exit(py, &REGISTERED, &python::END_EXPIRY, consequence);
}

/// Ends the thread: the interpreter is about to exit.
#[pyfunction]
pub fn end_expiry(py: Python<'_>) {
    let schedule = SCHEDULE.load_full();
    py.detach(|| schedule.end());
}

/// Begins anew in the child of a fork.
pub fn after_fork() {
    SCHEDULE.store(Arc::default());
}
