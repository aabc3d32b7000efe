//! Images of Pillow: mode, size, palette, pixels, what the file said, and all frames of a film.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyType};

use super::Encode::By;
use super::contents::Contents;
use super::{Family, own_attributes};
use crate::error::Result;
use crate::key::encoder::LeafHasher;
use crate::key::tag::Tag;
use crate::key::walk::Walk;
use crate::key::walk::record::{Part, Record};
use crate::python::intern;

/// Images in memory and those of the file formats: the format tells them apart.
pub const FAMILY: Family = Family {
    classes: &[(&["PIL.Image"], "Image", By(image))],
    attributes: put_on,
    heeds_reduce: false,
    has_members_below: true,
};

/// Bytes that are taken out of an image or a file at once.
const PIECE: usize = 256 * 1024;

/// What Pillow keeps on an image beside what begins with an underscore.
const OF_PILLOW: [&str; 14] = [
    "im",
    "mode",
    "size",
    "palette",
    "info",
    "readonly",
    "pyaccess",
    "category",
    "filename",
    "fp",
    "tile",
    "map",
    "decoderconfig",
    "decodermaxblock",
];

/// What is on an image beside, such as the tags of a file. What begins with an underscore is how Pillow
/// reads on.
fn put_on<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
) -> Result<Option<Bound<'py, PyDict>>> {
    let attributes = PyDict::new(value.py());
    for (name, content) in own_attributes(value, base)?.into_iter().flatten() {
        let text = name.to_string();
        if !text.starts_with('_') && !OF_PILLOW.contains(&text.as_str()) {
            attributes.set_item(name, content)?;
        }
    }
    Ok(Some(attributes))
}

fn image<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = walk.py();
    // What an image is may change while it is read from its file.
    value.call_method0(intern!(py, "load"))?;
    let record = record
        .with_attributes(value, &["mode", "size", "format"])?
        .with(optional(value, "filename")?)
        .with(palette(value)?)
        .with(pixels(value)?)
        .with(Part::Items(value.getattr("info")?))
        .with(exif(value));
    Ok(match value.getattr_opt("is_animated")? {
        Some(animated) if animated.is_truthy()? => film(value, record)?,
        _ => record,
    })
}

fn optional<'py>(value: &Bound<'py, PyAny>, name: &str) -> PyResult<Part<'py>> {
    Ok(value
        .getattr_opt(name)?
        .map_or_else(Part::none, Part::Inner))
}

/// The mode of the colours, and the colours, of an image whose pixels are their numbers. Others may
/// still have one that nothing uses.
fn palette<'py>(value: &Bound<'py, PyAny>) -> PyResult<Part<'py>> {
    if !value.getattr("mode")?.extract::<String>()?.starts_with('P') {
        return Ok(Part::none());
    }
    let mode = value.getattr("palette")?.getattr("mode")?;
    let core = value.getattr("im")?;
    let colours = core.call_method1("getpalette", (&mode, &mode))?;
    let palette = Record::new("PIL.ImagePalette.ImagePalette");
    Ok(Part::Record(
        palette.with(Part::Inner(mode)).with(Part::Inner(colours)),
    ))
}

/// The pixels as Pillow packs them, some rows at a time.
fn pixels<'py>(value: &Bound<'py, PyAny>) -> PyResult<Part<'py>> {
    let (width, height): (usize, usize) = value.getattr("size")?.extract()?;
    let rows = |first: usize, count: usize| -> PyResult<Bound<'py, PyBytes>> {
        let part = value.call_method1("crop", ((0, first, width, first + count),))?;
        Ok(part.call_method0("tobytes")?.cast_into()?)
    };
    if width == 0 || height == 0 {
        return Ok(Part::encoded(|encoder| encoder.leaf(Tag::Buffer, &[])));
    }
    let row = rows(0, 1)?.as_bytes().len().max(1);
    let mut leaf = LeafHasher::new(Tag::Buffer, row * height);
    let step = (PIECE / row).max(1);
    for first in (0..height).step_by(step) {
        leaf.update(rows(first, step.min(height - first))?.as_bytes());
    }
    Ok(Part::encoded(|encoder| encoder.finish_leaf(leaf)))
}

/// What the camera wrote, as the user may have changed it. What cannot be read is among the info.
fn exif<'py>(value: &Bound<'py, PyAny>) -> Part<'py> {
    let written = value
        .call_method0("getexif")
        .and_then(|exif| exif.call_method0("tobytes"));
    written.map_or_else(|_| Part::none(), Part::Inner)
}

/// Adds the number of the frame, and the file that has the others.
fn film<'py>(value: &Bound<'py, PyAny>, record: Record<'py>) -> PyResult<Record<'py>> {
    let record = record.with(Part::Inner(value.call_method0("tell")?));
    let file = value.getattr("fp")?;
    if file.is_none() {
        return Ok(record.with(Part::none()));
    }
    let position = file.call_method0("tell")?;
    file.call_method1("seek", (0,))?;
    let contents = read(&file);
    file.call_method1("seek", (position,))?;
    Ok(record.with(contents?))
}

/// All that a file gives from here on.
fn read<'py>(file: &Bound<'py, PyAny>) -> PyResult<Part<'py>> {
    let mut contents = Contents::default();
    loop {
        let piece = file
            .call_method1("read", (PIECE,))?
            .cast_into::<PyBytes>()?;
        if piece.as_bytes().is_empty() {
            return Ok(contents.part());
        }
        contents.add(piece.as_bytes());
    }
}
