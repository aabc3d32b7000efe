//! What runs at the interpreter's exit.

use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::prelude::*;

use crate::logging;
use crate::python::{self, Imported};

/// Sees to it, once, that a function runs at exit. If that cannot be, the log says what it means.
pub fn run_at_exit(
    py: Python<'_>,
    registered: &AtomicBool,
    function: &Imported,
    consequence: &str,
) {
    if registered.swap(true, Ordering::Relaxed) {
        return;
    }
    let result = function
        .get(py)
        .and_then(|function| python::AT_EXIT.get(py)?.call1((function,)));
    if let Err(raised) = result {
        logging::error(py, consequence, &raised);
    }
}
