//! Definitions that many others depend on, and classes whose instances are arguments: read once.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use ahash::RandomState;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyWeakrefMethods, PyWeakrefReference};
use smallvec::SmallVec;

use super::{Definition, Follow};
use crate::error::Result;
use crate::python::raw;
use crate::sync::system::Mutex;

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
    /// Of a class what is written of it.
    node: Option<ClassNode>,
    /// Of a class the names of what can change in it, under that definition.
    state: Option<(Arc<Definition>, ClassState)>,
}

/// The names of a class's attributes that can change.
pub type ClassState = Arc<[Py<PyString>]>;

/// What is written of a class.
#[derive(Clone)]
pub struct ClassNode {
    /// Its encoding.
    pub bytes: SmallVec<[u8; 80]>,
    /// The BLAKE3 of that.
    pub digest: [u8; 32],
}

type Objects = HashMap<usize, Arc<Known>, RandomState>;

/// By address; an entry counts as long as its object lives.
static KNOWN: Mutex<Option<Objects>> = Mutex::new(None);

thread_local! {
    /// The class that this thread has met last: mostly it is met again, which then takes no lock.
    static LAST_CLASS: Cell<Option<Arc<Known>>> = const { Cell::new(None) };
}

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

/// Gives `look` what is written of a class, if that was remembered and still holds.
#[inline]
pub fn known_class<T>(class: &Bound<'_, PyAny>, look: impl FnOnce(&ClassNode) -> T) -> Option<T> {
    let last = LAST_CLASS.try_with(Cell::take).ok().flatten();
    let entry = last
        .filter(|last| last.is_class(class))
        .or_else(|| known(class).filter(|known| known.is_class(class)))?;
    let looked = entry.memory.node.as_ref().map(look);
    // While a thread ends there is nothing to keep it in.
    let _ = LAST_CLASS.try_with(|last| last.set(Some(entry)));
    looked
}

impl Known {
    /// Whether it is that class, which is still as it was.
    #[inline]
    fn is_class(&self, class: &Bound<'_, PyAny>) -> bool {
        let definition = self.memory.definition.as_ref();
        raw::refers_to(&self.object, class)
            && definition.is_none_or(|definition| definition.holds(class))
    }
}

/// Remembers the bytes of a class.
pub fn remember_class(
    class: &Bound<'_, PyAny>,
    definition: Option<Arc<Definition>>,
    node: &[u8],
) -> Result<()> {
    let node = Some(ClassNode {
        bytes: SmallVec::from_slice(node),
        digest: *blake3::hash(node).as_bytes(),
    });
    remember(class, |memory| {
        memory.definition = definition;
        memory.node = node;
    })
}

/// What can change in a class, if it was found under that definition.
pub fn known_state(class: &Bound<'_, PyAny>, definition: &Arc<Definition>) -> Option<ClassState> {
    let (under, state) = known(class)?.memory.state.clone()?;
    Arc::ptr_eq(&under, definition).then_some(state)
}

/// Remembers what can change in a class.
pub fn remember_state(
    class: &Bound<'_, PyAny>,
    definition: &Arc<Definition>,
    names: Vec<Py<PyString>>,
) -> Result<ClassState> {
    let state: ClassState = names.into();
    let found = Some((Arc::clone(definition), Arc::clone(&state)));
    remember(class, |memory| memory.state = found)?;
    Ok(state)
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
