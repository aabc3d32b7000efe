//! All other objects: what `__reduce_ex__(5)` says that they are made of.

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyDict, PyFunction, PyString, PyTuple, PyType};

use super::Walk;
use super::frame::Shape;
use super::leaf;
use crate::error::Result;
use crate::key::tag::Tag;
use crate::python::{self, raw};

/// The protocol that hands out large memory as buffers.
const PROTOCOL: u8 = 5;

impl<'py> Walk<'_, 'py> {
    /// Opens an object as its reduction: type, callable, arguments, state, items, pairs, setter.
    pub(super) fn reduced(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        if value.get_type().is(self.py.get_type::<PyAny>()) {
            return self.bare_object(value);
        }
        let reduction = match reduce(value) {
            Ok(reduction) => reduction,
            Err(cause) => return Err(self.refused(value, cause)),
        };
        if let Ok(name) = reduction.cast::<PyString>() {
            return self.global(value, name);
        }
        let parts = match parts(value, &reduction) {
            Ok(parts) => parts,
            Err(cause) => return Err(self.refused(value, cause)),
        };
        self.open_fixed(value, Tag::Object, Shape::Object, parts)
    }

    /// An `object()` is nothing but its identity, which no other process knows.
    fn bare_object(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        if self.lenient > 0 {
            self.encoder.unit(Tag::Sentinel);
            return Ok(());
        }
        Err(self.unhashable(
            value,
            "a bare object() has no content, only its identity",
            None,
        ))
    }

    /// An object that is found by name in its module.
    fn global(&mut self, value: &Bound<'py, PyAny>, name: &Bound<'py, PyString>) -> Result<()> {
        let module = module_of(value)?;
        self.open_fixed(
            value,
            Tag::Global,
            Shape::Parts,
            vec![module, name.clone().into_any()],
        )
    }

    /// The memory that pickle would write out of band.
    pub(super) fn buffer(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        let view = value.call_method0(intern!(self.py, "raw"))?;
        let buffer = pyo3::buffer::PyUntypedBuffer::get(&view)?;
        // SAFETY: the buffer is contiguous, as `raw` ensures. If another thread writes to it
        // meanwhile, the key is that of a mixture, as it would be in any order of the two.
        let bytes = unsafe { raw::buffer_bytes(&buffer) };
        leaf::contents(self.py, &mut self.encoder, Tag::Buffer, bytes);
        Ok(())
    }
}

/// What pickle would be told: by a registered reducer, or by the object.
fn reduce<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = value.py();
    let table = python::DISPATCH_TABLE.get(py)?;
    if let Ok(reducer) = table.get_item(value.get_type()) {
        return reducer.call1((value,));
    }
    value.call_method1(intern!(py, "__reduce_ex__"), (PROTOCOL,))
}

/// The children of a reduction: two to six parts are given, the others are `None`.
fn parts<'py>(
    value: &Bound<'py, PyAny>,
    reduction: &Bound<'py, PyAny>,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let py = value.py();
    let reduction = reduction
        .cast::<PyTuple>()
        .map_err(|_| PyTypeError::new_err("__reduce_ex__ must return a string or a tuple"))?;
    if !(2..=6).contains(&reduction.len()) {
        return Err(PyTypeError::new_err(
            "__reduce_ex__ must return a tuple of two to six parts",
        ));
    }
    let mut parts = vec![
        value.get_type().into_any(),
        constructor(&reduction.get_item(0)?)?,
    ];
    parts.extend(reduction.iter().skip(1));
    parts.resize(7, py.None().into_bound(py));
    // Items and pairs come as iterators: what they yield counts.
    for part in &mut parts[4..6] {
        if !part.is_none() {
            *part = part
                .try_iter()?
                .collect::<PyResult<Vec<_>>>()?
                .into_pyobject(py)?
                .into_any();
        }
    }
    Ok(parts)
}

/// What makes the object anew is known by its name: the code of a constructor is not content.
fn constructor<'py>(callable: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = callable.py();
    let is_named = callable.is_instance_of::<PyFunction>()
        || (callable.is_instance_of::<PyCFunction>() && !callable.is_instance_of::<PyType>());
    if !is_named {
        return Ok(callable.clone());
    }
    let qualified_name = callable.getattr(intern!(py, "__qualname__"))?;
    let owner = callable.getattr_opt(intern!(py, "__self__"))?;
    let class = owner.filter(PyAnyMethods::is_instance_of::<PyType>);
    let place = match class {
        Some(class) => class,
        None => module_of(callable)?,
    };
    Ok(PyTuple::new(py, [place, qualified_name])?.into_any())
}

/// The name of the module in which a global is found.
fn module_of<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = value.py();
    let module = value.getattr_opt(intern!(py, "__module__"))?;
    match module.filter(|module| !module.is_none()) {
        Some(module) => Ok(module),
        None => value.get_type().getattr(intern!(py, "__module__")),
    }
}

/// The attributes of a dict that a predicate keeps, in their order.
pub(super) fn filtered<'py>(
    py: Python<'py>,
    attributes: &Bound<'py, PyAny>,
    keep: impl Fn(&str) -> bool,
) -> PyResult<Bound<'py, PyDict>> {
    let kept = PyDict::new(py);
    for item in attributes.call_method0("items")?.try_iter()? {
        let (name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract()?;
        if name
            .cast::<PyString>()
            .is_ok_and(|name| name.to_str().is_ok_and(&keep))
        {
            kept.set_item(name, value)?;
        }
    }
    Ok(kept)
}
