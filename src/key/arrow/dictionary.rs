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

/// Writes the values that count, and the indices.
pub fn write(
    writing: Writing,
    encoder: &mut Encoder,
    (indices, values): (&Schema, &Schema),
    valid: &Valid<'_, '_>,
) -> Result<()> {
    let width = index_width(indices)?;
    let mut unified = Unified::new(writing, values, valid.rows)?;
    if writing.dictionaries == Dictionaries::Whole {
        unified.number_all()?;
    }
    for_each_index(valid, width, |array, index| {
        unified.number(array, index).map(drop)
    })?;
    writing.child(encoder, values, &unified.values)?;
    let shortest = width_for(unified.count);
    let mut written = Blocks::new(in_range(valid.count()?.checked_mul(shortest))?);
    for_each_index(valid, width, |array, index| {
        let number = unified.number(array, index)?;
        written.push(&number.to_le_bytes()[..shortest]);
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

/// Calls `each` with the array's number and the index of each row.
fn for_each_index(
    valid: &Valid<'_, '_>,
    width: usize,
    mut each: impl FnMut(usize, u64) -> Result<()>,
) -> Result<()> {
    valid.for_each(|run| {
        let end = in_range(run.end().checked_mul(width))?;
        let indices = &valid.rows.array(run.array).buffer(1, end)?[run.start * width..];
        let mut indices = indices.chunks_exact(width).map(integer);
        indices.try_for_each(|index| each(run.array, index))
    })
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

    /// The number of a value of an array's dictionary.
    fn number(&mut self, array: usize, index: u64) -> Result<u64> {
        let source = self.sources[array];
        let index = in_range(usize::try_from(index).ok())?;
        match self.numbers[source].get(index) {
            Some(&NONE) => self.new_number(source, index),
            Some(&number) => Ok(number),
            None => Err(Error::Malformed("an index leads out of its dictionary")),
        }
    }

    fn new_number(&mut self, source: usize, index: usize) -> Result<u64> {
        let value = Run {
            array: source,
            start: index,
            length: 1,
        };
        let next = self.count;
        let mut number = next;
        if self.sources.iter().any(|other| *other != source) {
            let node = self.writing.node(self.field, &self.values, value)?;
            number = *self.known.entry(node).or_insert(next);
        }
        if number == next {
            self.values.push_from_first(value)?;
            self.count += 1;
        }
        self.numbers[source][index] = number;
        Ok(number)
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
