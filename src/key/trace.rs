//! What an encoder keeps of the nodes that became digests, so that two calls can be compared.
//!
//! Parents are complete after their children, and tell more: where there is no room for all, the
//! deepest nodes go first.

use std::collections::{HashMap, HashSet};

use ahash::RandomState;

use super::decoder::{Form, nodes};

/// Bytes that one trace keeps. A copy of so many costs about a hundredth of hashing them.
pub const CAPACITY: usize = 256 * 1024;

/// Nodes by their digests, as far as there was room.
#[derive(Default)]
pub struct Trace {
    bytes: Vec<u8>,
    nodes: Vec<Kept>,
    /// At least the depth of the deepest of them.
    deepest: usize,
    hashed: u64,
}

struct Kept {
    digest: [u8; 32],
    depth: usize,
    start: usize,
    end: usize,
}

impl Trace {
    /// Counts bytes that were hashed.
    pub fn count(&mut self, hashed: u64) {
        self.hashed += hashed;
    }

    /// Bytes that were hashed to digests.
    #[must_use]
    pub fn hashed(&self) -> u64 {
        self.hashed
    }

    /// Bytes that are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Keeps a node that lies inside of `depth` others.
    pub fn keep(&mut self, digest: &[u8; 32], depth: usize, node: &[u8]) {
        let length = node.len();
        while self.bytes.len() + length > CAPACITY {
            if self.deepest <= depth || length > CAPACITY {
                return;
            }
            self.drop_deepest(depth);
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(node);
        self.deepest = self.deepest.max(depth);
        self.nodes.push(Kept {
            digest: *digest,
            depth,
            start,
            end: start + length,
        });
    }

    /// Lets go of the deeper half, as far as it is deeper than `depth`.
    fn drop_deepest(&mut self, depth: usize) {
        let mut depths: Vec<usize> = self.nodes.iter().map(|node| node.depth).collect();
        depths.sort_unstable();
        let median = depths.get(depths.len() / 2).copied().unwrap_or_default();
        let limit = depth.max(median.saturating_sub(1));
        let mut bytes = Vec::with_capacity(self.bytes.len());
        self.nodes.retain_mut(|node| {
            let stays = node.depth <= limit;
            if stays {
                let start = bytes.len();
                bytes.extend_from_slice(&self.bytes[node.start..node.end]);
                (node.start, node.end) = (start, bytes.len());
            }
            stays
        });
        self.bytes = bytes;
        self.deepest = limit;
    }

    /// Forgets all, and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.nodes.clear();
        (self.deepest, self.hashed) = (0, 0);
    }

    /// Gives back memory that nothing is kept in.
    pub fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.nodes.shrink_to_fit();
    }
}

/// The nodes of several traces by their digests.
#[derive(Default)]
pub struct Nodes<'a>(HashMap<&'a [u8; 32], &'a [u8], RandomState>);

impl<'a> Nodes<'a> {
    /// Adds what `trace` has.
    pub fn add(&mut self, trace: &'a Trace) {
        let nodes = trace.nodes.iter();
        self.0
            .extend(nodes.map(|node| (&node.digest, &trace.bytes[node.start..node.end])));
    }

    /// The bytes that have this digest.
    #[must_use]
    pub fn get(&self, digest: &[u8; 32]) -> Option<&'a [u8]> {
        self.0.get(digest).copied()
    }

    /// How many bytes an encoding stands for, as far as it is known: parts that are met again count
    /// once.
    #[must_use]
    pub fn content(&self, encoding: &[u8]) -> u64 {
        let mut total = encoding.len() as u64;
        let mut open = nodes(encoding).unwrap_or_default();
        let mut seen = HashSet::new();
        while let Some(node) = open.pop() {
            match node.form {
                Form::LongLeaf(length, _) => total += length as u64,
                Form::Digest(digest) if seen.insert(digest) => {
                    let digested = self.get(digest).unwrap_or_default();
                    total += digested.len() as u64;
                    open.extend(nodes(digested).unwrap_or_default());
                }
                _ => open.extend(node.children().unwrap_or_default()),
            }
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(trace: &mut Trace, name: u8, depth: usize, length: usize) {
        trace.keep(&[name; 32], depth, &vec![name; length]);
    }

    fn has(trace: &Trace, name: u8) -> bool {
        let mut nodes = Nodes::default();
        nodes.add(trace);
        let found = nodes.get(&[name; 32]);
        found.is_some_and(|bytes| bytes.iter().all(|byte| *byte == name))
    }

    #[test]
    fn what_is_kept_is_found() {
        let mut trace = Trace::default();
        trace.keep(&[1; 32], 0, b"abc");
        let mut nodes = Nodes::default();
        nodes.add(&trace);
        assert_eq!(nodes.get(&[1; 32]), Some(b"abc".as_slice()));
        assert_eq!(nodes.get(&[2; 32]), None);
    }

    #[test]
    fn parents_take_the_place_of_their_children() {
        let mut trace = Trace::default();
        keep(&mut trace, 1, 1, 1000);
        for name in 10..20 {
            keep(&mut trace, name, 2, CAPACITY / 8);
        }
        keep(&mut trace, 2, 1, CAPACITY / 2);
        assert!(has(&trace, 1) && has(&trace, 2));
        keep(&mut trace, 3, 0, CAPACITY);
        assert!(has(&trace, 3) && !has(&trace, 1));
    }

    #[test]
    fn children_do_not_push_parents_out() {
        let mut trace = Trace::default();
        keep(&mut trace, 1, 0, CAPACITY - 10);
        keep(&mut trace, 2, 0, 11);
        keep(&mut trace, 3, 1, 11);
        assert!(has(&trace, 1) && !has(&trace, 2) && !has(&trace, 3));
    }

    #[test]
    fn it_never_keeps_more_than_it_may() {
        let mut trace = Trace::default();
        for depth in (0..2000).rev() {
            keep(&mut trace, 0, depth, 300 + depth % 7);
            assert!(trace.len() <= CAPACITY);
        }
        keep(&mut trace, 9, 0, CAPACITY + 1);
        assert!(!has(&trace, 9));
    }
}
