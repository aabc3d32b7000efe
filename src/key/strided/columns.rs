//! Many arrays at once, as the columns of a table.

use rayon::prelude::*;

use super::gather::gather;
use super::{Axis, Strided, signed};
use crate::cores;
use crate::key::encoder::{Encoder, LeafHasher};
use crate::key::interruption;
use crate::key::tag::Tag;

/// Bytes of a column that are put together, where many columns lie in each other.
const COLUMN_BLOCK: usize = 64 * 1024;

/// Columns that lie in each other and hold fewer bytes are read one by one.
const WORTH_TILING: usize = 1024 * 1024;

/// The items of each array as a leaf. Columns that lie in each other, as those of a table that is
/// stored by rows, are read together: each row would else be fetched once for each column.
#[must_use]
pub fn leaves(arrays: &[Strided]) -> Vec<Encoder> {
    let mut leaves: Vec<Option<Encoder>> = arrays.iter().map(|_| None).collect();
    for together in groups(arrays) {
        let columns: Vec<&Strided> = together.iter().map(|&index| &arrays[index]).collect();
        if columns.iter().map(|column| column.bytes()).sum::<usize>() < WORTH_TILING {
            continue;
        }
        for (index, hashed) in together.iter().zip(tile(&columns)) {
            leaves[*index] = Some(leaf(|encoder| encoder.finish_leaf(hashed)));
        }
    }
    let alone = |array: &Strided| leaf(|encoder| array.write(encoder));
    let all = leaves.into_iter().zip(arrays);
    all.map(|(leaf, array)| leaf.unwrap_or_else(|| alone(array)))
        .collect()
}

/// The columns that lie in each other, by their numbers; only groups of more than one.
fn groups(arrays: &[Strided]) -> Vec<Vec<usize>> {
    let mut columns: Vec<(Axis, usize)> = (0..arrays.len())
        .filter_map(|index| Some((column(&arrays[index])?, index)))
        .collect();
    // Sorted, so that many columns that lie apart are not each held against each.
    columns.sort_by_key(|&(Axis { length, stride }, index)| {
        (length, stride, arrays[index].item, arrays[index].start)
    });
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (_, index) in columns {
        match groups.last_mut() {
            Some(group) if lie_in_each_other(&arrays[group[0]], &arrays[index]) => {
                group.push(index);
            }
            _ => groups.push(vec![index]),
        }
    }
    groups.retain(|group| group.len() > 1);
    groups
}

fn lie_in_each_other(one: &Strided, other: &Strided) -> bool {
    let distance = (one.start as usize).abs_diff(other.start as usize);
    match (column(one), column(other)) {
        (Some(axis), Some(same)) => {
            one.item == other.item && axis == same && distance < axis.stride.unsigned_abs()
        }
        _ => false,
    }
}

/// Number and distance of the items of a column that is no single run.
fn column(array: &Strided) -> Option<Axis> {
    match array.axes[..] {
        [axis] if axis.stride.unsigned_abs() > array.item && array.item <= 64 => Some(axis),
        _ => None,
    }
}

fn leaf(write: impl FnOnce(&mut Encoder)) -> Encoder {
    let mut encoder = Encoder::new();
    write(&mut encoder);
    encoder
}

struct Column<'a> {
    array: &'a Strided,
    axis: Axis,
    leaf: LeafHasher,
    buffer: Vec<u8>,
}

impl<'a> Column<'a> {
    fn new(array: &'a Strided) -> Option<Self> {
        Some(Self {
            array,
            axis: column(array)?,
            leaf: LeafHasher::new(Tag::Buffer, array.bytes()),
            buffer: vec![0; array.bytes().min(COLUMN_BLOCK / array.item * array.item)],
        })
    }

    fn take(&mut self, first: usize, count: usize) {
        let start = self.array.start;
        let start = start.wrapping_offset(self.axis.stride * signed(first));
        let rows = Axis {
            length: count,
            stride: self.axis.stride,
        };
        let bytes = &mut self.buffer[..count * self.array.item];
        gather(bytes, start, rows, &[], self.array.item);
        self.leaf.update(bytes);
    }
}

/// Hashes columns that lie in each other, some rows of all of them at a time.
fn tile(arrays: &[&Strided]) -> Vec<LeafHasher> {
    let columns = arrays.iter().filter_map(|array| Column::new(array));
    let mut columns: Vec<Column<'_>> = columns.collect();
    let Some(Column { array, axis, .. }) = columns.first() else {
        return Vec::new();
    };
    let (rows, length) = (COLUMN_BLOCK / array.item, axis.length);
    let pool = cores::pool();
    for first in (0..length).step_by(rows) {
        let count = rows.min(length - first);
        if interruption::spend(count * columns.len() * columns[0].array.item) {
            break;
        }
        let columns = &mut columns;
        match pool {
            Some(pool) => pool.install(|| {
                let columns = columns.par_iter_mut();
                columns.for_each(|column| column.take(first, count));
            }),
            None => columns
                .iter_mut()
                .for_each(|column| column.take(first, count)),
        }
    }
    columns.into_iter().map(|column| column.leaf).collect()
}
