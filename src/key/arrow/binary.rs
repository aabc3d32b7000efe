//! Strings and bytes: where each row ends, then the bytes of all, one after the other.

use super::blocks::Blocks;
use super::layout::Offsets;
use super::raw::Array;
use super::rows::{Rows, Run, Valid};
use super::{ENDLESS, Error, MOST_BYTES, Result, in_range};
use crate::key::encoder::Encoder;

/// Rows whose ends are made at a time.
const AT_A_TIME: usize = 4096;

/// Where the rows of a column end, counted from the start of the first.
pub struct Ends {
    total: u64,
    leaf: Blocks,
    made: Vec<u8>,
}

impl Ends {
    /// Ends of so many rows.
    pub fn new(count: usize) -> Result<Self> {
        Ok(Self {
            total: 0,
            leaf: Blocks::new(in_range(count.checked_mul(8))?),
            made: Vec::new(),
        })
    }

    /// Adds a row.
    pub fn push(&mut self, length: usize) -> Result<()> {
        let total = self.total.checked_add(length as u64);
        self.total = total.ok_or(Error::Malformed("a size is out of range"))?;
        self.leaf.push(&self.total.to_le_bytes());
        Ok(())
    }

    /// Adds the rows between offsets.
    fn between(&mut self, offsets: &[u8], width: Offsets) -> Result<()> {
        for start in (0..offsets.len() / width.width() - 1).step_by(AT_A_TIME) {
            let offsets = &offsets[start * width.width()..];
            match width {
                Offsets::Narrow => self.some(offsets, |o: [u8; 4]| u32::from_le_bytes(o).into()),
                Offsets::Wide => self.some(offsets, u64::from_le_bytes),
            }?;
        }
        Ok(())
    }

    /// Adds at most as many rows as are made at a time.
    fn some<const N: usize>(
        &mut self,
        offsets: &[u8],
        number: impl Fn([u8; N]) -> u64,
    ) -> Result<()> {
        let (offsets, _) = offsets.as_chunks::<N>();
        let first = number(offsets[0]);
        let rows = AT_A_TIME.min(offsets.len() - 1);
        self.made.resize(rows * 8, 0);
        let (made, _) = self.made.as_chunks_mut::<8>();
        let (mut last, mut ascending) = (first, true);
        for (end, offset) in made.iter_mut().zip(&offsets[1..]) {
            let offset = number(*offset);
            ascending &= last <= offset;
            last = offset;
            *end = self
                .total
                .wrapping_add(offset.wrapping_sub(first))
                .to_le_bytes();
        }
        // A negative number is a large one here.
        let total = self.total.checked_add(last.wrapping_sub(first));
        let total = total.filter(|&total| ascending && i64::try_from(total).is_ok());
        self.total = total.ok_or(Error::Malformed("offsets do not ascend"))?;
        self.leaf.push(&self.made);
        Ok(())
    }

    /// Writes the ends, and says how many bytes or rows lie before the last.
    pub fn finish(self, encoder: &mut Encoder) -> Result<usize> {
        self.leaf.finish(encoder);
        in_range(usize::try_from(self.total).ok())
    }
}

/// Writes where the rows end, as their offsets say; returns the last end.
pub fn ends(encoder: &mut Encoder, valid: &Valid<'_, '_>, width: Offsets) -> Result<usize> {
    let mut ends = Ends::new(valid.count()?)?;
    valid.for_each(|run| ends.between(offsets(valid.rows.array(run.array), run, width)?, width))?;
    ends.finish(encoder)
}

/// The offsets of a run's rows, and the one after them.
fn offsets(array: &Array, run: Run, width: Offsets) -> Result<&[u8]> {
    let end = run.end().checked_add(1);
    let end = in_range(end.and_then(|end| end.checked_mul(width.width())))?;
    Ok(&array.buffer(1, end)?[run.start * width.width()..])
}

/// The offset before a run's first row, and the one after its last.
pub fn span(array: &Array, run: Run, width: Offsets) -> Result<(usize, usize)> {
    let offsets = offsets(array, run, width)?;
    Ok((
        offset(offsets, 0, width)?,
        offset(offsets, run.length, width)?,
    ))
}

