//! The coroutine of the user's function: passing on what the event loop passes in.

use pyo3::exceptions::{PyRuntimeError, PyStopIteration};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::iterator::PySendResult;

use crate::python::{self, raw};

/// What the event loop passes in.
pub enum Sent<'py> {
    Value(Bound<'py, PyAny>),
    Raised(PyErr),
}

pub fn nothing(py: Python<'_>) -> Sent<'_> {
    Sent::Value(py.None().into_bound(py))
}

/// What can be sent to, of what a coroutine function has returned.
pub fn coroutine_of(returned: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    let py = returned.py();
    let class = returned.get_type();
    let is_coroutine = class.is(python::COROUTINE_TYPE.get(py)?);
    // A generator that `types.coroutine` has marked is one as well.
    if is_coroutine || class.is(python::GENERATOR_TYPE.get(py)?) {
        return Ok(returned.clone().unbind());
    }
    Ok(returned.call_method0(intern!(py, "__await__"))?.unbind())
}

/// Passes on what the event loop has passed in.
pub fn pass<'py>(coroutine: &Bound<'py, PyAny>, sent: Sent<'py>) -> PyResult<PySendResult<'py>> {
    match sent {
        Sent::Value(value) => raw::send(coroutine, &value),
        Sent::Raised(raised) => throw(coroutine, raised),
    }
}

pub fn throw<'py>(coroutine: &Bound<'py, PyAny>, raised: PyErr) -> PyResult<PySendResult<'py>> {
    let py = coroutine.py();
    let Some(throw) = coroutine.getattr_opt(intern!(py, "throw"))? else {
        return Err(raised);
    };
    match throw.call1((raised.into_value(py),)) {
        Ok(value) => Ok(PySendResult::Next(value)),
        Err(ended) if ended.is_instance_of::<PyStopIteration>(py) => {
            let value = ended.value(py).getattr(intern!(py, "value"))?;
            Ok(PySendResult::Return(value))
        }
        Err(raised) => Err(raised),
    }
}

pub fn close(coroutine: &Bound<'_, PyAny>) -> PyResult<()> {
    let close = coroutine.getattr_opt(intern!(coroutine.py(), "close"))?;
    close.map_or(Ok(()), |close| close.call0().map(drop))
}

/// An error as a coroutine may raise it: `StopIteration` would be taken for its value.
pub fn no_return(py: Python<'_>, raised: PyErr) -> PyErr {
    if !raised.is_instance_of::<PyStopIteration>(py) {
        return raised;
    }
    let error = PyRuntimeError::new_err("coroutine raised StopIteration");
    error.set_cause(py, Some(raised));
    error
}

/// The exception that `throw` is given in one of its forms.
pub fn thrown(
    kind: &Bound<'_, PyAny>,
    value: Option<&Bound<'_, PyAny>>,
    traceback: Option<Bound<'_, PyAny>>,
) -> PyResult<PyErr> {
    let py = kind.py();
    let raised = match value {
        Some(value) if value.is_instance(kind)? => PyErr::from_value(value.clone()),
        Some(value) => PyErr::from_value(kind.call1((value,))?),
        None => PyErr::from_value(kind.clone()),
    };
    if let Some(traceback) = traceback {
        raised.set_traceback(py, Some(traceback.cast_into()?));
    }
    Ok(raised)
}
