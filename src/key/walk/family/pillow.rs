//! Images of Pillow: mode, size, palette, pixels, what the file said, and all frames of a film.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyType};

use super::Encode::By;
use super::contents::Contents;
use super::{Family, comes_with, own_attributes, slots_before};
use crate::error::Result;
use crate::key::encoder::LeafHasher;
use crate::key::tag::Tag;
use crate::key::walk::Walk;
use crate::key::walk::record::{Part, Record};
use crate::python;
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
const OF_PILLOW: [&str; 16] = [
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
    // How it was saved last.
    "encoderinfo",
    "encoderconfig",
];

/// Where `Image` itself keeps what is private.
const PRIVATE: [&str; 7] = [
    "_category",
    "_default_encoderinfo",
    "_exif",
    "_im",
    "_mode",
    "_readonly",
    "_size",
];

/// Where the classes of file formats do, beside names that begin with such a class's.
const PRIVATE_OF_FORMATS: [&str; 23] = [
    "_bigtiff",
    "_close_exclusive_fp_after_loading",
    "_comment_spans",
    "_compression",
    "_decoder",
    "_ended",
    "_exclusive_fp",
    "_exif_offset",
    "_fp",
    "_frame_palette",
    "_frame_pos",
    "_frame_transparency",
    "_huffman_ac",
    "_huffman_dc",
    "_layers_position",
    "_min_frame",
    "_n_frames",
    "_offset",
    "_planar_configuration",
    "_prev_im",
    "_seq_num",
    "_text",
    "_tile_size",
];

/// What is on an image beside, such as the tags of a file. On an image of Pillow's own, what begins with
/// an underscore is how Pillow reads on.
fn put_on<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
) -> Result<Option<Bound<'py, PyDict>>> {
    let attributes = PyDict::new(value.py());
    let own = own_attributes(value, base)?;
    let names = Names::of(&value.get_type(), base)?;
    for (name, content) in own.into_iter().flatten() {
        if !names.are_of_pillow(&name.to_string()) {
            attributes.set_item(name, content)?;
        }
    }
    attributes.update(slots_before(value, base)?.as_mapping())?;
    Ok(Some(attributes))
}

/// Which private names of an image are Pillow's.
enum Names {
    /// All of them.
    All,
    /// Those of `Image`, and those of the formats of these names.
    Of(Vec<String>),
}

impl Names {
    fn of(class: &Bound<'_, PyType>, base: &Bound<'_, PyType>) -> Result<Self> {
        if class.is(base) || comes_with(class, base)? {
            return Ok(Self::All);
        }
        let image = python::PILLOW_IMAGE.get(class.py())?;
        let image = image.cast::<PyType>().map_err(PyErr::from)?;
        let mut formats = Vec::new();
        for above in class.mro() {
            if above.is(image) {
                break;
            }
            let above = above.cast_into::<PyType>().map_err(PyErr::from)?;
            if above.is_subclass(image)? && comes_with(&above, image)? {
                formats.push(above.qualname()?.to_string());
            }
        }
        Ok(Self::Of(formats))
    }

    fn are_of_pillow(&self, name: &str) -> bool {
        if OF_PILLOW.contains(&name) || PRIVATE.contains(&name) {
            return true;
        }
        match self {
            Self::All => name.starts_with('_'),
            Self::Of(formats) => formats
                .iter()
                .any(|format| PRIVATE_OF_FORMATS.contains(&name) || is_mangled(name, format)),
        }
    }
}

/// Whether a name begins with two underscores in the code of a class.
fn is_mangled(name: &str, class: &str) -> bool {
    let rest = name
        .strip_prefix('_')
        .and_then(|name| name.strip_prefix(class));
    rest.is_some_and(|rest| rest.starts_with("__"))
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
