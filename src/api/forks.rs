//! What a fork leaves to its child.

use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::{logging, python};

/// Sees to it that a forked child does not wait for threads that stayed behind.
pub(super) fn watch(py: Python<'_>) {
    static REGISTERED: AtomicBool = AtomicBool::new(false);
    if REGISTERED.swap(true, Ordering::Relaxed) {
        return;
    }
    let registered = register_after_fork(py);
    if let Err(raised) = registered {
        logging::error(py, "forked children may hang", &raised);
    }
}

fn register_after_fork(py: Python<'_>) -> PyResult<()> {
    let options = PyDict::new(py);
    options.set_item("before", python::BEFORE_FORK.get(py)?)?;
    options.set_item("after_in_parent", python::AFTER_FORK_IN_PARENT.get(py)?)?;
    options.set_item("after_in_child", python::AFTER_FORK.get(py)?)?;
    python::REGISTER_AT_FORK.get(py)?.call((), Some(&options))?;
    Ok(())
}

/// Notes that this process is the child of a fork.
#[pyfunction]
pub fn after_fork() {
    python::imports::after_fork();
    crate::flight::after_fork();
    super::expiry::after_fork();
    super::release::after_fork();
    super::refresh::after_fork();
    super::disk::after_fork();
}
