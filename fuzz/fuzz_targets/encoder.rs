//! Any tree: the encoder writes what a model writes, and the decoder finds the tree in it.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use memoxide::key::decoder::{Form, Node, node};
use memoxide::key::encoder::{Encoder, INLINE_LIMIT, LeafHasher};
use memoxide::key::tag::Tag;

const UNITS: &[Tag] = &[
    Tag::None,
    Tag::False,
    Tag::True,
    Tag::Ellipsis,
    Tag::NotImplemented,
    Tag::EmptyCell,
];

const LEAVES: &[Tag] = &[
    Tag::Int,
    Tag::Str,
    Tag::StrWithSurrogates,
    Tag::Bytes,
    Tag::ByteArray,
    Tag::Buffer,
];

const CONTAINERS: &[Tag] = &[
    Tag::List,
    Tag::Tuple,
    Tag::Dict,
    Tag::Set,
    Tag::FrozenSet,
    Tag::Object,
    Tag::Global,
    Tag::Record,
    Tag::Subclass,
];

#[derive(Arbitrary, Debug)]
enum Tree {
    Unit(u8),
    Int(i64),
    Float(f64),
    Complex(f64, f64),
    Leaf {
        tag: u8,
        contents: Vec<u8>,
        times: u8,
        piece: u16,
    },
    Container {
        tag: u8,
        children: Vec<Tree>,
        flush: bool,
    },
    Reference {
        in_cycle: bool,
        number: usize,
    },
}

fuzz_target!(|tree: Tree| {
    let mut encoder = Encoder::new();
    write(&mut encoder, &tree);
    let model = model(&tree);
    assert_eq!(encoder.as_bytes(), model);
    check(&tree, &model);
});

fn pick(tags: &[Tag], number: u8) -> Tag {
    tags[usize::from(number) % tags.len()]
}

/// What a tree's container is: dicts have pairs.
fn container(tag: u8, children: &[Tree]) -> Tag {
    match pick(CONTAINERS, tag) {
        Tag::Dict if children.len() % 2 == 1 => Tag::List,
        tag => tag,
    }
}

fn is_set(tag: Tag) -> bool {
    matches!(tag, Tag::Set | Tag::FrozenSet)
}

fn count(tag: Tag, children: usize) -> usize {
    if tag == Tag::Dict {
        children / 2
    } else {
        children
    }
}

fn reference(in_cycle: bool) -> Tag {
    if in_cycle {
        Tag::InCycle
    } else {
        Tag::Enclosing
    }
}

fn write(encoder: &mut Encoder, tree: &Tree) {
    match tree {
        Tree::Unit(tag) => encoder.unit(pick(UNITS, *tag)),
        Tree::Int(value) => encoder.int(*value),
        Tree::Float(value) => encoder.float(*value),
        Tree::Complex(real, imaginary) => encoder.complex(*real, *imaginary),
        Tree::Leaf {
            tag,
            contents,
            times,
            piece,
        } => {
            let contents = contents.repeat(usize::from(*times));
            write_leaf(encoder, pick(LEAVES, *tag), &contents, usize::from(*piece));
        }
        Tree::Container {
            tag,
            children,
            flush,
        } => {
            write_container(encoder, container(*tag, children), children, *flush);
        }
        Tree::Reference { in_cycle, number } => {
            encoder.unit(reference(*in_cycle));
            encoder.length(*number);
        }
    }
}

/// As a whole, or in pieces.
fn write_leaf(encoder: &mut Encoder, tag: Tag, contents: &[u8], piece: usize) {
    if piece == 0 {
        encoder.leaf(tag, contents);
        return;
    }
    let mut leaf = LeafHasher::new(tag, contents.len());
    contents.chunks(piece).for_each(|piece| leaf.update(piece));
    encoder.finish_leaf(leaf);
}

fn write_container(encoder: &mut Encoder, tag: Tag, children: &[Tree], flush: bool) {
    if is_set(tag) {
        encoder.open_sorted(tag);
    } else {
        encoder.open(tag);
    }
    encoder.length(count(tag, children.len()));
    let mut starts = Vec::new();
    for child in children {
        starts.push(encoder.position());
        write(encoder, child);
        if flush {
            encoder.flush();
        }
    }
    if is_set(tag) {
        encoder.sort_children(&starts);
    }
    encoder.close();
}

fn leb128(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 128 {
        bytes.push((number % 128) as u8 + 128);
        number /= 128;
    }
    bytes.push(number as u8);
    bytes
}

fn float(value: f64) -> [u8; 8] {
    let nan = 0x7ff8_0000_0000_0000_u64.to_le_bytes();
    if value.is_nan() {
        nan
    } else {
        value.to_le_bytes()
    }
}

