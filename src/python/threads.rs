//! How many threads run Python at once.

use std::sync::OnceLock;

use pyo3::prelude::*;

use super::SYSTEM;

/// Threads that run Python at the same time: one where a global lock sees to that, else as many as
/// there are cores.
pub fn at_once(py: Python<'_>) -> usize {
    static KNOWN: OnceLock<usize> = OnceLock::new();
    if let Some(known) = KNOWN.get() {
        return *known;
    }
    let threads = if has_global_lock(py) {
        1
    } else {
        std::thread::available_parallelism().map_or(1, usize::from)
    };
    *KNOWN.get_or_init(|| threads)
}

/// Versions of Python that are not asked have one.
fn has_global_lock(py: Python<'_>) -> bool {
    let enabled = SYSTEM
        .get(py)
        .and_then(|system| system.call_method0("_is_gil_enabled")?.is_truthy());
    enabled.unwrap_or(true)
}
