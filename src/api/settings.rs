//! What holds for the whole process: `memoxide.configure()`.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use pyo3::prelude::*;
use pyo3::types::PyBool;

use super::budget;
use super::disk;
use super::disk::settings::Settings;
use super::options::{self, bad};
use crate::error::Result;

/// How long a value of `refresh_mode="background"` may be served, in times to live.
static REFRESH_MULTIPLIER: AtomicU64 = AtomicU64::new(2f64.to_bits());
/// How many refreshes may run at once.
static REFRESH_WORKERS: AtomicUsize = AtomicUsize::new(4);

/// Set what holds for the whole process; what is not given stays as it is.
#[pyfunction]
#[pyo3(signature = (
    *, cache_dir=None, disk_max_size=None, disk_max_age=None, app=None, refresh_multiplier=None,
    refresh_workers=None, data_max_size=None
))]
pub fn configure(
    cache_dir: Option<PathBuf>,
    disk_max_size: Option<&Bound<'_, PyAny>>,
    disk_max_age: Option<&Bound<'_, PyAny>>,
    app: Option<String>,
    refresh_multiplier: Option<&Bound<'_, PyAny>>,
    refresh_workers: Option<&Bound<'_, PyAny>>,
    data_max_size: Option<&Bound<'_, PyAny>>,
) -> PyResult<()> {
    // All are checked before one is set.
    let multiplier = refresh_multiplier.map(multiplier).transpose()?;
    let workers = refresh_workers.map(workers).transpose()?;
    let of_data = data_max_size
        .map(|size| options::bound("data_max_size", size))
        .transpose()?;
    let of_disk = Settings::given(cache_dir, disk_max_size, disk_max_age, app)?;
    if let Some(multiplier) = multiplier {
        REFRESH_MULTIPLIER.store(multiplier.to_bits(), Ordering::Relaxed);
    }
    if let Some(workers) = workers {
        REFRESH_WORKERS.store(workers, Ordering::Relaxed);
    }
    if let Some(of_data) = of_data {
        budget::set(of_data);
    }
    if let Some(of_disk) = of_disk {
        disk::settings::change(of_disk);
    }
    Ok(())
}

/// The time after which a value is not served any more that was fresh for so long, in nanoseconds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "`as` saturates at 584 years, and a part in 2^52 of a time to live is nothing"
)]
pub fn hard_limit(fresh_for: u64) -> u64 {
    let multiplier = f64::from_bits(REFRESH_MULTIPLIER.load(Ordering::Relaxed));
    ((fresh_for as f64 * multiplier) as u64).max(fresh_for.saturating_add(1))
}

/// How many refreshes may run at once.
pub fn refresh_workers() -> usize {
    REFRESH_WORKERS.load(Ordering::Relaxed)
}

fn multiplier(value: &Bound<'_, PyAny>) -> Result<f64> {
    match value.extract::<f64>() {
        Ok(multiplier) if multiplier.is_finite() && multiplier > 1.0 => Ok(multiplier),
        _ => Err(bad("refresh_multiplier", "a finite number above 1", value)),
    }
}

fn workers(value: &Bound<'_, PyAny>) -> Result<usize> {
    match value.extract() {
        Ok(workers) if !value.is_instance_of::<PyBool>() => Ok(workers),
        _ => Err(bad("refresh_workers", "an integer of at least 0", value)),
    }
}
