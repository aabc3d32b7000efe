//! An owner's exception, for those who waited.

use pyo3::prelude::*;
use pyo3::types::PyTraceback;

use crate::python;
use crate::python::intern;

/// An exception, and how it came about until the owner's caller got it.
pub struct Failed {
    raised: PyErr,
    traceback: Option<Py<PyTraceback>>,
}

impl Failed {
    /// The failure of an owner who is about to raise it.
    pub fn with(py: Python<'_>, raised: &PyErr) -> Self {
        Self {
            raised: raised.clone_ref(py),
            traceback: raised.traceback(py).map(Bound::unbind),
        }
    }

    /// The exception for somebody else: a copy where its class has one, since each thread that raises
    /// an exception writes its own way into it.
    pub fn for_another(&self, py: Python<'_>) -> PyErr {
        let original = self.raised.value(py);
        let copy = copied(original).unwrap_or_else(|_| original.as_any().clone());
        let raised = PyErr::from_value(copy);
        let traceback = self.traceback.as_ref();
        raised.set_traceback(py, traceback.map(|traceback| traceback.bind(py).clone()));
        raised
    }
}

fn copied<'py>(original: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = original.py();
    let copy = python::COPY.get(py)?.call1((original,))?;
    let args = intern!(py, "args");
    // A class may make its message of its arguments, and would make another one of the message.
    let is_equal = copy.getattr(args)?.eq(original.getattr(args)?)?;
    if !is_equal || !copy.get_type().is(original.get_type()) {
        return Ok(original.clone());
    }
    for name in [
        intern!(py, "__context__"),
        intern!(py, "__cause__"),
        intern!(py, "__suppress_context__"),
    ] {
        copy.setattr(name, original.getattr(name)?)?;
    }
    Ok(copy)
}
