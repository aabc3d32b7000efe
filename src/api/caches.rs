//! The caches of all functions: finding one, clearing many.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use super::budget;
use super::disk::Tier;
use super::failure::Failed;
use super::forks;
use super::function::CachedFunction;
use super::holdings::{Holdings, Known};
use super::options::{Kind, Options, Sharing};
use super::release;
use super::value::Value;
use super::waiting;
use crate::cache::Cache;
use crate::disk::{Name, Scope};
use crate::error::Result;
use crate::host::widgets::Widgets;
use crate::key::call_key::CallKey;
use crate::logging;
use crate::python::threads;
use crate::registry::{Detached, Registry};
use crate::store::Removed;
use crate::sync::system::Mutex;
use crate::testing;

/// What an owner's failure is to those who waited.
pub type Failure = Arc<Failed>;
/// Values that left a cache.
pub type Departed = Removed<Value>;

/// The entries of one function, in one session or in all.
pub struct FunctionCache {
    /// Entries and computations in flight.
    pub entries: Cache<CallKey, Value, Failure>,
    /// Module and qualified name of the function.
    pub name: Arc<str>,
    /// Whose entries they are.
    pub id: CacheId,
    /// Whether no other definition of the function will ask for them.
    is_unique: bool,
    /// How many entries there may be.
    pub max_entries: Option<usize>,
    /// How many bytes they may have, if one that is larger is kept.
    max_bytes: Option<u64>,
    /// The disk, where entries outlive the process.
    pub tier: Option<Tier>,
    /// Whether a forked child makes its own.
    pub is_recreated: bool,
    /// The widgets that its calls have drawn.
    pub widgets: Widgets,
    pub(super) on_release: Mutex<Option<Py<PyAny>>>,
    /// Whether a value has been told of that is larger than the bound.
    has_outgrown: AtomicBool,
    /// What its definitions show the garbage collector.
    pub holdings: Known,
    /// How many of them do.
    shown_by: AtomicUsize,
    /// When a function that is defined asked for it last.
    pub defined: AtomicU64,
    /// Whether it is among those that wait for a definition.
    waits: AtomicBool,
    /// Whether it is to be found by the next definition, even if nobody can reach the last ones any more.
    is_new: AtomicBool,
    ended: AtomicBool,
}

/// The use that one function object makes of a cache.
pub struct Use {
    /// The cache.
    pub cache: Arc<FunctionCache>,
    /// Where something is to be shown.
    holdings: Option<Py<Holdings>>,
}

impl Drop for Use {
    fn drop(&mut self) {
        if self.holdings.is_some() {
            self.cache.shown_by.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Use {
    /// Shows the garbage collector what is held.
    pub fn traverse(&self, visit: &PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.holdings)
    }
}

/// A tier of a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// The first.
    Memory,
    /// The second.
    Disk,
}

/// What identifies a cache: the session, the kind, the function, and the test that is isolated.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CacheId {
    /// The session that the entries belong to.
    pub session: Option<Arc<str>>,
    /// The isolation that they were made in.
    pub isolation: Option<u64>,
    /// What the entries are.
    pub kind: Kind,
    /// The function's digest.
    pub function: [u8; 32],
}

impl CacheId {
    /// Whether it belongs to what is seen at the moment.
    fn is_visible(&self) -> bool {
        self.isolation == testing::isolation()
    }
}

static REGISTRY: LazyLock<Registry<CacheId, Sharing, FunctionCache>> =
    LazyLock::new(Registry::default);

