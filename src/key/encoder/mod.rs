//! The canonical encoding: typed, length-prefixed, injective.
//!
//! A value is a *node*: a tag, then lengths, bytes and child nodes. A node of more than
//! [`INLINE_LIMIT`] bytes is replaced by its digest as soon as it is complete, so that a shared
//! part can be written once and repeated cheaply, and memory stays small however large a value is.

mod hashing;
mod leaf;

#[cfg(test)]
mod tests;

use std::cell::Cell;

use blake3::Hasher;

use self::hashing::{hash, update};
use self::leaf::Contents;
pub use self::leaf::LeafHasher;
use super::call_key::CallKey;
use super::tag::Tag;
use super::trace::Trace;

/// Bytes of the longest contents of a leaf, and of the longest container, that stand for themselves;
/// longer ones become their digest.
pub const INLINE_LIMIT: usize = 256;

/// What the digests of whole calls are derived under; carries the format version.
pub const CALL_CONTEXT: &str = "memoxide key format 1: call";

/// What the digests of functions are derived under; carries the format version.
pub const FUNCTION_CONTEXT: &str = "memoxide key format 1: function";

/// An open node moves to its hasher when it holds this much: enough for BLAKE3 to use all lanes.
const FLUSH_AT: usize = 64 * 1024;

/// A buffer that grew beyond this is not kept for the next encoder.
const KEEP_UP_TO: usize = 2 * FLUSH_AT;

thread_local! {
    /// The buffer of this thread's last encoder: most calls then allocate nothing.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
    /// The trace of this thread's last encoder that had one.
    static SPARE_TRACE: Cell<Option<Box<Trace>>> = const { Cell::new(None) };
}

/// Writes nodes and digests those that grow long.
pub struct Encoder {
    bytes: Vec<u8>,
    open: Vec<OpenNode>,
    /// What became digests; nothing, as long as nothing did.
    trace: Option<Box<Trace>>,
}

impl Default for Encoder {
    fn default() -> Self {
        // While a thread ends its spare is gone.
        let bytes = SPARE.try_with(Cell::take).unwrap_or_default();
        Self {
            bytes,
            open: Vec::new(),
            trace: None,
        }
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        if let Some(mut trace) = self.trace.take()
            && trace.len() <= KEEP_UP_TO
        {
            trace.clear();
            let _ = SPARE_TRACE.try_with(|spare| spare.set(Some(trace)));
        }
        if !(1..=KEEP_UP_TO).contains(&self.bytes.capacity()) {
            return;
        }
        self.bytes.clear();
        let bytes = std::mem::take(&mut self.bytes);
        let _ = SPARE.try_with(|spare| spare.set(bytes));
    }
}

struct OpenNode {
    start: usize,
    /// Holds the node's beginning once it was too long for the buffer.
    hasher: Option<Box<Hasher>>,
    sorted: bool,
}

impl OpenNode {
    /// Hashes what is there of the node. It is not inlined: that `flush` is short makes walks faster.
    #[cold]
    #[inline(never)]
    fn begin(&mut self, written: &[u8]) {
        let hasher = self.hasher.get_or_insert_with(Box::default);
        hasher.update(&written[self.start..]);
    }
}

