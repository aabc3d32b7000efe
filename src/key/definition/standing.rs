//! Whether a definition still stands, without a look at each of the places that it was read from.
//!
//! Where the interpreter numbers the states of dicts, one look at each dict does for all names in it. A function without
//! defaults is known by three of its fields.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use ahash::RandomState;
use pyo3::prelude::*;
use pyo3::types::PyWeakrefReference;

use super::watch::names_of;
use super::{Definition, Seen, Watch};
use crate::python::raw;

/// A watch: the definition that has it, none for the one that stands, and its index.
type Place = (Option<Arc<Definition>>, usize);

/// What has to be looked at in any case, of a definition and of those that it depends on.
pub struct Standing {
    looked_at: Vec<Place>,
    /// Dicts, each by a watch for a name in it, and in which state all names were as they had been.
    dicts: Vec<(Place, AtomicU64)>,
    /// Functions without defaults, and their code.
    functions: Vec<(Py<PyWeakrefReference>, Py<PyAny>)>,
    /// Whether all has been found as it had been.
    has_held: AtomicBool,
}

/// How much of a place is known without a look.
pub enum Coverage {
    /// It numbers the states of the dict at that address.
    Numbered(usize),
    /// It is a function without defaults, which one look at its fields tells.
    Plain(Py<PyWeakrefReference>, Py<PyAny>),
    /// Nothing.
    Unknown,
}

/// Whether one thread runs at a time.
const IS_LOCKED: bool = cfg!(not(Py_GIL_DISABLED));

impl Standing {
    /// What has to be looked at for these watches.
    pub fn of(py: Python<'_>, watches: &[Watch]) -> Self {
        let mut standing = Self {
            looked_at: Vec::new(),
            dicts: Vec::new(),
            functions: Vec::new(),
            has_held: AtomicBool::new(false),
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
        let is_known = self.has_held.load(Ordering::Relaxed)
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
        self.look(watches, alive, look)
    }

    /// The states are read before the look: what changes meanwhile is noticed by the next one.
    #[cold]
    fn look(
        &self,
        watches: &[Watch],
        alive: &Bound<'_, PyAny>,
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
            self.has_held.store(true, Ordering::Relaxed);
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

fn at<'w>((owner, index): &'w Place, own: &'w [Watch]) -> &'w Watch {
    match owner {
        Some(definition) => &definition.watches[*index],
        None => &own[*index],
    }
}

impl Watch {
    /// How much is known of the place without a look.
    fn coverage(&self, py: Python<'_>) -> Coverage {
        match self {
            Self::Name { owner, .. } => {
                let dict = owner.object(py).and_then(|owner| names_of(&owner));
                match dict.filter(|dict| raw::dict_state(dict) != 0) {
                    Some(dict) => Coverage::Numbered(dict.as_ptr() as usize),
                    None => Coverage::Unknown,
                }
            }
            Self::Function { function, code, .. } => match function {
                Seen::Weak(reference) if IS_LOCKED && has_no_defaults(function, py) => {
                    Coverage::Plain(reference.clone_ref(py), code.clone_ref(py))
                }
                _ => Coverage::Unknown,
            },
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

fn has_no_defaults(function: &Seen, py: Python<'_>) -> bool {
    function
        .object(py)
        .is_some_and(|function| !raw::has_defaults(&function))
}