/// The cache of a function under its options; one under other options that nobody uses any more
/// is cleared.
pub fn attach(
    py: Python<'_>,
    id: &CacheId,
    is_unique: bool,
    function: &CachedFunction,
) -> Result<Use> {
    forks::watch(py);
    let (name, options) = (function.name(), function.options());
    let threads = threads::at_once(py);
    let make = || FunctionCache {
        entries: Cache::new(Arc::clone(name), options.bounds, threads),
        name: Arc::clone(name),
        id: id.clone(),
        is_unique,
        max_entries: options.bounds.max_entries,
        max_bytes: options
            .bounds
            .max_bytes
            .filter(|_| options.bounds.keeps_larger),
        // What a test makes is nobody's but the test's.
        tier: function.tier().filter(|_| id.isolation.is_none()),
        is_recreated: options.recreates,
        widgets: Widgets::default(),
        on_release: Mutex::new(None),
        has_outgrown: AtomicBool::new(false),
        holdings: Known::default(),
        shown_by: AtomicUsize::new(0),
        defined: AtomicU64::new(0),
        waits: AtomicBool::new(false),
        is_new: AtomicBool::new(!is_unique),
        ended: AtomicBool::new(false),
    };
    let (cache, superseded) = REGISTRY.attach(id.clone(), function.sharing(), make);
    cache.adopt(py, options);
    if cache.waits.swap(false, Ordering::Relaxed) {
        waiting::UNUSED.forget_one(&cache);
    }
    cache
        .defined
        .fetch_max(waiting::moment(), Ordering::Relaxed);
    budget::join(&cache);
    for old in superseded {
        old.clear(py);
    }
    if options.kind == Kind::Resource && !is_unique {
        cache.is_new.store(true, Ordering::Relaxed);
        if let Some(old) = waiting::DEFINED.note(&cache) {
            old.is_new.store(false, Ordering::Relaxed);
        }
    }
    let holdings = shows_holdings(function).then(|| Holdings::of(py, &cache));
    let holdings = holdings.transpose().inspect_err(|_| detach(py, &cache))?;
    if holdings.is_some() {
        cache.shown_by.fetch_add(1, Ordering::Relaxed);
    }
    Ok(Use { cache, holdings })
}

/// Data refers to nothing. A function that was garbage before is not asked again before it is collected, and must not
/// let resources go that it may be called for.
fn shows_holdings(function: &CachedFunction) -> bool {
    function.options().kind == Kind::Resource && !function.was_garbage()
}

/// Releases the resources of a cache whose holdings are lost: they are garbage, unless nobody has them any more.
pub fn lose(py: Python<'_>, cache: &FunctionCache) {
    let is_garbage = cache.shown_by.load(Ordering::Relaxed) > 0;
    if is_garbage && !cache.is_new.load(Ordering::Relaxed) {
        cache.clear(py);
    }
}

/// Ends the use that garbage made of a cache. What it has shown of it goes as well: the references to it that others
/// had as weak ones are gone.
pub fn discard(py: Python<'_>, cache: &Arc<FunctionCache>) {
    if cache.is_new.load(Ordering::Relaxed) {
        return detach(py, cache);
    }
    if let Some(unused) = REGISTRY.detach_for_good(&cache.id, cache) {
        unused.clear(py);
    }
}

/// Ends one function object's use of its cache.
pub fn detach(py: Python<'_>, cache: &Arc<FunctionCache>) {
    let unused = if cache.is_unique {
        REGISTRY.detach_for_good(&cache.id, cache)
    } else {
        match REGISTRY.detach(&cache.id, cache) {
            Detached::Used => None,
            Detached::Waits => crowd_out(cache),
            Detached::Left(unused) => Some(unused),
        }
    };
    if let Some(unused) = unused {
        unused.clear(py);
    }
}

/// Takes out the one for which there is no room beside `cache`, which waits for the next definition.
fn crowd_out(cache: &Arc<FunctionCache>) -> Option<Arc<FunctionCache>> {
    cache.waits.store(true, Ordering::Relaxed);
    let oldest = waiting::UNUSED.note(cache)?;
    // It may have been found again meanwhile.
    REGISTRY.remove_unused(&oldest.id, &oldest)
}

/// Every cache there is.
pub fn all() -> Vec<Arc<FunctionCache>> {
    REGISTRY.all()
}

/// Every cache that is not hidden.
pub fn visible() -> Vec<Arc<FunctionCache>> {
    let mut caches = all();
    caches.retain(|cache| cache.id.is_visible());
    caches
}

