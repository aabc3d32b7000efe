//! The canonical encoding: typed, length-prefixed, injective.
//!
//! A value is a *node*: a tag, then lengths, bytes and child nodes. A node of more than
//! [`INLINE_LIMIT`] bytes is replaced by its digest as soon as it is complete, so that a shared
//! part can be written once and repeated cheaply, and memory stays small however large a value is.

use std::cell::Cell;

use blake3::Hasher;

use super::call_key::CallKey;
use super::tag::Tag;
use super::trace::Trace;
use crate::cores;

/// Bytes of the longest contents of a leaf, and of the longest container, that stand for themselves;
/// longer ones become their digest.
pub const INLINE_LIMIT: usize = 256;

/// What the digests of whole calls are derived under; carries the format version.
pub const CALL_CONTEXT: &str = "memoxide key format 1: call";

/// What the digests of functions are derived under; carries the format version.
pub const FUNCTION_CONTEXT: &str = "memoxide key format 1: function";

/// An open node moves to its hasher when it holds this much: enough for BLAKE3 to use all lanes.
const FLUSH_AT: usize = 64 * 1024;

/// From here on BLAKE3's own advice is to hash with all cores.
const ALL_CORES_FROM: usize = 128 * 1024;

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

/// A leaf whose contents come in pieces, for memory that does not lie in one.
pub struct LeafHasher {
    tag: Tag,
    length: usize,
    contents: Contents,
}

enum Contents {
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

#[expect(clippy::cast_possible_truncation, reason = "that is what it is for")]
fn low_byte(value: usize) -> u8 {
    value as u8
}

/// The digest of what lies in one piece; for short pieces faster than by a hasher.
fn hash(bytes: &[u8]) -> [u8; 32] {
    if bytes.len() < ALL_CORES_FROM {
        return *blake3::hash(bytes).as_bytes();
    }
    let mut hasher = Hasher::new();
    update(&mut hasher, bytes);
    *hasher.finalize().as_bytes()
}

fn update(hasher: &mut Hasher, bytes: &[u8]) {
    if bytes.len() >= ALL_CORES_FROM && cores::are_ours() {
        hasher.update_rayon(bytes);
    } else {
        hasher.update(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(write: impl FnOnce(&mut Encoder)) -> Vec<u8> {
        let mut encoder = Encoder::new();
        write(&mut encoder);
        encoder.as_bytes().to_vec()
    }

    #[test]
    fn integers_take_the_shortest_form() {
        for (value, bytes) in [
            (0, vec![3, 1, 0]),
            (127, vec![3, 1, 0x7f]),
            (128, vec![3, 2, 0x80, 0]),
            (-128, vec![3, 1, 0x80]),
            (-129, vec![3, 2, 0x7f, 0xff]),
            (i64::MIN, vec![3, 8, 0, 0, 0, 0, 0, 0, 0, 0x80]),
        ] {
            assert_eq!(encoded(|e| e.int(value)), bytes, "{value}");
        }
    }

    #[test]
    fn zeros_keep_their_sign_and_nans_do_not_differ() {
        let bits = |value| encoded(|e| e.float(value));
        assert_ne!(bits(0.0), bits(-0.0));
        assert_eq!(bits(f64::NAN), bits(-f64::NAN));
    }

    #[test]
    fn a_long_leaf_is_tag_length_and_digest() {
        let contents = vec![5; INLINE_LIMIT + 1];
        let digest = blake3::hash(&contents);
        let expected = [&[0xfe, 0x08, 0x81, 0x02], digest.as_bytes().as_slice()];
        assert_eq!(
            encoded(|e| e.leaf(Tag::Bytes, &contents)),
            expected.concat()
        );
        let inline = encoded(|e| e.leaf(Tag::Bytes, &contents[1..]));
        assert_eq!(inline[3..], contents[1..]);
    }

    #[test]
    fn a_node_can_be_its_digest_however_short_it_is() {
        let text = encoded(|e| e.leaf(Tag::Str, b"a"));
        let digest = *blake3::hash(&text).as_bytes();
        let expected = [&[0x4a, 0xff], digest.as_slice()].concat();
        let of_written = |e: &mut Encoder| {
            e.unit(Tag::Ignored);
            let start = e.len();
            e.leaf(Tag::Str, b"a");
            e.digest_from(start);
            e.digest_from(start);
        };
        assert_eq!(encoded(of_written), expected);
        let of_known = |e: &mut Encoder| {
            e.unit(Tag::Ignored);
            e.digested(&digest);
        };
        assert_eq!(encoded(of_known), expected);
    }

    #[test]
    fn a_leaf_in_pieces_is_the_same_leaf() {
        for length in [0, 1, INLINE_LIMIT, INLINE_LIMIT + 1, 300_000] {
            let contents: Vec<u8> = (0..length).map(|i| low_byte(i % 251)).collect();
            let mut leaf = LeafHasher::new(Tag::Buffer, length);
            for piece in contents.chunks(100_000) {
                leaf.update(piece);
            }
            let whole = encoded(|e| e.leaf(Tag::Buffer, &contents));
            assert_eq!(encoded(|e| e.finish_leaf(leaf)), whole, "{length} bytes");
        }
    }

    #[test]
    fn flushing_changes_nothing() {
        let list = |flush: bool| {
            encoded(|e| {
                e.open(Tag::List);
                for value in 0..100_000 {
                    e.int(value);
                    if flush {
                        e.flush();
                    }
                }
                e.close();
            })
        };
        assert_eq!(list(true), list(false));
    }

    #[test]
    fn sorted_children_forget_their_order() {
        let set = |values: &[i64]| {
            encoded(|e| {
                e.open_sorted(Tag::Set);
                let mut starts = Vec::new();
                for &value in values {
                    starts.push(e.position());
                    e.int(value);
                    e.flush();
                }
                e.sort_children(&starts);
                e.close();
            })
        };
        assert_eq!(set(&[1, 300, -5]), set(&[-5, 1, 300]));
        assert_ne!(set(&[1, 2]), set(&[1, 3]));
    }

    #[test]
    fn boundaries_between_leaves_count() {
        let pair = |a: &[u8], b: &[u8]| {
            encoded(|e| {
                e.leaf(Tag::Str, a);
                e.leaf(Tag::Str, b);
            })
        };
        assert_ne!(pair(b"ab", b"c"), pair(b"a", b"bc"));
    }
}
