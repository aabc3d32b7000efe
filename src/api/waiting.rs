//! The newest caches of each function, which wait for its next definition.
//!
//! Whoever edits a function and puts it back finds the old entries again. A function that is never
//! the same twice, as one that has the time in its closure, would leave a cache behind each time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Weak};

use ahash::RandomState;

use super::caches::FunctionCache;
use super::options::Kind;
use crate::sync::system::Mutex;

/// How many of one function wait.
const KEPT: usize = 8;

/// Session, kind and name.
type Function = (Option<Arc<str>>, Kind, Arc<str>);

/// A cache, and when it was asked for last.
type Candidate = (u64, Weak<FunctionCache>);

/// The newest caches of each function.
#[derive(Default)]
pub struct Newest(Mutex<HashMap<Function, Vec<Candidate>, RandomState>>);

/// Those that no definition uses at the moment.
pub static UNUSED: LazyLock<Newest> = LazyLock::new(Newest::default);
/// Those of the last definitions, whether or not somebody can still reach these.
pub static DEFINED: LazyLock<Newest> = LazyLock::new(Newest::default);

fn function_of(cache: &FunctionCache) -> Function {
    let id = &cache.id;
    (id.session.clone(), id.kind, Arc::clone(&cache.name))
}

/// The moment at which a definition asks for its cache.
pub fn moment() -> u64 {
    static DEFINITIONS: AtomicU64 = AtomicU64::new(0);
    DEFINITIONS.fetch_add(1, Ordering::Relaxed)
}

impl Newest {
    /// Notes that the cache is one of them; returns the one that may have to go for it. Functions may die in any order:
    /// what counts is when they were defined.
    pub fn note(&self, cache: &Arc<FunctionCache>) -> Option<Arc<FunctionCache>> {
        let function = function_of(cache);
        let defined = cache.defined.load(Ordering::Relaxed);
        let cache = Arc::downgrade(cache);
        let mut all = self.0.lock();
        let newest = all.entry(function).or_default();
        newest.retain(|(_, other)| !other.ptr_eq(&cache) && other.strong_count() > 0);
        let place = newest.partition_point(|(other, _)| *other <= defined);
        newest.insert(place, (defined, cache));
        let oldest = (newest.len() > KEPT).then(|| newest.remove(0));
        drop(all);
        oldest.and_then(|(_, oldest)| oldest.upgrade())
    }

    /// Notes that the cache is none of them.
    pub fn forget_one(&self, cache: &Arc<FunctionCache>) {
        let function = function_of(cache);
        let cache = Arc::downgrade(cache);
        if let Some(newest) = self.0.lock().get_mut(&function) {
            newest.retain(|(_, other)| !other.ptr_eq(&cache));
        }
    }

    fn forget(&self, session: &str) {
        let is_of_it = |(of, _, _): &Function| of.as_deref() == Some(session);
        let forgotten: Vec<_> = self
            .0
            .lock()
            .extract_if(|function, _| is_of_it(function))
            .collect();
        drop(forgotten);
    }
}

/// Forgets a session that has ended: nothing of it is defined again.
pub fn forget(session: &str) {
    UNUSED.forget(session);
    DEFINED.forget(session);
}
