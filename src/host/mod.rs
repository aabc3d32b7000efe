//! What surrounds a call: nothing, or an app that shows what functions draw while they run.
//!
//! The host is a Python object, of `memoxide.streamlit.host.Host`'s shape. It is asked where a call
//! has missed, and where a stored value has something to replay; other hits do not know of it.

mod recorder;
pub mod spinner;
pub mod widgets;

use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyDict;

pub use self::recorder::{Loaded, Recorder, Recording};
use self::spinner::Spinner;
use crate::logging;
use crate::python;
use crate::python::intern;
use crate::sync::system::Mutex;

/// Whether there is a host.
static IS_THERE: AtomicBool = AtomicBool::new(false);
static HOST: Mutex<Option<Py<PyAny>>> = Mutex::new(None);
/// Whether every call takes a place in the page, hits included.
static MARKS_HITS: AtomicBool = AtomicBool::new(false);

/// What the host is told of the function that is called.
#[derive(Clone, Copy)]
pub struct Called<'a, 'py> {
    /// `"data"` or `"resource"`.
    pub kind: &'static str,
    /// The plain function.
    pub wrapped: &'a Bound<'py, PyAny>,
    /// Module and qualified name.
    pub name: &'a str,
    /// Whether what its widgets are set to is an argument.
    pub allows_widgets: bool,
    /// Whether stale values are made anew in the background, where nothing can be drawn.
    pub refreshes: bool,
}

/// What an app shows of a function.
#[derive(Default)]
pub struct Appearance {
    /// While it runs.
    pub spinner: Spinner,
    /// Whether it may draw widgets; what they are set to is an argument then.
    pub allows_widgets: bool,
}

/// Makes `host` the one that is asked from now on; none with `None`.
#[pyfunction]
pub fn set_host(py: Python<'_>, host: Option<Py<PyAny>>) -> PyResult<()> {
    let marks_hits = match &host {
        Some(host) => host.getattr(py, "marks_hits")?.extract(py)?,
        None => false,
    };
    let is_there = host.is_some();
    let before = std::mem::replace(&mut *HOST.lock(), host);
    IS_THERE.store(is_there, Ordering::Release);
    MARKS_HITS.store(marks_hits, Ordering::Release);
    // Dropped when the lock is gone.
    drop(before);
    Ok(())
}

/// The host, if there is one.
pub fn current(py: Python<'_>) -> Option<Bound<'_, PyAny>> {
    if !IS_THERE.load(Ordering::Acquire) {
        return None;
    }
    let host = HOST.lock();
    host.as_ref().map(|host| host.clone_ref(py).into_bound(py))
}

/// The host, looked for where nobody has named one: in the process of an app.
pub fn find(py: Python<'_>) -> Option<Bound<'_, PyAny>> {
    current(py).or_else(|| discover(py))
}

fn discover(py: Python<'_>) -> Option<Bound<'_, PyAny>> {
    static IS_IN_VAIN: AtomicBool = AtomicBool::new(false);
    if IS_IN_VAIN.load(Ordering::Relaxed) || !is_imported(py).unwrap_or(false) {
        return None;
    }
    let discovered = python::DISCOVER_HOST.get(py).and_then(PyAnyMethods::call0);
    if let Err(raised) = discovered {
        IS_IN_VAIN.store(true, Ordering::Relaxed);
        logging::error(
            py,
            "memoxide does not know this Streamlit; cached functions work, and what they draw is \
             not replayed",
            &raised,
        );
    }
    current(py)
}

fn is_imported(py: Python<'_>) -> PyResult<bool> {
    let modules = python::LOADED_MODULES.get(py)?.cast::<PyDict>()?;
    modules.contains(intern!(py, "streamlit.runtime"))
}

/// Whether hits take a place in the page as misses do.
#[inline]
pub fn marks_hits() -> bool {
    MARKS_HITS.load(Ordering::Relaxed)
}

/// The id of the app's session that calls.
pub fn session(py: Python<'_>) -> PyResult<Option<String>> {
    match find(py) {
        Some(host) => host.call_method0(intern!(py, "session"))?.extract(),
        None => Ok(None),
    }
}

/// Lets the app end the waiting for another's computation, by what it raises.
pub fn poll(py: Python<'_>) -> PyResult<()> {
    if let Some(host) = current(py) {
        host.call_method0(intern!(py, "poll"))?;
    }
    Ok(())
}

/// Has the host say how stale values are to be made anew.
pub fn configure_refreshes(py: Python<'_>) -> PyResult<()> {
    if let Some(host) = find(py) {
        host.call_method0(intern!(py, "configure_refreshes"))?;
    }
    Ok(())
}

/// Tells the host that everything of one kind was cleared.
pub fn cleared(py: Python<'_>, kind: &str) -> PyResult<()> {
    if let Some(host) = current(py) {
        host.call_method1(intern!(py, "cleared"), (kind,))?;
    }
    Ok(())
}

/// The exception as the app knows it: one that is of our class and of the app's.
pub fn translated(py: Python<'_>, raised: PyErr) -> PyErr {
    let Some(host) = find(py) else {
        return raised;
    };
    let translated = host.call_method1(intern!(py, "error"), (raised.value(py),));
    match translated {
        Ok(exception) => PyErr::from_value(exception),
        Err(failed) if failed.is_instance_of::<PyException>(py) => raised,
        Err(failed) => failed,
    }
}
