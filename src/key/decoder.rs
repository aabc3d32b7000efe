//! Reads what an [`Encoder`](super::encoder::Encoder) wrote, one level of nodes at a time.
//!
//! It takes any bytes: what is no encoding is an error, and no nesting exhausts the stack.

use super::tag::Tag;

/// Bytes that are no encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// What reading gives.
pub type Result<T> = std::result::Result<T, Malformed>;

/// A node, and its place in the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node<'a> {
    /// What kind of value it is; of a long leaf, that of its contents.
    pub tag: Tag,
    /// What follows the tag.
    pub form: Form<'a>,
    /// All of its bytes.
    pub bytes: &'a [u8],
}

/// What follows a node's tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form<'a> {
    /// Nothing.
    Unit,
    /// Contents, of a length that the tag or a number gives.
    Leaf(&'a [u8]),
    /// Contents of this length, known by their digest.
    LongLeaf(usize, &'a [u8; 32]),
    /// So many children, whose bytes these are.
    Container(usize, &'a [u8]),
    /// A container that is known by its digest.
    Digest(&'a [u8; 32]),
    /// Another place: a cycle's digest, if it is complete, and a number.
    Reference(Option<&'a [u8; 32]>, usize),
}

/// The nodes that stand one after the other in `bytes`.
pub fn nodes(bytes: &[u8]) -> Result<Vec<Node<'_>>> {
    let mut reader = Reader(bytes);
    let mut nodes = Vec::new();
    while !reader.0.is_empty() {
        nodes.push(reader.node()?);
    }
    Ok(nodes)
}

/// The one node that `bytes` are.
pub fn node(bytes: &[u8]) -> Result<Node<'_>> {
    let mut reader = Reader(bytes);
    let node = reader.node()?;
    if reader.0.is_empty() {
        Ok(node)
    } else {
        Err(Malformed)
    }
}

impl<'a> Node<'a> {
    /// The children; none if it has none, or is known by its digest.
    pub fn children(&self) -> Result<Vec<Node<'a>>> {
        match self.form {
            Form::Container(_, bytes) => nodes(bytes),
            _ => Ok(Vec::new()),
        }
    }

    /// The text, if it is a string that is not long.
    #[must_use]
    pub fn text(&self) -> Option<&'a str> {
        match (self.tag, self.form) {
            (Tag::Str, Form::Leaf(contents)) => std::str::from_utf8(contents).ok(),
            _ => None,
        }
    }
}

/// What is left to be read.
struct Reader<'a>(&'a [u8]);

/// A node without its children.
struct Head<'a> {
    tag: Tag,
    form: Form<'a>,
}

