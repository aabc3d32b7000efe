//! What interrupts a thread: it ends long work, and where nobody can be given it, it is raised as soon as the
//! thread goes on.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::exceptions::{PyException, PyKeyboardInterrupt};
use pyo3::ffi;
use pyo3::prelude::*;

use super::{GET_IDENT, MAIN_THREAD};
use crate::key::interruption::unless_interrupted;

/// Whether nothing is raised any more: the interpreter is about to exit.
static IS_OVER: AtomicBool = AtomicBool::new(false);

/// Raises nothing from now on.
pub fn end() {
    IS_OVER.store(true, Ordering::Relaxed);
}

/// Has the main thread raise what is no `Exception`, such as a signal's `KeyboardInterrupt`, which comes to it alone.
/// `false` if that cannot be, or is not so.
pub fn raise_later(py: Python<'_>, raised: &PyErr) -> bool {
    let is_failure = raised.is_instance_of::<PyException>(py);
    if is_failure || IS_OVER.load(Ordering::Relaxed) || !is_main(py).unwrap_or(false) {
        return false;
    }
    let raised = Box::into_raw(Box::new(raised.clone_ref(py)));
    // SAFETY: the interpreter calls the function once, with what it is given here.
    let refused = unsafe { ffi::Py_AddPendingCall(Some(raise), raised.cast()) != 0 };
    if refused {
        // SAFETY: it was made above, and nobody else has it.
        drop(unsafe { Box::from_raw(raised) });
    }
    !refused
}

fn is_main(py: Python<'_>) -> PyResult<bool> {
    let main = MAIN_THREAD.get(py)?.call0()?.getattr("ident")?;
    main.eq(GET_IDENT.get(py)?.call0()?)
}

thread_local! {
    /// What interrupted this thread's work.
    static RAISED: Cell<Option<PyErr>> = const { Cell::new(None) };
}

/// Does long work of the pure core without the interpreter. What a signal raises meanwhile ends it.
pub fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    let made = py.detach(|| unless_interrupted(goes_on, work));
    made.ok_or_else(|| {
        let raised = RAISED.take();
        raised.unwrap_or_else(|| PyKeyboardInterrupt::new_err(()))
    })
}

/// Whether no signal has raised anything.
fn goes_on() -> bool {
    Python::attach(|py| match py.check_signals() {
        Ok(()) => true,
        Err(raised) => {
            RAISED.set(Some(raised));
            false
        }
    })
}

extern "C" fn raise(raised: *mut c_void) -> c_int {
    // SAFETY: it is what was boxed, and comes here once.
    let raised = unsafe { Box::from_raw(raised.cast::<PyErr>()) };
    Python::attach(|py| raised.restore(py));
    -1
}
