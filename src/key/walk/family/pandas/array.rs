//! Extension arrays: what they show, in whatever form they keep it.

use pyo3::prelude::*;

use crate::error::Result;
use crate::key::encoder::Encoder;
use crate::key::walk::Walk;
use crate::key::walk::family::numpy::{array, dtype};
use crate::key::walk::leaf::RELEASE_FROM;
use crate::key::walk::record::{Node, Part, Record};
use crate::python::array::{Items, memory};
use crate::python::intern;
use crate::python::interrupt::detached;

/// The order of the categories counts.
pub fn categorical<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let record = with_array(walk, value, "_codes", record)?;
    Ok(record.with_attributes(value, &["categories", "ordered"])?)
}

/// The data type of the numbers tells the unit.
pub fn moments<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let record = with_array(walk, value, "_ndarray", record)?;
    // Since pandas 3.1 only an index knows it.
    let frequency = value.getattr_opt("_freq")?;
    let zone = value.getattr("dtype")?.getattr_opt("tz")?;
    let part = |content: Option<_>| content.map_or_else(Part::none, Part::Inner);
    Ok(record.with(part(zone)).with(part(frequency)))
}

pub fn periods<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let record = with_array(walk, value, "_ndarray", record)?;
    Ok(record.with(Part::Inner(value.getattr("dtype")?.getattr("freq")?)))
}

/// Where the values lie is an index of numbers or of blocks, which can be read.
pub fn sparse<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let record = with_array(walk, value, "sp_values", record)?;
    let places = value.getattr("sp_index")?;
    let numbers = places.call_method0("to_int_index")?.getattr("indices")?;
    Ok(record
        .with(Part::Value(value.getattr("fill_value")?))
        .with_attributes(value, &["kind"])?
        .with_attributes(&places, &["length"])?
        .with(Part::Record(array::of_plain(walk.py(), &numbers)?)))
}

/// What lies under the mask is chance.
pub fn masked<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = walk.py();
    let data = array::plain(&value.getattr(intern!(py, "_data"))?)?;
    let mask = array::plain(&value.getattr(intern!(py, "_mask"))?)?;
    let shape = intern!(py, "shape");
    if !data.getattr(shape)?.eq(mask.getattr(shape)?)? {
        return Err(walk.unhashable(value, "its mask is not of its shape", None));
    }
    let items = memory(&data, Items::Whole)?;
    let hidden = memory(&mask, Items::Whole)?;
    let mut leaf = Encoder::new();
    let is_written = if items.bytes() < RELEASE_FROM {
        items.write_without(&hidden, &mut leaf)
    } else {
        detached(py, || items.write_without(&hidden, &mut leaf))?
    };
    if !is_written {
        return Err(walk.unhashable(value, "it has more than one dimension", None));
    }
    let dtype = dtype::record(&data.getattr(intern!(py, "dtype"))?)?;
    Ok(record
        .with(Part::Record(dtype))
        .with(Part::Node(array::leaf(py, &hidden)?))
        .with(Part::Node(Node::from_slice(leaf.as_bytes()))))
}

pub fn numpy<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    with_array(walk, value, "_ndarray", record)
}

pub fn strings<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let record = with_array(walk, value, "_ndarray", record)?;
    Ok(record.with(Part::Inner(value.getattr("dtype")?)))
}

/// Adds one of the arrays in which the value keeps its content.
fn with_array<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    name: &str,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let kept = array::plain(&value.getattr(name)?)?;
    Ok(record.with(Part::Record(array::of_plain(walk.py(), &kept)?)))
}
