//! What failed, and what is no failure but the end of what the user does.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::exceptions::{PyException, PyRuntimeError};
use pyo3::prelude::*;

/// Whether something has failed: any `Exception`, or the panic of an extension, which is none. An interrupt and the
/// like are no failures.
pub fn is_failure(py: Python<'_>, raised: &PyErr) -> bool {
    raised.is_instance_of::<PyException>(py) || is_panic(py, raised)
}

/// Every extension that is made with `PyO3` has a class of its own for panics, under the same name.
fn is_panic(py: Python<'_>, raised: &PyErr) -> bool {
    let class = raised.get_type(py);
    class.name().is_ok_and(|name| name == "PanicException")
}

/// What `work` returns; a panic is an exception then, so that the caller can save what it has.
pub fn contained<T>(work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        let text = text.unwrap_or("no reason was given");
        Err(PyRuntimeError::new_err(format!(
            "memoxide failed unexpectedly: {text}"
        )))
    })
}