impl<'a> Reader<'a> {
    fn node(&mut self) -> Result<Node<'a>> {
        let start = self.0;
        let Head { tag, mut form } = self.head()?;
        if let Form::Container(count, _) = form {
            let inside = self.0;
            self.skip(count)?;
            form = Form::Container(count, &inside[..inside.len() - self.0.len()]);
        }
        let bytes = &start[..start.len() - self.0.len()];
        Ok(Node { tag, form, bytes })
    }

    /// Passes over so many nodes, with all that is in them.
    fn skip(&mut self, count: usize) -> Result<()> {
        let mut left = count;
        while left > 0 {
            // Each takes a byte at least, so that no count leads on for long.
            if left > self.0.len() {
                return Err(Malformed);
            }
            left -= 1;
            if let Form::Container(count, _) = self.head()?.form {
                left = left.checked_add(count).ok_or(Malformed)?;
            }
        }
        Ok(())
    }

    fn head(&mut self) -> Result<Head<'a>> {
        let tag = self.tag()?;
        let form = match tag {
            Tag::None
            | Tag::False
            | Tag::True
            | Tag::Ellipsis
            | Tag::NotImplemented
            | Tag::EmptyCell
            | Tag::Default
            | Tag::Ignored => Form::Unit,
            Tag::Float => Form::Leaf(self.take(8)?),
            Tag::Complex => Form::Leaf(self.take(16)?),
            Tag::Int
            | Tag::Str
            | Tag::StrWithSurrogates
            | Tag::Bytes
            | Tag::ByteArray
            | Tag::Buffer => {
                let length = self.number()?;
                Form::Leaf(self.take(length)?)
            }
            Tag::LongLeaf => return self.long_leaf(),
            Tag::Digest => Form::Digest(self.digest()?),
            Tag::Sentinel | Tag::Enclosing | Tag::InCycle => Form::Reference(None, self.number()?),
            Tag::OfCycle => Form::Reference(Some(self.digest()?), self.number()?),
            Tag::ClassOf => Form::Container(1, &[]),
            Tag::Dict => {
                let items = self.number()?;
                Form::Container(items.checked_mul(2).ok_or(Malformed)?, &[])
            }
            _ => Form::Container(self.number()?, &[]),
        };
        Ok(Head { tag, form })
    }

    fn long_leaf(&mut self) -> Result<Head<'a>> {
        let tag = self.tag()?;
        let form = Form::LongLeaf(self.number()?, self.digest()?);
        Ok(Head { tag, form })
    }

    fn tag(&mut self) -> Result<Tag> {
        Tag::from_byte(self.take(1)?[0]).ok_or(Malformed)
    }

    fn digest(&mut self) -> Result<&'a [u8; 32]> {
        self.take(32)?.try_into().map_err(|_| Malformed)
    }

    /// An unsigned number in LEB128, in its shortest form.
    fn number(&mut self) -> Result<usize> {
        let mut number: usize = 0;
        for shift in (0..usize::BITS).step_by(7) {
            let byte = self.take(1)?[0];
            let bits = usize::from(byte & 0x7f);
            if bits << shift >> shift != bits || (bits == 0 && shift > 0 && byte < 0x80) {
                return Err(Malformed);
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Malformed)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Malformed)?;
        self.0 = rest;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::key::encoder::Encoder;
    use crate::key::trace::{Nodes, Trace};

    #[derive(Clone, Debug)]
    enum Value {
        Int(i64),
        Float(f64),
        Text(String),
        Nothing,
        Earlier(usize),
        List(Vec<Value>),
        Dict(Vec<(Value, Value)>),
        Record(String, Vec<Value>),
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(Value::Int),
            any::<f64>().prop_map(Value::Float),
            ".{0,300}".prop_map(Value::Text),
            Just(Value::Nothing),
            any::<usize>().prop_map(Value::Earlier),
        ];
        leaf.prop_recursive(6, 60, 12, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..40).prop_map(Value::List),
                prop::collection::vec((inner.clone(), inner.clone()), 0..6).prop_map(Value::Dict),
                (".{0,9}", prop::collection::vec(inner, 0..4))
                    .prop_map(|(name, parts)| Value::Record(name, parts)),
            ]
        })
    }

    fn encode(encoder: &mut Encoder, value: &Value) {
        match value {
            Value::Int(value) => encoder.int(*value),
            Value::Float(value) => encoder.float(*value),
            Value::Text(text) => encoder.leaf(Tag::Str, text.as_bytes()),
            Value::Nothing => encoder.unit(Tag::None),
            Value::Earlier(levels) => {
                encoder.unit(Tag::Enclosing);
                encoder.length(*levels);
            }
            Value::List(items) => {
                encoder.open(Tag::List);
                encoder.length(items.len());
                encode_all(encoder, items);
                encoder.close();
            }
            Value::Dict(items) => {
                encoder.open(Tag::Dict);
                encoder.length(items.len());
                for (key, value) in items {
                    encode(encoder, key);
                    encode(encoder, value);
                }
                encoder.close();
            }
            Value::Record(name, parts) => {
                encoder.open_record(name, parts.len());
                encode_all(encoder, parts);
                encoder.close();
            }
        }
    }

    fn encode_all(encoder: &mut Encoder, values: &[Value]) {
        for value in values {
            encode(encoder, value);
        }
    }

    /// Writes what was read.
    fn copy(encoder: &mut Encoder, node: &Node<'_>, digested: &Nodes<'_>) {
        match node.form {
            Form::Container(count, _) => {
                encoder.open(node.tag);
                encoder.length(if node.tag == Tag::Dict {
                    count / 2
                } else {
                    count
                });
                let children = node.children().unwrap();
                assert_eq!(children.len(), count);
                for child in &children {
                    copy(encoder, child, digested);
                }
                encoder.close();
            }
            Form::Digest(digest) => {
                let bytes = digested.get(digest).expect("small values are kept whole");
                copy(encoder, &super::node(bytes).unwrap(), digested);
            }
            _ => encoder.node(node.bytes),
        }
    }

    fn copied(bytes: &[u8], trace: &Trace) -> Vec<u8> {
        let mut digested = Nodes::default();
        digested.add(trace);
        let mut encoder = Encoder::new();
        for node in nodes(bytes).unwrap() {
            copy(&mut encoder, &node, &digested);
        }
        encoder.as_bytes().to_vec()
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(values in prop::collection::vec(values(), 0..4)) {
            let mut encoder = Encoder::new();
            encode_all(&mut encoder, &values);
            let bytes = encoder.as_bytes().to_vec();
            let trace = encoder.take_trace();
            prop_assert_eq!(copied(&bytes, &trace), bytes);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut open = nodes(&bytes).unwrap_or_default();
            while let Some(node) = open.pop() {
                prop_assert!(!node.bytes.is_empty());
                open.extend(node.children().unwrap_or_default());
            }
        }

        #[test]
        fn bytes_that_are_cut_short_are_refused(value in values(), cut in any::<prop::sample::Index>()) {
            let mut encoder = Encoder::new();
            encode(&mut encoder, &value);
            let bytes = encoder.as_bytes();
            prop_assert_eq!(node(&bytes[..cut.index(bytes.len())]), Err(Malformed));
        }
    }

    #[test]
    fn deep_nesting_takes_no_stack() {
        let levels = 1_000_000;
        let mut bytes = [Tag::List as u8, 1].repeat(levels);
        bytes.push(Tag::None as u8);
        let outer = node(&bytes).unwrap();
        assert_eq!(outer.children().unwrap()[0].bytes.len(), bytes.len() - 2);
    }

    #[test]
    fn a_count_that_nothing_follows_is_refused() {
        let most = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        for tag in [Tag::List, Tag::Dict, Tag::Str, Tag::LongLeaf] {
            assert_eq!(
                node(&[&[tag as u8], most.as_slice()].concat()),
                Err(Malformed)
            );
        }
        assert_eq!(node(&[Tag::List as u8, 0x80, 0x00]), Err(Malformed));
        assert_eq!(node(&[0xfd]), Err(Malformed));
    }
}
