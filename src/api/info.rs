//! What is known of caches: `cache_info()` and `stats()`.

use pyo3::prelude::*;

use super::caches::{self, FunctionCache};
use crate::python;

/// A function's `CacheInfo`.
pub fn cache_info<'py>(py: Python<'py>, cache: &FunctionCache) -> PyResult<Bound<'py, PyAny>> {
    let info = cache.entries.info();
    python::CACHE_INFO.get(py)?.call1((
        info.counters.hits,
        info.counters.misses,
        cache.max_entries,
        info.entries,
        info.bytes,
        info.counters.evictions,
        seconds(info.counters.nanos_saved),
        info.counters.recalled,
    ))
}

/// A function's row among all functions.
pub fn function_stats<'py>(py: Python<'py>, cache: &FunctionCache) -> PyResult<Bound<'py, PyAny>> {
    let info = cache.entries.info();
    python::FUNCTION_STATS.get(py)?.call1((
        &*cache.name,
        cache.id.kind.name(),
        cache.id.session.as_deref(),
        info.counters.hits,
        info.counters.misses,
        cache.max_entries,
        info.entries,
        info.bytes,
        info.counters.evictions,
        seconds(info.counters.nanos_saved),
        info.counters.recalled,
    ))
}

/// A function's figures as an app's metrics have them: kind, name, bytes, hits and misses; entries that left by time,
/// number, bytes, `validate` or the bytes of all; refreshes that succeeded, failed or were skipped; whether it is refreshed at all.
type Metrics = (
    &'static str,
    String,
    u64,
    [u64; 2],
    [u64; 5],
    [u64; 3],
    bool,
);

/// The figures of all functions, a row for each cache.
#[pyfunction]
pub fn metrics() -> Vec<Metrics> {
    caches::all().iter().map(|cache| of(cache)).collect()
}

fn of(cache: &FunctionCache) -> Metrics {
    let info = cache.entries.info();
    let counters = info.counters;
    let refreshes = info.refreshes;
    (
        cache.id.kind.name(),
        cache.name.to_string(),
        info.bytes,
        [counters.hits, counters.misses],
        [
            counters.expirations,
            counters.evictions - counters.outgrown - counters.crowded_out,
            counters.outgrown,
            counters.rejections,
            counters.crowded_out,
        ],
        [refreshes.successes, refreshes.failures, refreshes.skipped],
        cache.entries.refreshes(),
    )
}

#[expect(clippy::cast_precision_loss, reason = "exact up to three months")]
fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e9
}
