//! What pickle is told of a function: its name, or else what it was made of.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::CachedFunction;
use crate::python;
use crate::python::intern;
use crate::python::named;

impl CachedFunction {
    /// The name that it is found by; where it is not, or is to be found in another process that has no such module, its
    /// function and its options.
    pub(super) fn reduction<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let function = slf.get();
        let wrapped = function.wrapped.bind(py);
        let Some(name) = wrapped.getattr_opt(intern!(py, "__qualname__"))? else {
            return function.by_value(py);
        };
        let module = wrapped.getattr_opt(intern!(py, "__module__"))?;
        let Some(module) = module.filter(|module| !module.is_none()) else {
            return Ok(name);
        };
        let found = named::find(&module, &name.to_string())?;
        let is_found = found.is_some_and(|found| found.is(slf));
        if is_found && !is_left_behind(&module)? {
            return Ok(name);
        }
        function.by_value(py)
    }

    fn by_value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let options = match &self.options.given {
            Some(given) => given.bind(py).clone(),
            None => PyDict::new(py),
        };
        let parts = (self.options.decorator, &self.wrapped, options);
        let reduction = (python::REBUILD.get(py)?, parts);
        Ok(reduction.into_pyobject(py)?.into_any())
    }
}

/// Whether the script is being pickled by its content, as `cloudpickle` does wherever it was copied to: the process
/// that gets it has another script.
fn is_left_behind(module: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = module.py();
    if !module.eq("__main__")? {
        return Ok(false);
    }
    let Ok(frame) = python::CURRENT_FRAME.get(py)?.call0() else {
        return Ok(false);
    };
    let globals = frame.getattr(intern!(py, "f_globals"))?;
    let pickler = globals.cast::<PyDict>()?.get_item("__name__")?;
    Ok(pickler.is_some_and(|name| name.to_string().contains("cloudpickle")))
}

/// Makes a function that was pickled by its content.
#[pyfunction]
pub fn rebuild<'py>(
    decorator: &str,
    function: &Bound<'py, PyAny>,
    options: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyAny>> {
    let decorator = python::CORE.get(function.py())?.getattr(decorator)?;
    decorator.call((function,), Some(options))
}
