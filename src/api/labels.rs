//! The names of columns and of a named tuple's items, which no encoding tells: the argument does.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use crate::key::difference::{Path, Step};

/// How frames tell the names of their columns: pandas and polars, pyarrow.
const COLUMNS: [&str; 2] = ["columns", "column_names"];

/// Gives steps inside of `argument` the names that it has for them, as far as it can be followed.
pub fn name_steps(argument: &Bound<'_, PyAny>, path: &mut Path) {
    let mut value = argument.clone();
    for step in &mut path.0 {
        if let Some(named) = named(&value, step) {
            *step = named;
        }
        match inside(&value, step) {
            Some(next) => value = next,
            None => return,
        }
    }
}

fn named(value: &Bound<'_, PyAny>, step: &Step) -> Option<Step> {
    match step {
        Step::Column(number) => column(value, *number),
        Step::Item(index) => field(value, *index).map(Step::Attribute),
        _ => None,
    }
}

fn column(value: &Bound<'_, PyAny>, number: usize) -> Option<Step> {
    let found = COLUMNS
        .iter()
        .find_map(|name| value.getattr_opt(*name).ok()?);
    let label = found?.get_item(number).ok()?;
    if let Ok(text) = label.cast::<PyString>() {
        let text = text.to_string_lossy().into_owned();
        return Some(Step::Key(format!("{text:?}"), Some(text)));
    }
    Some(Step::Key(label.repr().ok()?.to_string(), None))
}

/// The name of a named tuple's item.
fn field(value: &Bound<'_, PyAny>, index: usize) -> Option<String> {
    let tuple = value.cast::<PyTuple>().ok()?;
    let fields = tuple.getattr_opt("_fields").ok()??;
    fields.get_item(index).ok()?.extract().ok()
}

fn inside<'py>(value: &Bound<'py, PyAny>, step: &Step) -> Option<Bound<'py, PyAny>> {
    match step {
        Step::Item(index) => match value.cast::<PyList>() {
            Ok(list) => list.get_item(*index).ok(),
            Err(_) => value.cast::<PyTuple>().ok()?.get_item(*index).ok(),
        },
        Step::Key(_, Some(key)) => value.cast::<PyDict>().ok()?.get_item(key).ok()?,
        Step::Attribute(name) => value.getattr(name.as_str()).ok(),
        _ => None,
    }
}
