//! `memoxide.testing`: what tests do with time, and with caches.

use pyo3::prelude::*;

use super::caches;
use super::expiry;
use super::options::bad;
use crate::disk;
use crate::store::clock;
use crate::testing;

/// Let time pass for all caches and for what this process sees of the disk, and take out what has expired.
#[pyfunction]
pub fn advance_time(seconds: &Bound<'_, PyAny>) -> PyResult<()> {
    let allowed = "a number of seconds, zero or more";
    let given = match seconds.extract::<f64>() {
        Ok(given) if given.is_finite() && given >= 0.0 => given,
        _ => return Err(bad("seconds", allowed, seconds).into()),
    };
    let nanos = nanoseconds(given);
    clock::advance(nanos);
    disk::advance(nanos);
    expiry::time_has_passed(seconds.py());
    Ok(())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is not negative, and `as` saturates"
)]
fn nanoseconds(seconds: f64) -> u64 {
    (seconds * 1e9).round() as u64
}

/// Have nothing cached.
#[pyfunction]
pub fn disable_caching() {
    testing::disable();
}

/// Take one `disable_caching` back.
#[pyfunction]
pub fn enable_caching() {
    testing::enable();
}

/// Hide all entries. Return the isolation's number, and that of the one before.
#[pyfunction]
pub fn begin_isolation() -> (u64, u64) {
    testing::begin_isolation()
}

/// Show the entries of before, and release what was made meanwhile.
#[pyfunction]
pub fn end_isolation(py: Python<'_>, isolation: u64, before: u64) {
    testing::end_isolation(before);
    caches::end_isolation(py, isolation);
}
