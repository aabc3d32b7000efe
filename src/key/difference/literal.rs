//! How values are shown, as far as their encoding tells.

use crate::key::decoder::{Form, Node};
use crate::key::tag::Tag;

/// Longer texts are cut.
const MAX_TEXT: usize = 60;

/// A key as it is written in Python, or its class if it is not simple.
pub fn key(node: &Node<'_>) -> String {
    if let Some(text) = node.text() {
        return quoted(text);
    }
    let (Tag::Tuple, Ok(items)) = (node.tag, node.children()) else {
        return scalar(node).unwrap_or_else(|| format!("<{}>", type_name(node)));
    };
    let item = |item: &Node<'_>| item.text().map(quoted).or_else(|| scalar(item));
    match items.iter().map(item).collect::<Option<Vec<_>>>() {
        Some(items) if items.len() == 1 => format!("({},)", items[0]),
        Some(items) => format!("({})", items.join(", ")),
        None => "<tuple>".to_owned(),
    }
}

fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(MAX_TEXT).collect();
    if shown.len() < text.len() {
        shown.push_str("...");
    }
    format!("{shown:?}")
}

/// A number, a truth or `None`, as Python writes it.
pub fn scalar(node: &Node<'_>) -> Option<String> {
    match (node.tag, node.form) {
        (Tag::None, _) => Some("None".to_owned()),
        (Tag::True, _) => Some("True".to_owned()),
        (Tag::False, _) => Some("False".to_owned()),
        (Tag::Int, Form::Leaf(bytes)) => int(bytes).map(|value| value.to_string()),
        (Tag::Float, Form::Leaf(bytes)) => {
            let value = f64::from_le_bytes(bytes.try_into().ok()?);
            Some(format!("{value:?}").to_lowercase())
        }
        _ => None,
    }
}

/// Two's complement of at most 16 bytes, little-endian.
fn int(bytes: &[u8]) -> Option<i128> {
    let sign = if bytes.last()? & 0x80 == 0 { 0 } else { 0xff };
    let mut wide = [sign; 16];
    wide.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(i128::from_le_bytes(wide))
}

/// The class of the value, as messages show it.
pub fn type_name(node: &Node<'_>) -> String {
    let name = match node.tag {
        Tag::None => "None",
        Tag::False | Tag::True => "bool",
        Tag::Int => "int",
        Tag::Float => "float",
        Tag::Complex => "complex",
        Tag::Str | Tag::StrWithSurrogates => "str",
        Tag::Bytes => "bytes",
        Tag::ByteArray => "bytearray",
        Tag::Buffer => "buffer",
        Tag::Ellipsis => "ellipsis",
        Tag::NotImplemented => "NotImplemented",
        Tag::List => "list",
        Tag::Tuple => "tuple",
        Tag::Dict => "dict",
        Tag::Set => "set",
        Tag::FrozenSet => "frozenset",
        Tag::Function => "function",
        Tag::Code => "code",
        Tag::Method => "method",
        Tag::Module => "module",
        Tag::Cell | Tag::EmptyCell => "cell",
        Tag::Cached => "cached function",
        Tag::Class | Tag::Defined | Tag::Global | Tag::ClassOf => return class_name(node),
        Tag::Record => return record_name(node),
        Tag::Enclosing | Tag::InCycle | Tag::OfCycle => "a part of a cycle",
        Tag::Default => "the default",
        Tag::Ignored => "ignored",
        _ => return class_of(node),
    };
    name.to_owned()
}

/// The name of the class that a value's first child is.
fn class_of(node: &Node<'_>) -> String {
    let children = node.children().unwrap_or_default();
    children
        .first()
        .map_or_else(|| "object".to_owned(), class_name)
}

/// Module and qualified name of something that is known by them.
pub fn class_name(node: &Node<'_>) -> String {
    if node.tag == Tag::ClassOf {
        return class_of(node);
    }
    let children = node.children().unwrap_or_default();
    let texts: Vec<&str> = children.iter().take(2).filter_map(Node::text).collect();
    match texts.as_slice() {
        ["builtins" | "__main__", name] => (*name).to_owned(),
        [module, name] => format!("{module}.{name}"),
        _ => "object".to_owned(),
    }
}

fn record_name(node: &Node<'_>) -> String {
    let children = node.children().unwrap_or_default();
    let name = children.first().and_then(Node::text).unwrap_or("record");
    name.strip_prefix("builtins.").unwrap_or(name).to_owned()
}
