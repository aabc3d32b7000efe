//! Definitions: what a function or a class is, and what of the user's own code it depends on.
//!
//! A definition's digest covers its code and, where it is followed, that of the helpers, classes
//! and constants that it names, transitively. It is made once; from then on pointers are compared.

mod bytecode;
mod follow;
mod known;
mod origin;
mod watch;

use std::sync::atomic::{AtomicU64, Ordering};

use pyo3::prelude::*;

pub use self::bytecode::Names;
pub use self::follow::{Follow, Followed, followed};
pub use self::known::{class_node, definition_of, remember_class};
pub use self::origin::installed_version;
pub use self::watch::{Seen, Watch};
use super::hashers::FOR_DEFINITIONS;
use super::tag::Tag;
use super::walk::Walk;
use crate::error::Result;

/// A digest of code, and the places from which it was read.
pub struct Definition {
    /// The digest.
    pub digest: [u8; 32],
    /// Whether no other definition can have this digest.
    pub is_unique: bool,
    watches: Vec<Watch>,
}

impl Definition {
    /// Reads a function or a class on behalf of the cached function `name`.
    pub fn read(object: &Bound<'_, PyAny>, name: &str, follow: Follow) -> Result<Self> {
        let mut walk = Walk::new(object.py(), name, &FOR_DEFINITIONS, follow);
        let watches = walk.definition(name, object)?;
        let is_unique = walk.is_opaque();
        if is_unique {
            // Like no other: what has no content may be anything.
            walk.encoder.leaf(Tag::Opaque, &serial().to_le_bytes());
        }
        Ok(Self {
            digest: walk.encoder.function_digest(),
            is_unique,
            watches,
        })
    }

    /// Whether all is as it was when the definition was read.
    pub fn holds(&self, py: Python<'_>) -> bool {
        self.watches.iter().all(|watch| watch.holds(py))
    }
}

/// A number that no other definition of this process has.
fn serial() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
