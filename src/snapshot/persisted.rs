//! Values as the disk has them: a pickle stream, with large memory beside it.
//!
//! The payload is the stream, of the value itself or of what Arrow makes of it. The buffers are those that pickle hands out, in order, and behind them, if there are
//! any, one with a byte for each: 1 if it could be written to, 0 if not.

use pyo3::prelude::*;

use super::pickled::{Parts, Pickled, Stream};
use super::polars::Polars;
use super::source::{Lent, Source};
use super::{CopyMode, Snapshot};
use crate::disk::{Codec, Entry, Generation, Name, View};
use crate::python::failure::is_failure;
use crate::python::mapped::Mapped;

/// A pickle of the value.
const PICKLE: Codec = Codec {
    tag: *b"pckl",
    version: 1,
};

/// The version of both with a last buffer: what the function has drawn.
const DRAWN: u32 = 2;

/// A pickle of the value as Arrow has it: a table for a frame of polars', a name and an array for a series.
const POLARS: Codec = Codec {
    tag: *b"plrs",
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
pub struct Codable<'a, 'py> {
    /// What its payload and buffers mean.
    pub codec: Codec,
    content: Content<'a, 'py>,
    /// What the function has drawn.
    drawn: Option<&'a [u8]>,
}

/// What is read of an entry.
pub struct Restorable {
    /// The value.
    pub snapshot: Snapshot,
    /// What the function has drawn.
    pub drawn: Option<View>,
}

enum Content<'a, 'py> {
    /// What is stored in memory is written as it is.
    Stored(&'a Pickled),
    /// The value is pickled once more, since it is stored in another form.
    Pickled(Stream<'py>),
}

impl<'a, 'py> Codable<'a, 'py> {
    /// What is written of `value`, which is stored as `snapshot`, and of what its function has drawn. Fails with what
    /// pickle raises.
    pub fn of(
        value: &Bound<'py, PyAny>,
        snapshot: &'a Snapshot,
        drawn: Option<&'a [u8]>,
    ) -> PyResult<Self> {
        let py = value.py();
        let mut codec = PICKLE;
        let content = match snapshot {
            Snapshot::Pickled(pickled) => Content::Stored(pickled),
            // A slice has all of what it was cut from, and the stored one has not.
            Snapshot::Arrow(arrow) => Content::Pickled(Stream::of(arrow.object(py))?),
            Snapshot::Polars(polars) => match in_arrow(py, polars)? {
                Some(stream) => {
                    codec = POLARS;
                    Content::Pickled(stream)
                }
                None => Content::Pickled(Stream::of(value)?),
            },
            _ => Content::Pickled(Stream::of(value)?),
        };
        if drawn.is_some() {
            codec.version = DRAWN;
        }
        Ok(Self {
            codec,
            content,
            drawn,
        })
    }

    /// Runs `write` with the payload and the buffers of an entry.
    pub fn with<T>(&self, py: Python<'_>, write: impl FnOnce(&[u8], &[&[u8]]) -> T) -> PyResult<T> {
        let (stream, buffers): Parts<'_> = match &self.content {
            Content::Stored(pickled) => pickled.parts(py)?,
            Content::Pickled(stream) => stream.parts(),
        };
        let flags: Vec<u8> = buffers
            .iter()
            .map(|(_, writable)| (*writable).into())
            .collect();
        let mut buffers: Vec<&[u8]> = buffers.into_iter().map(|(bytes, _)| bytes).collect();
        if !flags.is_empty() {
            buffers.push(&flags);
        }
        buffers.extend(self.drawn);
        Ok(write(stream, &buffers))
    }
}

/// What is written of a frame or series of polars', whose own pickles are no memory that could be lent. None, if
/// Arrow has no place for something in it.
fn in_arrow<'py>(py: Python<'py>, polars: &Polars) -> PyResult<Option<Stream<'py>>> {
    let stream = polars
        .as_arrow(py)
        .and_then(|arrow| arrow.as_ref().map(Stream::of).transpose());
    match stream {
        Err(raised) if is_failure(py, &raised) => Ok(None),
        stream => stream,
    }
}

/// The value of an entry; none, if it was written in another way. Fails with what unpickling raises.
pub fn read(py: Python<'_>, entry: &Entry, mode: CopyMode) -> PyResult<Option<Restorable>> {
    let mut codec = entry.codec();
    let mut views: Vec<_> = entry.buffers().collect();
    let mut drawn = None;
    if codec.version == DRAWN {
        codec.version = PICKLE.version;
        drawn = views.pop();
        if drawn.is_none() {
            return Ok(None);
        }
    }
    if codec != PICKLE && codec != POLARS {
        return Ok(None);
    }
    let snapshot = snapshot(py, entry, codec, views, mode)?;
    Ok(snapshot.map(|snapshot| Restorable { snapshot, drawn }))
}

fn snapshot(
    py: Python<'_>,
    entry: &Entry,
    codec: Codec,
    mut views: Vec<View>,
    mode: CopyMode,
) -> PyResult<Option<Snapshot>> {
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
    if codec == POLARS {
        return Polars::over(&pickled.lend(py)?)
            .map(Snapshot::Polars)
            .map(Some);
    }
    if mode == CopyMode::Auto {
        let value = pickled.lend(py)?;
        if let Some(cheap) = Snapshot::capture_cheaply(&value, Source::Entry(&lent))? {
            return Ok(Some(cheap));
        }
    }
    Ok(Some(Snapshot::Pickled(pickled)))
}
