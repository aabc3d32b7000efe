//! Memory of arrays: read in the order of their indices, wherever it lies.
//!
//! The files of this folder read memory by address; that it is there is what [`Strided::new`] asks.

mod columns;
mod gather;

use smallvec::SmallVec;

pub use self::columns::leaves;
use self::gather::gather;
use super::encoder::{Encoder, LeafHasher};
use super::interruption;
use super::tag::Tag;

/// Bytes that are put together before they are hashed: half of a small second-level cache.
const BLOCK: usize = 256 * 1024;

/// Bytes beyond which an array that repeats its items is not read: some ten seconds of hashing.
pub const ENDLESS: usize = 16 * 1024 * 1024 * 1024;

/// The part of an array that a larger block may have: hashing needs little memory of its own.
const SHARE: usize = 16;
const LARGEST_BLOCK: usize = 8 * 1024 * 1024;

/// An array's memory: items of a size, and for each axis their number and distance.
pub struct Strided {
    start: *const u8,
    item: usize,
    axes: SmallVec<[Axis; 4]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Axis {
    length: usize,
    stride: isize,
}

// SAFETY: the memory is only read, and `Strided::new` asks that it may be.
unsafe impl Send for Strided {}
// SAFETY: as above.
unsafe impl Sync for Strided {}

impl Strided {
    /// The array whose first item is at `start`; the axes come outermost first, strides in bytes.
    ///
    /// # Safety
    ///
    /// All items must lie in memory that stays while the value does. Who writes to it meanwhile
    /// gets a key of no particular moment.
    pub unsafe fn new(
        start: *const u8,
        item: usize,
        shape: impl IntoIterator<Item = usize>,
        strides: impl IntoIterator<Item = isize>,
    ) -> Self {
        let axes = shape.into_iter().zip(strides);
        let axes = axes.map(|(length, stride)| Axis { length, stride });
        Self {
            start,
            item,
            axes: axes.collect(),
        }
        .normal()
    }

    /// The same items with as few axes as possible.
    fn normal(mut self) -> Self {
        if self.item == 0 || self.axes.iter().any(|axis| axis.length == 0) {
            self.item = 0;
            self.axes.clear();
            return self;
        }
        let mut axes: SmallVec<[Axis; 4]> = SmallVec::new();
        for axis in self.axes.drain(..).filter(|axis| axis.length != 1) {
            match axes.last_mut() {
                Some(outer) if outer.stride == axis.stride * signed(axis.length) => {
                    outer.length *= axis.length;
                    outer.stride = axis.stride;
                }
                _ => axes.push(axis),
            }
        }
        if let Some(inner) = axes.last()
            && inner.stride == signed(self.item)
        {
            self.item *= inner.length;
            axes.pop();
        }
        self.axes = axes;
        self
    }

    /// How many bytes the items have.
    #[must_use]
    pub fn bytes(&self) -> usize {
        bytes_of(&self.axes, self.item)
    }

    /// Whether the items are the same ones again and again, over so many bytes that to read them would
    /// take too long.
    #[must_use]
    pub fn is_endless(&self) -> bool {
        self.bytes() > ENDLESS && self.bytes() > self.span()
    }

    /// The addresses between which the items lie.
    fn place(&self) -> (usize, usize) {
        let below = self.axes.iter().filter(|axis| axis.stride < 0);
        let below = below.map(|axis| axis.stride.unsigned_abs() * (axis.length - 1));
        let start = (self.start as usize).saturating_sub(below.sum());
        (start, start.saturating_add(self.span()))
    }

    /// Bytes of the memory in which the items lie.
    #[must_use]
    pub fn span(&self) -> usize {
        let lengths: SmallVec<[usize; 4]> = self.axes.iter().map(|axis| axis.length).collect();
        let strides: SmallVec<[isize; 4]> = self.axes.iter().map(|axis| axis.stride).collect();
        extent(self.item, &lengths, &strides).1
    }

    /// Writes the items as a leaf, in the order of their indices.
    pub fn write(&self, encoder: &mut Encoder) {
        if self.axes.is_empty() {
            // SAFETY: as promised to `new`: one run of items.
            encoder.leaf(Tag::Buffer, unsafe { run(self.start, self.item) });
            return;
        }
        let mut leaf = LeafHasher::new(Tag::Buffer, self.bytes());
        self.feed(&mut leaf);
        encoder.finish_leaf(leaf);
    }

