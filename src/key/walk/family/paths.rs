//! Paths: their class and text. What lies at a path is not looked at.

use pyo3::intern;
use pyo3::prelude::*;

use super::Encode::By;
use super::{Family, all_attributes};
use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::record::{Part, Record};

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

fn path<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let text = value.call_method0(intern!(value.py(), "__fspath__"))?;
    Ok(record.with(Part::Inner(text)))
}
