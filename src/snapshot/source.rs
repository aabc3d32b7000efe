//! Whose memory a value lies in that is taken in.

use pyo3::prelude::*;

use crate::python::mapped::Mapped;
use crate::python::memory;

/// A view of an entry's file, and whether the memory that it was written from could be written to.
pub struct Lent {
    /// The view, which nobody can write to.
    pub view: Py<Mapped>,
    /// Whether who gets the value may write to its own copy.
    pub is_writable: bool,
}

/// Where the memory of a value is from.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// A caller's, who may write to it later: it is copied.
    Caller,
    /// The value was made here, over these views where it lies over memory at all: it stays where it is.
    Entry(&'a [Lent]),
}

impl Source<'_> {
    /// Whether nobody else has the value.
    pub fn is_ours(self) -> bool {
        matches!(self, Self::Entry(_))
    }

    /// The bytes of a value in memory that nobody can write to.
    pub fn keep<'py>(self, py: Python<'py>, piece: &[u8]) -> PyResult<Bound<'py, PyAny>> {
        if let Some(lent) = self.view_around(piece)
            && let Some(part) = lent.view.get().part(piece)
        {
            return Ok(Bound::new(py, part)?.into_any());
        }
        Ok(memory::bytes(py, piece)?.into_any())
    }

    /// Whether what lies in this memory could be written to before it was an entry's; none, if it lies in no view.
    pub fn was_writable(self, piece: &[u8]) -> Option<bool> {
        self.view_around(piece).map(|lent| lent.is_writable)
    }

    fn view_around(&self, piece: &[u8]) -> Option<&Lent> {
        let Self::Entry(lent) = self else {
            return None;
        };
        lent.iter()
            .find(|lent| lent.view.get().part(piece).is_some())
    }
}
