//! Sessions outside Streamlit: who shares the entries of `scope="session"`.

use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::error::{Error, Result};
use crate::python;

/// The context variable that holds the open session's id.
fn variable(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static VARIABLE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let variable = VARIABLE.get_or_try_init(py, || {
        let class = python::CONTEXT_VAR.get(py)?;
        class.call1(("memoxide_session",)).map(Bound::unbind)
    })?;
    Ok(variable.bind(py))
}

/// The id of the session that is open in this context.
pub fn current(py: Python<'_>) -> Result<Option<String>> {
    let id = variable(py)?.call_method1("get", (py.None(),))?;
    Ok(id.extract()?)
}

/// A context in which a session is open: `with memoxide.session("id"):`.
#[pyclass(frozen, module = "memoxide")]
pub struct Session {
    id: String,
    /// What closes it, for each time that it was entered.
    tokens: Mutex<Vec<Py<PyAny>>>,
}

impl Session {
    /// The session of that id.
    pub fn new(id: &str) -> Result<Self> {
        if id.is_empty() {
            return Err(Error::Option("a session's id must not be empty".to_owned()));
        }
        Ok(Self {
            id: id.to_owned(),
            tokens: Mutex::new(Vec::new()),
        })
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
        let session = slf.get();
        let token = variable(slf.py())?.call_method1("set", (&session.id,))?;
        session.tokens.lock().push(token.unbind());
        Ok(slf)
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyAny>) -> PyResult<bool> {
        let token = self.tokens.lock().pop();
        if let Some(token) = token {
            variable(py)?.call_method1("reset", (token,))?;
        }
        Ok(false)
    }

    fn __repr__(&self) -> String {
        format!("<memoxide.session {:?}>", self.id)
    }
}
