//! The native stack, which ends before the interpreter's own limit if a user has raised that.

use pyo3::exceptions::PyRecursionError;
use pyo3::prelude::*;

/// Bytes that must be left: what it takes until the next one looks.
const NEEDED: usize = if cfg!(debug_assertions) {
    256 * 1024
} else {
    64 * 1024
};

/// Raises before the stack ends, on behalf of `function`. Code that is run for a key may need a key
/// itself, and a call that computes another one.
pub fn check(function: &str) -> PyResult<()> {
    if stacker::remaining_stack().is_none_or(|left| left > NEEDED) {
        return Ok(());
    }
    let message = format!("{function}: too many calls inside of each other");
    Err(PyRecursionError::new_err(message))
}
