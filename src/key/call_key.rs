//! The key of one call among the calls of its function.

use std::hash::{Hash, Hasher};

/// The arguments' encoding where it is short, its digest where it is not.
///
/// Short encodings are compared as they are, which saves a hit the digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallKey {
    /// The content, zeros, and in the last byte the content's length.
    words: [u64; WORDS],
}

/// As many as make an entry of the store a cache line.
const WORDS: usize = 5;
const BYTES: usize = WORDS * size_of::<u64>();

impl CallKey {
    /// Bytes of the longest encoding that is its own key: room for a method's class and a small
    /// argument.
    pub const CAPACITY: usize = BYTES - 1;
    const DIGEST: u8 = u8::MAX;

    /// The key of arguments that encode to `encoding`.
    #[must_use]
    #[inline]
    pub fn of(encoding: &[u8]) -> Self {
        if encoding.len() > Self::CAPACITY {
            return Self::holding(Self::DIGEST, blake3::hash(encoding).as_bytes());
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most CAPACITY")]
        let length = encoding.len() as u8;
        Self::holding(length, encoding)
    }

    #[inline]
    fn holding(length: u8, content: &[u8]) -> Self {
        let mut bytes = [0; BYTES];
        bytes[..content.len()].copy_from_slice(content);
        bytes[Self::CAPACITY] = length;
        let mut words = [0; WORDS];
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        Self { words }
    }

    fn bytes(&self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(self.words) {
            *bytes = word.to_le_bytes();
        }
        bytes
    }

    /// The key of a call that something beside its arguments decides, whose encoding is `beside`.
    #[must_use]
    pub fn with(&self, beside: &[u8]) -> Self {
        Self::of(&[&self.digest(&[0; 32]), beside].concat())
    }

    /// The digest of the whole call: format version, function, arguments.
    #[must_use]
    pub fn digest(&self, function: &[u8; 32]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key(super::encoder::CALL_CONTEXT);
        hasher.update(function);
        let (length, content) = self.published();
        hasher.update(&[length]);
        hasher.update(&content);
        *hasher.finalize().as_bytes()
    }

    /// Length and content as the format has them, in which encodings above 32 bytes are digests.
    fn published(&self) -> (u8, [u8; blake3::OUT_LEN]) {
        let bytes = self.bytes();
        let length = bytes[Self::CAPACITY];
        if length != Self::DIGEST && usize::from(length) > blake3::OUT_LEN {
            let content = &bytes[..usize::from(length)];
            return (Self::DIGEST, *blake3::hash(content).as_bytes());
        }
        let mut content = [0; blake3::OUT_LEN];
        content.copy_from_slice(&bytes[..blake3::OUT_LEN]);
        (length, content)
    }
}

impl Hash for CallKey {
    /// Words of zeros say nothing more: most keys are short.
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.words[0] ^ self.words[WORDS - 1]);
        for word in &self.words[1..WORDS - 1] {
            if *word == 0 {
                return;
            }
            state.write_u64(*word);
        }
        state.write_u64(self.words[WORDS - 1]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_encodings_differ_by_length_and_content() {
        assert_ne!(CallKey::of(&[0]), CallKey::of(&[0, 0]));
        assert_ne!(CallKey::of(&[1]), CallKey::of(&[2]));
        assert_eq!(CallKey::of(&[7; 32]), CallKey::of(&[7; 32]));
    }

    #[test]
    fn a_digest_is_never_a_short_encoding() {
        let long = [3_u8; 100];
        let digest = *blake3::hash(&long).as_bytes();
        assert_ne!(CallKey::of(&long), CallKey::of(&digest));
    }

    #[test]
    fn the_digest_of_a_call_does_not_tell_how_its_key_is_kept() {
        let encoding = [5_u8; CallKey::CAPACITY];
        let kept = CallKey::of(&encoding);
        let hashed = CallKey::holding(CallKey::DIGEST, blake3::hash(&encoding).as_bytes());
        assert_ne!(kept, hashed);
        assert_eq!(kept.digest(&[0; 32]), hashed.digest(&[0; 32]));
    }

    #[test]
    fn what_is_beside_the_arguments_counts() {
        let key = CallKey::of(&[1]);
        assert_ne!(key.with(&[1]), key.with(&[2]));
        assert_ne!(key.with(&[1]), CallKey::of(&[2]).with(&[1]));
        assert_ne!(key.with(&[]), key);
    }

    #[test]
    fn the_function_counts() {
        let key = CallKey::of(&[1]);
        assert_ne!(key.digest(&[0; 32]), key.digest(&[1; 32]));
    }
}