    /// Writes the items of one axis as a leaf, with zeros for those that `hidden`, a byte for each,
    /// hides. Writes nothing if they are not as many, or have more axes.
    pub fn write_without(&self, hidden: &Self, encoder: &mut Encoder) -> bool {
        let count = hidden.bytes();
        let item = self.bytes().checked_div(count).unwrap_or(1).max(1);
        let (Some(items), Some(marks)) = (self.line(item), hidden.line(1)) else {
            return false;
        };
        if items.length != marks.length {
            return false;
        }
        let mut leaf = LeafHasher::new(Tag::Buffer, self.bytes());
        let steps = (BLOCK / item).max(1);
        let (mut bytes, mut hides) = (vec![0; steps * item], vec![0; steps]);
        for first in (0..count).step_by(steps) {
            let length = steps.min(count - first);
            let bytes = &mut bytes[..length * item];
            let hides = &mut hides[..length];
            gather(
                bytes,
                self.at(items, first),
                Axis { length, ..items },
                &[],
                item,
            );
            gather(
                hides,
                hidden.at(marks, first),
                Axis { length, ..marks },
                &[],
                1,
            );
            let pairs = bytes.chunks_exact_mut(item).zip(hides);
            pairs.for_each(|(item, hides)| {
                if *hides != 0 {
                    item.fill(0);
                }
            });
            leaf.update(bytes);
            if interruption::is_over_here() {
                break;
            }
        }
        encoder.finish_leaf(leaf);
        true
    }

    /// The one axis of items of a size.
    fn line(&self, item: usize) -> Option<Axis> {
        match self.axes[..] {
            [] => Some(Axis {
                length: self.item / item,
                stride: signed(item),
            }),
            [axis] if self.item == item => Some(axis),
            _ => None,
        }
    }

    fn at(&self, axis: Axis, index: usize) -> *const u8 {
        self.start.wrapping_offset(axis.stride * signed(index))
    }

    /// Hashes block by block. The last axis outside of a block is taken some steps at a time.
    fn feed(&self, leaf: &mut LeafHasher) {
        let (outer, steps, inner) = self.split();
        let Some((last, before)) = outer.split_last() else {
            return;
        };
        let step = bytes_of(inner, self.item);
        if inner.is_empty() && step >= BLOCK {
            // Long enough to be hashed where they lie.
            for_each_start(self.start, outer, &mut |start| {
                // SAFETY: as promised to `new`: one of the items.
                leaf.update(unsafe { run(start, step) });
                !interruption::is_over_here()
            });
            return;
        }
        let mut buffer = vec![0; steps * step];
        for_each_start(self.start, before, &mut |start| {
            for first in (0..last.length).step_by(steps) {
                let start = start.wrapping_offset(last.stride * signed(first));
                let rows = Axis {
                    length: steps.min(last.length - first),
                    stride: last.stride,
                };
                let bytes = &mut buffer[..rows.length * step];
                gather(bytes, start, rows, inner, self.item);
                leaf.update(bytes);
                if interruption::is_over_here() {
                    return false;
                }
            }
            true
        });
    }

    /// The axes to loop over, how many steps of the last of them fill a block, the axes inside.
    fn split(&self) -> (&[Axis], usize, &[Axis]) {
        let block = self.block();
        let mut at = self.axes.len();
        let mut bytes = self.item;
        while at > 1 && bytes * self.axes[at - 1].length <= block {
            at -= 1;
            bytes *= self.axes[at].length;
        }
        let (outer, inner) = self.axes.split_at(at);
        let all = outer.last().map_or(1, |axis| axis.length);
        (outer, (block / bytes).clamp(1, all), inner)
    }

    /// Bytes of a block. Where neighbours in memory are not neighbours by index, a small block would
    /// fetch the same memory again and again.
    fn block(&self) -> usize {
        let nearest = self
            .axes
            .iter()
            .map(|axis| axis.stride.unsigned_abs())
            .min();
        let last = self.axes.last().map(|axis| axis.stride.unsigned_abs());
        if nearest == last {
            BLOCK
        } else {
            (self.bytes() / SHARE).clamp(BLOCK, LARGEST_BLOCK)
        }
    }
}

#[expect(
    clippy::cast_possible_wrap,
    reason = "no object in memory is that long"
)]
fn signed(number: usize) -> isize {
    number as isize
}

