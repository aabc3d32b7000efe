//! Annotations, which a decorator or a library may read: what they say, without what behind it may change.

use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict, PyList, PyString, PyTuple, PyType};

use super::follow::followed;
use crate::python;
use crate::python::intern;

/// Annotations are looked into so deep.
const MAX_DEPTH: usize = 8;

/// The annotations of a function or a class, by name. Classes are named, or stand as they are where a
/// decorator acts by them.
pub fn annotations<'py>(
    object: &Bound<'py, PyAny>,
    classes: Classes,
) -> PyResult<Option<Bound<'py, PyDict>>> {
    let Some(found) = read(object)? else {
        return Ok(None);
    };
    let kept = PyDict::new(object.py());
    for (name, annotation) in found {
        kept.set_item(name, stand_in(&annotation, classes, 0)?)?;
    }
    Ok((!kept.is_empty()).then_some(kept))
}

/// What stands for the classes in annotations.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Classes {
    /// Their names.
    Named,
    /// They themselves.
    Whole,
}

fn read<'py>(object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyDict>>> {
    let py = object.py();
    let name = intern!(py, "__annotations__");
    if let Ok(class) = object.cast::<PyType>()
        && py.version_info() < (3, 14)
    {
        // Before 3.14 a class without annotations shows those of its base.
        let attributes = class.getattr(intern!(py, "__dict__"))?;
        let own = attributes.call_method1(intern!(py, "get"), (name,))?;
        return Ok(own.cast_into().ok());
    }
    let found = object
        .getattr(name)
        .or_else(|raised| annotations_as_text(object).map_err(|_| raised));
    Ok(found.ok().and_then(|found| found.cast_into().ok()))
}

/// The annotations as they are written, since 3.14.
pub fn annotations_as_text<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = object.py();
    let text = python::ANNOTATION_FORMAT.get(py)?.getattr("STRING")?;
    let options = [("format", text)].into_py_dict(py)?;
    python::GET_ANNOTATIONS
        .get(py)?
        .call((object,), Some(&options))
}

fn stand_in<'py>(
    annotation: &Bound<'py, PyAny>,
    classes: Classes,
    depth: usize,
) -> PyResult<Bound<'py, PyAny>> {
    let py = annotation.py();
    if annotation.is_none() || annotation.is_exact_instance_of::<PyString>() || depth == MAX_DEPTH {
        return Ok(annotation.clone());
    }
    let parts = parts(annotation)?;
    if !parts.is_empty() {
        let parts = parts.iter();
        let parts = parts.map(|part| stand_in(part, classes, depth + 1));
        let parts = parts.collect::<PyResult<Vec<_>>>()?;
        return Ok(PyTuple::new(py, parts)?.into_any());
    }
    if let Some(text) = annotation.getattr_opt(intern!(py, "__forward_arg__"))? {
        return Ok(text);
    }
    match annotation.cast::<PyType>() {
        Ok(class) if classes == Classes::Named => named(class),
        Ok(class) => Ok(class.clone().into_any()),
        Err(_) => match followed(annotation)? {
            Some(value) => Ok(value),
            None => named(&annotation.get_type()),
        },
    }
}

fn named<'py>(class: &Bound<'py, PyType>) -> PyResult<Bound<'py, PyAny>> {
    let name = class.fully_qualified_name()?;
    Ok(name.into_any())
}

/// What an annotation is put together from: `list[int]`, `int | None`, `Annotated[int, Gt(0)]`.
fn parts<'py>(annotation: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let py = annotation.py();
    if let Ok(list) = annotation.cast_exact::<PyList>() {
        return Ok(list.iter().collect());
    }
    let tuple = |name: &Bound<'py, PyString>| -> PyResult<Vec<Bound<'py, PyAny>>> {
        let found = annotation.getattr_opt(name)?;
        let found = found.and_then(|found| found.cast_into::<PyTuple>().ok());
        Ok(found.map_or_else(Vec::new, |found| found.iter().collect()))
    };
    let mut inner = tuple(intern!(py, "__metadata__"))?;
    let arguments = tuple(intern!(py, "__args__"))?;
    if inner.is_empty() && arguments.is_empty() {
        return Ok(inner);
    }
    let mut parts = vec![annotation.get_type().name()?.into_any()];
    parts.extend(annotation.getattr_opt(intern!(py, "__origin__"))?);
    if inner.is_empty() {
        parts.extend(arguments);
    }
    parts.append(&mut inner);
    Ok(parts)
}
