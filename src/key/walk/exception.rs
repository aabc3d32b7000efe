//! Exceptions: what they carry that pickle is not told.

use pyo3::exceptions::PyBaseException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyType};

use crate::error::Result;

/// Attributes that every exception has.
const OF_ALL: [&str; 3] = ["__cause__", "__context__", "__suppress_context__"];

/// By name, what an exception carries beside its arguments and its `__dict__`; nothing for all that
/// is no exception.
pub(super) fn carried<'py>(value: &Bound<'py, PyAny>) -> Result<Option<Bound<'py, PyDict>>> {
    if !value.is_instance_of::<PyBaseException>() {
        return Ok(None);
    }
    let carried = members(value)?;
    for name in OF_ALL {
        carried.set_item(name, value.getattr(name)?)?;
    }
    carried.set_item(intern!(value.py(), "__traceback__"), traceback(value)?)?;
    Ok(Some(carried))
}

/// What the interpreter's own exceptions keep in their memory, such as the name that was not found,
/// and the slots of others.
fn members<'py>(value: &Bound<'py, PyAny>) -> Result<Bound<'py, PyDict>> {
    let py = value.py();
    let members = PyDict::new(py);
    for class in value.get_type().mro() {
        let class = class.cast_into::<PyType>().map_err(PyErr::from)?;
        if class.is(py.get_type::<PyBaseException>()) {
            break;
        }
        let attributes = class.getattr(intern!(py, "__dict__"))?;
        for item in attributes.call_method0("items")?.try_iter()? {
            let (name, descriptor): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract()?;
            if descriptor.get_type().name()? == "member_descriptor" {
                let content = descriptor.call_method1(intern!(py, "__get__"), (value,));
                members.set_item(name, content.ok())?;
            }
        }
    }
    Ok(members)
}

/// The places that the exception has passed: file, function, line, instruction.
fn traceback<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
    let py = value.py();
    let places = PyList::empty(py);
    let mut next = value.getattr(intern!(py, "__traceback__"))?;
    while !next.is_none() {
        let code = next.getattr("tb_frame")?.getattr("f_code")?;
        places.append((
            code.getattr("co_filename")?,
            code.getattr("co_name")?,
            next.getattr("tb_lineno")?,
            next.getattr("tb_lasti")?,
        ))?;
        next = next.getattr(intern!(py, "tb_next"))?;
    }
    Ok(places)
}
