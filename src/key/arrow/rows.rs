//! Rows: which places of which arrays a column is made of, chunk by chunk and slice by slice.

use super::bits::Bits;
use super::raw::Array;
use super::{ENDLESS, Error, MOST_BYTES, MOST_ROWS, MOST_RUNS, Result, in_range};
use crate::key::interruption;

/// The rows of a column, in order.
pub struct Rows<'a> {
    arrays: Vec<&'a Array>,
    runs: Vec<Run>,
    /// How many rows the arrays have, and how many of them the column is made of.
    there: usize,
    taken: usize,
}

/// Rows that lie next to each other in an array's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The array's number.
    pub array: usize,
    /// The first row's place, counted from where the buffers begin.
    pub start: usize,
    /// How many rows there are.
    pub length: usize,
}

impl Run {
    /// The place after the last row's.
    pub fn end(self) -> usize {
        self.start + self.length
    }

    /// Rows of a child of the same array.
    #[must_use]
    pub fn of_child(self, start: usize, length: usize) -> Self {
        Self {
            start,
            length,
            ..self
        }
    }
}

impl<'a> Rows<'a> {
    /// All rows of the chunks.
    pub fn of(arrays: Vec<&'a Array>) -> Result<Self> {
        let mut rows = Self::none_of(arrays);
        for array in 0..rows.arrays.len() {
            let (start, length) = (rows.arrays[array].offset()?, rows.arrays[array].length()?);
            in_range(start.checked_add(length))?;
            rows.push(Run {
                array,
                start,
                length,
            })?;
        }
        Ok(rows)
    }

    fn none_of(arrays: Vec<&'a Array>) -> Self {
        let lengths = arrays.iter().map(|array| array.length().unwrap_or(0));
        Self {
            there: lengths.fold(0, usize::saturating_add),
            taken: 0,
            arrays,
            runs: Vec::new(),
        }
    }

    /// One of the arrays, none of its rows yet.
    #[must_use]
    pub fn alone(&self, array: usize) -> Self {
        Self::none_of(vec![self.arrays[array]])
    }

    /// The arrays' children of that number, none of their rows yet.
    pub fn child(&self, index: usize) -> Result<Self> {
        let children = self.arrays.iter().map(|array| array.child(index));
        Ok(Self::none_of(children.collect::<Result<_>>()?))
    }

    /// The arrays' dictionaries, none of their rows yet.
    pub fn dictionaries(&self) -> Result<Self> {
        let dictionaries = self.arrays.iter().map(|array| array.dictionary());
        Ok(Self::none_of(dictionaries.collect::<Result<_>>()?))
    }

    /// Adds rows. They must be some that the array has.
    pub fn push(&mut self, run: Run) -> Result<()> {
        let array = self.array(run.array);
        let first = array.offset()?;
        let end = in_range(run.start.checked_add(run.length))?;
        if run.start < first || end - first > array.length()? {
            return Err(Error::Malformed("it refers to rows that are not there"));
        }
        match self.runs.last_mut() {
            Some(last) if last.array == run.array && last.end() == run.start => {
                last.length += run.length;
            }
            _ if run.length == 0 => {}
            _ => self.runs.push(run),
        }
        self.taken = self.taken.saturating_add(run.length);
        let is_endless = self.taken > MOST_ROWS || self.runs.len() > MOST_RUNS;
        if is_endless && self.repeat() {
            return Err(ENDLESS);
        }
        Ok(())
    }

    /// Whether some rows are there once and met more than once.
    pub fn repeat(&self) -> bool {
        self.taken > self.there
    }

    /// Checks what the rows, which have so many bytes, would cost to read.
    pub fn check(&self, bytes: usize) -> Result<()> {
        if bytes > MOST_BYTES && self.repeat() {
            return Err(ENDLESS);
        }
        Ok(())
    }

    /// Adds rows that are counted from the array's first row.
    pub fn push_from_first(&mut self, run: Run) -> Result<()> {
        let first = self.array(run.array).offset()?;
        let start = in_range(run.start.checked_add(first))?;
        self.push(Run { start, ..run })
    }

    /// An array by its number.
    pub fn array(&self, number: usize) -> &'a Array {
        self.arrays[number]
    }

    /// The arrays.
    pub fn arrays(&self) -> &[&'a Array] {
        &self.arrays
    }

    /// How many rows there are.
    pub fn count(&self) -> Result<usize> {
        let lengths = self.runs.iter().map(|run| run.length);
        let count = lengths.into_iter().try_fold(0, usize::checked_add);
        let count = in_range(count)?;
        in_range(i64::try_from(count).is_ok().then_some(count))
    }

    /// The rows by runs.
    pub fn runs(&self) -> impl Iterator<Item = Run> {
        self.runs.iter().copied()
    }

    /// Which rows are not null; nothing, if none is.
    pub fn validity(&self) -> Result<Option<Bits>> {
        if !self.arrays.iter().any(|array| may_have_nulls(array)) {
            return Ok(None);
        }
        let mut valid = Bits::default();
        for run in &self.runs {
            let array = self.array(run.array);
            if may_have_nulls(array) {
                let bitmap = array.buffer(0, run.end().div_ceil(8))?;
                valid.extend(bitmap, run.start, run.length);
            } else {
                valid.extend_set(run.length);
            }
        }
        Ok((!valid.are_all_set()).then_some(valid))
    }
}

fn may_have_nulls(array: &Array) -> bool {
    array.null_count() != 0 && array.has_buffer(0)
}

/// The rows of a column that are not null.
pub struct Valid<'r, 'a> {
    /// All its rows.
    pub rows: &'r Rows<'a>,
    /// Which are not null; all, if there is nothing.
    pub bits: Option<&'r Bits>,
}

impl Valid<'_, '_> {
    /// How many there are.
    pub fn count(&self) -> Result<usize> {
        self.bits
            .map_or_else(|| self.rows.count(), |bits| Ok(bits.count()))
    }

    /// Calls `each` for each run.
    pub fn for_each(&self, mut each: impl FnMut(Run) -> Result<()>) -> Result<()> {
        let mut each = |run: Run| {
            // The bytes of the rows are noted where they are hashed; runs may be many and empty.
            if interruption::spend(size_of::<Run>()) {
                return Err(Error::Interrupted);
            }
            each(run)
        };
        let Some(bits) = self.bits else {
            return self.rows.runs().try_for_each(each);
        };
        let mut before = 0;
        for run in self.rows.runs() {
            for (first, length) in bits.runs(before, before + run.length) {
                each(Run {
                    start: run.start + (first - before),
                    length,
                    ..run
                })?;
            }
            before += run.length;
        }
        Ok(())
    }
}
