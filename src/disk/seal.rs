//! The seal of an entry: who does not have the key can neither change nor make one.

use super::cores;

/// Separates this use of the key from any other, and this format from any other.
const CONTEXT: &str = "memoxide disk format 1: seal";

/// Seals and checks entries with one key.
#[derive(Clone)]
pub(super) struct Sealer {
    key: [u8; 32],
}

impl Sealer {
    pub(super) fn new(secret: &[u8; 32]) -> Self {
        Self {
            key: blake3::derive_key(CONTEXT, secret),
        }
    }

    /// The seal of all `pieces`, one after the other.
    pub(super) fn seal<'a>(&self, pieces: impl Iterator<Item = &'a [u8]>) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        pieces.for_each(|piece| cores::update(&mut hasher, piece));
        *hasher.finalize().as_bytes()
    }

    /// Whether the last 32 bytes of `file` are the seal of what is before them.
    pub(super) fn has_sealed(&self, file: &[u8]) -> bool {
        file.split_last_chunk().is_some_and(|(body, seal)| {
            let own = self.seal(std::iter::once(body));
            // Compared in constant time, so that nobody finds a seal byte by byte.
            blake3::Hash::from(own) == *seal
        })
    }
}
