//! What a definition consists of, part by part, so that two versions of it can be told apart.

use std::collections::BTreeMap;

/// The digest of a part alone, without what it depends on.
pub type PartDigest = [u8; 32];

/// The digests of a definition's parts, by their full dotted names.
#[derive(Clone, Default)]
pub struct Outline(BTreeMap<String, PartDigest>);

impl Outline {
    /// Notes something that `name` is made of. The order does not count: a name may stand for
    /// several things, which are met in the order of addresses if they lie in a set.
    pub fn note(&mut self, name: &str, node: &[u8]) {
        let digest = *blake3::hash(node).as_bytes();
        match self.0.get_mut(name) {
            Some(known) => add(known, &digest),
            None => drop(self.0.insert(name.to_owned(), digest)),
        }
    }

    /// Adds the parts of another definition; what both have counts once.
    pub fn merge(&mut self, other: &Self) {
        for (name, digest) in &other.0 {
            match self.0.get_mut(name) {
                Some(known) if known == digest => {}
                Some(known) => add(known, digest),
                None => drop(self.0.insert(name.clone(), *digest)),
            }
        }
    }

    /// The parts in the order of their names, as they are called in `module`.
    pub fn seen_from(self, module: &str) -> Vec<(String, PartDigest)> {
        let short = |name: &str| {
            let own = name.strip_prefix(module)?.strip_prefix('.')?;
            Some(own.to_owned())
        };
        let parts = self.0.into_iter();
        let mut parts: Vec<_> = parts
            .map(|(name, digest)| (short(&name).unwrap_or(name), digest))
            .collect();
        parts.sort_unstable();
        parts
    }
}

/// Adds digests as numbers, so that neither order nor repetition is lost in the sum.
fn add(sum: &mut PartDigest, digest: &PartDigest) {
    let mut carry = 0;
    for (byte, other) in sum.iter_mut().zip(digest) {
        let total = u16::from(*byte) + u16::from(*other) + carry;
        *byte = total.to_le_bytes()[0];
        carry = total >> 8;
    }
}
