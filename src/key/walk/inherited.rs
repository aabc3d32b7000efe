//! What subclasses of built-in classes have from these, whatever methods of their own say.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFrozenSet, PyFunction, PyList, PySet, PyTuple, PyType};

use super::family::all_attributes;
use super::object::{ARGUMENTS, ITEMS, PAIRS};
use crate::error::Result;

/// Puts what a container holds into its reduction. That of the built-in classes asks the methods by
/// which a subclass hands out its elements: they may leave some out, and give those of a set in an
/// order that is chance.
pub(super) fn restore<'py>(
    value: &Bound<'py, PyAny>,
    parts: &mut [Bound<'py, PyAny>],
) -> PyResult<()> {
    let py = value.py();
    if value.is_instance_of::<PySet>() {
        return restore_set(value, &py.get_type::<PySet>(), &mut parts[ARGUMENTS]);
    }
    if value.is_instance_of::<PyFrozenSet>() {
        return restore_set(value, &py.get_type::<PyFrozenSet>(), &mut parts[ARGUMENTS]);
    }
    if !reduces_as(value, &py.get_type::<PyAny>())? {
        return Ok(());
    }
    if let Ok(list) = value.cast::<PyList>() {
        parts[ITEMS] = list.get_slice(0, list.len()).into_any();
    } else if let Ok(dict) = value.cast::<PyDict>() {
        parts[PAIRS] = dict.items().into_any();
    }
    Ok(())
}

fn restore_set<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
    arguments: &mut Bound<'py, PyAny>,
) -> PyResult<()> {
    let py = value.py();
    let Ok((listed,)) = arguments.extract::<(Bound<'py, PyList>,)>() else {
        return Ok(());
    };
    let elements = if reduces_as(value, base)? {
        base.call_method1(intern!(py, "__iter__"), (value,))?
    } else {
        listed.into_any()
    };
    let elements = elements.try_iter()?.collect::<PyResult<Vec<_>>>()?;
    let elements = PyFrozenSet::new(py, elements)?;
    *arguments = PyTuple::new(py, [elements])?.into_any();
    Ok(())
}

/// Whether the value's class leaves it to `base` what its instances are made of.
fn reduces_as(value: &Bound<'_, PyAny>, base: &Bound<'_, PyType>) -> PyResult<bool> {
    for name in ["__reduce_ex__", "__reduce__"] {
        if !value.get_type().getattr(name)?.is(base.getattr(name)?) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Where the code of classes is made that tell pickle of their fields alone.
const MAKERS: [&str; 2] = ["attr._make", "dataclasses"];

/// What an instance has beside the fields that such a class tells: what a subclass added.
pub(super) fn beside_fields<'py>(value: &Bound<'py, PyAny>) -> Result<Option<Bound<'py, PyDict>>> {
    let name = intern!(value.py(), "__getstate__");
    let class = value.get_type();
    let Some(told) = class.getattr_opt(name)? else {
        return Ok(None);
    };
    if !told.is_instance_of::<PyFunction>() {
        return Ok(None);
    }
    let maker = told.getattr(intern!(value.py(), "__module__"))?.to_string();
    if !MAKERS.contains(&maker.as_str()) {
        return Ok(None);
    }
    for base in class.mro() {
        let base = base.cast_into::<PyType>().map_err(PyErr::from)?;
        if base
            .getattr(intern!(value.py(), "__dict__"))?
            .contains(name)?
        {
            let beside = all_attributes(value, &base)?;
            return Ok(beside.filter(|beside| !beside.is_empty()));
        }
    }
    Ok(None)
}
