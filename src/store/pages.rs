//! Large memory in large pages, where the system has them for who asks.
//!
//! A look at a random place of 100 MB in pages of 4 KiB costs a second one, at the table of pages.

use std::mem::MaybeUninit;

/// Size and alignment of a large page. Where it is another one, the advice is of less use.
#[cfg(target_os = "linux")]
const LARGE: usize = 2 * 1024 * 1024;

/// Smaller memory is left alone: it would mostly lie beside the borders of large pages.
#[cfg(target_os = "linux")]
const WORTHWHILE: usize = 4 * LARGE;

/// Asks for large pages for memory that nothing was written to yet.
#[cfg(target_os = "linux")]
pub fn prefer_large<T>(memory: &mut [MaybeUninit<T>]) {
    let length = size_of_val(memory);
    if length < WORTHWHILE {
        return;
    }
    let start = memory.as_mut_ptr().cast::<u8>();
    let border = start.align_offset(LARGE);
    let length = (length - border) / LARGE * LARGE;
    // SAFETY: `border` is less than a large page, so that the range lies in `memory`, which is ours.
    // What is advised changes no contents, and if it fails nothing is different.
    unsafe {
        libc::madvise(start.add(border).cast(), length, libc::MADV_HUGEPAGE);
    }
}

/// Other systems have no such advice.
#[cfg(not(target_os = "linux"))]
pub fn prefer_large<T>(_memory: &mut [MaybeUninit<T>]) {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn memory_is_what_it_was() {
        for length in [0, WORTHWHILE - 1, WORTHWHILE, WORTHWHILE + LARGE - 1] {
            let mut memory: Vec<u8> = Vec::with_capacity(length);
            prefer_large(memory.spare_capacity_mut());
            memory.resize(length, 7);
            assert!(memory.iter().all(|byte| *byte == 7));
        }
    }
}
