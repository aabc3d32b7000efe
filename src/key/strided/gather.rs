//! Copies of items that lie apart, to where they lie in the order of their indices.

use smallvec::SmallVec;

use super::{Axis, signed};

/// An axis as it is read, and as it is written.
#[derive(Clone, Copy)]
struct Copied {
    length: isize,
    from: isize,
    to: isize,
}

/// Copies the items of `rows` and of the axes inside to `target`, in the order of their indices. The
/// loops run in the order of the memory that is read.
pub(super) fn gather(target: &mut [u8], start: *const u8, rows: Axis, inner: &[Axis], item: usize) {
    let mut to = signed(item);
    let mut axes: SmallVec<[Copied; 4]> = SmallVec::new();
    for axis in inner.iter().rev().chain([&rows]) {
        let length = signed(axis.length);
        let from = axis.stride;
        axes.push(Copied { length, from, to });
        to *= length;
    }
    assert!(signed(target.len()) == to, "the target holds all items");
    axes.sort_by_key(|axis| axis.from.unsigned_abs());
    // SAFETY: the places that are read are those of the array; those that are written are numbered
    // without gaps from 0 to the target's length.
    unsafe { copy(target.as_mut_ptr(), start, &axes, item) };
}

/// # Safety
///
/// Each place that the axes lead to must be readable at `from`, and writable at `to`.
unsafe fn copy(to: *mut u8, from: *const u8, axes: &[Copied], item: usize) {
    // SAFETY: the caller's.
    unsafe {
        match axes {
            [] => std::ptr::copy_nonoverlapping(from, to, item),
            [row] => copy_row(to, from, *row, item),
            [inner @ .., outer] => {
                for index in 0..outer.length {
                    let (to, from) = (to.offset(outer.to * index), from.offset(outer.from * index));
                    copy(to, from, inner, item);
                }
            }
        }
    }
}

/// # Safety
///
/// As for [`copy`].
unsafe fn copy_row(to: *mut u8, from: *const u8, row: Copied, item: usize) {
    // SAFETY: the caller's.
    unsafe {
        match item {
            1 => copy_items::<1>(to, from, row),
            2 => copy_items::<2>(to, from, row),
            4 => copy_items::<4>(to, from, row),
            8 => copy_items::<8>(to, from, row),
            16 => copy_items::<16>(to, from, row),
            _ => {
                for index in 0..row.length {
                    let from = from.offset(row.from * index);
                    std::ptr::copy_nonoverlapping(from, to.offset(row.to * index), item);
                }
            }
        }
    }
}

/// # Safety
///
/// As for [`copy`].
unsafe fn copy_items<const ITEM: usize>(to: *mut u8, from: *const u8, row: Copied) {
    for index in 0..row.length {
        // SAFETY: the caller's; arrays of bytes need no alignment.
        unsafe {
            let item = from.offset(row.from * index).cast::<[u8; ITEM]>().read();
            to.offset(row.to * index).cast::<[u8; ITEM]>().write(item);
        }
    }
}
