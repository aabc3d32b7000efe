//! All other objects: what `__reduce_ex__(5)` says that they are made of.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{
    PyCFunction, PyDict, PyFunction, PyIterator, PyList, PyMemoryView, PyString, PyTuple, PyType,
};

use super::Walk;
use super::class::is_held;
use super::family::memory;
use super::frame::Shape;
use super::inherited::{beside_fields, beside_told, restore};
use super::record::Record;
use crate::error::Result;
use crate::key::definition::{Follow, changed_by, installed_version, written_module};
use crate::key::tag::Tag;
use crate::python;
use crate::python::intern;

const MET_TWICE: &str = "an iterator is met twice: what one place reads, the other lacks; pass a list \
                         of what it gives";

/// The modules of the iterators that reduce.
const ITERATORS: [&str; 4] = ["builtins", "_collections", "collections", "array"];

/// The protocol that hands out large memory as buffers.
const PROTOCOL: u8 = 5;

/// Where a reduction has the constructor's arguments, the state, what is appended, what is set by its
/// key.
pub(super) const ARGUMENTS: usize = 2;
const STATE: usize = 3;
pub(super) const ITEMS: usize = 4;
pub(super) const PAIRS: usize = 5;

impl<'py> Walk<'_, 'py> {
    /// Opens an object as its reduction: type, callable, arguments, state, items, pairs, setter.
    pub(super) fn reduced(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        if value.get_type().is(self.py.get_type::<PyAny>()) {
            return self.bare_object(value);
        }
        let is_iterator = is_iterator(value);
        if is_iterator && self.memo.get(value, 0).is_some() {
            return Err(self.unhashable(value, MET_TWICE, None));
        }
        let reduction = reduce(value)?;
        if let Ok(name) = reduction.cast::<PyString>() {
            return self.global(value, name);
        }
        let mut parts = parts(value, &reduction)?;
        if self.watches.is_some() && value.is_callable() {
            leave_out_changed(value, &mut parts[STATE])?;
        }
        if is_iterator && reads_twice(&parts[ARGUMENTS]) {
            return Err(self.unhashable(value, MET_TWICE, None));
        }
        let beside = match beside_fields(value)? {
            None => beside_told(value, &parts[STATE])?,
            beside => beside,
        };
        parts.extend(beside.map(Bound::into_any));
        self.open_fixed(value, Tag::Object, Shape::Object, parts)
    }

    /// An `object()` is nothing but its identity, which no other process knows.
    fn bare_object(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        if self.is_in_code() {
            let number = self.sentinel_number(value);
            self.encoder.unit(Tag::Sentinel);
            self.encoder.length(number);
            return Ok(());
        }
        Err(self.unhashable(
            value,
            "a bare object() has no content, only its identity",
            None,
        ))
    }

    /// An object that is found by name in its module; what is not found there may be a wrapper.
    fn global(&mut self, value: &Bound<'py, PyAny>, name: &Bound<'py, PyString>) -> Result<()> {
        let module = module_of(value)?;
        let is_held = is_held(value, &module.to_string(), &name.to_string_lossy())?;
        // What the user has wrapped is code of the user's, which a name does not tell.
        let is_own = installed_version(self.py, &module.to_string()).is_none();
        let wrapped = value.getattr_opt(intern!(self.py, "__wrapped__"))?;
        let follows = is_own && wrapped.is_some() && self.follow != Follow::Nothing;
        if is_held && !follows {
            let parts = vec![written_module(module), name.clone().into_any()];
            return self.open_fixed(value, Tag::Global, Shape::Parts, parts);
        }
        let Some(wrapped) = wrapped else {
            let reason = format!("it says that it is {module}.{name}, which it is not");
            return Err(self.unhashable(value, &reason, None));
        };
        let parts = vec![value.get_type().into_any(), wrapped];
        self.open_fixed(value, Tag::Descriptor, Shape::Parts, parts)
    }

    /// The memory that pickle would write out of band; if it is more than a row of bytes, then with
    /// how it is to be read.
    pub(super) fn buffer(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        let owner = self.shared(value);
        let view = PyMemoryView::from(value)?.into_any();
        if memory::is_row_of_bytes(&view)? {
            self.encoder.node(&memory::items(&view)?);
            return Ok(());
        }
        let record = memory::view(self, &view, Record::new("pickle.PickleBuffer"))?;
        self.open_record(owner, record)
    }
}

/// Whether it is an iterator of Python's own, that does nothing but to be used up.
pub(super) fn is_iterator(value: &Bound<'_, PyAny>) -> bool {
    let is_of_python =
        |module: Bound<'_, PyString>| ITERATORS.contains(&module.to_string_lossy().as_ref());
    value.cast::<PyIterator>().is_ok() && value.get_type().module().is_ok_and(is_of_python)
}