/// Bytes that arrays show together and bytes of the memory in which they lie, if they show so many
/// again and again that to read them would take too long.
#[must_use]
pub fn endless(arrays: &[Strided]) -> Option<(usize, usize)> {
    let shown = arrays.iter().map(Strided::bytes);
    let shown = shown.fold(0, usize::saturating_add);
    if shown <= ENDLESS {
        return None;
    }
    let mut places: Vec<_> = arrays.iter().map(Strided::place).collect();
    places.sort_unstable();
    let (mut there, mut last): (usize, usize) = (0, 0);
    for (start, end) in places {
        there = there.saturating_add(end.saturating_sub(start.max(last)));
        last = last.max(end);
    }
    (shown > there).then_some((shown, there))
}

/// Bytes that an array shows, and bytes of the memory in which they lie.
#[must_use]
pub fn extent(item: usize, shape: &[usize], strides: &[isize]) -> (usize, usize) {
    let shown = shape.iter().copied().fold(item, usize::saturating_mul);
    if shown == 0 {
        return (0, 0);
    }
    let reach =
        |(length, stride): (&usize, &isize)| (length - 1).saturating_mul(stride.unsigned_abs());
    let axes = shape.iter().zip(strides);
    let there = axes.map(reach).fold(item, usize::saturating_add);
    (shown, there)
}

fn bytes_of(axes: &[Axis], item: usize) -> usize {
    axes.iter()
        .fold(item, |bytes, axis| bytes.saturating_mul(axis.length))
}

/// # Safety
///
/// There must be `length` readable bytes at `start`.
unsafe fn run<'a>(start: *const u8, length: usize) -> &'a [u8] {
    if length == 0 {
        return &[];
    }
    // SAFETY: the caller's.
    unsafe { std::slice::from_raw_parts(start, length) }
}

