//! Iterators of `itertools`: to read them is to use them up, and newer versions of Python do not let
//! them be copied.

use pyo3::prelude::*;

use super::{Family, all_attributes};
use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::record::Record;

const ITERTOOLS: &[&str] = &["itertools"];

/// All of them.
pub const FAMILY: Family = Family {
    classes: &[
        (ITERTOOLS, "accumulate", refuse),
        (ITERTOOLS, "batched", refuse),
        (ITERTOOLS, "chain", refuse),
        (ITERTOOLS, "combinations", refuse),
        (ITERTOOLS, "combinations_with_replacement", refuse),
        (ITERTOOLS, "compress", refuse),
        (ITERTOOLS, "count", refuse),
        (ITERTOOLS, "cycle", refuse),
        (ITERTOOLS, "dropwhile", refuse),
        (ITERTOOLS, "filterfalse", refuse),
        (ITERTOOLS, "groupby", refuse),
        (ITERTOOLS, "_grouper", refuse),
        (ITERTOOLS, "islice", refuse),
        (ITERTOOLS, "pairwise", refuse),
        (ITERTOOLS, "permutations", refuse),
        (ITERTOOLS, "product", refuse),
        (ITERTOOLS, "repeat", refuse),
        (ITERTOOLS, "starmap", refuse),
        (ITERTOOLS, "takewhile", refuse),
        (ITERTOOLS, "_tee", refuse),
        (ITERTOOLS, "zip_longest", refuse),
    ],
    attributes: all_attributes,
    heeds_reduce: true,
    has_members_below: false,
};

fn refuse<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    _: Record<'py>,
) -> Result<Record<'py>> {
    let reason = "an iterator is used up by reading it; pass a list of what it gives";
    Err(walk.unhashable(value, reason, None))
}
