//! Variables whose value belongs to a context: to a task, or to a thread outside of any.

use std::sync::OnceLock;

use pyo3::prelude::*;

use super::{CONTEXT_VAR, set_once};
use crate::python::intern;

/// A context variable, made at its first use.
pub struct ContextVariable {
    name: &'static str,
    object: OnceLock<Py<PyAny>>,
}

impl ContextVariable {
    /// The variable of this name.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            object: OnceLock::new(),
        }
    }

    fn object<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyAny>> {
        if let Some(variable) = self.object.get() {
            return Ok(variable.bind(py));
        }
        let class = CONTEXT_VAR.get(py)?;
        Ok(set_once(&self.object, class.call1((self.name,))?))
    }

    /// Its value here; none if it has none, or `None`.
    pub fn get<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let name = intern!(py, "get");
        let value = self.object(py)?.call_method1(name, (py.None(),))?;
        Ok((!value.is_none()).then_some(value))
    }

    /// Gives it a value. The token by which [`reset`](Self::reset) takes it back.
    pub fn set<'py>(
        &self,
        py: Python<'py>,
        value: impl IntoPyObject<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.object(py)?.call_method1(intern!(py, "set"), (value,))
    }

    /// Gives it the value that it had before.
    pub fn reset(&self, token: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = token.py();
        self.object(py)?
            .call_method1(intern!(py, "reset"), (token,))?;
        Ok(())
    }
}