/// Where each place along `axes` begins, in the order of the indices, as long as `visit` goes on. `false`
/// if it did not.
fn for_each_start(
    start: *const u8,
    axes: &[Axis],
    visit: &mut impl FnMut(*const u8) -> bool,
) -> bool {
    let Some((outer, inner)) = axes.split_first() else {
        return visit(start);
    };
    (0..outer.length).all(|index| {
        let start = start.wrapping_offset(outer.stride * signed(index));
        for_each_start(start, inner, visit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(write: impl FnOnce(&mut Encoder)) -> Vec<u8> {
        let mut encoder = Encoder::new();
        write(&mut encoder);
        encoder.as_bytes().to_vec()
    }

    /// The array over `memory`, from `offset` on.
    fn strided(
        memory: &[u8],
        offset: usize,
        item: usize,
        shape: &[usize],
        strides: &[isize],
    ) -> Strided {
        let start = memory[offset..].as_ptr();
        // SAFETY: each test gives shapes that stay within its memory.
        unsafe { Strided::new(start, item, shape.iter().copied(), strides.iter().copied()) }
    }

    fn contents(array: &Strided) -> Vec<u8> {
        encoded(|encoder| array.write(encoder))
    }

    fn plain(bytes: &[u8]) -> Vec<u8> {
        encoded(|encoder| encoder.leaf(Tag::Buffer, bytes))
    }

    /// Bytes that do not repeat soon.
    fn memory(length: usize) -> Vec<u8> {
        let digits = (0..length).map(|i| (i * 2_654_435_761) >> 7);
        digits.map(|digit| digit.to_le_bytes()[0]).collect()
    }

    /// What an array holds, one index at a time.
    fn slow(
        memory: &[u8],
        offset: usize,
        item: usize,
        shape: &[usize],
        strides: &[isize],
    ) -> Vec<u8> {
        let mut places = vec![signed(offset)];
        for (length, stride) in shape.iter().zip(strides) {
            let steps = |place| (0..*length).map(move |index| place + stride * signed(index));
            places = places.into_iter().flat_map(steps).collect();
        }
        let items = places.into_iter().map(isize::unsigned_abs);
        items
            .flat_map(|at| memory[at..at + item].to_vec())
            .collect()
    }

    #[test]
    fn memory_in_order_is_one_run() {
        let memory = memory(1000);
        let array = strided(&memory, 0, 8, &[5, 5, 5], &[200, 40, 8]);
        assert!(array.axes.is_empty());
        assert_eq!(contents(&array), plain(&memory));
    }

    #[test]
    fn empty_arrays_have_no_bytes() {
        let array = strided(&[], 0, 8, &[3, 0], &[8, 8]);
        assert_eq!((array.bytes(), contents(&array)), (0, plain(&[])));
    }

    #[test]
    fn items_come_in_the_order_of_their_indices() {
        let memory = memory(4 * BLOCK);
        let cases: [(usize, usize, &[usize], &[isize]); 9] = [
            (0, 8, &[30, 40], &[8, 240]),
            (0, 8, &[300, 400], &[8, 300 * 8]),
            (8 * 99, 8, &[100], &[-8]),
            (0, 4, &[1000], &[12]),
            (0, 10, &[100, 2], &[32, 16]),
            (0, 2, &[5, 6, 7, 8], &[2, 10, 60, 420]),
            (0, 1, &[200_000], &[3]),
            (0, 16, &[7, 1, 900], &[16, 1, 112]),
            (0, 3, &[9, 4], &[0, 3]),
        ];
        for (offset, item, shape, strides) in cases {
            let array = strided(&memory, offset, item, shape, strides);
            let expected = slow(&memory, offset, item, shape, strides);
            assert_eq!(contents(&array), plain(&expected), "{shape:?} {strides:?}");
        }
    }

    #[test]
    fn items_that_are_repeated_have_an_end() {
        let memory = [1, 2, 3];
        let repeated = |times| strided(&memory, 0, 1, &[times, 3], &[0, 1]);
        assert!(!repeated(1_000).is_endless());
        assert!(repeated(usize::MAX / 2).is_endless());
    }

    #[test]
    fn what_is_hidden_is_zero() {
        let memory = memory(8 * 100_000);
        let marks: Vec<u8> = (0..50_000).map(|i| u8::from(i % 3 == 0)).collect();
        let hidden = strided(&marks, 0, 1, &[50_000], &[1]);
        for stride in [8, 16] {
            let items = strided(&memory, 0, 8, &[50_000], &[stride]);
            let mut expected = slow(&memory, 0, 8, &[50_000], &[stride]);
            for index in (0..50_000).step_by(3) {
                expected[index * 8..index * 8 + 8].fill(0);
            }
            let written = encoded(|encoder| assert!(items.write_without(&hidden, encoder)));
            assert_eq!(written, plain(&expected));
        }
        let square = strided(&memory, 0, 8, &[100, 500], &[8, 1000]);
        assert!(!square.write_without(&hidden, &mut Encoder::new()));
    }

    #[test]
    fn marks_must_be_as_many_as_the_items() {
        let memory = memory(1000);
        for (items, marks) in [(4, 1000), (4, 3), (4, 5), (3, 0), (0, 3), (100, 70)] {
            for stride in [1, 2] {
                let items = strided(&memory, 0, 1, &[items], &[stride]);
                let hidden = strided(&memory, 0, 1, &[marks], &[1]);
                assert!(!items.write_without(&hidden, &mut Encoder::new()));
            }
        }
    }

    #[test]
    fn long_rows_are_not_copied() {
        let memory = memory(5 * BLOCK);
        let rows = strided(&memory, 7, 2 * BLOCK, &[2], &[signed(2 * BLOCK + 9)]);
        let expected = slow(&memory, 7, 2 * BLOCK, &[2], &[signed(2 * BLOCK + 9)]);
        assert_eq!(contents(&rows), plain(&expected));
    }

    #[test]
    fn columns_that_lie_in_each_other_are_the_same_alone() {
        let memory = memory(10 * 8 * 20_000 + 8);
        let columns: Vec<Strided> = (0..10)
            .map(|column| strided(&memory, column * 8, 8, &[20_000], &[80]))
            .chain([strided(&memory, 0, 8, &[20_000], &[8])])
            .collect();
        for (together, alone) in leaves(&columns).iter().zip(&columns) {
            assert_eq!(together.as_bytes(), contents(alone));
        }
    }
}
