//! The coroutine of the user's function: passing on what the event loop passes in.

use pyo3::exceptions::{PyBaseException, PyRuntimeError, PyStopIteration, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyType;
use pyo3::types::iterator::PySendResult;

use crate::python::intern;
use crate::python::{self, raw, type_name};

/// What the event loop passes in.
pub enum Sent<'py> {
    Value(Bound<'py, PyAny>),
    Raised(PyErr),
}

pub fn nothing(py: Python<'_>) -> Sent<'_> {
    Sent::Value(py.None().into_bound(py))
}

/// What can be sent to, of what the coroutine function `name` has returned.
pub fn coroutine_of(name: &str, returned: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    let py = returned.py();
    let class = returned.get_type();
    let is_coroutine = class.is(python::COROUTINE_TYPE.get(py)?);
    // A generator that `types.coroutine` has marked is one as well.
    if is_coroutine || class.is(python::GENERATOR_TYPE.get(py)?) {
        return Ok(returned.clone().unbind());
    }
    let Some(wait) = returned.getattr_opt(intern!(py, "__await__"))? else {
        let kind = type_name(returned);
        return Err(PyTypeError::new_err(format!(
            "'{name}' is marked as a coroutine function, and returned a value that cannot be \
             awaited, of type '{kind}': make it an `async def`, or do not mark it"
        )));
    };
    Ok(wait.call0()?.unbind())
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

/// The exception that `throw` is given in one of its forms, which are refused as Python's coroutines do.
pub fn thrown(
    kind: &Bound<'_, PyAny>,
    value: Option<&Bound<'_, PyAny>>,
    traceback: Option<Bound<'_, PyAny>>,
) -> PyResult<PyErr> {
    let py = kind.py();
    let traceback = traceback.map(Bound::cast_into).transpose();
    let refused = |message: &str| Err(PyTypeError::new_err(message.to_owned()));
    let Ok(traceback) = traceback else {
        return refused("throw() third argument must be a traceback object");
    };
    let value = value.filter(|value| !value.is_none());
    let is_instance = kind.is_instance_of::<PyBaseException>();
    if !is_instance && !is_exception_class(kind) {
        let kind = kind.get_type().name()?;
        return refused(&format!(
            "exceptions must be classes or instances deriving from BaseException, not {kind}"
        ));
    }
    let raised = match value {
        Some(_) if is_instance => {
            return refused("instance exception may not have a separate value");
        }
        Some(value) if value.is_instance(kind)? => PyErr::from_value(value.clone()),
        Some(value) => PyErr::from_value(kind.call1((value,))?),
        None => PyErr::from_value(kind.clone()),
    };
    if let Some(traceback) = traceback {
        raised.set_traceback(py, Some(traceback));
    }
    Ok(raised)
}

fn is_exception_class(kind: &Bound<'_, PyAny>) -> bool {
    kind.cast::<PyType>()
        .is_ok_and(|class| class.is_subclass_of::<PyBaseException>().unwrap_or(false))
}
