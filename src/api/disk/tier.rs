//! The disk as one function's second tier.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use pyo3::prelude::*;

use super::application;
use super::held::Held;
use super::opened::{self, Found, Opened};
use super::persist::Persist;
use crate::disk::{Name, Scope};
use crate::snapshot::Persisted;

/// Where a function's entries are to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What the option says.
    pub persist: Arc<Persist>,
    /// The project that the function is part of.
    pub root: Arc<str>,
}

/// The disk as one function's second tier.
pub struct Tier {
    place: Arc<Place>,
    found: ArcSwapOption<Found>,
    /// The locks of computations that are under way.
    pub held: Held,
}

impl Place {
    /// The place of a function's entries.
    pub fn of(function: &Bound<'_, PyAny>, persist: &Arc<Persist>) -> Arc<Self> {
        let root = application::root_of(function);
        opened::note(Self {
            persist: Arc::clone(persist),
            root: root.to_string_lossy().into(),
        })
    }
}

impl Tier {
    /// A tier in this place, which is looked for when it is needed.
    pub fn new(place: Arc<Place>) -> Self {
        Self {
            place,
            found: ArcSwapOption::empty(),
            held: Held::default(),
        }
    }

    /// Whether memory is the first tier.
    pub fn has_memory(&self) -> bool {
        self.place.persist.memory
    }

    /// The namespace that the entries are in, if there is one that may be used.
    pub fn opened(&self, py: Python<'_>) -> Option<Arc<Opened>> {
        if let Some(found) = &*self.found.load()
            && found.holds()
        {
            return found.usable().cloned();
        }
        let found = Arc::new(Found::of(py, &self.place));
        self.found.store(Some(Arc::clone(&found)));
        found.usable().cloned()
    }

    /// Whether nobody has cleared a value since it was read or computed.
    #[inline]
    pub fn is_current(&self, py: Python<'_>, value: &Persisted) -> bool {
        if let Some(found) = &*self.found.load()
            && found.holds()
        {
            return is_current(found.usable(), value);
        }
        is_current(self.opened(py).as_ref(), value)
    }

    /// Whether the disk has an entry that a call would be given. It is no use of the entry.
    pub fn contains(&self, py: Python<'_>, name: &Name, time_to_live: Option<u64>) -> bool {
        let Some(opened) = self.opened(py) else {
            return false;
        };
        let peeked = py.detach(|| opened.namespace().peek(name));
        matches!(peeked, Ok(Some(entry)) if !super::recall::has_expired(&entry, time_to_live))
    }

    /// Forgets entries, in all processes.
    pub fn clear(&self, py: Python<'_>, scope: Scope<'_>) {
        if let Some(opened) = self.opened(py) {
            opened.clear(py, scope);
        }
    }
}

/// Without the disk, nothing but this process clears.
fn is_current(opened: Option<&Arc<Opened>>, value: &Persisted) -> bool {
    opened.is_none_or(|opened| opened.namespace().generation(&value.name) == value.generation)
}
