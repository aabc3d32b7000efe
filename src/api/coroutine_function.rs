//! Functions whose calls give coroutines: which are, and that what is made of them still is for others.

use pyo3::prelude::*;
use pyo3::types::{PyCode, PyFunction, PyType};

use super::function::CachedFunction;
use crate::error::Result;
use crate::python::intern;
use crate::python::{self, Imported};

/// `inspect.CO_COROUTINE`, and what `types.coroutine` marks a generator function with.
const COROUTINE: u32 = 0x80 | 0x100;
/// `inspect.CO_ASYNC_GENERATOR`.
const ASYNC_GENERATOR: u32 = 0x200;

/// Whether a call of `callable` gives a coroutine.
pub fn is(callable: &Bound<'_, PyAny>) -> Result<bool> {
    is_marked(callable, COROUTINE, &python::IS_COROUTINE_FUNCTION)
}

/// Whether a call of `callable` gives an asynchronous generator.
pub fn makes_generators(callable: &Bound<'_, PyAny>) -> Result<bool> {
    let test = &python::IS_ASYNC_GENERATOR_FUNCTION;
    is_marked(callable, ASYNC_GENERATOR, test)
}

/// Functions are asked for their flags, as each rerun of an app decorates many of them.
fn is_marked(callable: &Bound<'_, PyAny>, flags: u32, test: &Imported) -> Result<bool> {
    let py = callable.py();
    if callable.is_instance_of::<PyType>() {
        return Ok(false);
    }
    if callable.is_instance_of::<PyFunction>() {
        let code = callable.getattr(intern!(py, "__code__"))?;
        if has_flags(&code, flags)? {
            return Ok(true);
        }
        // One that only says that it is.
        let attributes = python::raw::instance_dict(callable);
        if attributes.is_none_or(|attributes| attributes.is_empty().unwrap_or(true)) {
            return Ok(false);
        }
    }
    let test = test.get(py)?;
    if test.call1((callable,))?.is_truthy()? {
        return Ok(true);
    }
    let call = callable.get_type().getattr(intern!(py, "__call__"))?;
    Ok(call.is_instance_of::<PyFunction>() && test.call1((call,))?.is_truthy()?)
}

fn has_flags(code: &Bound<'_, PyAny>, flags: u32) -> PyResult<bool> {
    let found: u32 = code.getattr(intern!(code.py(), "co_flags"))?.extract()?;
    Ok(found & flags != 0)
}

/// Makes `inspect` and `asyncio` see that calls of `decorated` give coroutines, as those of `function` do.
pub fn mark(decorated: &Bound<'_, CachedFunction>, function: &Bound<'_, PyAny>) -> Result<()> {
    let py = decorated.py();
    if let Ok(mark) = python::MARK_COROUTINE_FUNCTION.get(py) {
        mark.call1((decorated,))?;
        return Ok(());
    }
    // Before there was a mark, what looked like a function was asked for its code.
    if decorated.getattr_opt(intern!(py, "__name__"))?.is_none() {
        let full_name = decorated.get().name();
        let name = full_name.rsplit('.').next().unwrap_or(full_name);
        decorated.setattr(intern!(py, "__name__"), name)?;
    }
    decorated.setattr(intern!(py, "__code__"), code_of(function)?)?;
    decorated.setattr(intern!(py, "__defaults__"), py.None())?;
    decorated.setattr(intern!(py, "__kwdefaults__"), py.None())?;
    Ok(())
}

/// The code that makes the coroutines, behind partials and in callable objects.
fn code_of<'py>(function: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyCode>> {
    let py = function.py();
    let mut innermost = function.clone();
    while innermost.is_instance(python::PARTIAL.get(py)?)? {
        innermost = innermost.getattr(intern!(py, "func"))?;
    }
    let name = intern!(py, "__code__");
    if let Some(code) = innermost.getattr_opt(name)? {
        return Ok(code.cast_into()?);
    }
    let call = innermost.get_type().getattr(intern!(py, "__call__"))?;
    Ok(call.getattr(name)?.cast_into()?)
}
