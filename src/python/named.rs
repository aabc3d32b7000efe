//! Classes by their names: another may have taken a name since.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use super::MODULES;
use crate::python::intern;

/// Under which name a class is found.
pub struct ClassName {
    module: Py<PyString>,
    path: Vec<Py<PyString>>,
}

impl ClassName {
    /// The name that a class says it has.
    pub fn of(class: &Bound<'_, PyType>) -> PyResult<Self> {
        let py = class.py();
        let name = class.qualname()?;
        let name = name.to_string_lossy();
        let path = name.split('.');
        Ok(Self {
            module: class
                .getattr(intern!(py, "__module__"))?
                .cast_into()?
                .unbind(),
            path: path
                .map(|part| PyString::intern(py, part).unbind())
                .collect(),
        })
    }

    /// What the name stands for now, if it stands for anything.
    pub fn find<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        find_path(
            self.module.bind(py).as_any(),
            self.path.iter().map(|part| part.bind(py)),
        )
    }
}

/// What a module that is loaded has under a qualified name.
pub fn find<'py>(module: &Bound<'py, PyAny>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    find_path(module, name.split('.'))
}

fn find_path<'py>(
    module: &Bound<'py, PyAny>,
    path: impl Iterator<Item: IntoPyObject<'py, Target = PyString>>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let modules = MODULES.get(module.py())?.cast::<PyDict>()?;
    let mut found = modules.get_item(module)?;
    for part in path {
        let Some(around) = found else {
            return Ok(None);
        };
        found = around.getattr_opt(part)?;
    }
    Ok(found)
}