/// What a tree's bytes are, written down plainly.
fn model(tree: &Tree) -> Vec<u8> {
    match tree {
        Tree::Unit(tag) => vec![pick(UNITS, *tag) as u8],
        Tree::Int(value) => model_leaf(Tag::Int, &shortest(*value)),
        Tree::Float(value) => [&[Tag::Float as u8][..], &float(*value)].concat(),
        Tree::Complex(real, imaginary) => {
            [&[Tag::Complex as u8][..], &float(*real), &float(*imaginary)].concat()
        }
        Tree::Leaf {
            tag,
            contents,
            times,
            ..
        } => model_leaf(pick(LEAVES, *tag), &contents.repeat(usize::from(*times))),
        Tree::Container { tag, children, .. } => {
            let whole = model_container(container(*tag, children), children);
            if whole.len() > INLINE_LIMIT {
                [&[Tag::Digest as u8][..], blake3::hash(&whole).as_bytes()].concat()
            } else {
                whole
            }
        }
        Tree::Reference { in_cycle, number } => {
            [vec![reference(*in_cycle) as u8], leb128(*number)].concat()
        }
    }
}

/// The fewest bytes that hold a number and its sign.
fn shortest(value: i64) -> Vec<u8> {
    let mut bytes = value.to_le_bytes().to_vec();
    while let [.., before, last] = bytes[..] {
        let fill = if before & 0x80 == 0 { 0 } else { 0xff };
        if last != fill {
            break;
        }
        bytes.pop();
    }
    bytes
}

fn model_leaf(tag: Tag, contents: &[u8]) -> Vec<u8> {
    let length = leb128(contents.len());
    if contents.len() <= INLINE_LIMIT {
        return [&[tag as u8][..], &length, contents].concat();
    }
    let digest = blake3::hash(contents);
    [
        &[Tag::LongLeaf as u8, tag as u8][..],
        &length,
        digest.as_bytes(),
    ]
    .concat()
}

fn model_container(tag: Tag, children: &[Tree]) -> Vec<u8> {
    let mut encoded: Vec<Vec<u8>> = children.iter().map(|child| model(child)).collect();
    if is_set(tag) {
        encoded.sort();
    }
    [
        vec![tag as u8],
        leb128(count(tag, children.len())),
        encoded.concat(),
    ]
    .concat()
}

/// The decoder reads `bytes` as `tree`, and what a digest stands for likewise.
fn check(tree: &Tree, bytes: &[u8]) {
    let read = node(bytes).expect("an encoding can be read");
    match tree {
        Tree::Container { tag, children, .. } => {
            let tag = container(*tag, children);
            let whole = model_container(tag, children);
            let read = match read.form {
                Form::Digest(digest) => {
                    assert_eq!(digest, blake3::hash(&whole).as_bytes());
                    node(&whole).expect("what is digested can be read")
                }
                _ => read,
            };
            check_children(tag, children, &read);
        }
        Tree::Leaf {
            tag,
            contents,
            times,
            ..
        } => {
            assert_eq!(read.tag, pick(LEAVES, *tag));
            check_contents(&read, &contents.repeat(usize::from(*times)));
        }
        Tree::Int(value) => check_contents(&read, &shortest(*value)),
        Tree::Float(value) => check_contents(&read, &float(*value)),
        Tree::Complex(real, imaginary) => {
            check_contents(&read, &[float(*real), float(*imaginary)].concat());
        }
        Tree::Unit(tag) => assert_eq!((read.tag, read.form), (pick(UNITS, *tag), Form::Unit)),
        Tree::Reference { in_cycle, number } => {
            let expected = (reference(*in_cycle), Form::Reference(None, *number));
            assert_eq!((read.tag, read.form), expected);
        }
    }
}

fn check_contents(read: &Node<'_>, contents: &[u8]) {
    match read.form {
        Form::Leaf(found) => assert_eq!(found, contents),
        Form::LongLeaf(length, digest) => {
            assert_eq!(length, contents.len());
            assert_eq!(digest, blake3::hash(contents).as_bytes());
        }
        form => panic!("no leaf: {form:?}"),
    }
}

fn check_children(tag: Tag, children: &[Tree], read: &Node<'_>) {
    assert_eq!(read.tag, tag);
    let mut ordered: Vec<&Tree> = children.iter().collect();
    if is_set(tag) {
        ordered.sort_by_key(|child| model(child));
    }
    let found = read.children().expect("children can be read");
    assert_eq!(found.len(), ordered.len());
    for (child, found) in ordered.iter().zip(found) {
        check(child, found.bytes);
    }
}
