//! Columns of columns: lists, structs, unions, runs.

use super::binary::{self, Ends};
use super::blocks::Blocks;
use super::data::Writing;
use super::layout::{Layout, Offsets};
use super::raw::{Array, Schema};
use super::rows::{Rows, Run, Valid};
use super::{Error, Result, in_range, integer};
use crate::key::encoder::Encoder;

/// Lists between offsets: where each ends, then the rows of all.
pub fn list(
    writing: Writing,
    encoder: &mut Encoder,
    field: &Schema,
    valid: &Valid<'_, '_>,
    width: Offsets,
) -> Result<()> {
    binary::ends(encoder, valid, width)?;
    let mut items = valid.rows.child(0)?;
    valid.for_each(|run| {
        let (start, end) = binary::span(valid.rows.array(run.array), run, width)?;
        items.push_from_first(run.of_child(start, end - start))
    })?;
    writing.child(encoder, field.child(0)?, &items)
}

/// Lists that lie in any order: written as those between offsets.
pub fn list_view(
    writing: Writing,
    encoder: &mut Encoder,
    field: &Schema,
    valid: &Valid<'_, '_>,
    width: Offsets,
) -> Result<()> {
    let mut ends = Ends::new(valid.count()?)?;
    let mut items = valid.rows.child(0)?;
    valid.for_each(|run| {
        let array = valid.rows.array(run.array);
        let buffer = |index| array.buffer(index, in_range(run.end().checked_mul(width.width()))?);
        let (offsets, sizes) = (buffer(1)?, buffer(2)?);
        for row in run.start..run.end() {
            let length = binary::offset(sizes, row, width)?;
            ends.push(length)?;
            let start = binary::offset(offsets, row, width)?;
            if length > 0 {
                items.push_from_first(run.of_child(start, length))?;
            }
        }
        Ok(())
    })?;
    ends.finish(encoder)?;
    writing.child(encoder, field.child(0)?, &items)
}

/// Lists of one size: the rows of all.
pub fn fixed_list(
    writing: Writing,
    encoder: &mut Encoder,
    field: &Schema,
    valid: &Valid<'_, '_>,
    size: usize,
) -> Result<()> {
    let mut items = valid.rows.child(0)?;
    valid.for_each(|run| {
        let start = in_range(run.start.checked_mul(size))?;
        let length = in_range(run.length.checked_mul(size))?;
        items.push_from_first(run.of_child(start, length))
    })?;
    writing.child(encoder, field.child(0)?, &items)
}

/// Each child, with the rows of the structs that are not null.
pub fn structs(
    writing: Writing,
    encoder: &mut Encoder,
    field: &Schema,
    valid: &Valid<'_, '_>,
) -> Result<()> {
    for index in 0..field.children()? {
        let mut column = valid.rows.child(index)?;
        valid.for_each(|run| column.push_from_first(run))?;
        writing.child(encoder, field.child(index)?, &column)?;
    }
    Ok(())
}

/// Which child each row is of, then the rows of each child.
pub fn union(
    writing: Writing,
    encoder: &mut Encoder,
    field: &Schema,
    valid: &Valid<'_, '_>,
    (dense, ids): (bool, &[i8]),
) -> Result<()> {
    let count = field.children()?;
    let children = (0..count).map(|index| valid.rows.child(index));
    let mut children = children.collect::<Result<Vec<_>>>()?;
    let mut types = Blocks::new(valid.count()?);
    valid.for_each(|run| {
        let array = valid.rows.array(run.array);
        // Unions have no validity: the types come first.
        let of = &array.buffer(0, run.end())?[run.start..];
        types.push(of);
        let offsets = if dense {
            array.buffer(1, in_range(run.end().checked_mul(4))?)?
        } else {
            &[]
        };
        for (row, of) in (run.start..).zip(of) {
            let child = ids.iter().position(|id| id.to_le_bytes() == [*of]);
            let child = child.and_then(|child| children.get_mut(child));
            let child = child.ok_or(Error::Malformed("a union's type is not there"))?;
            let start = if dense {
                binary::offset(offsets, row, Offsets::Narrow)?
            } else {
                row
            };
            child.push_from_first(run.of_child(start, 1))?;
        }
        Ok(())
    })?;
    types.finish(encoder);
    for (index, rows) in children.iter().enumerate() {
        writing.child(encoder, field.child(index)?, rows)?;
    }
    Ok(())
}

/// Rows that repeat: where each run ends, then a row of each. Runs of equal rows are one, however
/// they were cut.
pub fn run_ends(
    writing: Writing,
    encoder: &mut Encoder,
    field: &Schema,
    valid: &Valid<'_, '_>,
) -> Result<()> {
    let field_of_values = field.child(1)?;
    let width = ends_width(field.child(0)?)?;
    let mut merged = Merged {
        values: valid.rows.child(1)?,
        lengths: Vec::new(),
        last: Vec::new(),
    };
    valid.for_each(|run| {
        let ends = RunEnds::of(valid.rows.array(run.array).child(0)?, width)?;
        let mut start = run.start;
        let mut index = ends.first_after(start)?;
        while start < run.end() {
            let end = ends.end(index)?.min(run.end());
            if end <= start {
                return Err(Error::Malformed("run ends do not ascend"));
            }
            let value = run.of_child(index, 1);
            merged.add(writing, field_of_values, value, end - start)?;
            (start, index) = (end, index + 1);
        }
        Ok(())
    })?;
    let mut ends = Ends::new(merged.lengths.len())?;
    merged
        .lengths
        .iter()
        .try_for_each(|&length| ends.push(length))?;
    ends.finish(encoder)?;
    writing.child(encoder, field_of_values, &merged.values)
}

/// Runs of which no two neighbours are of equal rows.
struct Merged<'a> {
    values: Rows<'a>,
    lengths: Vec<usize>,
    /// The last value's node.
    last: Vec<u8>,
}

impl Merged<'_> {
    fn add(&mut self, writing: Writing, field: &Schema, value: Run, length: usize) -> Result<()> {
        let node = writing.node(field, &self.values, value)?;
        match self.lengths.last_mut() {
            Some(last) if self.last == node => {
                *last = in_range(last.checked_add(length))?;
            }
            _ => {
                self.values.push_from_first(value)?;
                self.lengths.push(length);
                self.last = node;
            }
        }
        Ok(())
    }
}

fn ends_width(field: &Schema) -> Result<usize> {
    match Layout::of(field.format()?)? {
        Layout::Fixed(width @ (2 | 4 | 8)) => Ok(width),
        _ => Err(Error::Malformed("run ends are no integers")),
    }
}

/// Where the runs of an array end, counted from its buffers' start.
struct RunEnds<'a> {
    ends: &'a [u8],
    width: usize,
}

impl<'a> RunEnds<'a> {
    fn of(array: &'a Array, width: usize) -> Result<Self> {
        let (offset, length) = (array.offset()?, array.length()?);
        let end = in_range(offset.checked_add(length))?;
        let bytes = array.buffer(1, in_range(end.checked_mul(width))?)?;
        let ends = &bytes[offset * width..];
        Ok(Self { ends, width })
    }

    fn end(&self, index: usize) -> Result<usize> {
        let end = self.ends.chunks_exact(self.width).nth(index);
        let end = end.ok_or(Error::Malformed("run ends are missing"))?;
        in_range(usize::try_from(integer(end)).ok())
    }

    /// The first run that ends after a place.
    fn first_after(&self, place: usize) -> Result<usize> {
        let (mut low, mut high) = (0, self.ends.len() / self.width);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.end(middle)? <= place {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}
