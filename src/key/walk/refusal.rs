//! What is refused, and how it is named.

use pyo3::exceptions::{PyException, PyRecursionError};
use pyo3::prelude::*;

use super::frame::Failure;
use super::{MAX_DEPTH, Walk, path};
use crate::error::{Error, Place};
use crate::python::type_name;

impl<'py> Walk<'_, 'py> {
    /// The way to the value that is being walked.
    pub(super) fn path(&self) -> String {
        let root = self
            .root
            .as_ref()
            .map_or_else(String::new, ToString::to_string);
        path::render(&root, &self.frames)
    }

    pub(super) fn unhashable(
        &self,
        value: &Bound<'py, PyAny>,
        reason: &str,
        cause: Option<PyErr>,
    ) -> Error {
        Error::Unhashable {
            place: Box::new(self.place(value)),
            reason: reason.to_owned(),
            cause,
        }
    }

    pub(super) fn place(&self, value: &Bound<'py, PyAny>) -> Place {
        Place {
            function: self.function.to_owned(),
            path: self.path(),
            type_name: type_name(value),
        }
    }

    /// What a class raised when it was asked for its content, if that was an ordinary exception.
    pub(super) fn refused(&self, value: &Bound<'py, PyAny>, cause: PyErr) -> Error {
        let is_ours = cause.is_instance_of::<PyRecursionError>(self.py);
        if is_ours || !cause.is_instance_of::<PyException>(self.py) {
            return cause.into();
        }
        let reason = cause.value(self.py).to_string();
        self.unhashable(value, &reason, Some(cause))
    }

    /// The open container could not be walked to its end.
    pub(super) fn unhashable_here(&mut self, failure: Failure) -> Error {
        let Some(frame) = self.frames.pop() else {
            return PyRecursionError::new_err("nothing is open").into();
        };
        let container = frame.cursor.container(self.py);
        match failure {
            Failure::Changed => self.unhashable(
                &container,
                "it changed while its key was made; pass a copy, or lock it",
                None,
            ),
            Failure::Raised(cause) => self.refused(&container, cause),
        }
    }

    pub(super) fn too_deep(&self) -> Error {
        PyRecursionError::new_err(format!(
            "{}: the argument {} is nested more than {MAX_DEPTH} levels deep",
            self.function,
            self.path()
        ))
        .into()
    }
}
