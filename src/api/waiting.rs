//! Caches that wait for the next definition of their function.
//!
//! Whoever edits a function and puts it back finds the old entries again. A function that is never
//! the same twice, as one that has the time in its closure, would leave a cache behind each time.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, LazyLock, Weak};

use ahash::RandomState;
use parking_lot::Mutex;

use super::caches::FunctionCache;
use super::options::Kind;

/// How many of one function wait.
const KEPT: usize = 8;

/// Session, kind and name.
type Function = (Option<Arc<str>>, Kind, Arc<str>);
type Waiting = HashMap<Function, VecDeque<Weak<FunctionCache>>, RandomState>;

static WAITING: LazyLock<Mutex<Waiting>> = LazyLock::new(Mutex::default);

/// Notes that no definition uses the cache at the moment. Another one that has waited for longer may have
/// to go for it.
pub fn note(cache: &Arc<FunctionCache>) -> Option<Arc<FunctionCache>> {
    let id = &cache.id;
    let function = (id.session.clone(), id.kind, Arc::clone(&cache.name));
    let cache = Arc::downgrade(cache);
    let mut all = WAITING.lock();
    let waiting = all.entry(function).or_default();
    waiting.retain(|other| !other.ptr_eq(&cache) && other.strong_count() > 0);
    waiting.push_back(cache);
    let oldest = (waiting.len() > KEPT)
        .then(|| waiting.pop_front())
        .flatten();
    drop(all);
    oldest.and_then(|oldest| oldest.upgrade())
}

/// Forgets a session that has ended: nothing of it is defined again.
pub fn forget(session: &str) {
    let is_of_it = |(of, _, _): &Function| of.as_deref() == Some(session);
    let forgotten: Vec<_> = WAITING
        .lock()
        .extract_if(|function, _| is_of_it(function))
        .collect();
    drop(forgotten);
}
