//! Built-in containers, by exact class.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFrozenSet, PyList, PySet, PyTuple};

use super::Walk;
use super::frame::Cursor;
use crate::error::Result;
use crate::key::tag::Tag;
use crate::python::raw::DictCursor;

impl<'py> Walk<'_, 'py> {
    /// Opens `value` if it is a built-in container.
    pub(super) fn container(&mut self, value: &Bound<'py, PyAny>) -> Result<bool> {
        // Asked before the cursor becomes one more owner.
        let owner = self.shared(value);
        let Some((tag, cursor)) = cursor(value)? else {
            return Ok(false);
        };
        self.open(owner, tag, cursor)?;
        Ok(true)
    }
}

fn cursor<'py>(value: &Bound<'py, PyAny>) -> Result<Option<(Tag, Cursor<'py>)>> {
    let found = if let Ok(dict) = value.cast_exact::<PyDict>() {
        (Tag::Dict, dict_cursor(dict.clone()))
    } else if let Ok(list) = value.cast_exact::<PyList>() {
        (Tag::List, list_cursor(list.clone()))
    } else if let Ok(tuple) = value.cast_exact::<PyTuple>() {
        (Tag::Tuple, tuple_cursor(tuple.clone()))
    } else if value.is_exact_instance_of::<PySet>() {
        (Tag::Set, Cursor::set(value)?)
    } else if value.is_exact_instance_of::<PyFrozenSet>() {
        (Tag::FrozenSet, Cursor::set(value)?)
    } else {
        return Ok(None);
    };
    Ok(Some(found))
}

fn dict_cursor(dict: Bound<'_, PyDict>) -> Cursor<'_> {
    Cursor::Dict {
        items: DictCursor::new(dict),
        key: None,
        value: None,
    }
}

fn list_cursor(list: Bound<'_, PyList>) -> Cursor<'_> {
    let length = list.len();
    Cursor::List {
        list,
        next: 0,
        length,
    }
}

fn tuple_cursor(tuple: Bound<'_, PyTuple>) -> Cursor<'_> {
    Cursor::Tuple { tuple, next: 0 }
}
