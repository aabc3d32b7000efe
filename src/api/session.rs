//! Sessions outside Streamlit: who shares the entries of `scope="session"`.

use pyo3::prelude::*;

use crate::error::{Error, Result};
use crate::host;
use crate::python::context::ContextVariable;

/// What is open in each context: the innermost session's id, and the others. No token goes with it: one session
/// object may be entered in several contexts at once, and only a context knows what was before.
static OPEN: ContextVariable = ContextVariable::new("memoxide_session");

/// The id of the session that is open in this context, or of the app's that calls.
pub fn current(py: Python<'_>) -> Result<Option<String>> {
    match OPEN.get(py)? {
        Some(open) => Ok(Some(open.get_item(0)?.extract()?)),
        None => Ok(host::session(py)?),
    }
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
        let innermost = (&slf.get().id, OPEN.get(py)?);
        OPEN.set(py, innermost)?;
        Ok(slf)
    }

    #[pyo3(signature = (*_exception))]
    #[expect(clippy::unused_self, reason = "a method of the protocol")]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyAny>) -> PyResult<bool> {
        if let Some(open) = OPEN.get(py)? {
            OPEN.set(py, open.get_item(1)?)?;
        }
        Ok(false)
    }

    fn __repr__(&self) -> String {
        format!("<memoxide.session {:?}>", self.id)
    }
}
