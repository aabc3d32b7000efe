//! Leaves whose contents come in pieces.

use blake3::Hasher;

use super::INLINE_LIMIT;
use super::hashing::update;
use crate::key::tag::Tag;

/// A leaf whose contents come in pieces, for memory that does not lie in one.
pub struct LeafHasher {
    pub(super) tag: Tag,
    pub(super) length: usize,
    pub(super) contents: Contents,
}

pub(super) enum Contents {
    Short(Vec<u8>),
    Long(Box<Hasher>),
}

impl LeafHasher {
    /// A leaf of `length` bytes, none of which are there yet.
    #[must_use]
    pub fn new(tag: Tag, length: usize) -> Self {
        let contents = if length <= INLINE_LIMIT {
            Contents::Short(Vec::with_capacity(length))
        } else {
            Contents::Long(Box::default())
        };
        Self {
            tag,
            length,
            contents,
        }
    }

    /// Adds what comes next.
    pub fn update(&mut self, piece: &[u8]) {
        match &mut self.contents {
            Contents::Short(contents) => contents.extend_from_slice(piece),
            Contents::Long(hasher) => update(hasher, piece),
        }
    }
}
