//! Handles: what stands for something else that can change without them, or for nothing but itself.

use super::Encode::Refused;
use super::{Encode, Family, all_attributes};

const ITERATOR: Encode =
    Refused("an iterator is used up by reading it; pass a list of what it gives");
const ITERATOR_OF_SET: Encode = Refused("its order is chance; pass the set, or a sorted list");
const ARCHIVE: Encode =
    Refused("its content has to be unpacked or read away; pass its path, or what it holds");
const ELSEWHERE: Encode =
    Refused("its content lies elsewhere and can be changed from there; pass a copy of it");
const STORAGE: Encode = Refused("it does not say what lies in it; pass a tensor");
const IDENTITY: Encode =
    Refused("it is nothing but itself: another of the same state would do something else");

const ITERTOOLS: &[&str] = &["itertools"];

/// All of them are refused.
pub const FAMILY: Family = Family {
    classes: &[
        // Iterators of `itertools`. Newer versions of Python do not let them be copied.
        (ITERTOOLS, "accumulate", ITERATOR),
        (ITERTOOLS, "batched", ITERATOR),
        (ITERTOOLS, "chain", ITERATOR),
        (ITERTOOLS, "combinations", ITERATOR),
        (ITERTOOLS, "combinations_with_replacement", ITERATOR),
        (ITERTOOLS, "compress", ITERATOR),
        (ITERTOOLS, "count", ITERATOR),
        (ITERTOOLS, "cycle", ITERATOR),
        (ITERTOOLS, "dropwhile", ITERATOR),
        (ITERTOOLS, "filterfalse", ITERATOR),
        (ITERTOOLS, "groupby", ITERATOR),
        (ITERTOOLS, "_grouper", ITERATOR),
        (ITERTOOLS, "islice", ITERATOR),
        (ITERTOOLS, "pairwise", ITERATOR),
        (ITERTOOLS, "permutations", ITERATOR),
        (ITERTOOLS, "product", ITERATOR),
        (ITERTOOLS, "repeat", ITERATOR),
        (ITERTOOLS, "starmap", ITERATOR),
        (ITERTOOLS, "takewhile", ITERATOR),
        (ITERTOOLS, "_tee", ITERATOR),
        (ITERTOOLS, "zip_longest", ITERATOR),
        (&["builtins"], "set_iterator", ITERATOR_OF_SET),
        // Files whose content is not what lies on the disk.
        (&["gzip"], "GzipFile", ARCHIVE),
        (&["bz2", "_bz2"], "BZ2File", ARCHIVE),
        (&["lzma"], "LZMAFile", ARCHIVE),
        (&["zipfile"], "ZipFile", ARCHIVE),
        (&["tarfile"], "TarFile", ARCHIVE),
        (&["fileinput"], "FileInput", ARCHIVE),
        // What can be changed from elsewhere, and says only where it is.
        (&["shelve"], "Shelf", ELSEWHERE),
        (&["dbm.dumb"], "_Database", ELSEWHERE),
        (
            &["multiprocessing.shared_memory"],
            "SharedMemory",
            ELSEWHERE,
        ),
        (
            &["multiprocessing.shared_memory"],
            "ShareableList",
            ELSEWHERE,
        ),
        (&["multiprocessing.managers"], "BaseManager", ELSEWHERE),
        (&["multiprocessing.managers"], "BaseProxy", ELSEWHERE),
        (
            &["multiprocessing.connection"],
            "_ConnectionBase",
            ELSEWHERE,
        ),
        (&["multiprocessing.connection"], "Listener", ELSEWHERE),
        (&["ctypes"], "CDLL", ELSEWHERE),
        // Memory of torch without the tensor that says what lies in it. It reduces to its address.
        (&["torch.storage"], "_StorageBase", STORAGE),
        (&["torch.storage"], "TypedStorage", STORAGE),
        (&["torch.storage"], "_TypedStorage", STORAGE),
        // What is nothing but itself: two of them are not the same, whatever their state.
        (&["weakref"], "finalize", IDENTITY),
        (&["asyncio.locks"], "Barrier", IDENTITY),
        (&["asyncio.locks"], "Condition", IDENTITY),
        (&["asyncio.locks"], "Event", IDENTITY),
        (&["asyncio.locks"], "Lock", IDENTITY),
        (&["asyncio.locks"], "Semaphore", IDENTITY),
        (&["asyncio.queues"], "Queue", IDENTITY),
        (&["asyncio.runners"], "Runner", IDENTITY),
        (&["asyncio.taskgroups"], "TaskGroup", IDENTITY),
        (&["asyncio.timeouts"], "Timeout", IDENTITY),
    ],
    attributes: all_attributes,
    heeds_reduce: false,
    has_members_below: false,
};
