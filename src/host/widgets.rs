//! Widgets that a function draws: what they are set to is an argument of the call.
//!
//! Which widgets there are is known when a call has run once. From then on its entries lie under
//! keys that the widgets' values are part of.

use std::collections::{BTreeSet, HashMap, HashSet};

use ahash::RandomState;
use pyo3::prelude::*;

use crate::key::call_key::CallKey;
use crate::python::intern;
use crate::sync::system::Mutex;

/// Calls of one function whose widgets are known; the entries of others leave.
const MAX_CALLS: usize = 10_000;
/// Entries of one call: each text that somebody types makes one.
const MAX_STATES: usize = 1_000;

/// The widgets of one function's calls, by the keys that their arguments make.
#[derive(Default)]
pub struct Widgets {
    calls: Mutex<HashMap<CallKey, Known, RandomState>>,
}

/// What is known of one call.
#[derive(Default)]
struct Known {
    /// The ids of the widgets that any of its runs has drawn.
    ids: BTreeSet<String>,
    /// Where its entries are.
    keys: HashSet<CallKey, RandomState>,
}

impl Widgets {
    /// The ids of the widgets of `call`, sorted.
    pub fn of(&self, call: &CallKey) -> Vec<String> {
        let calls = self.calls.lock();
        let known = calls.get(call);
        known.map_or_else(Vec::new, |known| known.ids.iter().cloned().collect())
    }

    /// Notes widgets that `call` has drawn. Gives back the keys of a call that is forgotten for it.
    pub fn learn(&self, call: CallKey, ids: Vec<String>) -> Vec<CallKey> {
        let mut calls = self.calls.lock();
        let another = (calls.len() >= MAX_CALLS && !calls.contains_key(&call))
            .then(|| calls.keys().next().copied())
            .flatten();
        let forgotten = another.and_then(|another| calls.remove(&another));
        calls.entry(call).or_default().ids.extend(ids);
        drop(calls);
        forgotten.map_or_else(Vec::new, |known| known.keys.into_iter().collect())
    }

    /// Notes a key under which an entry of `call` is, or will be. Gives back another one that is
    /// forgotten for it.
    pub fn note(&self, call: &CallKey, key: CallKey) -> Option<CallKey> {
        let mut calls = self.calls.lock();
        let keys = &mut calls.get_mut(call)?.keys;
        let is_full = keys.len() >= MAX_STATES && !keys.contains(&key);
        let another = is_full.then(|| keys.iter().next().copied()).flatten();
        if let Some(another) = &another {
            keys.remove(another);
        }
        keys.insert(key);
        another
    }

    /// Forgets `call`; the keys of its entries.
    pub fn forget(&self, call: &CallKey) -> Vec<CallKey> {
        let forgotten = self.calls.lock().remove(call);
        forgotten.map_or_else(Vec::new, |known| known.keys.into_iter().collect())
    }

    /// Forgets all calls.
    pub fn clear(&self) {
        let forgotten = std::mem::take(&mut *self.calls.lock());
        drop(forgotten);
    }
}

/// What the widgets are set to in the session that calls, for the key; nothing, if none has a value.
pub fn state(py: Python<'_>, ids: Vec<String>) -> PyResult<Option<Bound<'_, PyAny>>> {
    if ids.is_empty() {
        return Ok(None);
    }
    let Some(host) = super::find(py) else {
        return Ok(None);
    };
    let state = host.call_method1(intern!(py, "widget_state"), (ids,))?;
    Ok((!state.is_none()).then_some(state))
}
