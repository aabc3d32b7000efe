//! Values as the disk has them: a pickle stream, with large memory beside it.
//!
//! The payload is the stream. The buffers are those that pickle hands out, in order, and behind them, if there are
//! any, one with a byte for each: 1 if it could be written to, 0 if not.

use pyo3::prelude::*;

use super::pickled::{Parts, Pickled, Stream};
use super::source::{Lent, Source};
use super::{CopyMode, Snapshot};
use crate::disk::{Codec, Entry, Generation, Name};
use crate::python::mapped::Mapped;

/// What the entries' payload and buffers mean.
pub const CODEC: Codec = Codec {
    tag: *b"pckl",
    version: 1,
};

/// Bytes of a [`Persisted`] beside what its snapshot holds.
const OF_PERSISTED: u64 = size_of::<Persisted>() as u64;

/// A value that the disk has too, or had.
pub struct Persisted {
    /// The value.
    pub snapshot: Snapshot,
    /// Its entry.
    pub name: Name,
    /// What the entry was counted to before the value was read or computed.
    pub generation: Generation,
}

impl Persisted {
    /// Bytes that it holds.
    pub fn size(&self) -> u64 {
        self.snapshot.size().saturating_add(OF_PERSISTED)
    }
}

/// What is written of a value.
pub enum Codable<'a, 'py> {
    /// What is stored in memory is written as it is.
    Stored(&'a Pickled),
    /// The value is pickled once more, since it is stored in another form.
    Pickled(Stream<'py>),
}

impl<'a, 'py> Codable<'a, 'py> {
    /// What is written of `value`, which is stored as `snapshot`. Fails with what pickle raises.
    pub fn of(value: &Bound<'py, PyAny>, snapshot: &'a Snapshot) -> PyResult<Self> {
        let py = value.py();
        match snapshot {
            Snapshot::Pickled(pickled) => Ok(Self::Stored(pickled)),
            // A slice has all of what it was cut from, and the stored one has not.
            Snapshot::Arrow(arrow) => Ok(Self::Pickled(Stream::of(arrow.object(py))?)),
            _ => Ok(Self::Pickled(Stream::of(value)?)),
        }
    }

    /// Runs `write` with the payload and the buffers of an entry.
    pub fn with<T>(&self, py: Python<'_>, write: impl FnOnce(&[u8], &[&[u8]]) -> T) -> PyResult<T> {
        let (stream, buffers): Parts<'_> = match self {
            Self::Stored(pickled) => pickled.parts(py)?,
            Self::Pickled(stream) => stream.parts(),
        };
        let flags: Vec<u8> = buffers
            .iter()
            .map(|(_, writable)| (*writable).into())
            .collect();
        let mut buffers: Vec<&[u8]> = buffers.into_iter().map(|(bytes, _)| bytes).collect();
        if !flags.is_empty() {
            buffers.push(&flags);
        }
        Ok(write(stream, &buffers))
    }
}

/// The value of an entry; none, if it was written in another way. Fails with what unpickling raises.
pub fn read(py: Python<'_>, entry: &Entry, mode: CopyMode) -> PyResult<Option<Snapshot>> {
    if entry.codec() != CODEC {
        return Ok(None);
    }
    let mut views: Vec<_> = entry.buffers().collect();
    let flags = views.pop();
    let flags = flags.as_deref().unwrap_or_default();
    if flags.len() != views.len() {
        return Ok(None);
    }
    let lent = views.into_iter().zip(flags).map(|(view, writable)| {
        Ok(Lent {
            view: Py::new(py, Mapped::new(view))?,
            is_writable: *writable == 1,
        })
    });
    let lent = lent.collect::<PyResult<Vec<_>>>()?;
    let stream = Bound::new(py, Mapped::new(entry.payload().clone()))?;
    let pickled = Pickled::over(py, stream, &lent)?;
    if mode == CopyMode::Auto {
        let value = pickled.lend(py)?;
        if let Some(cheap) = Snapshot::capture_cheaply(&value, Source::Entry(&lent))? {
            return Ok(Some(cheap));
        }
    }
    Ok(Some(Snapshot::Pickled(pickled)))
}
