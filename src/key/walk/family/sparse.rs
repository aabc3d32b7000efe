//! Sparse matrices and arrays of scipy: where their items are, in the order in which they are kept.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use super::{Family, attributes_except};
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

/// All formats.
pub const FAMILY: Family = Family {
    classes: &[
        (CSR, "csr_matrix", compressed),
        (CSR, "csr_array", compressed),
        (CSC, "csc_matrix", compressed),
        (CSC, "csc_array", compressed),
        (BSR, "bsr_matrix", compressed),
        (BSR, "bsr_array", compressed),
        (COO, "coo_matrix", coordinates),
        (COO, "coo_array", coordinates),
        (DIA, "dia_matrix", diagonals),
        (DIA, "dia_array", diagonals),
        (LIL, "lil_matrix", lists),
        (LIL, "lil_array", lists),
        (DOK, "dok_matrix", keys),
        (DOK, "dok_array", keys),
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

fn compressed<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    Ok(record.with_attributes(value, &["_shape", "data", "indices", "indptr"])?)
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

fn diagonals<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    Ok(record.with_attributes(value, &["_shape", "data", "offsets"])?)
}

fn lists<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    Ok(record.with_attributes(value, &["_shape", "dtype", "data", "rows"])?)
}

fn keys<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    Ok(record.with_attributes(value, &["_shape", "dtype", "_dict"])?)
}
