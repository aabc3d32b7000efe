//! An entry that was read, and found to be what was written.

use std::fs::File;
use std::ops::{Deref, Range};
use std::sync::Arc;

use super::compression::decompress;
use super::content::Content;
use super::fault::Fault;
use super::format::{Codec, Form, Head, Layout, recognise};
use super::name::Name;
use super::seal::Sealer;

/// An entry of the folder.
#[derive(Clone)]
pub struct Entry {
    head: Arc<Head>,
    layout: Arc<Layout>,
    content: Arc<Content>,
    payload: View,
}

/// Bytes of an entry; the entry's file stays mapped for as long as there is a view.
#[derive(Clone)]
pub struct View {
    source: Source,
}

#[derive(Clone)]
enum Source {
    File(Arc<Content>, Range<usize>),
    Memory(Arc<Vec<u8>>),
}

impl Entry {
    /// Takes the entry from a file of `size` bytes, once its seal is found to be right.
    pub(super) fn of(
        file: &File,
        size: u64,
        map_from: Option<u64>,
        sealer: &Sealer,
    ) -> Result<Self, Fault> {
        if size == 0 {
            return Err(Fault::Empty);
        }
        let content = Content::of(file, size, map_from)?;
        recognise(content.front(), size)?;
        if !sealer.has_sealed(content.parts()) {
            return Err(Fault::Seal);
        }
        Self::unfold(Arc::new(content))
    }

    fn unfold(content: Arc<Content>) -> Result<Self, Fault> {
        let (head, layout) = Head::parse(content.front(), content.len())?;
        if !content.is_laid_out_as(&layout) {
            return Err(Fault::Malformed("its head changed while it was read"));
        }
        let stored = View::of(&content, &layout.payload);
        let payload = match head.form {
            Form::Plain => stored,
            Form::Lz4 => View {
                source: Source::Memory(Arc::new(decompress(&stored, head.plain)?)),
            },
        };
        Ok(Self {
            head: Arc::new(head),
            layout: Arc::new(layout),
            content,
            payload,
        })
    }

    /// Whether it is the entry of this name.
    pub(super) fn is_called(&self, namespace: &str, name: &Name) -> bool {
        self.head.name == *name && self.head.namespace == namespace
    }

    /// The name inside of its namespace.
    pub fn name(&self) -> Name {
        self.head.name
    }

    /// The application's name.
    pub fn namespace(&self) -> &str {
        &self.head.namespace
    }

    /// Nanoseconds from the beginning of 1970 to the entry's creation.
    pub fn created(&self) -> i64 {
        self.head.created
    }

    /// Nanoseconds that the computation took.
    pub fn cost(&self) -> u64 {
        self.head.cost
    }

    /// How payload and buffers are to be understood.
    pub fn codec(&self) -> Codec {
        self.head.codec
    }

    /// The metadata as they were written.
    pub fn metadata(&self) -> &[u8] {
        &self.head.metadata
    }

    /// The payload as it was written.
    pub fn payload(&self) -> &View {
        &self.payload
    }

    /// The number of buffers.
    pub fn buffer_count(&self) -> usize {
        self.layout.buffers.len()
    }

    /// The buffers in the order in which they were written, each 64-byte aligned. All but the last may be mapped, so
    /// that they are for data: who may write to the file can change it after the check.
    pub fn buffers(&self) -> impl Iterator<Item = View> {
        let ranges = self.layout.buffers.iter();
        ranges.map(|range| View::of(&self.content, range))
    }

    /// Bytes of the file.
    pub fn size(&self) -> usize {
        self.content.len()
    }

    /// Whether its buffers are mapped, so that their bytes are the system's to page out and share.
    pub fn is_mapped(&self) -> bool {
        matches!(*self.content, Content::Mapped(_))
    }
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Entry")
            .field("head", &self.head)
            .finish_non_exhaustive()
    }
}

impl View {
    fn of(content: &Arc<Content>, range: &Range<usize>) -> Self {
        Self {
            source: Source::File(content.clone(), range.clone()),
        }
    }
}

impl Deref for View {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.source {
            Source::File(content, range) => content.section(range.clone()),
            Source::Memory(payload) => payload,
        }
    }
}

impl std::fmt::Debug for View {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "View({} bytes)", self.len())
    }
}
