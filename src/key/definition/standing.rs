//! Whether a definition still stands, without a look at each of the places that it was read from.
//!
//! Where the interpreter tells of changes, no place has to be looked at that it watches. Where it numbers the states of
//! dicts, one look at each dict does for all names in it.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ahash::RandomState;
use pyo3::prelude::*;
use pyo3::types::PyWeakrefReference;

use super::watch::{modules, names_of};
use super::{Definition, Seen, Watch};
use crate::python::{raw, watchers};

/// What has to be looked at in any case, of a definition and of those that it depends on.
pub struct Standing {
    /// Watches, each by the definition that has it; none for the definition's own.
    looked_at: Vec<(Option<Arc<Definition>>, usize)>,
    /// Dicts, each by a watch for a name in it, and in which state all names were as they had been.
    dicts: Vec<((Option<Arc<Definition>>, usize), AtomicU64)>,
    /// Functions without defaults, and their code.
    functions: Vec<(Py<PyWeakrefReference>, Py<PyAny>)>,
    /// How many changes the interpreter had told of when all was as it had been.
    changes: AtomicU64,
}

/// How much of a place is known without a look.
pub enum Coverage {
    /// The interpreter tells of changes.
    Watched,
    /// It numbers the states of the dict at that address.
    Numbered(usize),
    /// It is a function without defaults, which one look at its fields tells.
    Plain(Py<PyWeakrefReference>, Py<PyAny>),
    /// Nothing.
    Unknown,
}

/// Whether one thread runs at a time.
const IS_LOCKED: bool = cfg!(not(Py_GIL_DISABLED));

/// A state that is none: nothing has been found to stand.
const NEVER: u64 = u64::MAX;

impl Standing {
    /// What has to be looked at for these watches.
    pub fn of(py: Python<'_>, watches: &[Watch]) -> Self {
        let mut standing = Self {
            looked_at: Vec::new(),
            dicts: Vec::new(),
            functions: Vec::new(),
            changes: AtomicU64::new(NEVER),
        };
        let mut known = Known::default();
        standing.collect(py, None, watches, &mut known);
        standing
    }

    fn collect(
        &mut self,
        py: Python<'_>,
        owner: Option<&Arc<Definition>>,
        watches: &[Watch],
        known: &mut Known,
    ) {
        for (index, watch) in watches.iter().enumerate() {
            if let Watch::Definition(definition) = watch {
                if known.definitions.insert(Arc::as_ptr(definition) as usize) {
                    self.collect(py, Some(definition), &definition.watches, known);
                }
                continue;
            }
            let place = (owner.cloned(), index);
            match watch.coverage(py) {
                Coverage::Watched => {}
                Coverage::Numbered(dict) if known.dicts.insert(dict) => {
                    self.dicts.push((place, AtomicU64::new(0)));
                }
                Coverage::Numbered(_) => {}
                Coverage::Plain(function, code) => self.functions.push((function, code)),
                Coverage::Unknown => self.looked_at.push(place),
            }
        }
    }

    /// Whether all stands, or else whether `look` says so.
    #[inline]
    pub fn holds(
        &self,
        watches: &[Watch],
        alive: &Bound<'_, PyAny>,
        look: impl FnOnce() -> bool,
    ) -> bool {
        let changes = watchers::changes();
        let is_known = self.changes.load(Ordering::Relaxed) == changes
            && self.dicts.iter().all(|(place, state)| {
                let now = at(place, watches).dict_state(alive);
                now != 0 && state.load(Ordering::Relaxed) == now
            })
            && self
                .functions
                .iter()
                .all(|(function, code)| raw::is_plain_function(function, code));
        if is_known {
            let mut looked_at = self.looked_at.iter();
            return looked_at.all(|place| at(place, watches).holds(alive));
        }
        self.look(watches, alive, changes, look)
    }

    /// The states are read before the look: what changes meanwhile is noticed by the next one.
    #[cold]
    fn look(
        &self,
        watches: &[Watch],
        alive: &Bound<'_, PyAny>,
        changes: u64,
        look: impl FnOnce() -> bool,
    ) -> bool {
        let dicts = self.dicts.iter();
        let states: Vec<_> = dicts
            .map(|(place, _)| at(place, watches).dict_state(alive))
            .collect();
        let holds = look();
        if holds {
            for ((_, state), seen) in self.dicts.iter().zip(states) {
                state.store(seen, Ordering::Relaxed);
            }
            self.changes.store(changes, Ordering::Relaxed);
        }
        holds
    }
}

/// What was collected.
#[derive(Default)]
struct Known {
    definitions: HashSet<usize, RandomState>,
    dicts: HashSet<usize, RandomState>,
}

fn at<'w>((owner, index): &'w (Option<Arc<Definition>>, usize), own: &'w [Watch]) -> &'w Watch {
    match owner {
        Some(definition) => &definition.watches[*index],
        None => &own[*index],
    }
}

impl Watch {
    /// How much is known of the place without a look. The interpreter is asked to tell of changes.
    fn coverage(&self, py: Python<'_>) -> Coverage {
        let watched = |is_watched: bool| match is_watched {
            true => Coverage::Watched,
            false => Coverage::Unknown,
        };
        match self {
            Self::Name { owner, name, .. } => {
                let Some(dict) = owner.object(py).and_then(|owner| names_of(&owner)) else {
                    return Coverage::Unknown;
                };
                if watchers::watch_entry(&dict, name.bind(py)) {
                    Coverage::Watched
                } else if raw::dict_state(&dict) != 0 {
                    Coverage::Numbered(dict.as_ptr() as usize)
                } else {
                    Coverage::Unknown
                }
            }
            Self::Function { function, code, .. } => {
                let Some(object) = function.object(py) else {
                    return Coverage::Unknown;
                };
                let keywords = raw::keyword_defaults(&object);
                if watchers::watch_functions(py)
                    && keywords.is_none_or(|keywords| watchers::watch_dict(&keywords))
                {
                    return Coverage::Watched;
                }
                match function {
                    Seen::Weak(reference) if IS_LOCKED && !raw::has_defaults(&object) => {
                        Coverage::Plain(reference.clone_ref(py), code.clone_ref(py))
                    }
                    _ => Coverage::Unknown,
                }
            }
            Self::Class { class, .. } => watched(
                class
                    .object(py)
                    .is_some_and(|class| class.cast().is_ok_and(watchers::watch_class)),
            ),
            Self::Module { name, .. } => watched(
                modules(py).is_some_and(|modules| watchers::watch_entry(&modules, name.bind(py))),
            ),
            _ => Coverage::Unknown,
        }
    }

    /// The state of the dict in which a name is looked up; zero if it is gone.
    #[inline]
    fn dict_state(&self, alive: &Bound<'_, PyAny>) -> u64 {
        let Self::Name { owner, .. } = self else {
            return 0;
        };
        let mut state = 0;
        owner.is_such(alive, |owner| {
            state = names_of(owner).map_or(0, |names| raw::dict_state(&names));
            true
        });
        state
    }
}
