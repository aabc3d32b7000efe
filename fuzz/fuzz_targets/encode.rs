//! Values are read as they were written, and two that differ are written differently.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use memoxide::key::decoder::{Form, Node, node, nodes};
use memoxide::key::encoder::{Encoder, LeafHasher};
use memoxide::key::tag::Tag;
use memoxide::key::trace::Nodes;

#[derive(Arbitrary, Clone, Debug)]
enum Value {
    Unit(Unit),
    Int(i64),
    Float(f64),
    Complex(f64, f64),
    Leaf(Kind, Vec<u8>),
    /// A leaf that is longer than its seed, so that it becomes a digest.
    Repeated(Kind, u8, u16),
    Container(Shape, Vec<Value>),
    Dict(Vec<(Value, Value)>),
    Set(Vec<Value>),
    Record(String, Vec<Value>),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Unit {
    None,
    False,
    True,
    Ellipsis,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Kind {
    Str,
    Bytes,
    ByteArray,
    Buffer,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Shape {
    List,
    Tuple,
    Object,
    Subclass,
}

impl Unit {
    fn tag(self) -> Tag {
        match self {
            Self::None => Tag::None,
            Self::False => Tag::False,
            Self::True => Tag::True,
            Self::Ellipsis => Tag::Ellipsis,
        }
    }
}

impl Kind {
    fn tag(self) -> Tag {
        match self {
            Self::Str => Tag::Str,
            Self::Bytes => Tag::Bytes,
            Self::ByteArray => Tag::ByteArray,
            Self::Buffer => Tag::Buffer,
        }
    }
}

impl Shape {
    fn tag(self) -> Tag {
        match self {
            Self::List => Tag::List,
            Self::Tuple => Tag::Tuple,
            Self::Object => Tag::Object,
            Self::Subclass => Tag::Subclass,
        }
    }
}

fn encode(encoder: &mut Encoder, value: &Value) {
    match value {
        Value::Unit(unit) => encoder.unit(unit.tag()),
        Value::Int(value) => encoder.int(*value),
        Value::Float(value) => encoder.float(*value),
        Value::Complex(real, imaginary) => encoder.complex(*real, *imaginary),
        Value::Leaf(kind, contents) => encoder.leaf(kind.tag(), contents),
        Value::Repeated(kind, byte, length) => {
            // In pieces, as memory that does not lie in one.
            let mut leaf = LeafHasher::new(kind.tag(), usize::from(*length));
            for piece in vec![*byte; usize::from(*length)].chunks(1000) {
                leaf.update(piece);
            }
            encoder.finish_leaf(leaf);
        }
        Value::Container(shape, items) => {
            encoder.open(shape.tag());
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
                encoder.flush();
            }
            encoder.close();
        }
        Value::Set(items) => {
            encoder.open_sorted(Tag::Set);
            encoder.length(items.len());
            let mut starts = Vec::new();
            for item in items {
                starts.push(encoder.position());
                encode(encoder, item);
            }
            encoder.sort_children(&starts);
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
        encoder.flush();
    }
}

fn encoded(value: &Value) -> Vec<u8> {
    let mut encoder = Encoder::new();
    encode(&mut encoder, value);
    encoder.as_bytes().to_vec()
}

fn bits(value: f64) -> [u8; 8] {
    if value.is_nan() { f64::NAN } else { value }.to_le_bytes()
}

/// Asserts that `node` says what `value` is. What was too large to be kept is passed over.
fn check(value: &Value, node: &Node<'_>, kept: &Nodes<'_>) {
    if let Form::Digest(digest) = node.form {
        if let Some(bytes) = kept.get(digest) {
            let inside = memoxide::key::decoder::node(bytes).expect("what was kept is one node");
            check(value, &inside, kept);
        }
        return;
    }
    match value {
        Value::Unit(unit) => assert_eq!((node.tag, node.form), (unit.tag(), Form::Unit)),
        Value::Int(value) => {
            assert_eq!(node.tag, Tag::Int);
            let Form::Leaf(contents) = node.form else {
                panic!("an int is short");
            };
            let sign = if *value < 0 { 0xff } else { 0 };
            let mut full = [sign; 8];
            full[..contents.len()].copy_from_slice(contents);
            assert_eq!(i64::from_le_bytes(full), *value);
        }
        Value::Float(value) => {
            assert_eq!(
                (node.tag, node.form),
                (Tag::Float, Form::Leaf(&bits(*value)))
            );
        }
        Value::Complex(real, imaginary) => {
            let both = [bits(*real), bits(*imaginary)].concat();
            assert_eq!((node.tag, node.form), (Tag::Complex, Form::Leaf(&both)));
        }
        Value::Leaf(kind, contents) => check_leaf(*kind, contents, node),
        Value::Repeated(kind, byte, length) => {
            check_leaf(*kind, &vec![*byte; usize::from(*length)], node);
        }
        Value::Container(shape, items) => {
            assert_eq!(node.tag, shape.tag());
            check_all(items, &children(node), kept);
        }
        Value::Dict(items) => {
            assert_eq!(node.tag, Tag::Dict);
            let flat: Vec<Value> = items
                .iter()
                .flat_map(|(k, v)| [k.clone(), v.clone()])
                .collect();
            check_all(&flat, &children(node), kept);
        }
        Value::Set(items) => {
            assert_eq!(node.tag, Tag::Set);
            let mut expected: Vec<Vec<u8>> = items.iter().map(encoded).collect();
            expected.sort();
            let found: Vec<&[u8]> = children(node).iter().map(|child| child.bytes).collect();
            assert_eq!(found, expected);
        }
        Value::Record(name, parts) => {
            assert_eq!(node.tag, Tag::Record);
            let children = children(node);
            check_leaf(Kind::Str, name.as_bytes(), &children[0]);
            check_all(parts, &children[1..], kept);
        }
    }
}

fn check_leaf(kind: Kind, contents: &[u8], node: &Node<'_>) {
    assert_eq!(node.tag, kind.tag());
    match node.form {
        Form::Leaf(found) => assert_eq!(found, contents),
        Form::LongLeaf(length, digest) => {
            assert_eq!(length, contents.len());
            assert_eq!(digest, blake3::hash(contents).as_bytes());
        }
        other => panic!("a leaf is {other:?}"),
    }
}

fn children<'a>(node: &Node<'a>) -> Vec<Node<'a>> {
    node.children().expect("what was written can be read")
}

fn check_all(values: &[Value], found: &[Node<'_>], kept: &Nodes<'_>) {
    assert_eq!(found.len(), values.len());
    for (value, node) in values.iter().zip(found) {
        check(value, node, kept);
    }
}

fuzz_target!(|values: (Value, Value)| {
    let (one, other) = values;
    let mut encoder = Encoder::new();
    encode(&mut encoder, &one);
    let bytes = encoder.as_bytes().to_vec();
    let trace = encoder.take_trace();
    let mut kept = Nodes::default();
    kept.add(&trace);
    check(&one, &node(&bytes).expect("one value is one node"), &kept);
    if encoded(&other) == bytes {
        // What is read of one is what the other is.
        check(&other, &node(&bytes).expect("one value is one node"), &kept);
    }
    // Where one ends and the next begins is seen without being told.
    let next = encoded(&other);
    let both = [bytes.as_slice(), &next].concat();
    let found: Vec<&[u8]> = nodes(&both)
        .expect("two")
        .iter()
        .map(|node| node.bytes)
        .collect();
    assert_eq!(found, [bytes, next]);
});
