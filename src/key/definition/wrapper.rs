//! Objects that decorators of installed packages make: what they wrap is what counts.

use pyo3::prelude::*;
use pyo3::types::PyType;

use super::annotation::{Classes, annotations};
use super::instance::{attributes, is_own_class};
use crate::python::intern;
use crate::python::{self, raw};

/// Beside what is wrapped, what of such an object says what a call does: the function that wrapt's
/// decorators call, the arguments of its partials, the options of numba's.
const COUNTS: [&str; 4] = [
    "_self_wrapper",
    "_self_args",
    "_self_kwargs",
    "targetoptions",
];

/// What the function of pydantic's `validate_call` calls, and the names of its parts in all versions.
const VALIDATOR: (&str, &str) = ("pydantic._internal._validate_call", "ValidateCallWrapper");
const VALIDATOR_PARTS: [&[&str]; 3] = [
    &["function", "raw_function"],
    &["validate_return", "_validate_return"],
    &["config_wrapper", "_config"],
];

/// What counts of an object of an installed class that wraps something: that, and what is done with
/// it. Nothing if it wraps nothing, or is a plain part of Python.
pub fn wrapper_parts<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Vec<Bound<'py, PyAny>>>> {
    let py = value.py();
    let class = value.get_type();
    if is_of_builtins(&class) || class.is_subclass(python::PARTIAL.get(py)?)? {
        return Ok(None);
    }
    if is_validator(&class)? {
        return validator_parts(value).map(Some);
    }
    let Some(wrapped) = wrapped(value)? else {
        return Ok(None);
    };
    let mut parts = vec![wrapped];
    for name in COUNTS {
        parts.extend(value.getattr_opt(name).ok().flatten());
    }
    Ok(Some(parts))
}

/// What an object of an installed class wraps. It is not looked for where the object answers for any name.
fn wrapped<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let name = intern!(value.py(), "__wrapped__");
    let class = value.get_type();
    // A proxy shows the attributes of what it wraps as its own; the class says that it is one.
    if let Some(slot) = class.getattr_opt(name)? {
        let is_native = raw::is_static(&slot.get_type());
        let is_own = is_own_class(&class)? && !is_native;
        return if is_own {
            Ok(None)
        } else {
            value.getattr_opt(name)
        };
    }
    if is_own_class(&class)? {
        return Ok(None);
    }
    attributes(value).get_item(name)
}

fn is_of_builtins(class: &Bound<'_, PyType>) -> bool {
    class.module().is_ok_and(|module| module == "builtins")
}

fn is_validator(class: &Bound<'_, PyType>) -> PyResult<bool> {
    let (module, name) = VALIDATOR;
    Ok(class.name()? == name && class.module()? == module)
}

fn validator_parts<'py>(value: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let mut parts = Vec::new();
    for names in VALIDATOR_PARTS {
        for name in names {
            let part = value.getattr_opt(*name)?;
            parts.extend(part.map(|part| match part.getattr_opt("config_dict") {
                Ok(Some(config)) => config,
                _ => part,
            }));
        }
    }
    // What is validated and how follows from the annotations of what is wrapped.
    let function = parts.first().cloned();
    let annotations = function.map(|function| annotations(&function, Classes::Whole));
    parts.extend(annotations.transpose()?.flatten().map(Bound::into_any));
    Ok(parts)
}
