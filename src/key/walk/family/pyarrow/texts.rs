//! Names and zones as Python has them: the interface hands out C strings, which end at a zero byte.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use crate::error::Result;
use crate::key::arrow::raw::Schema;
use crate::python;
use crate::python::intern;

/// What a format begins with that has a zone, and the bytes before the zone.
const MOMENT: &str = "ts";
const BEFORE_ZONE: usize = "tsu:".len();

/// Fields of a type, those of its fields included: the same ones may be met again and again, and the
/// interface writes each of them out.
const MAX_FIELDS: usize = 100_000;

/// Refuses types that nobody describes by hand.
pub fn limit<'py>(types: impl IntoIterator<Item = Bound<'py, PyAny>>) -> PyResult<()> {
    let mut open: Vec<_> = types.into_iter().collect();
    let most = open.len() + MAX_FIELDS;
    let mut count = 0;
    while let Some(class) = open.pop() {
        let py = class.py();
        count += 1;
        if count > most {
            let problem = format!("its Arrow type has more than {MAX_FIELDS} fields");
            return Err(PyValueError::new_err(problem));
        }
        if class.is_instance(python::ARROW_EXTENSION.get(py)?)? {
            open.push(class.getattr(intern!(py, "storage_type"))?);
        } else if class.is_instance(python::ARROW_DICTIONARY.get(py)?)? {
            open.push(class.getattr(intern!(py, "value_type"))?);
        } else {
            for field in fields(&class)? {
                open.push(field.getattr(intern!(py, "type"))?);
            }
        }
    }
    Ok(())
}

/// Whether the interface has less than all of a text.
pub fn is_cut(text: &Bound<'_, PyAny>, exported: &[u8]) -> PyResult<bool> {
    if text.is_none() {
        return Ok(false);
    }
    let text = text.cast::<PyString>()?.to_str()?;
    Ok(text.len() != exported.len())
}

/// Whether a text in a type is cut in its field.
pub fn are_cut(class: &Bound<'_, PyAny>, field: &Schema) -> Result<bool> {
    let format = field.format().map_err(PyErr::from)?;
    let children = field.children().map_err(PyErr::from)?;
    let is_leaf = children == 0 && field.dictionary().is_none();
    if is_leaf && !format.starts_with(MOMENT) {
        return Ok(false);
    }
    let py = class.py();
    if class.is_instance(python::ARROW_EXTENSION.get(py)?)? {
        return are_cut(&class.getattr(intern!(py, "storage_type"))?, field);
    }
    if let Some(values) = field.dictionary() {
        return are_cut(&class.getattr(intern!(py, "value_type"))?, values);
    }
    if is_leaf {
        let zone = class.getattr(intern!(py, "tz"))?;
        return Ok(is_cut(&zone, &format.as_bytes()[BEFORE_ZONE..])?);
    }
    for (index, inner) in fields(class)?.into_iter().enumerate() {
        let field = field.child(index).map_err(PyErr::from)?;
        let is_cut = is_cut(&inner.getattr(intern!(py, "name"))?, field.name())?;
        if is_cut || are_cut(&inner.getattr(intern!(py, "type"))?, field)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Adds the zone of a type, then the names and zones inside of it.
pub fn collect<'py>(class: &Bound<'py, PyAny>, found: &Bound<'py, PyList>) -> PyResult<()> {
    let py = class.py();
    if class.is_instance(python::ARROW_EXTENSION.get(py)?)? {
        return collect(&class.getattr(intern!(py, "storage_type"))?, found);
    }
    if class.is_instance(python::ARROW_DICTIONARY.get(py)?)? {
        return collect(&class.getattr(intern!(py, "value_type"))?, found);
    }
    found.append(class.getattr_opt(intern!(py, "tz"))?)?;
    for field in fields(class)? {
        found.append(field.getattr(intern!(py, "name"))?)?;
        collect(&field.getattr(intern!(py, "type"))?, found)?;
    }
    Ok(())
}

/// The fields of a type.
pub fn fields<'py>(class: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let py = class.py();
    let count: usize = class.getattr(intern!(py, "num_fields"))?.extract()?;
    let field = intern!(py, "field");
    (0..count)
        .map(|index| class.call_method1(field, (index,)))
        .collect()
}
