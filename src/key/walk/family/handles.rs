//! Handles: what stands for something else that can change without them, or for nothing but itself.

use pyo3::prelude::*;

use super::{Encode, Family, all_attributes};
use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::record::Record;

type Classes = &'static [(&'static [&'static str], &'static str, Encode)];

const fn refused(classes: Classes) -> Family {
    Family {
        classes,
        attributes: all_attributes,
        heeds_reduce: false,
        has_members_below: false,
    }
}

/// Iterators of `itertools`. Newer versions of Python do not let them be copied.
pub const ITERATORS: Family = refused(&[
    (ITERTOOLS, "accumulate", iterator),
    (ITERTOOLS, "batched", iterator),
    (ITERTOOLS, "chain", iterator),
    (ITERTOOLS, "combinations", iterator),
    (ITERTOOLS, "combinations_with_replacement", iterator),
    (ITERTOOLS, "compress", iterator),
    (ITERTOOLS, "count", iterator),
    (ITERTOOLS, "cycle", iterator),
    (ITERTOOLS, "dropwhile", iterator),
    (ITERTOOLS, "filterfalse", iterator),
    (ITERTOOLS, "groupby", iterator),
    (ITERTOOLS, "_grouper", iterator),
    (ITERTOOLS, "islice", iterator),
    (ITERTOOLS, "pairwise", iterator),
    (ITERTOOLS, "permutations", iterator),
    (ITERTOOLS, "product", iterator),
    (ITERTOOLS, "repeat", iterator),
    (ITERTOOLS, "starmap", iterator),
    (ITERTOOLS, "takewhile", iterator),
    (ITERTOOLS, "_tee", iterator),
    (ITERTOOLS, "zip_longest", iterator),
    (&["builtins"], "set_iterator", iterator_of_set),
]);

const ITERTOOLS: &[&str] = &["itertools"];

/// Files whose content is not what lies on the disk.
pub const ARCHIVES: Family = refused(&[
    (&["gzip"], "GzipFile", archive),
    (&["bz2", "_bz2"], "BZ2File", archive),
    (&["lzma"], "LZMAFile", archive),
    (&["zipfile"], "ZipFile", archive),
    (&["tarfile"], "TarFile", archive),
    (&["fileinput"], "FileInput", archive),
]);

/// What can be changed from elsewhere, and says only where it is.
pub const ELSEWHERE: Family = refused(&[
    (&["shelve"], "Shelf", elsewhere),
    (&["dbm.dumb"], "_Database", elsewhere),
    (
        &["multiprocessing.shared_memory"],
        "SharedMemory",
        elsewhere,
    ),
    (
        &["multiprocessing.shared_memory"],
        "ShareableList",
        elsewhere,
    ),
    (&["multiprocessing.managers"], "BaseProxy", elsewhere),
    (&["ctypes"], "CDLL", elsewhere),
]);

/// What is nothing but itself: two of them are not the same, whatever their state.
pub const IDENTITIES: Family = refused(&[
    (&["weakref"], "finalize", identity),
    (&["asyncio.locks"], "Barrier", identity),
    (&["asyncio.locks"], "Condition", identity),
    (&["asyncio.locks"], "Event", identity),
    (&["asyncio.locks"], "Lock", identity),
    (&["asyncio.locks"], "Semaphore", identity),
    (&["asyncio.queues"], "Queue", identity),
]);

macro_rules! refuse {
    ($($name:ident: $reason:literal;)*) => {
        $(fn $name<'py>(
            walk: &mut Walk<'_, 'py>,
            value: &Bound<'py, PyAny>,
            _: Record<'py>,
        ) -> Result<Record<'py>> {
            Err(walk.unhashable(value, $reason, None))
        })*
    };
}

refuse! {
    iterator: "an iterator is used up by reading it; pass a list of what it gives";
    iterator_of_set: "its order is chance; pass the set, or a sorted list";
    archive: "its content has to be unpacked or read away; pass its path, or what it holds";
    elsewhere: "its content lies elsewhere and can be changed from there; pass a copy of it";
    identity: "it is nothing but itself: another of the same state would do something else";
}
