//! The key of one call among the calls of its function.

/// The arguments' encoding where it is short, its digest where it is not.
///
/// Short encodings are compared as they are, which saves a hit the digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallKey {
    length: u8,
    bytes: [u8; CallKey::CAPACITY],
}

impl CallKey {
    /// Bytes of the longest encoding that is its own key.
    pub const CAPACITY: usize = blake3::OUT_LEN;
    const DIGEST: u8 = u8::MAX;

    /// The key of arguments that encode to `encoding`.
    #[must_use]
    pub fn of(encoding: &[u8]) -> Self {
        if encoding.len() > Self::CAPACITY {
            return Self {
                length: Self::DIGEST,
                bytes: *blake3::hash(encoding).as_bytes(),
            };
        }
        let mut bytes = [0; Self::CAPACITY];
        bytes[..encoding.len()].copy_from_slice(encoding);
        #[expect(clippy::cast_possible_truncation, reason = "at most CAPACITY")]
        let length = encoding.len() as u8;
        Self { length, bytes }
    }

    /// The digest of the whole call: format version, function, arguments.
    #[must_use]
    pub fn digest(&self, function: &[u8; 32]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key(super::encoder::CALL_CONTEXT);
        hasher.update(function);
        hasher.update(&[self.length]);
        hasher.update(&self.bytes);
        *hasher.finalize().as_bytes()
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
    fn the_function_counts() {
        let key = CallKey::of(&[1]);
        assert_ne!(key.digest(&[0; 32]), key.digest(&[1; 32]));
    }
}
