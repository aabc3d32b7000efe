//! Paths: their class and text. What lies at a path is not looked at.

use pyo3::prelude::*;

use super::Encode::By;
use super::{Family, all_attributes};
use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::record::{Part, Record};
use crate::python;
use crate::python::intern;

/// 3.13 moved the classes, and 3.14 moved them back.
const PATHLIB: &[&str] = &["pathlib", "pathlib._local"];

/// The classes of `pathlib`.
pub const FAMILY: Family = Family {
    classes: &[
        (PATHLIB, "PurePosixPath", By(path)),
        (PATHLIB, "PureWindowsPath", By(path)),
        (PATHLIB, "PosixPath", By(path)),
        (PATHLIB, "WindowsPath", By(path)),
    ],
    attributes: all_attributes,
    heeds_reduce: true,
    has_members_below: false,
};

/// A subclass may show itself otherwise.
fn path<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = value.py();
    let text = python::PURE_PATH
        .get(py)?
        .call_method1(intern!(py, "__str__"), (value,))?;
    Ok(record.with(Part::Inner(text)))
}
