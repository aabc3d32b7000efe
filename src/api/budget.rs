//! The bound of all that `cache_data` has in memory, of all functions and sessions together.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use pyo3::prelude::*;

use super::caches::{self, FunctionCache};
use super::options::Kind;
use super::value::Value;
use crate::logging;
use crate::store::Removed;
use crate::store::order::{self, Shares, Use};

/// Stands for no bound.
const NONE: u64 = u64::MAX;

static MAX_BYTES: AtomicU64 = AtomicU64::new(NONE);
static IS_SAID: AtomicBool = AtomicBool::new(false);

/// Sets the bound. From now on it is known which entries were used last.
pub fn set(max_bytes: Option<u64>) {
    MAX_BYTES.store(max_bytes.unwrap_or(NONE), Ordering::Relaxed);
    IS_SAID.store(false, Ordering::Relaxed);
    for cache in caches::all() {
        join(&cache);
    }
}

/// Has a cache share the bound, if there is one.
pub fn join(cache: &FunctionCache) {
    if cache.id.kind == Kind::Data && MAX_BYTES.load(Ordering::Relaxed) != NONE {
        cache.entries.keep_order();
    }
}

/// Lets entries go until the bound is kept: something was stored.
pub fn keep(py: Python<'_>) {
    let max_bytes = MAX_BYTES.load(Ordering::Relaxed);
    if max_bytes == NONE {
        return;
    }
    let stores: Vec<Sharer> = caches::visible()
        .into_iter()
        .filter(|cache| cache.id.kind == Kind::Data)
        .map(Sharer)
        .collect();
    let departed = order::bound(&stores, max_bytes);
    if !departed.is_empty() && !IS_SAID.swap(true, Ordering::Relaxed) {
        let message = format!(
            "The entries of cache_data have reached their bound of {max_bytes} bytes together; the \
             least recently used ones leave memory"
        );
        logging::warn(py, &message);
    }
    for (store, departed) in departed {
        store.0.release(py, departed);
    }
}

/// A cache that shares the bound.
struct Sharer(Arc<FunctionCache>);

impl Shares<Value> for Sharer {
    fn extent(&self) -> (u64, usize, Option<Use>) {
        self.0.entries.extent()
    }

    fn evict_oldest(&self) -> Removed<Value> {
        self.0.entries.evict_oldest()
    }
}
