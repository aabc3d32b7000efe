//! Files as memory.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::{Mmap, MmapOptions};

/// The content of an entry's file of `length` bytes.
pub(super) fn map(file: &File, length: usize) -> io::Result<Mmap> {
    // The pages come while all cores read them, for the seal. To have them fetched before takes longer.
    let mut options = MmapOptions::new();
    options.len(length);
    // SAFETY: an entry's file is never written again once it has its name: writers of this library rename another
    // file over it, which leaves this one as it is for as long as it is mapped. Who else writes in a folder that
    // is its owner's alone, in place, breaks the promise of `docs/disk-format.md`.
    unsafe { options.map(file) }
}

/// Numbers in a file that other processes change.
pub(super) struct Numbers {
    map: Mmap,
}

impl Numbers {
    /// The first `count` numbers of a file that has as many.
    pub(super) fn map(file: &File, count: usize) -> io::Result<Self> {
        // SAFETY: the file never becomes shorter, and its bytes are read by `get` alone, as atomics.
        let map = unsafe { MmapOptions::new().len(count * size_of::<u64>()).map(file)? };
        Ok(Self { map })
    }

    /// The number at `index` as it is now.
    pub(super) fn get(&self, index: usize) -> u64 {
        assert!(index < self.map.len() / size_of::<u64>());
        #[expect(clippy::cast_ptr_alignment, reason = "a map begins at a page")]
        let first = self.map.as_ptr().cast::<AtomicU64>();
        // SAFETY: the map is as long, begins at a page, and is changed by other processes only; loading needs no
        // right to write.
        let number = unsafe { &*first.add(index) };
        number.load(Ordering::Acquire)
    }
}