/// The offset or size of that number.
pub fn offset(offsets: &[u8], index: usize, width: Offsets) -> Result<usize> {
    let at = &offsets[index * width.width()..];
    let offset = match (width, at.first_chunk::<4>(), at.first_chunk::<8>()) {
        (Offsets::Narrow, Some(narrow), _) => i64::from(i32::from_le_bytes(*narrow)),
        (Offsets::Wide, _, Some(wide)) => i64::from_le_bytes(*wide),
        _ => -1,
    };
    super::size(offset, "an offset is negative")
}

/// Strings or bytes that lie between offsets.
pub fn between_offsets(encoder: &mut Encoder, valid: &Valid<'_, '_>, width: Offsets) -> Result<()> {
    let total = ends(encoder, valid, width)?;
    if total > MOST_BYTES && total > texts(valid.rows, width)? {
        return Err(ENDLESS);
    }
    let mut bytes = Blocks::new(total);
    valid.for_each(|run| {
        let array = valid.rows.array(run.array);
        let (start, end) = span(array, run, width)?;
        bytes.push(&array.buffer(2, end)?[start..]);
        Ok(())
    })?;
    bytes.finish(encoder);
    Ok(())
}

/// Bytes of all texts that the arrays have.
fn texts(rows: &Rows<'_>, width: Offsets) -> Result<usize> {
    let mut total: usize = 0;
    for (number, array) in rows.arrays().iter().enumerate() {
        let whole = Run {
            array: number,
            start: array.offset()?,
            length: array.length()?,
        };
        let (start, end) = span(array, whole, width)?;
        total = total.saturating_add(end.saturating_sub(start));
    }
    Ok(total)
}

/// Bytes of a view.
const VIEW: usize = 16;

/// The longest contents that a view holds itself.
const INLINE: usize = 12;

/// Strings or bytes, each where its view says.
pub fn views(encoder: &mut Encoder, valid: &Valid<'_, '_>) -> Result<()> {
    let mut ends = Ends::new(valid.count()?)?;
    for_each_view(valid, |_, view| ends.push(length(view)?))?;
    let total = ends.finish(encoder)?;
    let buffers = valid.rows.arrays().iter().map(|array| buffers(array));
    let buffers = buffers.collect::<Result<Vec<_>>>()?;
    let there: usize = buffers.iter().flatten().map(|buffer| buffer.len()).sum();
    let inside = valid.count()?.saturating_mul(INLINE);
    if total > MOST_BYTES && (total > there.saturating_add(inside) || valid.rows.repeat()) {
        return Err(ENDLESS);
    }
    let mut bytes = Blocks::new(total);
    for_each_view(valid, |array, view| {
        bytes.push(viewed(&buffers[array], view)?);
        Ok(())
    })?;
    bytes.finish(encoder);
    Ok(())
}

fn for_each_view(
    valid: &Valid<'_, '_>,
    mut each: impl FnMut(usize, &[u8; VIEW]) -> Result<()>,
) -> Result<()> {
    valid.for_each(|run| {
        let end = in_range(run.end().checked_mul(VIEW))?;
        let views = &valid.rows.array(run.array).buffer(1, end)?[run.start * VIEW..];
        let (views, _) = views.as_chunks();
        views.iter().try_for_each(|view| each(run.array, view))
    })
}

/// The number at a place of a view.
fn number(view: &[u8; VIEW], at: usize) -> Result<usize> {
    offset(&view[at..], 0, Offsets::Narrow)
}

fn length(view: &[u8; VIEW]) -> Result<usize> {
    number(view, 0)
}

fn viewed<'b>(buffers: &[&'b [u8]], view: &'b [u8; VIEW]) -> Result<&'b [u8]> {
    let length = length(view)?;
    if length <= INLINE {
        return Ok(&view[4..4 + length]);
    }
    let (buffer, start) = (number(view, 8)?, number(view, 12)?);
    let buffer = buffers.get(buffer).copied();
    let bytes = buffer.and_then(|bytes| bytes.get(start..)?.get(..length));
    bytes.ok_or(Error::Malformed("a view leads out of its buffer"))
}

/// The buffers that views lead to; the last one of all has their sizes.
fn buffers(array: &Array) -> Result<Vec<&[u8]>> {
    let count = array.buffers()?.saturating_sub(3);
    let sizes = array.buffer(2 + count, count * 8)?;
    (0..count)
        .map(|index| array.buffer(2 + index, offset(sizes, index, Offsets::Wide)?))
        .collect()
}
