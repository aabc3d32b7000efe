//! What subclasses of built-in classes have from these, whatever methods of their own say.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFrozenSet, PyList, PySet, PyTuple, PyType};

use super::object::{ARGUMENTS, ITEMS, PAIRS};

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
