//! From the parts of an entry to its file.

use std::borrow::Cow;
use std::cell::Cell;
use std::time::Duration;

use super::compression::compress;
use super::draft::Draft;
use super::fault::Fault;
use super::folder::{Options, Root};
use super::format::{Codec, Head, Layout, SEAL, padding};
use super::generation::Silence;
use super::guard::Guard;
use super::name::Name;

/// What an entry is written from.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// Nanoseconds from the beginning of 1970 to the creation; see [`super::now`].
    pub created: i64,
    /// Nanoseconds that the computation took.
    pub cost: u64,
    /// How payload and buffers are to be understood.
    pub codec: Codec,
    /// What is shown of the entry, such as the function's name.
    pub metadata: &'a [u8],
    /// Bytes that may be compressed.
    pub payload: &'a [u8],
    /// Bytes that are mapped by readers.
    pub buffers: &'a [&'a [u8]],
}

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is an entry now.
    Stored {
        /// Bytes of its file.
        bytes: u64,
    },
    /// It was cleared while it was computed, and is not kept.
    Overtaken,
}

/// The pieces of a file, but for its seal.
pub(super) struct Folded<'a> {
    head: Vec<u8>,
    layout: Layout,
    payload: Cow<'a, [u8]>,
    buffers: &'a [&'a [u8]],
    is_durable: bool,
}

impl<'a> Parts<'a> {
    /// Puts the parts in the order of the file.
    pub(super) fn fold(
        &self,
        namespace: &str,
        name: &Name,
        options: &Options,
    ) -> Result<Folded<'a>, Fault> {
        let (form, payload) = compress(self.payload, options.compress_from);
        let head = Head {
            name: *name,
            created: self.created,
            cost: self.cost,
            codec: self.codec,
            form,
            namespace: namespace.to_owned(),
            metadata: self.metadata.to_vec(),
            stored: payload.len() as u64,
            plain: self.payload.len() as u64,
            buffers: self
                .buffers
                .iter()
                .map(|buffer| buffer.len() as u64)
                .collect(),
        };
        let layout = head.layout()?;
        let size = (layout.body + SEAL) as u64;
        if options.max_bytes.is_some_and(|max| size > max) {
            return Err(Fault::TooLarge { size });
        }
        let cost = Duration::from_nanos(self.cost);
        Ok(Folded {
            head: head.encode(&layout)?,
            layout,
            payload,
            buffers: self.buffers,
            is_durable: options.sync_from.is_some_and(|from| cost >= from),
        })
    }
}

impl Folded<'_> {
    /// All before the seal, in order.
    fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let ends = std::iter::once(self.layout.payload.end)
            .chain(self.layout.buffers.iter().map(|buffer| buffer.end));
        let buffers = ends
            .zip(self.buffers)
            .flat_map(|(end, buffer)| [padding(end), buffer]);
        [&self.head[..], &self.payload].into_iter().chain(buffers)
    }
}

/// What a file of so many bytes takes on a disk, in blocks as nearly all file systems have them.
pub(super) fn on_disk(bytes: u64) -> u64 {
    bytes.next_multiple_of(4096)
}

/// Where an entry goes.
pub(super) struct Target<'a> {
    /// The folder of its namespace, and that of its function.
    pub place: &'a str,
    pub folder: &'a str,
    pub path: &'a str,
    /// The lock under which its value was computed.
    pub lock: Option<&'a Guard>,
    /// Asked right before the entry gets its name, while no clear can be announced.
    pub is_overtaken: &'a dyn Fn() -> bool,
    /// The file that was to get the name, whatever came of it.
    pub named: Cell<Option<(u64, u64)>>,
}

/// Writes a file and gives it its name, unless a clear was faster; returns its bytes.
pub(super) fn write(
    root: &Root,
    target: &Target<'_>,
    parts: &Folded<'_>,
) -> Result<Option<u64>, Fault> {
    let directory = &root.directory;
    let page = target.lock.and_then(|lock| lock.page(root, target.path));
    let mut draft = match page {
        Some(page) => Draft::Lock(page),
        None => Draft::create(directory, target.folder)?,
    };
    let seal = root.sealer.seal(parts.pieces());
    draft.write(parts.pieces().chain([&seal[..]]))?;
    if parts.is_durable {
        draft.sync()?;
    }
    let identity = draft.identity()?;
    let silence = Silence::keep(root, target.place);
    if (target.is_overtaken)() {
        return Ok(None);
    }
    target.named.set(Some(identity));
    draft.publish(target.path)?;
    drop(silence);
    if parts.is_durable {
        let synced = directory.sync(target.folder);
        synced.map_err(Fault::io("syncing the folder"))?;
    }
    Ok(Some((parts.layout.body + SEAL) as u64))
}
