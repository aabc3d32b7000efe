//! The bytes of a file: mapped if they are many, read if they are few.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

use memmap2::Mmap;

use super::fault::Fault;
use super::format::{ALIGNMENT, FIXED, recognise};
use super::mapping;
use super::step::{Step, pass};

/// A file's content, which stays as it was when it was opened.
pub(super) enum Content {
    Mapped(Mmap),
    /// Read into memory; the content begins where its sections are aligned.
    Read {
        memory: Vec<u8>,
        start: usize,
    },
}

impl Content {
    /// The `size` bytes of a file; mapped if there are at least `map_from`.
    pub(super) fn of(file: &File, size: u64, map_from: Option<u64>) -> Result<Self, Fault> {
        let length = usize::try_from(size).map_err(|_| Fault::TooLarge { size })?;
        pass(Step::Read).map_err(Fault::io("reading the entry"))?;
        if map_from.is_some_and(|from| size >= from.max(1)) {
            recognise(&prefix(file).map_err(Fault::io("reading the entry"))?, size)?;
            // Some file systems cannot map.
            if let Ok(map) = mapping::map(file, length) {
                return Ok(Self::Mapped(map));
            }
            rewind(file).map_err(Fault::io("reading the entry"))?;
        }
        Self::read(file, length)
    }

    fn read(mut file: &File, length: usize) -> Result<Self, Fault> {
        let size = length as u64;
        let mut memory = Vec::new();
        let room = length.saturating_add(ALIGNMENT);
        memory
            .try_reserve_exact(room)
            .map_err(|_| Fault::TooLarge { size })?;
        memory.resize(room, 0);
        let start = memory.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        match file.read_exact(&mut memory[start..start + length]) {
            Ok(()) => Ok(Self::Read { memory, start }),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(Fault::Length {
                expected: size,
                found: 0,
            }),
            Err(error) => Err(Fault::io("reading the entry")(error)),
        }
    }

    /// The whole file.
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Read { memory, start } => &memory[*start..memory.len() + *start - ALIGNMENT],
        }
    }
}

/// The first bytes, which tell whether a map is worth making: all of it would be read from the disk.
fn prefix(file: &File) -> io::Result<Vec<u8>> {
    let mut prefix = Vec::with_capacity(FIXED);
    file.take(FIXED as u64).read_to_end(&mut prefix)?;
    Ok(prefix)
}

fn rewind(mut file: &File) -> io::Result<()> {
    file.seek(SeekFrom::Start(0)).map(drop)
}
