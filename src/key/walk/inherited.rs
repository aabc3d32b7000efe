//! What subclasses of built-in classes have from these, whatever methods of their own say.

use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFrozenSet, PyFunction, PyList, PySet, PyTuple, PyType};

use super::family::{all_attributes, reduces_otherwise};
use super::object::{ARGUMENTS, ITEMS, PAIRS};
use crate::error::Result;
use crate::python;
use crate::python::intern;

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

/// The methods by which a class says what its instances are made of.
const TELLERS: [&str; 3] = ["__reduce_ex__", "__reduce__", "__getstate__"];

/// What an instance of a user's class has beside what a class of the standard library, below the
/// user's, says of it: many of these say what they themselves hold, and nothing else.
pub(super) fn beside_told<'py>(
    value: &Bound<'py, PyAny>,
    state: &Bound<'py, PyAny>,
) -> Result<Option<Bound<'py, PyDict>>> {
    let class = value.get_type();
    let object = value.py().get_type::<PyAny>();
    if !reduces_otherwise(&class, &object)?
        || is_of_library(&class)?
        || value.is_instance_of::<PyBaseException>()
    {
        return Ok(None);
    }
    let Some(teller) = teller(&class)? else {
        return Ok(None);
    };
    if !is_of_library(&teller)? {
        return Ok(None);
    }
    let beside = all_attributes(value, &teller)?;
    if let Some(beside) = &beside {
        leave_out(beside, state)?;
    }
    Ok(beside.filter(|beside| !beside.is_empty()))
}

/// The class that says what the instances of another one are made of; none, if it is `object`.
fn teller<'py>(class: &Bound<'py, PyType>) -> Result<Option<Bound<'py, PyType>>> {
    for base in class.mro() {
        let base = base.cast_into::<PyType>().map_err(PyErr::from)?;
        if base.is(base.py().get_type::<PyAny>()) {
            return Ok(None);
        }
        let namespace = base.getattr(intern!(base.py(), "__dict__"))?;
        for name in TELLERS {
            if namespace.contains(name)? {
                return Ok(Some(base));
            }
        }
    }
    Ok(None)
}

fn is_of_library(class: &Bound<'_, PyType>) -> Result<bool> {
    let module = class.module()?.to_string_lossy().into_owned();
    let top = module.split('.').next().unwrap_or_default();
    Ok(python::LIBRARY_MODULES.get(class.py())?.contains(top)?)
}

/// Takes out what a state tells: a dict, or a tuple of dicts and of other things.
fn leave_out(attributes: &Bound<'_, PyDict>, state: &Bound<'_, PyAny>) -> Result<()> {
    if let Ok(states) = state.cast::<PyTuple>() {
        return states
            .iter()
            .try_for_each(|state| leave_out(attributes, &state));
    }
    for (name, told) in state.cast::<PyDict>().into_iter().flatten() {
        if attributes.get_item(&name)?.is_some_and(|own| own.is(&told)) {
            attributes.del_item(name)?;
        }
    }
    Ok(())
}