/// Whether an iterator reads from another one in two places, as `zip` does to make groups. That one may
/// be a file, or of a class of the user's own.
fn reads_twice(arguments: &Bound<'_, PyAny>) -> bool {
    let Ok(arguments) = arguments.cast::<PyTuple>() else {
        return false;
    };
    let mut read: Vec<_> = arguments
        .iter()
        .filter(|argument| argument.cast::<PyIterator>().is_ok())
        .map(|argument| argument.as_ptr() as usize)
        .collect();
    let count = read.len();
    read.sort_unstable();
    read.dedup();
    read.len() < count
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
) -> Result<Vec<Bound<'py, PyAny>>> {
    let py = value.py();
    let reduction = reduction
        .cast::<PyTuple>()
        .map_err(|_| PyTypeError::new_err("__reduce_ex__ must return a string or a tuple"))?;
    if !(2..=6).contains(&reduction.len()) {
        let problem = "__reduce_ex__ must return a tuple of two to six parts";
        return Err(PyTypeError::new_err(problem).into());
    }
    let mut parts = vec![
        value.get_type().into_any(),
        constructor(&reduction.get_item(0)?)?,
    ];
    parts.extend(reduction.iter().skip(1));
    parts.resize(7, py.None().into_bound(py));
    parts[3] = without_hash(&parts[3])?;
    restore(value, &mut parts)?;
    // Items and pairs come as iterators: what they yield counts.
    for part in &mut parts[ITEMS..=PAIRS] {
        if !part.is_none() && !part.is_exact_instance_of::<PyList>() {
            let items = part.try_iter()?.collect::<PyResult<Vec<_>>>()?;
            *part = items.into_pyobject(py)?.into_any();
        }
    }
    Ok(parts)
}

/// A state without the hash that attrs remembers there, which is another in each process.
fn without_hash<'py>(state: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let name = intern!(state.py(), "_attrs_cached_hash");
    match state.cast_exact::<PyDict>() {
        Ok(attributes) if attributes.contains(name)? => {
            let attributes = attributes.copy()?;
            attributes.del_item(name)?;
            Ok(attributes.into_any())
        }
        _ => Ok(state.clone()),
    }
}

/// What makes the object anew is known by its name, where that leads to it: the code of a
/// constructor is not content.
fn constructor<'py>(callable: &Bound<'py, PyAny>) -> Result<Bound<'py, PyAny>> {
    let py = callable.py();
    if callable.is(python::NEW_OBJECT.get(py)?) {
        // What nearly all objects are made by.
        return Ok(intern!(py, "copyreg.__newobj__").clone().into_any());
    }
    if callable.is_instance_of::<PyFunction>() {
        let module = module_of(callable)?;
        let name = callable.getattr(intern!(py, "__qualname__"))?;
        if is_held(callable, &module.to_string(), &name.to_string())? {
            return Ok(PyTuple::new(py, [written_module(module), name])?.into_any());
        }
    } else if callable.is_instance_of::<PyCFunction>() {
        let owner = callable.getattr(intern!(py, "__self__"))?;
        let name = callable.getattr(intern!(py, "__name__"))?;
        if !owner.is_none() {
            return Ok(PyTuple::new(py, [owner, name])?.into_any());
        }
    }
    Ok(callable.clone())
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

/// Takes out of a state what the calls of an object change: a number of calls, what was called last. What bears the name
/// of a parameter of `__init__` is a setting, which counts whoever changes it.
fn leave_out_changed<'py>(
    value: &Bound<'py, PyAny>,
    state: &mut Bound<'py, PyAny>,
) -> PyResult<()> {
    let Ok(attributes) = state.cast_exact::<PyDict>() else {
        return Ok(());
    };
    let mut changed = changed_by(&value.get_type(), "__call__")?;
    for given in parameters_of_init(&value.get_type())? {
        changed.retain(|name| name.trim_start_matches('_') != given);
    }
    if !changed.is_empty() {
        let kept = filtered(value.py(), attributes, |name| !changed.contains(name))?;
        *state = kept.into_any();
    }
    Ok(())
}

fn parameters_of_init(class: &Bound<'_, PyType>) -> PyResult<Vec<String>> {
    let py = class.py();
    let init = class.getattr(intern!(py, "__init__"))?;
    let Ok(function) = init.cast_into::<PyFunction>() else {
        return Ok(Vec::new());
    };
    let code = function.getattr(intern!(py, "__code__"))?;
    let count = |name: &str| code.getattr(name)?.extract::<usize>();
    let parameters = count("co_argcount")? + count("co_kwonlyargcount")?;
    let mut names: Vec<String> = code.getattr(intern!(py, "co_varnames"))?.extract()?;
    names.truncate(parameters);
    Ok(names)
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
