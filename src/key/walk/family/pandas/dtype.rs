//! Extension data types, without what they remember of earlier questions.

use pyo3::prelude::*;

use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::record::{Part, Record};

/// Writes the function that adds attributes of a value to its record.
macro_rules! made_of {
    ($($(#[$doc:meta])* $function:ident: $names:expr;)*) => {$(
        $(#[$doc])*
        pub fn $function<'py>(
            _: &mut Walk<'_, 'py>,
            value: &Bound<'py, PyAny>,
            record: Record<'py>,
        ) -> Result<Record<'py>> {
            Ok(record.with_attributes(value, &$names)?)
        }
    )*};
}

made_of! {
    categorical: ["categories", "ordered"];
    zoned: ["unit", "tz"];
    period: ["freq"];
    interval: ["subtype", "closed"];
    arrow: ["pyarrow_dtype"];
    string: ["storage", "na_value"];
    /// A data type that its name tells.
    named: ["name"];
}

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
