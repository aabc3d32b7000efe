//! Sparse matrices and arrays of scipy: where their items are, in the order in which they are kept.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use super::Encode::{Attributes, By};
use super::{Encode, Family, attributes_beside};
use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::record::{Part, Record};
use crate::python::intern;

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
const OF_SCIPY: &[(&str, &[&str])] = &[
    ("csr_matrix", OF_ROWS),
    ("csr_array", OF_ROWS),
    ("csc_matrix", OF_ROWS),
    ("csc_array", OF_ROWS),
    ("bsr_matrix", OF_ROWS),
    ("bsr_array", OF_ROWS),
    ("coo_matrix", OF_COORDINATES),
    ("coo_array", OF_COORDINATES),
    ("dia_matrix", &["_shape", "maxprint", "data", "offsets"]),
    ("dia_array", &["_shape", "maxprint", "data", "offsets"]),
    ("lil_matrix", OF_LISTS),
    ("lil_array", OF_LISTS),
    ("dok_matrix", OF_KEYS),
    ("dok_array", OF_KEYS),
];

const OF_ROWS: &[&str] = &[
    "_shape",
    "maxprint",
    "data",
    "indices",
    "indptr",
    "has_canonical_format",
    "has_sorted_indices",
    "_has_canonical_format",
    "_has_sorted_indices",
    "_bsr_blocksize",
    "_nnz",
    "_indptr",
    "_indices",
];
const OF_COORDINATES: &[&str] = &[
    "_shape",
    "maxprint",
    "data",
    "coords",
    "row",
    "col",
    "has_canonical_format",
    "_has_canonical_format",
];
const OF_LISTS: &[&str] = &["_shape", "maxprint", "dtype", "data", "rows"];
const OF_KEYS: &[&str] = &["_shape", "maxprint", "dtype", "_dict"];

fn put_on<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
) -> Result<Option<Bound<'py, PyDict>>> {
    attributes_beside(value, base, OF_SCIPY)
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
