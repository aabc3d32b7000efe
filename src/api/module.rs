//! The module's functions.

use std::collections::BTreeSet;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use super::session::Session;
use super::{caches, duration, info, size};
use crate::error::Error;
use crate::key::definition::{Definition, Follow, Names};
use crate::key::hashers::{self, Hashers};
use crate::key::walk::Walk;
use crate::python::type_name;

/// Open a session: entries of `scope="session"` are shared inside it, by its id.
#[pyfunction]
pub fn session(id: &Bound<'_, PyAny>) -> PyResult<Session> {
    Ok(Session::new(session_id(id)?.to_str()?)?)
}

/// End a session: its entries are forgotten, its resources released.
#[pyfunction]
pub fn end_session(id: &Bound<'_, PyAny>) -> PyResult<()> {
    caches::end_session(id.py(), session_id(id)?.to_str()?);
    Ok(())
}

fn session_id<'a, 'py>(id: &'a Bound<'py, PyAny>) -> PyResult<&'a Bound<'py, PyString>> {
    id.cast().map_err(|_| {
        let class = type_name(id);
        PyTypeError::new_err(format!("a session's id must be a str, not {class}"))
    })
}

/// Tell what counts of the instances of a type, in every cached function of the process.
#[pyfunction]
pub fn register_hasher(r#type: &Bound<'_, PyAny>, r#fn: &Bound<'_, PyAny>) -> PyResult<()> {
    Ok(hashers::register(r#type, r#fn)?)
}

/// One row for each cached function and session, by name.
#[pyfunction]
pub fn stats(py: Python<'_>) -> PyResult<Vec<Bound<'_, PyAny>>> {
    let mut all = caches::visible();
    all.sort_by_key(|cache| (cache.name.clone(), cache.id.session.clone()));
    all.iter()
        .map(|cache| info::function_stats(py, cache))
        .collect()
}

/// Nanoseconds that a time-to-live string stands for.
#[pyfunction]
pub fn parse_ttl(text: &str) -> PyResult<i64> {
    let parsed = duration::parse_nanoseconds(text);
    Ok(parsed.map_err(|error| Error::Option(format!("ttl: {error}")))?)
}

/// Bytes that a size string stands for.
#[pyfunction]
pub fn parse_size(text: &str) -> PyResult<u64> {
    let parsed = size::parse_bytes(text);
    Ok(parsed.map_err(|error| Error::Option(format!("max_size: {error}")))?)
}

/// The encoding of a value as an argument that no hash function sees.
#[pyfunction]
pub fn encode_value<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    let hashers = Hashers::default();
    let mut walk = Walk::new(value.py(), "encode_value", &hashers, Follow::Beside);
    walk.argument(&PyString::new(value.py(), "value"), value)?;
    Ok(PyBytes::new(value.py(), walk.encoder.as_bytes()))
}

/// The parts of a function's or class's definition, by name, each with its own digest.
#[pyfunction]
pub fn outline(object: &Bound<'_, PyAny>) -> PyResult<Vec<(String, String)>> {
    let definition = Definition::read(object, "outline", Follow::Beside)?;
    let parts = definition.outline().iter();
    let hexadecimal = |digest| blake3::Hash::from_bytes(digest).to_hex().to_string();
    Ok(parts
        .map(|(name, digest)| (name.clone(), hexadecimal(*digest)))
        .collect())
}

/// The names that a code object loads from its globals, takes as attributes, assigns, and imports.
#[pyfunction]
pub fn names_of_code(code: &Bound<'_, PyAny>) -> PyResult<NamesOfCode> {
    let names = Names::of(code)?;
    let list = |names: BTreeSet<String>| names.into_iter().collect();
    let imports = names.imports.into_iter();
    let imports = imports.map(|import| (import.level, import.module, import.names));
    Ok((
        list(names.globals),
        list(names.attributes),
        list(names.assigned),
        imports.collect(),
    ))
}

/// Globals, attributes, assigned variables, and imports: level, module, names.
type NamesOfCode = (
    Vec<String>,
    Vec<String>,
    Vec<String>,
    Vec<(usize, String, Vec<String>)>,
);
