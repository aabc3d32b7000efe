//! Labelled arrays of xarray, without what they remember of earlier questions.

use pyo3::prelude::*;

use super::Encode::By;
use super::{Family, all_attributes};
use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::record::{Part, Record};

/// Variables, arrays and data sets.
pub const FAMILY: Family = Family {
    classes: &[
        (VARIABLE, "Variable", By(variable)),
        (VARIABLE, "IndexVariable", By(variable)),
        (&["xarray.core.dataarray"], "DataArray", By(array)),
        (&["xarray.core.dataset"], "Dataset", By(dataset)),
    ],
    attributes: all_attributes,
    heeds_reduce: false,
    has_members_below: false,
};

const VARIABLE: &[&str] = &["xarray.core.variable"];

fn variable<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    Ok(record
        .with_attributes(value, &["dims"])?
        .with(Part::Inner(data(value)?))
        .with(Part::Items(value.getattr("attrs")?))
        .with(Part::Items(value.getattr("encoding")?)))
}

/// What a variable holds. What still lies in a file is read, since the file may change; what is
/// computed by pieces is known by how it is computed.
fn data<'py>(variable: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let is_here = variable.getattr("_in_memory")?.is_truthy()?;
    if is_here || !variable.getattr("chunks")?.is_none() {
        return variable.getattr("_data");
    }
    variable.call_method0("to_numpy")
}

fn array<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let name = value.getattr("name")?;
    Ok(record
        .with(Part::Value(name))
        .with_attributes(value, &["_variable"])?
        .with(Part::Items(value.getattr("_coords")?))
        .with(Part::Items(value.getattr("_indexes")?)))
}

/// Which of the variables are coordinates has no order.
fn dataset<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    Ok(record
        .with(Part::Items(value.getattr("_variables")?))
        .with_attributes(value, &["_coord_names"])?
        .with(Part::Items(value.getattr("attrs")?))
        .with(Part::Items(value.getattr("encoding")?))
        .with(Part::Items(value.getattr("_indexes")?)))
}
