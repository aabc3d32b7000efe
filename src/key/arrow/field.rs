//! The node of a field: all that a column is before anything is in it.

use super::raw::Schema;
use super::{Error, MAX_DEPTH, Result};
use crate::key::encoder::Encoder;
use crate::key::tag::Tag;

/// Writes a field: name, format, flags, metadata, children, dictionary.
pub fn write(encoder: &mut Encoder, field: &Schema) -> Result<()> {
    nested(encoder, field, 0)
}

fn nested(encoder: &mut Encoder, field: &Schema, depth: usize) -> Result<()> {
    if depth == MAX_DEPTH {
        return Err(Error::TooDeep);
    }
    encoder.open_record("arrow.field", 6);
    encoder.leaf(Tag::Str, field.name());
    encoder.leaf(Tag::Str, field.format()?.as_bytes());
    encoder.int(field.flags());
    metadata(encoder, field)?;
    encoder.open(Tag::Tuple);
    encoder.length(field.children()?);
    for index in 0..field.children()? {
        nested(encoder, field.child(index)?, depth + 1)?;
        encoder.flush();
    }
    encoder.close();
    match field.dictionary() {
        Some(values) => nested(encoder, values, depth + 1)?,
        None => encoder.unit(Tag::None),
    }
    encoder.close();
    Ok(())
}

/// Keys and values in their order; `None` if there are none.
fn metadata(encoder: &mut Encoder, field: &Schema) -> Result<()> {
    let texts = field.metadata()?;
    if texts.is_empty() {
        encoder.unit(Tag::None);
        return Ok(());
    }
    encoder.open(Tag::Tuple);
    encoder.length(texts.len());
    for text in texts {
        encoder.leaf(Tag::Bytes, text);
        encoder.flush();
    }
    encoder.close();
    Ok(())
}

/// Whether the field, or one inside it, says of itself that it is of an extension type.
pub fn has_extensions(field: &Schema) -> Result<bool> {
    let says_so = field
        .metadata()?
        .chunks_exact(2)
        .any(|pair| pair[0] == b"ARROW:extension:name");
    if says_so {
        return Ok(true);
    }
    for index in 0..field.children()? {
        if has_extensions(field.child(index)?)? {
            return Ok(true);
        }
    }
    field.dictionary().map_or(Ok(false), has_extensions)
}
