//! What is known of caches: `cache_info()` and `stats()`.

use pyo3::prelude::*;

use super::caches::FunctionCache;
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

#[expect(clippy::cast_precision_loss, reason = "exact up to three months")]
fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e9
}