/// Clears the caches of one kind.
pub fn clear_kind(py: Python<'_>, kind: Kind) {
    for cache in visible() {
        if cache.id.kind == kind {
            cache.clear(py);
        }
    }
}

/// Clears and forgets the caches of a session.
pub fn end_session(py: Python<'_>, session: &str) {
    end(py, |id| {
        id.session.as_deref() == Some(session) && id.is_visible()
    });
    waiting::forget(session);
}

/// Clears and forgets the caches of an isolation.
pub fn end_isolation(py: Python<'_>, isolation: u64) {
    end(py, |id| id.isolation == Some(isolation));
}

fn end(py: Python<'_>, is_meant: impl Fn(&CacheId) -> bool) {
    for cache in REGISTRY.remove_where(is_meant) {
        cache.ended.store(true, Ordering::Release);
        cache.clear(py);
    }
}

impl FunctionCache {
    /// Takes the newest definition's callback: those of older ones may refer to what is gone.
    fn adopt(&self, py: Python<'_>, options: &Options) {
        if options.kind == Kind::Resource {
            release::at_exit(py);
        }
        let newest = options
            .on_release
            .as_ref()
            .map(|callback| callback.clone_ref(py));
        // The old one is dropped after the lock is.
        let _old = std::mem::replace(&mut *self.on_release.lock(), newest);
    }

    /// Shows the garbage collector what callers get and what it refers to, of which nothing may change meanwhile.
    pub fn traverse(&self, visit: &PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        if self.is_new.load(Ordering::Relaxed) {
            return Ok(());
        }
        if let Some(on_release) = self.on_release.try_lock() {
            visit.call(&*on_release)?;
        }
        self.entries.try_for_each(|value| value.traverse(visit))
    }

    /// Whether the session is over, and a new one of that name needs a cache of its own.
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Tells once of a value that is larger than the bound by itself.
    pub fn tell_of_size(&self, py: Python<'_>, size: u64) {
        let Some(max_bytes) = self.max_bytes.filter(|most| size > *most) else {
            return;
        };
        if !self.has_outgrown.swap(true, Ordering::Relaxed) {
            let message = format!(
                "A value of '{}' has {size} bytes, more than its max_size of {max_bytes}: it is kept \
                 alone",
                self.name
            );
            logging::warn(py, &message);
        }
    }

    /// Forgets all entries.
    pub fn clear(&self, py: Python<'_>) {
        self.widgets.clear();
        self.release(py, self.entries.clear());
    }

    /// The name of a call's entry on the disk.
    pub fn entry(&self, key: &CallKey) -> Name {
        Name {
            function: self.id.function,
            call: key.digest(&self.id.function),
        }
    }

    /// Forgets entries on the disk, if there are such.
    pub fn clear_disk(&self, py: Python<'_>, scope: Scope<'_>) {
        if let Some(tier) = &self.tier {
            tier.clear(py, scope);
        }
    }

    /// Where the value of a call is. It counts nothing, and is no use of the entry.
    pub fn place_of(&self, py: Python<'_>, key: &CallKey) -> Option<Where> {
        let is_current = |value: &Value| self.is_current(py, value);
        if self
            .entries
            .peek(key)
            .is_some_and(|value| is_current(&value))
        {
            return Some(Where::Memory);
        }
        let tier = self.tier.as_ref()?;
        let is_there = tier.contains(py, &self.entry(key), self.entries.time_to_live());
        is_there.then_some(Where::Disk)
    }

    /// Whether no process has cleared a value since it was stored.
    #[inline]
    pub fn is_current(&self, py: Python<'_>, value: &Value) -> bool {
        let Some(tier) = &self.tier else {
            return true;
        };
        value
            .persisted(py)
            .is_none_or(|persisted| tier.is_current(py, persisted))
    }

    /// Forgets the entries of one call, for whatever its widgets were set to.
    pub fn clear_call(&self, py: Python<'_>, call: &CallKey) {
        for key in self.widgets.forget(call) {
            self.release(py, self.entries.clear_key(&key));
        }
        self.release(py, self.entries.clear_key(call));
    }
}
