//! The golden vectors, built node by node by the encoder.

use std::fs;
use std::path::Path;

use memoxide::key::call_key::CallKey;
use memoxide::key::encoder::Encoder;
use memoxide::key::tag::Tag;
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    function: String,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    encoding: String,
    key: String,
    tree: Node,
}

/// A node as the files write it. `times` is how often a byte of contents, or a child, is repeated.
#[derive(Deserialize)]
#[serde(untagged)]
enum Node {
    Unit {
        unit: String,
    },
    Leaf {
        leaf: String,
        hex: String,
        times: Option<usize>,
    },
    Float {
        float: String,
    },
    Complex {
        complex: String,
    },
    Container {
        container: String,
        children: Vec<Node>,
        times: Option<usize>,
    },
    Reference {
        reference: String,
        cycle: Option<String>,
        number: usize,
    },
}

fn tag(name: &str) -> Tag {
    let mut tags = (0..=u8::MAX).filter_map(Tag::from_byte);
    let found = tags.find(|tag| format!("{tag:?}") == name);
    found.unwrap_or_else(|| panic!("no tag {name}"))
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("two hexadecimal digits");
    (0..hex.len()).step_by(2).map(digits).collect()
}

fn hex(bytes: &[u8]) -> String {
    let digit = |digit| char::from_digit(u32::from(digit), 16).expect("four bits");
    let digits = |&byte: &u8| [digit(byte >> 4), digit(byte & 15)];
    bytes.iter().flat_map(digits).collect()
}

fn float(bytes: &[u8]) -> f64 {
    f64::from_le_bytes(bytes.try_into().expect("eight bytes"))
}

fn write(encoder: &mut Encoder, node: &Node) {
    match node {
        Node::Unit { unit } => encoder.unit(tag(unit)),
        Node::Leaf { leaf, hex, times } => {
            encoder.leaf(tag(leaf), &bytes(hex).repeat(times.unwrap_or(1)));
        }
        Node::Float { float: hex } => encoder.float(float(&bytes(hex))),
        Node::Complex { complex } => {
            let bytes = bytes(complex);
            encoder.complex(float(&bytes[..8]), float(&bytes[8..]));
        }
        Node::Container {
            container,
            children,
            times,
        } => {
            let count = times.unwrap_or(1) * children.len();
            let children: Vec<&Node> = children.iter().cycle().take(count).collect();
            write_container(encoder, tag(container), &children);
        }
        Node::Reference {
            reference,
            cycle,
            number,
        } => {
            encoder.unit(tag(reference));
            encoder.node(&bytes(cycle.as_deref().unwrap_or_default()));
            encoder.length(*number);
        }
    }
}

fn write_container(encoder: &mut Encoder, tag: Tag, children: &[&Node]) {
    match tag {
        Tag::Set | Tag::FrozenSet => write_set(encoder, tag, children),
        _ => {
            encoder.open(tag);
            encoder.length(children.len() / if tag == Tag::Dict { 2 } else { 1 });
            write_children(encoder, children);
        }
    }
    encoder.close();
}

fn write_children(encoder: &mut Encoder, children: &[&Node]) {
    for child in children {
        write(encoder, child);
        encoder.flush();
    }
}

/// In the wrong order, for the encoder to put right.
fn write_set(encoder: &mut Encoder, tag: Tag, children: &[&Node]) {
    encoder.open_sorted(tag);
    encoder.length(children.len());
    let mut starts = Vec::new();
    for child in children.iter().rev() {
        starts.push(encoder.position());
        write(encoder, child);
    }
    encoder.sort_children(&starts);
}

fn read(path: &Path) -> File {
    let text = fs::read_to_string(path).expect("a file of vectors");
    let mut reader = serde_json::Deserializer::from_str(&text);
    reader.disable_recursion_limit();
    File::deserialize(&mut reader).expect("the form of the vectors")
}

fn check(vector: &Vector, function: &[u8; 32]) {
    let mut encoder = Encoder::new();
    write(&mut encoder, &vector.tree);
    let name = &vector.name;
    assert_eq!(hex(encoder.as_bytes()), vector.encoding, "{name}");
    assert_eq!(
        hex(&encoder.call_key().digest(function)),
        vector.key,
        "{name}"
    );
    assert_eq!(
        CallKey::of(encoder.as_bytes()),
        encoder.call_key(),
        "{name}"
    );
}

#[test]
fn the_encoder_writes_the_golden_vectors() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut checked = 0;
    for entry in fs::read_dir(directory).expect("the directory of the vectors") {
        let path = entry.expect("a file").path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let file = read(&path);
            let function = bytes(&file.function).try_into().expect("32 bytes");
            file.vectors
                .iter()
                .for_each(|vector| check(vector, &function));
            checked += file.vectors.len();
        }
    }
    assert!(checked >= 300, "{checked} vectors");
}
