//! Extension data types, without what they remember of earlier questions.

use pyo3::prelude::*;

use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::record::{Part, Record};

pub fn sparse<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let fill = value.getattr("fill_value")?;
    Ok(record
        .with_attributes(value, &["subtype"])?
        .with(Part::Value(fill)))
}