impl Encoder {
    /// An encoder with nothing written.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An encoder without the memory that others had, for where none is written to.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            bytes: Vec::new(),
            open: Vec::new(),
            trace: None,
        }
    }

    /// Writes a node that is only a tag.
    pub fn unit(&mut self, tag: Tag) {
        self.bytes.push(tag as u8);
    }

    /// Writes an integer that fits 64 bits.
    pub fn int(&mut self, value: i64) {
        let significant = 64 - (value ^ (value >> 63)).leading_zeros() as usize;
        let length = significant / 8 + 1;
        let mut node = [0; 10];
        node[0] = Tag::Int as u8;
        node[1] = low_byte(length);
        node[2..].copy_from_slice(&value.to_le_bytes());
        // Ten bytes at once and some taken back is faster than a copy of a length not known.
        self.bytes.extend_from_slice(&node);
        self.bytes.truncate(self.bytes.len() - (8 - length));
    }

    /// Writes a float; every NaN is written as one.
    pub fn float(&mut self, value: f64) {
        self.unit(Tag::Float);
        self.float_bits(value);
    }

    /// Writes a complex number.
    pub fn complex(&mut self, real: f64, imaginary: f64) {
        self.unit(Tag::Complex);
        self.float_bits(real);
        self.float_bits(imaginary);
    }

    fn float_bits(&mut self, value: f64) {
        let canonical = if value.is_nan() { f64::NAN } else { value };
        self.bytes.extend_from_slice(&canonical.to_le_bytes());
    }

    /// Writes a tag, a length and that many bytes. Long contents are digested where they lie.
    pub fn leaf(&mut self, tag: Tag, contents: &[u8]) {
        if contents.len() <= INLINE_LIMIT {
            self.unit(tag);
            self.length(contents.len());
            self.bytes.extend_from_slice(contents);
            return;
        }
        self.long_leaf(tag, contents.len(), &hash(contents));
    }

    /// Writes a leaf whose contents came in pieces.
    pub fn finish_leaf(&mut self, leaf: LeafHasher) {
        match leaf.contents {
            Contents::Short(contents) => self.leaf(leaf.tag, &contents),
            Contents::Long(hasher) => {
                self.long_leaf(leaf.tag, leaf.length, hasher.finalize().as_bytes());
            }
        }
    }

    fn long_leaf(&mut self, tag: Tag, length: usize, contents: &[u8; 32]) {
        opened(&mut self.trace).count(length as u64);
        self.unit(Tag::LongLeaf);
        self.unit(tag);
        self.length(length);
        self.bytes.extend_from_slice(contents);
    }

    /// Begins a record: a container whose first child is its name. `parts` follow.
    pub fn open_record(&mut self, name: &str, parts: usize) {
        self.open(Tag::Record);
        self.length(parts + 1);
        self.leaf(Tag::Str, name.as_bytes());
    }

    /// Writes an unsigned number in LEB128: seven bits a byte, low ones first.
    pub fn length(&mut self, mut value: usize) {
        while value >= 0x80 {
            self.bytes.push(low_byte(value) | 0x80);
            value >>= 7;
        }
        self.bytes.push(low_byte(value));
    }

    /// Writes bytes that an encoder made earlier: a complete node.
    pub fn node(&mut self, encoded: &[u8]) {
        self.bytes.extend_from_slice(encoded);
    }

    /// Begins a node with children; [`close`](Self::close) ends it.
    pub fn open(&mut self, tag: Tag) {
        self.begin(tag, false);
    }

    /// Begins a node whose children are put in order when it closes.
    pub fn open_sorted(&mut self, tag: Tag) {
        self.begin(tag, true);
    }

    fn begin(&mut self, tag: Tag, sorted: bool) {
        self.open.push(OpenNode {
            start: self.bytes.len(),
            hasher: None,
            sorted,
        });
        self.unit(tag);
    }

    /// Where the next child will begin.
    #[must_use]
    pub fn position(&self) -> usize {
        self.bytes.len()
    }

    /// What was written from `position` on, if nothing has been flushed since.
    #[must_use]
    pub fn since(&self, position: usize) -> &[u8] {
        self.bytes.get(position..).unwrap_or_default()
    }

    /// Makes room after a child: a long open node moves into its hasher.
    pub fn flush(&mut self) {
        let Some(node) = self.open.last_mut() else {
            return;
        };
        if self.bytes.len() - node.start < FLUSH_AT || node.sorted {
            return;
        }
        node.begin(&self.bytes);
        self.bytes.truncate(node.start);
    }

    /// Puts the open node's children, which begin at `starts`, in ascending order of their bytes.
    pub fn sort_children(&mut self, starts: &[usize]) {
        let Some(&first) = starts.first() else {
            return;
        };
        let ends = starts[1..].iter().copied().chain([self.bytes.len()]);
        let mut children: Vec<&[u8]> = starts
            .iter()
            .zip(ends)
            .map(|(&start, end)| &self.bytes[start..end])
            .collect();
        children.sort_unstable();
        let sorted = children.concat();
        self.bytes[first..].copy_from_slice(&sorted);
    }

    /// Ends the innermost open node and returns its bytes as they stand in the encoding.
    ///
    /// # Panics
    ///
    /// When no node is open.
    pub fn close(&mut self) -> &[u8] {
        let node = self.open.pop().expect("close follows open");
        let start = node.start;
        if node.hasher.is_some() || self.bytes.len() - start > INLINE_LIMIT {
            let digest = self.digest(start, node.hasher);
            self.bytes.truncate(start);
            self.digested(&digest);
        }
        &self.bytes[start..]
    }

    /// The digest of a node that has its bytes from `start` on, and those before in `hasher`. A trace
    /// keeps what lies in one piece.
    #[inline(never)]
    fn digest(&mut self, start: usize, hasher: Option<Box<Hasher>>) -> [u8; 32] {
        let rest = &self.bytes[start..];
        let trace = opened(&mut self.trace);
        if let Some(mut hasher) = hasher {
            update(&mut hasher, rest);
            let digest = hasher.finalize();
            trace.count(hasher.count());
            return *digest.as_bytes();
        }
        let digest = hash(rest);
        trace.count(rest.len() as u64);
        trace.keep(&digest, self.open.len(), rest);
        digest
    }

    /// Bytes that were written and lie in no digest, where no node is open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Replaces the last node, which begins at `start`, by its digest, if it is none yet.
    pub fn digest_from(&mut self, start: usize) {
        if self.bytes[start] == Tag::Digest as u8 {
            return;
        }
        let digest = self.digest(start, None);
        self.bytes.truncate(start);
        self.digested(&digest);
    }

    /// Writes a node of which the digest is known.
    pub fn digested(&mut self, digest: &[u8; 32]) {
        let mut node = [Tag::Digest as u8; 33];
        node[1..].copy_from_slice(digest);
        self.bytes.extend_from_slice(&node);
    }

    /// Keeps what has become a digest.
    pub fn keep(&mut self, digest: &[u8; 32], node: &[u8]) {
        let trace = opened(&mut self.trace);
        trace.count(node.len() as u64);
        trace.keep(digest, self.open.len(), node);
    }

    /// All that was written, as the key of a call.
    #[must_use]
    pub fn call_key(&self) -> CallKey {
        CallKey::of(&self.bytes)
    }

    /// All that was written, as the digest of a function.
    #[must_use]
    pub fn function_digest(&self) -> [u8; 32] {
        blake3::derive_key(FUNCTION_CONTEXT, &self.bytes)
    }

    /// All that was written.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Bytes that were hashed so far, or will be with the whole.
    #[must_use]
    pub fn hashed(&self) -> u64 {
        let digested = self.trace.as_ref().map_or(0, |trace| trace.hashed());
        digested + self.bytes.len() as u64
    }

    /// What of the nodes that became digests was kept.
    pub fn take_trace(&mut self) -> Trace {
        self.trace
            .take()
            .map_or_else(Trace::default, |trace| *trace)
    }
}

/// The trace, which begins with the first digest.
fn opened(trace: &mut Option<Box<Trace>>) -> &mut Trace {
    trace.get_or_insert_with(|| {
        let spare = SPARE_TRACE.try_with(Cell::take).ok().flatten();
        spare.unwrap_or_default()
    })
}

#[expect(clippy::cast_possible_truncation, reason = "that is what it is for")]
fn low_byte(value: usize) -> u8 {
    value as u8
}
