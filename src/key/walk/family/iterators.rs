//! Iterators of `itertools`: to read them is to use them up, and newer versions of Python do not let
//! them be copied.

use pyo3::prelude::*;

use super::Encode::By;
use super::{Family, all_attributes};
use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::record::Record;

const ITERTOOLS: &[&str] = &["itertools"];

/// All of them.
pub const FAMILY: Family = Family {
    classes: &[
        (ITERTOOLS, "accumulate", By(refuse)),
        (ITERTOOLS, "batched", By(refuse)),
        (ITERTOOLS, "chain", By(refuse)),
        (ITERTOOLS, "combinations", By(refuse)),
        (ITERTOOLS, "combinations_with_replacement", By(refuse)),
        (ITERTOOLS, "compress", By(refuse)),
        (ITERTOOLS, "count", By(refuse)),
        (ITERTOOLS, "cycle", By(refuse)),
        (ITERTOOLS, "dropwhile", By(refuse)),
        (ITERTOOLS, "filterfalse", By(refuse)),
        (ITERTOOLS, "groupby", By(refuse)),
        (ITERTOOLS, "_grouper", By(refuse)),
        (ITERTOOLS, "islice", By(refuse)),
        (ITERTOOLS, "pairwise", By(refuse)),
        (ITERTOOLS, "permutations", By(refuse)),
        (ITERTOOLS, "product", By(refuse)),
        (ITERTOOLS, "repeat", By(refuse)),
        (ITERTOOLS, "starmap", By(refuse)),
        (ITERTOOLS, "takewhile", By(refuse)),
        (ITERTOOLS, "_tee", By(refuse)),
        (ITERTOOLS, "zip_longest", By(refuse)),
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
