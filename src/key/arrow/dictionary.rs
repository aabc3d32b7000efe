//! Dictionaries: the values, then an index for each row. Chunks whose dictionaries differ have one
//! here, in the order in which theirs come.

use std::collections::HashMap;

use ahash::RandomState;

use super::blocks::Blocks;
use super::data::{Dictionaries, Writing};
use super::layout::Layout;
use super::raw::{Array, Schema};
use super::rows::{Rows, Run, Valid};
use super::{Error, Result, in_range, integer};
use crate::key::encoder::Encoder;

/// A value that has no number yet.
const NONE: u64 = u64::MAX;

const OUTSIDE: Error = Error::Malformed("an index leads out of its dictionary");

/// Indices that are read at a time.
const AT_A_TIME: usize = 1024;

/// Writes the values that count, and the indices.
pub fn write(
    writing: Writing,
    encoder: &mut Encoder,
    (indices, values): (&Schema, &Schema),
    valid: &Valid<'_, '_>,
) -> Result<()> {
    let width = index_width(indices)?;
    let mut unified = Unified::new(writing, values, valid.rows)?;
    match writing.dictionaries {
        Dictionaries::Whole => unified.number_all()?,
        Dictionaries::Used => for_each_block(valid, width, |array, indices| {
            let mut indices = indices.iter();
            indices.try_for_each(|index| unified.number(array, *index))
        })?,
    }
    writing.child(encoder, values, &unified.values)?;
    let shortest = width_for(unified.count);
    let mut written = Blocks::new(in_range(valid.count()?.checked_mul(shortest))?);
    let mut block = Vec::with_capacity(AT_A_TIME * 8);
    for_each_block(valid, width, |array, indices| {
        block.clear();
        unified.translate(array, indices, shortest, &mut block)?;
        written.push(&block);
        Ok(())
    })?;
    written.finish(encoder);
    Ok(())
}

fn index_width(field: &Schema) -> Result<usize> {
    match (field.format()?, Layout::of(field.format()?)?) {
        ("c" | "C" | "s" | "S" | "i" | "I" | "l" | "L", Layout::Fixed(width)) => Ok(width),
        (format, _) => Err(Error::UnknownFormat(format!("dictionary under {format}"))),
    }
}

/// Bytes that hold the index of any of so many values.
fn width_for(count: u64) -> usize {
    match count.saturating_sub(1) {
        0..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xffff_ffff => 4,
        _ => 8,
    }
}

/// Calls `each` with an array's number and some indices, in the order of the rows.
fn for_each_block(
    valid: &Valid<'_, '_>,
    width: usize,
    mut each: impl FnMut(usize, &[u64]) -> Result<()>,
) -> Result<()> {
    let mut block = Vec::with_capacity(AT_A_TIME);
    valid.for_each(|run| {
        let end = in_range(run.end().checked_mul(width))?;
        let indices = &valid.rows.array(run.array).buffer(1, end)?[run.start * width..];
        indices.chunks(AT_A_TIME * width).try_for_each(|indices| {
            block.clear();
            match width {
                1 => read::<1>(indices, &mut block),
                2 => read::<2>(indices, &mut block),
                4 => read::<4>(indices, &mut block),
                _ => read::<8>(indices, &mut block),
            }
            each(run.array, &block)
        })
    })
}

/// Reads numbers of a width that the compiler knows, which is several times faster.
fn read<const WIDTH: usize>(bytes: &[u8], numbers: &mut Vec<u64>) {
    let (bytes, _) = bytes.as_chunks::<WIDTH>();
    numbers.extend(bytes.iter().map(|number| integer(number)));
}

/// The one dictionary of all chunks, in the making.
struct Unified<'a> {
    writing: Writing,
    field: &'a Schema,
    /// The values that have a number, in its order.
    values: Rows<'a>,
    count: u64,
    /// By array, the number of the dictionary that stands for all that are equal to its own.
    sources: Vec<usize>,
    /// By dictionary, the numbers of its values.
    numbers: Vec<Vec<u64>>,
    are_several: bool,
    /// By value, its number: only where there are several dictionaries.
    known: HashMap<Vec<u8>, u64, RandomState>,
}

impl<'a> Unified<'a> {
    fn new(writing: Writing, field: &'a Schema, rows: &Rows<'a>) -> Result<Self> {
        let values = rows.dictionaries()?;
        let sources = sources(writing, field, values.arrays())?;
        let numbers = values.arrays().iter().zip(0..).map(|(array, source)| {
            let stands_for_itself = sources[source] == source;
            let count = if stands_for_itself {
                array.length()?
            } else {
                0
            };
            Ok(vec![NONE; count])
        });
        Ok(Self {
            writing,
            field,
            count: 0,
            numbers: numbers.collect::<Result<_>>()?,
            are_several: sources.iter().any(|source| *source != 0),
            known: HashMap::default(),
            sources,
            values,
        })
    }

    fn number_all(&mut self) -> Result<()> {
        for array in 0..self.numbers.len() {
            for index in 0..self.numbers[array].len() {
                self.number(array, index as u64)?;
            }
        }
        Ok(())
    }

    /// Numbers a value of an array's dictionary, unless it has a number.
    fn number(&mut self, array: usize, index: u64) -> Result<()> {
        let source = self.sources[array];
        let index = in_range(usize::try_from(index).ok())?;
        match self.numbers[source].get(index) {
            Some(&NONE) => self.new_number(source, index),
            Some(_) => Ok(()),
            None => Err(OUTSIDE),
        }
    }

    /// Appends the numbers of some indices, in so many bytes each.
    fn translate(
        &self,
        array: usize,
        indices: &[u64],
        width: usize,
        bytes: &mut Vec<u8>,
    ) -> Result<()> {
        let numbers = &self.numbers[self.sources[array]];
        for index in indices {
            let index = usize::try_from(*index).ok();
            let number = index.and_then(|index| numbers.get(index)).ok_or(OUTSIDE)?;
            bytes.extend_from_slice(&number.to_le_bytes());
            bytes.truncate(bytes.len() - (8 - width));
        }
        Ok(())
    }

    fn new_number(&mut self, source: usize, index: usize) -> Result<()> {
        let value = Run {
            array: source,
            start: index,
            length: 1,
        };
        let next = self.count;
        let mut number = next;
        if self.are_several {
            let node = self.writing.node(self.field, &self.values, value)?;
            number = *self.known.entry(node).or_insert(next);
        }
        if number == next {
            self.values.push_from_first(value)?;
            self.count += 1;
        }
        self.numbers[source][index] = number;
        Ok(())
    }
}

/// By array, the first array whose dictionary equals its own.
fn sources(writing: Writing, field: &Schema, dictionaries: &[&Array]) -> Result<Vec<usize>> {
    let mut sources: Vec<usize> = Vec::with_capacity(dictionaries.len());
    let mut firsts: HashMap<Vec<u8>, usize, RandomState> = HashMap::default();
    for (array, dictionary) in dictionaries.iter().enumerate() {
        let before = array.checked_sub(1);
        let source = match before {
            Some(before) if dictionary.is_same(dictionaries[before]) => sources[before],
            _ => {
                let mut node = Encoder::new();
                if dictionaries.len() > 1 {
                    let rows = Rows::of(vec![dictionary])?;
                    writing.child(&mut node, field, &rows)?;
                }
                *firsts.entry(node.as_bytes().to_vec()).or_insert(array)
            }
        };
        sources.push(source);
    }
    Ok(sources)
}
