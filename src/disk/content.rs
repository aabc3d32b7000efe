//! The bytes of a file: read into memory, but for large buffers of data, which are mapped.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;

use memmap2::Mmap;

use super::fault::Fault;
use super::format::{ALIGNMENT, FIXED, Head, Layout, head_length, recognise};
use super::mapping;
use super::step::{Step, pass};

/// A file's content, which stays as it was when it was opened.
pub(super) enum Content {
    Read(Owned),
    Mapped(Mapped),
}

/// Bytes in memory of this process alone, which begin where sections are aligned.
pub(super) struct Owned {
    memory: Vec<u8>,
    start: usize,
    length: usize,
}

/// A file of which only data is mapped. Whoever may write to the file can change what is mapped after its seal was
/// checked, and what is in memory of this process cannot be reached.
pub(super) struct Mapped {
    map: Mmap,
    /// Head and payload, which say what is made of the data.
    front: Owned,
    /// The last buffer and the seal: codecs keep there what is no data.
    back: Owned,
}

impl Content {
    /// The `size` bytes of a file. Its buffers are mapped if they have at least `map_from`.
    pub(super) fn of(file: &File, size: u64, map_from: Option<u64>) -> Result<Self, Fault> {
        let length = usize::try_from(size).map_err(|_| Fault::TooLarge { size })?;
        pass(Step::Read).map_err(Fault::io("reading the entry"))?;
        let from = map_from.map(|from| from.max(1));
        if from.is_some_and(|from| size >= from) {
            let data = data(file, length)?;
            // Some file systems cannot map.
            if data
                .as_ref()
                .is_some_and(|data| from <= Some(data.len() as u64))
                && let Some(data) = data
                && let Ok(map) = mapping::map(file, length)
            {
                let front = Owned::read(file, 0..data.start)?;
                let back = Owned::read(file, data.end..length)?;
                return Ok(Self::Mapped(Mapped { map, front, back }));
            }
        }
        Owned::read(file, 0..length).map(Self::Read)
    }

    /// The beginning of the file, with at least its head.
    pub(super) fn front(&self) -> &[u8] {
        match self {
            Self::Read(all) => all.bytes(),
            Self::Mapped(mapped) => mapped.front.bytes(),
        }
    }

    /// Bytes of the file.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Read(all) => all.length,
            Self::Mapped(mapped) => mapped.map.len(),
        }
    }

    /// The whole file in parts, of which the last has the seal.
    pub(super) fn parts(&self) -> [&[u8]; 3] {
        match self {
            Self::Read(all) => [&[], &[], all.bytes()],
            Self::Mapped(mapped) => [
                mapped.front.bytes(),
                &mapped.map[mapped.data()],
                mapped.back.bytes(),
            ],
        }
    }

    /// Whether what is mapped are the buffers of a head. The head that said what to map was read before another one
    /// could be written over it, and was not sealed.
    pub(super) fn is_laid_out_as(&self, layout: &Layout) -> bool {
        match self {
            Self::Read(_) => true,
            Self::Mapped(mapped) => layout.data() == Some(mapped.data()),
        }
    }

    /// The bytes of a section.
    pub(super) fn section(&self, range: Range<usize>) -> &[u8] {
        match self {
            Self::Read(all) => &all.bytes()[range],
            Self::Mapped(mapped) => mapped.section(range),
        }
    }
}

impl Mapped {
    /// Where the mapped bytes lie that are used.
    fn data(&self) -> Range<usize> {
        self.front.length..self.map.len() - self.back.length
    }

    fn section(&self, range: Range<usize>) -> &[u8] {
        let data = self.data();
        if range.end <= data.start {
            &self.front.bytes()[range]
        } else if range.start >= data.end {
            &self.back.bytes()[range.start - data.end..range.end - data.end]
        } else {
            &self.map[range]
        }
    }
}

impl Owned {
    fn read(mut file: &File, range: Range<usize>) -> Result<Self, Fault> {
        let length = range.len();
        let size = length as u64;
        let mut memory = Vec::new();
        let room = length.saturating_add(ALIGNMENT);
        memory
            .try_reserve_exact(room)
            .map_err(|_| Fault::TooLarge { size })?;
        memory.resize(room, 0);
        let start = memory.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        let target = &mut memory[start..start + length];
        let read = file
            .seek(SeekFrom::Start(range.start as u64))
            .and_then(|_| file.read_exact(target));
        match read {
            Ok(()) => Ok(Self {
                memory,
                start,
                length,
            }),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(Fault::Length {
                expected: range.end as u64,
                found: 0,
            }),
            Err(error) => Err(Fault::io("reading the entry")(error)),
        }
    }

    fn bytes(&self) -> &[u8] {
        &self.memory[self.start..self.start + self.length]
    }
}

/// Where the buffers but for the last one lie, if the head is one that can be read. Nothing of it is believed: whatever
/// it says, the seal is checked over all bytes, and the head read anew.
fn data(file: &File, length: usize) -> Result<Option<Range<usize>>, Fault> {
    let prefix = Owned::read(file, 0..length.min(FIXED))?;
    recognise(prefix.bytes(), length as u64)?;
    let head = head_length(prefix.bytes()).and_then(|head| usize::try_from(head).ok());
    let Some(head) = head.filter(|head| *head <= length) else {
        return Ok(None);
    };
    let head = Owned::read(file, 0..head)?;
    let parsed = Head::parse(head.bytes(), length).ok();
    Ok(parsed.and_then(|(_, layout)| layout.data()))
}

impl Layout {
    /// From the end of the payload to the beginning of the last buffer.
    fn data(&self) -> Option<Range<usize>> {
        let last = self.buffers.last()?;
        Some(self.payload.end..last.start)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::{ALIGNMENT, Content, Layout, Mapped, Owned, mapping};

    #[test]
    fn nothing_but_buffers_may_be_mapped() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("entry");
        std::fs::write(&path, [7; 16 * ALIGNMENT]).expect("a file");
        let file = File::open(path).expect("the file");
        let part = |range| Owned::read(&file, range).expect("its bytes");
        let content = Content::Mapped(Mapped {
            map: mapping::map(&file, 16 * ALIGNMENT).expect("its map"),
            front: part(0..4 * ALIGNMENT),
            back: part(12 * ALIGNMENT..16 * ALIGNMENT),
        });
        let with_payload_to = |end| Layout {
            head: 3 * ALIGNMENT,
            payload: 3 * ALIGNMENT..end,
            buffers: vec![end..12 * ALIGNMENT, 12 * ALIGNMENT..13 * ALIGNMENT],
            body: 13 * ALIGNMENT,
        };
        assert!(content.is_laid_out_as(&with_payload_to(4 * ALIGNMENT)));
        assert!(!content.is_laid_out_as(&with_payload_to(8 * ALIGNMENT)));
    }
}
