//! Sparse matrices and arrays of scipy: where their items are, in the order in which they are kept.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use super::Encode::{Attributes, By};
use super::{Encode, Family, attributes_except};
use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::record::{Part, Record};

/// Before scipy 1.8 the modules had no underscore.
const CSR: &[&str] = &["scipy.sparse._csr", "scipy.sparse.csr"];
const CSC: &[&str] = &["scipy.sparse._csc", "scipy.sparse.csc"];
const BSR: &[&str] = &["scipy.sparse._bsr", "scipy.sparse.bsr"];
const COO: &[&str] = &["scipy.sparse._coo", "scipy.sparse.coo"];
const DIA: &[&str] = &["scipy.sparse._dia", "scipy.sparse.dia"];
const LIL: &[&str] = &["scipy.sparse._lil", "scipy.sparse.lil"];
const DOK: &[&str] = &["scipy.sparse._dok", "scipy.sparse.dok"];

/// What each format is made of.
const COMPRESSED: Encode = Attributes(&["_shape", "data", "indices", "indptr"]);
const DIAGONALS: Encode = Attributes(&["_shape", "data", "offsets"]);
const LISTS: Encode = Attributes(&["_shape", "dtype", "data", "rows"]);
const KEYS: Encode = Attributes(&["_shape", "dtype", "_dict"]);

/// All formats.
pub const FAMILY: Family = Family {
    classes: &[
        (CSR, "csr_matrix", COMPRESSED),
        (CSR, "csr_array", COMPRESSED),
        (CSC, "csc_matrix", COMPRESSED),
        (CSC, "csc_array", COMPRESSED),
        (BSR, "bsr_matrix", COMPRESSED),
        (BSR, "bsr_array", COMPRESSED),
        (COO, "coo_matrix", By(coordinates)),
        (COO, "coo_array", By(coordinates)),
        (DIA, "dia_matrix", DIAGONALS),
        (DIA, "dia_array", DIAGONALS),
        (LIL, "lil_matrix", LISTS),
        (LIL, "lil_array", LISTS),
        (DOK, "dok_matrix", KEYS),
        (DOK, "dok_array", KEYS),
    ],
    attributes: put_on,
    heeds_reduce: false,
    has_members_below: false,
};

/// What scipy keeps in the `__dict__`: the parts, how much it prints, what it remembers of the order.
const OF_SCIPY: [&str; 20] = [
    "_shape",
    "maxprint",
    "data",
    "indices",
    "indptr",
    "coords",
    "row",
    "col",
    "offsets",
    "rows",
    "dtype",
    "_dict",
    "has_canonical_format",
    "has_sorted_indices",
    "_has_canonical_format",
    "_has_sorted_indices",
    "_bsr_blocksize",
    "_nnz",
    "_indptr",
    "_indices",
];

fn put_on<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
) -> Result<Option<Bound<'py, PyDict>>> {
    attributes_except(value, base, &OF_SCIPY)
}

/// Before scipy 1.13 there were rows and columns alone.
fn coordinates<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let record = record.with_attributes(value, &["_shape", "data"])?;
    let axes = match value.getattr_opt(intern!(value.py(), "coords"))? {
        Some(axes) => axes,
        None => (value.getattr("row")?, value.getattr("col")?)
            .into_pyobject(value.py())?
            .into_any(),
    };
    Ok(record.with(Part::Inner(axes)))
}
