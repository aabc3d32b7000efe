//! Definitions: what a function or a class is, and what of the user's own code it depends on.
//!
//! A definition's digest covers its code and, where it is followed, that of the helpers, classes
//! and constants that it names, transitively. It is made once; from then on pointers are compared.

mod annotation;
mod bytecode;
mod constant;
mod follow;
mod frozen;
mod imports;
mod instance;
mod known;
mod mock;
mod origin;
mod outline;
mod program;
mod standing;
mod state;
mod watch;
mod wrapper;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use pyo3::prelude::*;

pub use self::annotation::{Classes, annotations, annotations_as_text};
pub use self::bytecode::Names;
pub use self::follow::{Follow, Followed, followed};
pub use self::instance::changed_by;
pub use self::known::{
    body_of, definition_of, known_body, known_class, known_state, remember_class, remember_state,
};
pub use self::mock::mock_class;
pub use self::origin::installed_version;
pub use self::outline::{Outline, PartDigest};
use self::program::program_file;
pub use self::program::written_module;
use self::standing::Standing;
pub use self::state::{assigned_attributes, class_state};
pub use self::watch::{Defaults, Seen, Watch};
pub use self::wrapper::wrapper_parts;
use super::hashers::FOR_DEFINITIONS;
use super::tag::Tag;
use super::walk::Walk;
use crate::error::Result;

/// So many places are worth an account of what has to be looked at.
const WORTH_STANDING: usize = 2;

/// A digest of code, and the places from which it was read.
pub struct Definition {
    /// The digest.
    pub digest: [u8; 32],
    /// Whether no other definition can have this digest.
    pub is_unique: bool,
    watches: Vec<Watch>,
    /// What of them has to be looked at.
    standing: OnceLock<Standing>,
    /// The module from which names are seen.
    module: String,
    parts: Outline,
    outline: OnceLock<Vec<(String, PartDigest)>>,
}

impl Definition {
    /// Reads a function or a class on behalf of the cached function `name`.
    pub fn read(object: &Bound<'_, PyAny>, name: &str, follow: Follow) -> Result<Self> {
        Self::walk(object, name, follow, false)
    }

    /// Reads a function's code and what the names in it mean, without defaults and closure.
    pub fn read_body(function: &Bound<'_, PyAny>, name: &str) -> Result<Self> {
        Self::walk(function, name, Follow::Beside, true)
    }

    fn walk(object: &Bound<'_, PyAny>, name: &str, follow: Follow, is_body: bool) -> Result<Self> {
        let mut walk = Walk::new(object.py(), name, &FOR_DEFINITIONS, follow);
        walk.is_body = is_body;
        // Before the walk: what changes meanwhile is noticed.
        let instances = Watch::instances_of(object)?;
        let (mut watches, parts) = walk.definition(name, object)?;
        watches.extend(instances);
        if let Some(file) = program_file(object) {
            walk.encoder.leaf(Tag::Str, file.as_bytes());
        }
        let is_unique = walk.is_opaque();
        if is_unique {
            // Like no other: what has no content may be anything.
            walk.encoder.leaf(Tag::Opaque, &serial().to_le_bytes());
        }
        Ok(Self {
            digest: walk.encoder.function_digest(),
            is_unique,
            watches,
            standing: OnceLock::new(),
            module: module_of(object),
            parts,
            outline: OnceLock::new(),
        })
    }

    /// The digest of each part alone, by the name that the part has in the function's module, in the
    /// order of the names: the function itself, helpers, classes, their methods, constants.
    pub fn outline(&self) -> &[(String, PartDigest)] {
        self.outline.get_or_init(|| {
            let mut all = self.parts.clone();
            for watch in &self.watches {
                if let Watch::Definition(definition) = watch {
                    all.merge(&definition.parts);
                }
            }
            all.seen_from(&self.module)
        })
    }

    /// A full name as it is seen from the definition's module.
    pub fn short_name<'n>(&self, name: &'n str) -> &'n str {
        let short = name.strip_prefix(self.module.as_str());
        short
            .and_then(|name| name.strip_prefix('.'))
            .unwrap_or(name)
    }

    /// Whether all is as it was when the definition was read. `alive` is some object that lives, best
    /// the one that was read.
    pub fn holds(&self, alive: &Bound<'_, PyAny>) -> bool {
        // Where nothing is behind a function, there is nothing to be saved.
        if self.watches.len() < WORTH_STANDING {
            return self.watches.iter().all(|watch| watch.holds(alive));
        }
        let standing = self.standing(alive.py());
        let look = || self.watches.iter().all(|watch| watch.holds(alive));
        standing.holds(&self.watches, alive, look)
    }

    /// Found without the cell's lock, since that may call what the interpreter tells others of.
    fn standing(&self, py: Python<'_>) -> &Standing {
        if let Some(standing) = self.standing.get() {
            return standing;
        }
        let standing = Standing::of(py, &self.watches);
        self.standing.get_or_init(|| standing)
    }
}

fn module_of(object: &Bound<'_, PyAny>) -> String {
    let module = object.getattr("__module__");
    module.map_or_else(
        |_| String::new(),
        |module| written_module(module).to_string(),
    )
}

/// A number that no other definition of this process has.
fn serial() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
