//! Log records to Python's `logging`, logger `memoxide` and below.
//!
//! Nothing may be logged while a lock is held: handlers are the user's code.

use std::sync::Once;

use pyo3::prelude::*;

use crate::python::interrupt;

/// Connects the records to Python at the first one, so that an import does not pay for `logging`.
///
/// Levels are asked for each time: one that is set at run time counts at once.
fn connect(py: Python<'_>) {
    static CONNECTED: Once = Once::new();
    if CONNECTED.is_completed() {
        return;
    }
    let logger = pyo3_log::Logger::new(py, pyo3_log::Caching::Loggers);
    CONNECTED.call_once(|| {
        // Another logger in this library's own `log` crate cannot be: the library is closed.
        let _ = logger.map(|logger| logger.filter(log::LevelFilter::Trace).install());
    });
}

/// Logs a warning.
pub fn warn(py: Python<'_>, message: &str) {
    connect(py);
    log::warn!(target: "memoxide", "{message}");
}

/// Logs an exception of a user's callback that nobody can be given. What is no `Exception`, such as an interrupt that came
/// meanwhile, is no failure of the callback's, and is raised a moment later instead.
pub fn error(py: Python<'_>, message: &str, raised: &PyErr) {
    if interrupt::raise_later(py, raised) {
        return;
    }
    connect(py);
    log::error!(target: "memoxide", "{message}: {raised}");
}
