//! Functions by their code; methods, modules, closure cells.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyCode, PyFunction, PyModule, PyType};

use super::Walk;
use super::frame::Shape;
use crate::api::function::CachedFunction;
use crate::api::method::CachedMethod;
use crate::error::Result;
use crate::key::tag::Tag;
use crate::python;

/// What a function is made of. Comments, file and line numbers are not among it.
const FUNCTION_PARTS: [&str; 6] = [
    "__module__",
    "__qualname__",
    "__code__",
    "__defaults__",
    "__kwdefaults__",
    "__closure__",
];

/// What a code object is made of.
const CODE_PARTS: [&str; 11] = [
    "co_name",
    "co_argcount",
    "co_posonlyargcount",
    "co_kwonlyargcount",
    "co_flags",
    "co_code",
    "co_consts",
    "co_names",
    "co_varnames",
    "co_freevars",
    "co_cellvars",
];

/// Where exceptions are caught, which 3.11 took out of the bytecode.
const EXCEPTION_TABLE: &str = "co_exceptiontable";

impl<'py> Walk<'_, 'py> {
    /// Opens `value` if it is something that is called, or a part of that.
    pub(super) fn callable(&mut self, value: &Bound<'py, PyAny>) -> Result<bool> {
        let py = self.py;
        if let Ok(class) = value.cast::<PyType>() {
            self.class(class)?;
        } else if value.is_instance_of::<PyFunction>() {
            let parts = attributes(value, &FUNCTION_PARTS)?;
            self.open_fixed(value, Tag::Function, Shape::Function, parts)?;
        } else if value.is_instance_of::<PyCode>() {
            self.open_fixed(value, Tag::Code, Shape::Parts, code_parts(value)?)?;
        } else if value.is_instance(python::METHOD_TYPE.get(py)?)? {
            let parts = attributes(value, &["__func__", "__self__"])?;
            self.open_fixed(value, Tag::Method, Shape::Parts, parts)?;
        } else if value.is_instance_of::<PyModule>() {
            let name = value.getattr(intern!(py, "__name__"))?;
            self.open_fixed(value, Tag::Module, Shape::Parts, vec![name])?;
        } else if value.is_instance(python::CELL_TYPE.get(py)?)? {
            self.cell(value)?;
        } else {
            return self.cached(value);
        }
        Ok(true)
    }

    fn cell(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        // An empty cell raises ValueError: its variable is bound later, or never.
        let Ok(contents) = value.getattr(intern!(self.py, "cell_contents")) else {
            self.encoder.unit(Tag::EmptyCell);
            return Ok(());
        };
        self.open_fixed(value, Tag::Cell, Shape::Parts, vec![contents])
    }

    fn cached(&mut self, value: &Bound<'py, PyAny>) -> Result<bool> {
        let parts = if let Ok(function) = value.cast::<CachedFunction>() {
            vec![function.get().wrapped(self.py)]
        } else if let Ok(method) = value.cast::<CachedMethod>() {
            let (function, instance) = method.get().parts(self.py);
            vec![function.into_any(), instance]
        } else {
            return Ok(false);
        };
        self.open_fixed(value, Tag::Cached, Shape::Parts, parts)?;
        Ok(true)
    }
}

fn code_parts<'py>(code: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let mut parts = attributes(code, &CODE_PARTS)?;
    parts.extend(code.getattr_opt(EXCEPTION_TABLE)?);
    Ok(parts)
}

pub(super) fn attributes<'py>(
    value: &Bound<'py, PyAny>,
    names: &[&str],
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    names.iter().map(|name| value.getattr(*name)).collect()
}
