//! Mocks that stand for what a function depends on, as tests put them there.
//!
//! What a mock returns may be set while the test goes on. Its own record of calls does not count.

use std::collections::HashSet;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use super::Seen;
use crate::python;
use crate::python::intern;

/// What a call of a mock returns.
const RETURN_VALUE: &str = "_mock_return_value";

/// What else a call of a mock does.
const SET: [&str; 2] = ["_mock_side_effect", "_mock_wraps"];

/// Where a mock keeps the mocks that it has made for its attributes.
const CHILDREN: &str = "_mock_children";

/// The class of all mocks, if `value` is one.
pub fn mock_class<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyType>>> {
    let py = value.py();
    for module in ["unittest.mock", "mock.mock"] {
        let Some(module) = python::loaded(py, module)? else {
            continue;
        };
        let class = module.getattr(intern!(py, "NonCallableMock"))?;
        if value.get_type().is_subclass(&class)? {
            return Ok(Some(class.cast_into()?));
        }
    }
    Ok(None)
}

/// The way to what was set, from the mock on, and that.
pub type Setting = (String, Seen);

/// What was set on a mock, and on the mocks that hang on it.
pub fn settings(mock: &Bound<'_, PyAny>) -> PyResult<Vec<Setting>> {
    let mut settings = Vec::new();
    collect("", mock, &mut settings, &mut HashSet::new())?;
    Ok(settings)
}

fn collect(
    way: &str,
    mock: &Bound<'_, PyAny>,
    settings: &mut Vec<Setting>,
    known: &mut HashSet<usize>,
) -> PyResult<()> {
    if !known.insert(mock.as_ptr() as usize) {
        return Ok(());
    }
    let attributes = mock.getattr(intern!(mock.py(), "__dict__"))?;
    for (name, value) in attributes.cast::<PyDict>()? {
        let name = name.to_string();
        let here = format!("{way}.{name}");
        let is_set = SET.contains(&name.as_str()) && !value.is_none();
        if name == CHILDREN {
            for (name, child) in value.cast::<PyDict>()? {
                note(&format!("{way}.{name}"), &child, settings, known)?;
            }
        } else if name == RETURN_VALUE {
            if !is_default(&value)? {
                note(&here, &value, settings, known)?;
            }
        } else if is_set || !(name.starts_with('_') || name == "method_calls") {
            note(&here, &value, settings, known)?;
        }
    }
    Ok(())
}

/// Whether no return value was set.
fn is_default(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let is_sentinel = value.get_type().name()? == "_SentinelObject";
    Ok(is_sentinel && value.getattr("name")?.eq("DEFAULT")?)
}

/// A mock that another one has made says nothing itself, but what was set on it does.
fn note(
    way: &str,
    value: &Bound<'_, PyAny>,
    settings: &mut Vec<Setting>,
    known: &mut HashSet<usize>,
) -> PyResult<()> {
    if mock_class(value)?.is_some() {
        return collect(way, value, settings, known);
    }
    settings.push((way.to_owned(), Seen::new(value)));
    Ok(())
}
