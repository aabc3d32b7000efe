//! Numbers of the standard library, and identifiers that are numbers.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use super::Encode::{Attributes, By};
use super::{Family, all_attributes, attributes_except};
use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::record::{Part, Record};
use crate::python;
use crate::python::intern;

/// Decimals, fractions, UUIDs.
pub const FAMILY: Family = Family {
    classes: &[
        (&["decimal"], "Decimal", By(decimal)),
        (
            &["fractions"],
            "Fraction",
            Attributes(&["_numerator", "_denominator"]),
        ),
        (&["uuid"], "UUID", By(uuid)),
    ],
    attributes: all_attributes,
    heeds_reduce: true,
    has_members_below: false,
};

/// Generators of random numbers, whose reduction leaves out the attributes of subclasses.
pub const RANDOM: Family = Family {
    classes: &[(&["random"], "Random", By(random))],
    attributes: beside_random,
    heeds_reduce: true,
    has_members_below: false,
};

/// Sign, digits and exponent are in the text, which tells `1.0` from `1.00`. A subclass may write
/// its own otherwise.
fn decimal<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = value.py();
    let text = python::DECIMAL
        .get(py)?
        .call_method1(intern!(py, "__str__"), (value,))?;
    Ok(record.with(Part::Inner(text)))
}

fn uuid<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let safe = value.getattr("is_safe")?.getattr("value")?;
    let record = record.with_attributes(value, &["int"])?;
    Ok(record.with(Part::Inner(safe)))
}

/// The state as the generator gives it: that of the system has none.
fn random<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let state = value.call_method0(intern!(value.py(), "getstate"))?;
    Ok(record.with(Part::Inner(state)))
}

/// All but what the state has too.
fn beside_random<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
) -> Result<Option<Bound<'py, PyDict>>> {
    attributes_except(value, base, &["gauss_next"])
}
