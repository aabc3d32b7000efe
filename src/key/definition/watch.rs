//! What a definition was made of, held against what is there now: by pointers.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use super::Definition;
use crate::python::raw;

/// A place whose content a definition depends on, and what was there.
pub enum Watch {
    /// A global, or a module's attribute.
    Name {
        /// Where the name is looked up.
        namespace: Py<PyDict>,
        /// The name.
        name: Py<PyString>,
        /// What it meant; nothing if it was not defined.
        object: Option<Py<PyAny>>,
    },
    /// A closure's variable.
    Cell {
        /// The variable.
        cell: Py<PyAny>,
        /// What it held; nothing if it was not bound.
        contents: Option<Py<PyAny>>,
    },
    /// A function's code.
    Code {
        /// The function.
        function: Py<PyAny>,
        /// Its code.
        code: Py<PyAny>,
    },
    /// Another definition.
    Definition(Arc<Definition>),
    /// A class and its bases.
    Class {
        /// The class.
        class: Py<PyType>,
        /// Changed by the interpreter with every change of the class; zero if it is not known.
        version: u32,
    },
}

impl Watch {
    /// Whether the place holds what it held.
    pub fn holds(&self, py: Python<'_>) -> bool {
        match self {
            Self::Name {
                namespace,
                name,
                object,
            } => {
                let now = namespace.bind(py).get_item(name).ok().flatten();
                is_same(now.as_ref(), object.as_ref())
            }
            Self::Cell { cell, contents } => is_same(
                raw::cell_contents(cell.bind(py)).as_ref(),
                contents.as_ref(),
            ),
            Self::Code { function, code } => raw::has_code(function.bind(py), code),
            Self::Definition(definition) => definition.holds(py),
            Self::Class { class, version } => {
                *version != 0 && raw::type_version(class.bind(py)) == *version
            }
        }
    }
}

fn is_same(now: Option<&Bound<'_, PyAny>>, then: Option<&Py<PyAny>>) -> bool {
    match (now, then) {
        (Some(now), Some(then)) => now.is(then),
        (None, None) => true,
        _ => false,
    }
}
