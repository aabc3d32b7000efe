//! Definitions that many others depend on, and classes whose instances are arguments: read once.

use std::collections::HashMap;
use std::sync::Arc;

use ahash::RandomState;
use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::{PyWeakrefMethods, PyWeakrefReference};

use super::{Definition, Follow};
use crate::error::Result;

struct Known {
    object: Py<PyWeakrefReference>,
    definition: Arc<Definition>,
}

type Objects = HashMap<usize, Known, RandomState>;

/// By address; an entry counts as long as its object lives.
static KNOWN: Mutex<Option<Objects>> = Mutex::new(None);

/// Objects that have died are looked for when there are so many, and twice as many each time.
const PURGE_FROM: usize = 256;

/// The definition of a function or class of the user's own, with what it depends on.
pub fn definition_of(object: &Bound<'_, PyAny>, name: &str) -> Result<Arc<Definition>> {
    if let Some(known) = known(object)
        && known.holds(object.py())
    {
        return Ok(known);
    }
    let definition = Arc::new(Definition::read(object, name, Follow::Inside)?);
    remember(object, Arc::clone(&definition))?;
    Ok(definition)
}

fn known(object: &Bound<'_, PyAny>) -> Option<Arc<Definition>> {
    let py = object.py();
    let known = KNOWN.lock();
    let entry = known.as_ref()?.get(&(object.as_ptr() as usize))?;
    let (reference, definition) = (entry.object.clone_ref(py), Arc::clone(&entry.definition));
    drop(known);
    let is_alive = reference
        .bind(py)
        .upgrade()
        .is_some_and(|alive| alive.is(object));
    is_alive.then_some(definition)
}

fn remember(object: &Bound<'_, PyAny>, definition: Arc<Definition>) -> Result<()> {
    let entry = Known {
        object: PyWeakrefReference::new(object)?.unbind(),
        definition,
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

/// Forgets objects that have died. What leaves is dropped when the lock is gone.
fn purge(py: Python<'_>) {
    let mut known = KNOWN.lock();
    let dead: Vec<Known> = known.as_mut().map_or_else(Vec::new, |objects| {
        let gone = objects.extract_if(|_, entry| entry.object.bind(py).upgrade().is_none());
        gone.map(|(_, entry)| entry).collect()
    });
    drop(known);
    drop(dead);
}
