//! Imports that are under way: a fork waits for them.
//!
//! The child of a fork has one thread. A module that another thread was importing stays locked in it for
//! ever, and whoever needs the module there hangs.

use pyo3::prelude::*;

use crate::sync::system::Mutex;

/// Nothing of Python runs under the lock.
static UNDER_WAY: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());

/// Imports a module.
pub fn import<'py>(py: Python<'py>, name: &'static str) -> PyResult<Bound<'py, PyModule>> {
    UNDER_WAY.lock().push(name);
    let module = py.import(name);
    let mut under_way = UNDER_WAY.lock();
    if let Some(index) = under_way.iter().position(|other| *other == name) {
        under_way.swap_remove(index);
    }
    module
}

/// Waits for the imports of other threads: this process is about to be forked.
#[pyfunction]
pub fn before_fork(py: Python<'_>) {
    let under_way = UNDER_WAY.lock().clone();
    for name in under_way {
        // Whoever imports it says what is wrong with it.
        let _ = py.import(name);
    }
}
