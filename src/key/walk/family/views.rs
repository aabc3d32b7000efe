//! Windows on other values: views of dicts, mapping proxies.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::Encode::By;
use super::{Family, own_attributes};
use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::class::as_dict;
use crate::key::walk::record::{Part, Record};
use crate::python;

/// None of them has subclasses.
pub const FAMILY: Family = Family {
    classes: &[
        (&["builtins"], "dict_keys", By(elements)),
        (&["builtins"], "dict_values", By(elements)),
        (&["builtins"], "dict_items", By(elements)),
        (&["builtins"], "mappingproxy", By(mapping)),
    ],
    attributes: own_attributes,
    heeds_reduce: false,
    has_members_below: false,
};

fn elements<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    Ok(record.with(Part::items(walk.py(), value.try_iter()?)?))
}

/// What is shown counts with its class: it may make what it lacks.
fn mapping<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let collector = python::COLLECTOR.get(value.py())?;
    let held = collector.call_method1("get_referents", (value,))?;
    let shown = held.get_item(0)?;
    Ok(record.with(if shown.is_exact_instance_of::<PyDict>() {
        Part::Items(as_dict(value)?.into_any())
    } else {
        Part::Value(shown)
    }))
}
