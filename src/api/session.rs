//! Sessions outside Streamlit: who shares the entries of `scope="session"`.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::error::{Error, Result};
use crate::python;

/// The context variable that holds what is open in each context. No token goes with it: one session
/// object may be entered in several contexts at once, and only a context knows what was before.
fn variable(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static VARIABLE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if let Some(variable) = VARIABLE.get(py) {
        return Ok(variable.bind(py));
    }
    let class = python::CONTEXT_VAR.get(py)?;
    Ok(python::set_once(
        &VARIABLE,
        class.call1(("memoxide_session",))?,
    ))
}

/// The sessions that are open in this context: the innermost one's id and the others, or `None`.
fn open(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    variable(py)?.call_method1("get", (py.None(),))
}

/// The id of the session that is open in this context.
pub fn current(py: Python<'_>) -> Result<Option<String>> {
    let open = open(py)?;
    if open.is_none() {
        return Ok(None);
    }
    Ok(Some(open.get_item(0)?.extract()?))
}

/// A context in which a session is open: `with memoxide.session("id"):`.
#[pyclass(frozen, module = "memoxide")]
pub struct Session {
    id: String,
}

impl Session {
    /// The session of that id.
    pub fn new(id: &str) -> Result<Self> {
        if id.is_empty() {
            return Err(Error::Option("a session's id must not be empty".to_owned()));
        }
        Ok(Self { id: id.to_owned() })
    }
}

#[pymethods]
impl Session {
    /// What the session is known by.
    #[getter]
    fn id(&self) -> &str {
        &self.id
    }

    fn __enter__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        let py = slf.py();
        let innermost = (&slf.get().id, open(py)?);
        variable(py)?.call_method1("set", (innermost,))?;
        Ok(slf)
    }

    #[pyo3(signature = (*_exception))]
    #[expect(clippy::unused_self, reason = "a method of the protocol")]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyAny>) -> PyResult<bool> {
        let open = open(py)?;
        if !open.is_none() {
            variable(py)?.call_method1("set", (open.get_item(1)?,))?;
        }
        Ok(false)
    }

    fn __repr__(&self) -> String {
        format!("<memoxide.session {:?}>", self.id)
    }
}
