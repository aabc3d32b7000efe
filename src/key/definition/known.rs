//! Definitions that many others depend on, and classes whose instances are arguments: read once.

use std::collections::HashMap;
use std::sync::Arc;

use ahash::RandomState;
use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::{PyWeakrefMethods, PyWeakrefReference};
use smallvec::SmallVec;

use super::{Definition, Follow};
use crate::error::Result;
use crate::python::raw;

struct Known {
    object: Py<PyWeakrefReference>,
    memory: Memory,
}

/// What is remembered of an object.
#[derive(Clone, Default)]
struct Memory {
    /// None for what cannot change, as installed classes.
    definition: Option<Arc<Definition>>,
    /// Of a function its code and what that depends on.
    body: Option<Arc<Definition>>,
    /// A class's bytes as an argument's class.
    node: Option<Node>,
}

/// The bytes of a class.
pub type Node = SmallVec<[u8; 80]>;

type Objects = HashMap<usize, Arc<Known>, RandomState>;

/// By address; an entry counts as long as its object lives.
static KNOWN: Mutex<Option<Objects>> = Mutex::new(None);

/// Objects that have died are looked for when there are so many, and twice as many each time.
const PURGE_FROM: usize = 256;

/// The definition of a function or class of the user's own, with what it depends on.
pub fn definition_of(object: &Bound<'_, PyAny>, name: &str) -> Result<Arc<Definition>> {
    if let Some(known) = known(object)
        && let Some(definition) = &known.memory.definition
        && definition.holds(object)
    {
        return Ok(Arc::clone(definition));
    }
    let definition = Arc::new(Definition::read(object, name, Follow::Inside)?);
    let read = Some(Arc::clone(&definition));
    remember(object, |memory| memory.definition = read)?;
    Ok(definition)
}

/// The code of a function that is an argument, with what it depends on.
pub fn body_of(function: &Bound<'_, PyAny>, name: &str) -> Result<Arc<Definition>> {
    if let Some(body) = known_body(function) {
        return Ok(body);
    }
    let body = Arc::new(Definition::read_body(function, name)?);
    let read = Some(Arc::clone(&body));
    remember(function, |memory| memory.body = read)?;
    Ok(body)
}

/// The code of a function that is an argument, if it was read before and still holds.
pub fn known_body(function: &Bound<'_, PyAny>) -> Option<Arc<Definition>> {
    let body = known(function)?.memory.body.clone();
    body.filter(|body| body.holds(function))
}

/// Shows `write` the bytes of a class that were remembered, if they still hold.
pub fn known_class<T>(class: &Bound<'_, PyAny>, write: impl FnOnce(&[u8]) -> T) -> Option<T> {
    let known = known(class)?;
    let Memory {
        definition, node, ..
    } = &known.memory;
    let holds = |definition: &Arc<Definition>| definition.holds(class);
    let node = node
        .as_ref()
        .filter(|_| definition.as_ref().is_none_or(holds))?;
    Some(write(node))
}

/// Remembers the bytes of a class.
pub fn remember_class(
    class: &Bound<'_, PyAny>,
    definition: Option<Arc<Definition>>,
    node: &[u8],
) -> Result<()> {
    let node = Some(SmallVec::from_slice(node));
    remember(class, |memory| {
        memory.definition = definition;
        memory.node = node;
    })
}

fn known(object: &Bound<'_, PyAny>) -> Option<Arc<Known>> {
    let known = KNOWN.lock();
    let entry = known.as_ref()?.get(&(object.as_ptr() as usize)).cloned();
    drop(known);
    entry.filter(|entry| raw::refers_to(&entry.object, object))
}

fn remember(object: &Bound<'_, PyAny>, note: impl FnOnce(&mut Memory)) -> Result<()> {
    let mut memory = known(object).map_or_else(Memory::default, |known| known.memory.clone());
    note(&mut memory);
    let entry = Arc::new(Known {
        object: PyWeakrefReference::new(object)?.unbind(),
        memory,
    });
    let mut known = KNOWN.lock();
    let objects = known.get_or_insert_default();
    let old = objects.insert(object.as_ptr() as usize, entry);
    let is_crowded = objects.len() >= PURGE_FROM && objects.len().is_power_of_two();
    drop(known);
    drop(old);
    if is_crowded {
        purge(object.py());
    }
    Ok(())
}

/// Forgets objects that have died. They are asked, and what leaves is dropped, without the lock.
fn purge(py: Python<'_>) {
    let all: Vec<_> = KNOWN.lock().as_ref().map_or_else(Vec::new, |objects| {
        let references = objects.iter();
        references
            .map(|(address, entry)| (*address, entry.object.clone_ref(py)))
            .collect()
    });
    for (address, reference) in all {
        if reference.bind(py).upgrade().is_some() {
            continue;
        }
        let mut known = KNOWN.lock();
        let objects = known.get_or_insert_default();
        let is_it = |entry: &Arc<Known>| entry.object.is(&reference);
        let dead = objects
            .get(&address)
            .is_some_and(is_it)
            .then(|| objects.remove(&address));
        drop(known);
        drop(dead);
    }
}
