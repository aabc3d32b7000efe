//! Random generators: what they will draw next.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::record::{Part, Record};

/// The old generator keeps a second normal number for the next call.
pub fn random_state<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let options = PyDict::new(value.py());
    options.set_item("legacy", false)?;
    let state = value.call_method("get_state", (), Some(&options))?;
    Ok(record
        .with(Part::Inner(state))
        .with_attributes(value, &["_bit_generator"])?)
}

/// The state names the class of the bit generator.
pub fn bit_generator<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    // Before numpy 1.25 the attribute had an underscore.
    let seeds = match value.getattr_opt("seed_seq")? {
        Some(seeds) => Some(seeds),
        None => value.getattr_opt("_seed_seq")?,
    };
    let record = record.with_attributes(value, &["state"])?;
    Ok(record.with(seeds.map_or_else(Part::none, Part::Inner)))
}
