//! The classes that are in no module.

use pyo3::prelude::*;

use super::holdings::{End, Holdings};
use super::refresh::Refresh;
use super::value;
use crate::python::mapped::Mapped;

/// Makes them now. Each would be made where it is needed first, and the child of a fork that comes between would
/// wait for the thread that was making it.
pub fn make(py: Python<'_>) {
    py.get_type::<End>();
    py.get_type::<Holdings>();
    py.get_type::<Mapped>();
    py.get_type::<Refresh>();
    value::make_class(py);
}
