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

struct Known {
    object: Py<PyWeakrefReference>,
    /// None for what cannot change, as installed classes.
    definition: Option<Arc<Definition>>,
    /// A class's bytes as an argument's class.
    node: Option<Node>,
}

/// The bytes of a class.
pub type Node = SmallVec<[u8; 80]>;

type Objects = HashMap<usize, Known, RandomState>;

/// By address; an entry counts as long as its object lives.
static KNOWN: Mutex<Option<Objects>> = Mutex::new(None);

/// Objects that have died are looked for when there are so many, and twice as many each time.
const PURGE_FROM: usize = 256;

/// The definition of a function or class of the user's own, with what it depends on.
pub fn definition_of(object: &Bound<'_, PyAny>, name: &str) -> Result<Arc<Definition>> {
    if let Some((Some(known), _)) = known(object)
        && known.holds(object.py())
    {
        return Ok(known);
    }
    let definition = Arc::new(Definition::read(object, name, Follow::Inside)?);
    remember(object, Some(Arc::clone(&definition)), None)?;
    Ok(definition)
}

/// The bytes of a class that were remembered, if they still hold.
pub fn class_node(class: &Bound<'_, PyAny>) -> Option<Node> {
    let (definition, node) = known(class)?;
    let holds = definition.is_none_or(|definition| definition.holds(class.py()));
    node.filter(|_| holds)
}

/// Remembers the bytes of a class.
pub fn remember_class(
    class: &Bound<'_, PyAny>,
    definition: Option<Arc<Definition>>,
    node: &[u8],
) -> Result<()> {
    remember(class, definition, Some(SmallVec::from_slice(node)))
}

fn known(object: &Bound<'_, PyAny>) -> Option<(Option<Arc<Definition>>, Option<Node>)> {
    let py = object.py();
    let known = KNOWN.lock();
    let entry = known.as_ref()?.get(&(object.as_ptr() as usize))?;
    let reference = entry.object.clone_ref(py);
    let found = (entry.definition.clone(), entry.node.clone());
    drop(known);
    let is_alive = reference
        .bind(py)
        .upgrade()
        .is_some_and(|alive| alive.is(object));
    is_alive.then_some(found)
}

fn remember(
    object: &Bound<'_, PyAny>,
    definition: Option<Arc<Definition>>,
    node: Option<Node>,
) -> Result<()> {
    let entry = Known {
        object: PyWeakrefReference::new(object)?.unbind(),
        definition,
        node,
    };
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
        let is_it = |entry: &Known| entry.object.is(&reference);
        let dead = objects
            .get(&address)
            .is_some_and(is_it)
            .then(|| objects.remove(&address));
        drop(known);
        drop(dead);
    }
}
