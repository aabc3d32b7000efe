//! The node of a column's content: length, which rows are not null, then what its layout calls for,
//! of those rows only.

use super::blocks::Blocks;
use super::layout::Layout;
use super::raw::{Array, Schema};
use super::rows::{Rows, Run, Valid};
use super::{Error, MAX_DEPTH, Result, binary, bits, dictionary, in_range, nested};
use crate::key::encoder::Encoder;
use crate::key::tag::Tag;

/// What of a dictionary counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dictionaries {
    /// All of it, in its order.
    Whole,
    /// The values that are used, in the order of their first use.
    Used,
}

/// How a column is written.
#[derive(Clone, Copy)]
pub struct Writing {
    /// What of its dictionaries counts.
    pub dictionaries: Dictionaries,
    /// How many types this one lies in.
    pub depth: usize,
}

/// Writes the content of a column, chunk by chunk.
pub fn write(
    encoder: &mut Encoder,
    field: &Schema,
    chunks: Vec<&Array>,
    dictionaries: Dictionaries,
) -> Result<()> {
    let rows = Rows::of(chunks)?;
    let depth = 0;
    Writing {
        dictionaries,
        depth,
    }
    .column(encoder, field, &rows)
}

impl Writing {
    /// How a column inside of this one is written.
    fn inside(self) -> Result<Self> {
        let depth = self.depth + 1;
        if depth == MAX_DEPTH {
            return Err(Error::TooDeep);
        }
        Ok(Self { depth, ..self })
    }

    /// Writes a column inside of this one.
    pub fn child(self, encoder: &mut Encoder, field: &Schema, rows: &Rows<'_>) -> Result<()> {
        self.inside()?.column(encoder, field, rows)?;
        encoder.flush();
        Ok(())
    }

    /// Writes a column.
    pub fn column(self, encoder: &mut Encoder, field: &Schema, rows: &Rows<'_>) -> Result<()> {
        let layout = Layout::of(field.format()?)?;
        let bits = if layout.has_validity() {
            rows.validity()?
        } else {
            None
        };
        encoder.open_record("arrow.data", 2 + parts(field, &layout));
        encoder.int(int(rows.count()?));
        match &bits {
            Some(bits) => encoder.leaf(Tag::Bytes, bits.as_bytes()),
            None => encoder.unit(Tag::None),
        }
        let valid = Valid {
            rows,
            bits: bits.as_ref(),
        };
        if let Some(values) = field.dictionary() {
            dictionary::write(self, encoder, (field, values), &valid)?;
        } else {
            self.contents(encoder, field, &layout, &valid)?;
        }
        encoder.close();
        Ok(())
    }

    /// The node of one row, which is counted from its array's first: equal for equal values.
    pub fn node(self, field: &Schema, rows: &Rows<'_>, row: Run) -> Result<Vec<u8>> {
        let mut alone = rows.alone(row.array);
        alone.push_from_first(Run { array: 0, ..row })?;
        let dictionaries = Dictionaries::Used;
        let writing = Self {
            dictionaries,
            ..self
        };
        let mut node = Encoder::new();
        writing.child(&mut node, field, &alone)?;
        Ok(node.as_bytes().to_vec())
    }

    fn contents(
        self,
        encoder: &mut Encoder,
        field: &Schema,
        layout: &Layout,
        valid: &Valid<'_, '_>,
    ) -> Result<()> {
        match layout {
            Layout::Null => Ok(()),
            Layout::Boolean => booleans(encoder, valid),
            Layout::Fixed(width) => fixed(encoder, valid, *width),
            Layout::Binary(offsets) => binary::between_offsets(encoder, valid, *offsets),
            Layout::BinaryView => binary::views(encoder, valid),
            Layout::List(offsets) => nested::list(self, encoder, field, valid, *offsets),
            Layout::ListView(offsets) => nested::list_view(self, encoder, field, valid, *offsets),
            Layout::FixedList(size) => nested::fixed_list(self, encoder, field, valid, *size),
            Layout::Struct => nested::structs(self, encoder, field, valid),
            Layout::Union { dense, ids } => {
                nested::union(self, encoder, field, valid, (*dense, ids))
            }
            Layout::RunEnds => nested::run_ends(self, encoder, field, valid),
        }
    }
}

/// How many parts follow the validity.
fn parts(field: &Schema, layout: &Layout) -> usize {
    let children = field.children().unwrap_or(0);
    match layout {
        _ if field.dictionary().is_some() => 2,
        Layout::Null => 0,
        Layout::Boolean | Layout::Fixed(_) | Layout::FixedList(_) => 1,
        Layout::Binary(_)
        | Layout::BinaryView
        | Layout::List(_)
        | Layout::ListView(_)
        | Layout::RunEnds => 2,
        Layout::Struct => children,
        Layout::Union { .. } => 1 + children,
    }
}

fn booleans(encoder: &mut Encoder, valid: &Valid<'_, '_>) -> Result<()> {
    let mut truths = bits::Bits::default();
    valid.for_each(|run| {
        let bitmap = valid
            .rows
            .array(run.array)
            .buffer(1, run.end().div_ceil(8))?;
        truths.extend(bitmap, run.start, run.length);
        Ok(())
    })?;
    encoder.leaf(Tag::Bytes, truths.as_bytes());
    Ok(())
}

fn fixed(encoder: &mut Encoder, valid: &Valid<'_, '_>, width: usize) -> Result<()> {
    let bytes = in_range(valid.count()?.checked_mul(width))?;
    valid.rows.check(bytes)?;
    let mut values = Blocks::new(bytes);
    valid.for_each(|run| {
        let array = valid.rows.array(run.array);
        let end = in_range(run.end().checked_mul(width))?;
        values.push(&array.buffer(1, end)?[run.start * width..]);
        Ok(())
    })?;
    values.finish(encoder);
    Ok(())
}

/// A count that was found to be in range.
pub fn int(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
