//! The seal of an entry: who does not have the key can neither change nor make one.

use aegis::aegis128l::Aegis128LMac;

use super::cores;

/// Separate these uses of the key from any other, and this format from any other.
const SEAL: &str = "memoxide disk format 2: seal";
const PIECES: &str = "memoxide disk format 2: pieces";

/// Bytes of a piece, which has a tag of its own, so that several cores work at once.
const PIECE: usize = 256 * 1024;

type Mac = Aegis128LMac<TAG>;

const TAG: usize = 32;

/// Seals and checks entries with one key.
#[derive(Clone)]
pub(super) struct Sealer {
    key: [u8; 32],
    /// Knows the key of pieces, and nothing of a piece.
    mac: Mac,
}

impl Sealer {
    pub(super) fn new(secret: &[u8; 32]) -> Self {
        let pieces = blake3::derive_key(PIECES, secret);
        let (key, _) = pieces.split_first_chunk().expect("it is longer");
        Self {
            key: blake3::derive_key(SEAL, secret),
            mac: Mac::new(key),
        }
    }

    /// The seal of all `parts`, one after the other.
    pub(super) fn seal<'a>(&self, parts: impl Iterator<Item = &'a [u8]>) -> [u8; 32] {
        let mut sealing = Sealing::new(self);
        parts.for_each(|part| sealing.update(part));
        sealing.finish()
    }

    /// Whether the last 32 bytes of a file, which comes in parts, are the seal of what is before them.
    pub(super) fn has_sealed(&self, [front, middle, back]: [&[u8]; 3]) -> bool {
        back.split_last_chunk().is_some_and(|(back, seal)| {
            let own = self.seal([front, middle, back].into_iter());
            // Compared in constant time, so that nobody finds a seal byte by byte.
            blake3::Hash::from(own) == *seal
        })
    }

    fn tag(&self, piece: &[u8]) -> [u8; TAG] {
        let mut mac = self.mac.clone();
        mac.update(piece);
        mac.finalize()
    }
}

/// The seal of what came so far.
struct Sealing<'a> {
    sealer: &'a Sealer,
    tags: blake3::Hasher,
    /// The piece that is not whole, and its bytes.
    piece: Mac,
    filled: usize,
}

impl<'a> Sealing<'a> {
    fn new(sealer: &'a Sealer) -> Self {
        Self {
            sealer,
            tags: blake3::Hasher::new_keyed(&sealer.key),
            piece: sealer.mac.clone(),
            filled: 0,
        }
    }

    fn update(&mut self, part: &[u8]) {
        let (first, rest) = part.split_at(part.len().min((PIECE - self.filled) % PIECE));
        self.fill(first);
        let (whole, last) = rest.split_at(rest.len() - rest.len() % PIECE);
        for tag in cores::map(whole, PIECE, |piece| self.sealer.tag(piece)) {
            self.tags.update(&tag);
        }
        self.fill(last);
    }

    /// Takes bytes that do not reach beyond the piece.
    fn fill(&mut self, bytes: &[u8]) {
        self.piece.update(bytes);
        self.filled += bytes.len();
        if self.filled == PIECE {
            self.tags.update(&self.piece.finalize_and_reset());
            self.filled = 0;
        }
    }

    fn finish(mut self) -> [u8; 32] {
        if self.filled > 0 {
            self.tags.update(&self.piece.finalize());
        }
        *self.tags.finalize().as_bytes()
    }
}

/// Looks now which instructions the processor has. A thread would do so at its first seal, and the child of a fork
/// that comes meanwhile would wait for it.
pub fn prepare() {
    let _ = Mac::new(&[0; 16]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer() -> Sealer {
        Sealer::new(&[7; 32])
    }

    /// Bytes of which no two pieces are alike.
    fn body(length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        blake3::Hasher::new().finalize_xof().fill(&mut bytes);
        bytes
    }

    /// The seal by its definition.
    fn defined(body: &[u8]) -> [u8; 32] {
        let sealer = sealer();
        let tags: Vec<_> = body.chunks(PIECE).map(|piece| sealer.tag(piece)).collect();
        *blake3::keyed_hash(&sealer.key, &tags.concat()).as_bytes()
    }

    #[test]
    fn a_seal_is_that_of_the_whole_however_it_comes() {
        for length in [
            0,
            1,
            400,
            PIECE - 1,
            PIECE,
            PIECE + 1,
            3 * PIECE,
            9 * PIECE + 5,
        ] {
            let body = body(length);
            let expected = defined(&body);
            for step in [7919, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 20 * PIECE] {
                let parts = body.chunks(step);
                assert_eq!(sealer().seal(parts), expected, "{length} bytes by {step}");
            }
            let empty: [&[u8]; 3] = [&[], &body, &[]];
            assert_eq!(sealer().seal(empty.into_iter()), expected);
        }
    }

    #[test]
    fn each_byte_counts_and_each_place() {
        let body = body(3 * PIECE + 5);
        let seal = defined(&body);
        for position in [
            0,
            PIECE - 1,
            PIECE,
            2 * PIECE + 77,
            3 * PIECE,
            3 * PIECE + 4,
        ] {
            let mut other = body.clone();
            other[position] ^= 1;
            assert_ne!(defined(&other), seal, "byte {position}");
        }
        let swapped = [&body[PIECE..2 * PIECE], &body[..PIECE], &body[2 * PIECE..]];
        assert_ne!(sealer().seal(swapped.into_iter()), seal);
        assert_ne!(defined(&body[..3 * PIECE]), seal);
        assert_ne!(defined(&[&body[..], &[0]].concat()), seal);
    }
}
