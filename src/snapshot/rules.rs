//! Which form a value takes. Its exact class decides: a subclass may keep anything beside.

use pyo3::prelude::*;
use pyo3::types::{
    PyByteArray, PyDict, PyFrozenSet, PyList, PySet, PyString, PyTuple, PyType, PyTypeMethods,
};

use crate::python::{self, Imported, immutable};

/// How a value is stored, if nothing in it stands against that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// It cannot change: everybody gets the object.
    Share,
    /// The same, if all types in it are the library's.
    ShareTypes,
    /// A member of an enumeration: that of the class which has its name.
    Member,
    /// A container: made anew, around what it holds.
    Rebuild,
    /// A UUID: made anew.
    Identity,
    /// A copy of its memory.
    Array,
    /// A new face over memory that nobody can write to.
    Pandas,
    /// The object, over such memory.
    Arrow,
    /// A clone, which copies what it writes to.
    Polars,
    /// All else: a pickle round trip.
    Pickle,
}

/// Classes of libraries. The last word on each is what its own file says.
const OF_LIBRARIES: [(&Imported, Rule); 10] = [
    (&python::UUID, Rule::Identity),
    (&python::NUMPY_ARRAY, Rule::Array),
    (&python::PANDAS_FRAME, Rule::Pandas),
    (&python::PANDAS_SERIES, Rule::Pandas),
    (&python::ARROW_TABLE, Rule::Arrow),
    (&python::ARROW_BATCH, Rule::Arrow),
    (&python::ARROW_SCHEMA, Rule::ShareTypes),
    (&python::ARROW_FIELD, Rule::ShareTypes),
    (&python::POLARS_FRAME, Rule::Polars),
    (&python::POLARS_SERIES, Rule::Polars),
];

/// Classes of which there are many: bases that are known, and whose subclasses are the library's too.
const FAMILIES: [(&Imported, Rule); 6] = [
    (&python::NUMPY_VOID, Rule::Pickle),
    (&python::NUMPY_SCALAR, Rule::Share),
    (&python::PANDAS_INDEX, Rule::Pandas),
    (&python::ARROW_ARRAY, Rule::Arrow),
    (&python::ARROW_CHUNKED, Rule::Arrow),
    (&python::ARROW_DATA_TYPE, Rule::ShareTypes),
];

/// The form that a value takes.
pub fn of(value: &Bound<'_, PyAny>) -> PyResult<Rule> {
    if immutable::is_leaf(value)? {
        return Ok(Rule::Share);
    }
    if is_container(value) {
        return Ok(Rule::Rebuild);
    }
    if immutable::is_member(value)? {
        return Ok(Rule::Member);
    }
    of_library(&value.get_type())
}

/// Whether the value is a container of Python's own.
pub fn is_container(value: &Bound<'_, PyAny>) -> bool {
    value.is_exact_instance_of::<PyDict>()
        || value.is_exact_instance_of::<PyList>()
        || value.is_exact_instance_of::<PyTuple>()
        || value.is_exact_instance_of::<PySet>()
        || value.is_exact_instance_of::<PyFrozenSet>()
        || value.is_exact_instance_of::<PyByteArray>()
}

fn of_library(class: &Bound<'_, PyType>) -> PyResult<Rule> {
    let module = class.module()?;
    let library = library_of(&module);
    let known = |imported: &&Imported| imported.library() == library;
    for (imported, rule) in OF_LIBRARIES {
        if known(&imported) && class.is(imported.get(class.py())?) {
            return Ok(rule);
        }
    }
    for (imported, rule) in FAMILIES {
        if known(&imported) && is_of_family(class, imported)? {
            return Ok(rule);
        }
    }
    Ok(Rule::Pickle)
}

/// What is not loaded has no instances, so nothing is imported for a class that only says so.
pub fn library_of(module: &Bound<'_, PyString>) -> String {
    let module = module.to_string_lossy();
    module.split('.').next().unwrap_or_default().to_owned()
}

/// Whether a subclass of the base is the library's own: what its module has under its name.
fn is_of_family(class: &Bound<'_, PyType>, base: &Imported) -> PyResult<bool> {
    Ok(class.is_subclass(base.get(class.py())?)? && is_own(class)?)
}

/// Whether a class is what its module has under its name: not one that only says that it is.
pub fn is_own(class: &Bound<'_, PyType>) -> PyResult<bool> {
    let module = class.py().import(class.module()?)?;
    let named = module.getattr_opt(class.name()?)?;
    Ok(named.is_some_and(|named| named.is(class)))
}
