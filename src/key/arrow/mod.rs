//! Arrow: columns of every library that speaks the Arrow C Data Interface.
//!
//! A [`field`] node says what a column is, a [`data`] node what is in it: equal for equal content,
//! however the memory is cut, shared, or filled where nothing can be read.

pub mod data;
pub mod field;
pub mod layout;
pub mod raw;
pub mod rows;

#[cfg(feature = "python")]
pub mod capsule;

mod binary;
mod bits;
mod blocks;
mod dictionary;
mod nested;
#[cfg(test)]
mod tests;

use thiserror::Error;

/// Types that may lie inside each other; the deepest that anyone uses have a dozen.
const MAX_DEPTH: usize = 128;

/// Why a column has no key.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// A type that this version does not know.
    #[error("its Arrow type `{0}` is not known here")]
    UnknownFormat(String),
    /// Memory that cannot be of its type.
    #[error("its Arrow memory is malformed: {0}")]
    Malformed(&'static str),
    /// A type that cannot be followed to its end.
    #[error("its Arrow type is nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// Rows that lie in memory once and are shown again and again.
    #[error(
        "its rows lead to the same memory again and again, over more than {0} rows or {1} bytes in \
         all; pass what they lead to"
    )]
    Endless(usize, usize),
    /// Whoever waits for the key has interrupted the work.
    #[error("it was interrupted")]
    Interrupted,
}

/// Rows, and bytes, beyond which what is shown more than once is not read.
const MOST_ROWS: usize = 1 << 31;
const MOST_BYTES: usize = crate::key::strided::ENDLESS;

/// Runs beyond which such rows are not collected: each takes memory.
const MOST_RUNS: usize = 1 << 22;

const ENDLESS: Error = Error::Endless(MOST_ROWS, MOST_BYTES);

/// What a step over Arrow memory gives.
pub type Result<T> = std::result::Result<T, Error>;

fn size(value: i64, what: &'static str) -> Result<usize> {
    usize::try_from(value).map_err(|_| Error::Malformed(what))
}

/// A number of bytes or rows that no memory can have.
fn in_range(value: Option<usize>) -> Result<usize> {
    value.ok_or(Error::Malformed("a size is out of range"))
}

/// A little-endian number of at most eight bytes; what is negative becomes large.
fn integer(bytes: &[u8]) -> u64 {
    let mut wide = [0; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(wide)
}
