//! A leaf whose contents lie in many places: gathered in blocks, so that no copy is ever whole.

use crate::key::encoder::{Encoder, LeafHasher};
use crate::key::tag::Tag;

/// Enough to hash with several cores, and little enough for a core's cache.
const BLOCK: usize = 256 * 1024;

/// Pieces from here on are hashed where they lie.
const IN_PLACE_FROM: usize = 64 * 1024;

/// A leaf of bytes in the making.
pub struct Blocks {
    leaf: LeafHasher,
    block: Vec<u8>,
}

impl Blocks {
    /// A leaf that will have `length` bytes.
    pub fn new(length: usize) -> Self {
        Self {
            leaf: LeafHasher::new(Tag::Bytes, length),
            block: Vec::with_capacity(length.min(BLOCK)),
        }
    }

    /// Adds what comes next.
    pub fn push(&mut self, piece: &[u8]) {
        if piece.len() >= IN_PLACE_FROM {
            self.flush();
            self.leaf.update(piece);
            return;
        }
        if self.block.len() + piece.len() > BLOCK {
            self.flush();
        }
        self.block.extend_from_slice(piece);
    }

    fn flush(&mut self) {
        self.leaf.update(&self.block);
        self.block.clear();
    }

    /// Writes the leaf.
    pub fn finish(mut self, encoder: &mut Encoder) {
        self.flush();
        encoder.finish_leaf(self.leaf);
    }
}
