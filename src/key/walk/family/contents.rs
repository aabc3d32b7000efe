//! What is read piece by piece, of a length that nobody knows before.

use crate::key::encoder::Encoder;
use crate::key::tag::Tag;
use crate::key::walk::record::{Part, Record};

/// A digest of what has been read, and how much that is.
#[derive(Default)]
pub struct Contents {
    hasher: blake3::Hasher,
    length: u64,
}

impl Contents {
    /// Adds what comes next.
    pub fn add(&mut self, piece: &[u8]) {
        self.hasher.update(piece);
        self.length += piece.len() as u64;
    }

    /// How many bytes there have been.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The record of all of it.
    pub fn part<'py>(&self) -> Part<'py> {
        let digest = self.hasher.finalize();
        let write = |encoder: &mut Encoder| encoder.leaf(Tag::Bytes, digest.as_bytes());
        Part::Record(
            Record::new("contents")
                .with(Part::int(self.length.cast_signed()))
                .with(Part::encoded(write)),
        )
    }
}
