//! The decorated function.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once, OnceLock};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFunction, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use super::caches::{self, CacheId, FunctionCache, Use};
use super::call::Call;
use super::coroutine::CachedCoroutine;
use super::disk::{Place, Tier};
use super::method::CachedMethod;
use super::options::{self, Options, Sharing};
use super::session;
use super::{explain, info};
use crate::disk::Scope;
use crate::error::{Error, Result};
use crate::history;
use crate::key::binding::{Arguments, Unpacked};
use crate::key::definition::Definition;
use crate::key::signature::Signature;
use crate::python::latest::{Current, Latest};
use crate::python::raw::Finalize;
use crate::python::vectorcall::{self, Slot, Vectorcall};
use crate::python::{raw, stack, type_name};
use crate::sync::system::Mutex;
use crate::testing;

/// A function whose results are cached; it is called as the function is.
#[pyclass(frozen, dict, weakref, module = "memoxide")]
pub struct CachedFunction {
    vectorcall: Slot,
    wrapped: Py<PyAny>,
    name: Arc<str>,
    options: Arc<Options>,
    /// Whether a call gives a coroutine, whose value is stored.
    pub(super) makes_coroutines: bool,
    /// Where entries are that outlive the process.
    place: Option<Arc<Place>>,
    /// Found at the first use, since what the function refers to may be defined after it, and
    /// again when that has changed.
    identity: Latest<Identity>,
    /// Of sessions, and of tests that are isolated.
    apart: Mutex<Vec<Use>>,
    /// Whether the garbage collector has found it to be garbage, and it may have come to life again.
    was_garbage: AtomicBool,
}

/// What a function is, and where its entries are.
pub struct Identity {
    /// Its parameters.
    pub signature: Signature,
    definition: Definition,
    /// The cache that is shared by all sessions.
    global: Option<Use>,
    /// What the history says of the function; made for the first miss.
    described: OnceLock<Arc<history::Function>>,
}

impl Identity {
    /// Whether all is as it was when the function was read.
    pub fn holds(&self, function: &CachedFunction, py: Python<'_>) -> bool {
        self.definition.holds(function.wrapped.bind(py))
    }

    fn traverse(&self, visit: &PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        self.signature.traverse(visit)?;
        match &self.global {
            Some(global) => global.traverse(visit),
            None => Ok(()),
        }
    }

    /// The digest of the function's code, and of what it depends on.
    pub fn digest(&self) -> &[u8; 32] {
        &self.definition.digest
    }
}

/// The cache that a call uses: that of all sessions, or that of one.
pub enum Here<'i> {
    /// That of all sessions.
    Global(&'i Arc<FunctionCache>),
    /// That of one, or of a test that is isolated.
    Apart(Arc<FunctionCache>),
}

impl Here<'_> {
    /// The cache for longer.
    pub fn kept(&self) -> Arc<FunctionCache> {
        Arc::clone(match self {
            Self::Global(cache) => cache,
            Self::Apart(cache) => cache,
        })
    }
}

impl Deref for Here<'_> {
    type Target = FunctionCache;

    fn deref(&self) -> &FunctionCache {
        match self {
            Self::Global(cache) => cache,
            Self::Apart(cache) => cache,
        }
    }
}

impl CachedFunction {
    /// A function that caches what `wrapped` returns.
    pub fn new<'py>(
        wrapped: &Bound<'py, PyAny>,
        options: Arc<Options>,
        makes_coroutines: bool,
    ) -> Result<Bound<'py, Self>> {
        static ENABLED: Once = Once::new();
        let function = Self {
            vectorcall: Slot::new::<Self>(),
            wrapped: wrapped.clone().unbind(),
            name: full_name(wrapped)?.into(),
            place: options
                .persist
                .as_ref()
                .map(|persist| Place::of(wrapped, persist)),
            options,
            makes_coroutines,
            identity: Latest::empty(),
            apart: Mutex::new(Vec::new()),
            was_garbage: AtomicBool::new(false),
        };
        let function = Bound::new(wrapped.py(), function)?;
        vectorcall::enable(&function, &ENABLED);
        raw::enable_finalizer(&function);
        if let Ok(plain) = wrapped.cast::<PyFunction>()
            && !raw::is_nested(plain)?
        {
            raw::defer_counting(&function);
        }
        Ok(function)
    }

    /// Module and qualified name.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The options it was decorated with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// What has to be equal for another definition to share its entries.
    pub fn sharing(&self) -> Sharing {
        self.options.sharing(self.place.as_ref())
    }

    /// The disk as the second tier, if the function has one.
    pub fn tier(&self) -> Option<Tier> {
        self.place.clone().map(Tier::new)
    }

    /// Whether the garbage collector was about to collect it once.
    pub fn was_garbage(&self) -> bool {
        self.was_garbage.load(Ordering::Relaxed)
    }

    /// The plain function.
    pub fn wrapped<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        self.wrapped.bind(py).clone()
    }

    /// What the function is now: found again if something that it depends on has changed.
    #[inline]
    pub fn identity<'a, 'py>(&'a self, py: Python<'py>) -> Result<Current<'a, 'py, Identity>> {
        match self.identity.get(py) {
            Some(identity) if identity.holds(self, py) => Ok(Current::Borrowed(identity)),
            known => self.renew(py, known.as_deref()).map(Current::Kept),
        }
    }

    /// Finds out what the function is, which was `known` before. No lock is held: it may run code that
    /// comes here again.
    #[cold]
    fn renew(&self, py: Python<'_>, known: Option<&Identity>) -> Result<Arc<Identity>> {
        stack::check(&self.name)?;
        let found = Arc::new(self.find_identity(py)?);
        let before = self.identity.replace(py, known, Some(Arc::clone(&found)));
        let is_ours = before.as_deref().map(std::ptr::from_ref) == known.map(std::ptr::from_ref);
        match (is_ours, before) {
            (true, Some(replaced)) => Self::leave(py, &replaced),
            (true, None) => {}
            // Another thread was faster: what it found is as new.
            (false, Some(faster)) => {
                Self::leave(py, &found);
                return Ok(faster);
            }
            (false, None) => Self::leave(py, &found),
        }
        Ok(found)
    }

    /// What the function is, as a history keeps it: without the objects that it was read from.
    pub fn described<'i>(
        &self,
        py: Python<'_>,
        identity: &'i Identity,
    ) -> &'i Arc<history::Function> {
        identity.described.get_or_init(|| {
            let definition = &identity.definition;
            Arc::new(history::Function {
                name: definition.short_name(&self.name).to_owned(),
                digest: definition.digest,
                is_unique: definition.is_unique,
                outline: definition.outline().to_vec(),
                parameters: identity.signature.names(py),
            })
        })
    }

    fn find_identity(&self, py: Python<'_>) -> Result<Identity> {
        let wrapped = self.wrapped.bind(py);
        let definition = Definition::read(wrapped, &self.name, self.options.follow)?;
        let signature = Signature::of(wrapped)?;
        let global = (self.options.scope == options::Scope::Global)
            .then(|| self.attach(py, &definition, None))
            .transpose()?;
        Ok(Identity {
            signature,
            definition,
            global,
            described: OnceLock::new(),
        })
    }

    fn attach(
        &self,
        py: Python<'_>,
        definition: &Definition,
        session: Option<Arc<str>>,
    ) -> Result<Use> {
        let id = CacheId {
            session,
            isolation: testing::isolation(),
            kind: self.options.kind,
            function: definition.digest,
        };
        caches::attach(py, &id, definition.is_unique, self)
    }

    /// Ends the use of the cache that an identity has.
    fn leave(py: Python<'_>, identity: &Identity) {
        if let Some(global) = &identity.global {
            caches::detach(py, &global.cache);
        }
    }

    /// Ends the use of all caches, each as `end` does: nobody calls the function any more.
    fn leave_all(&self, py: Python<'_>, end: fn(Python<'_>, &Arc<FunctionCache>)) {
        let identity = self.identity.take(py);
        let global = identity
            .as_ref()
            .and_then(|identity| identity.global.as_ref());
        let apart = std::mem::take(&mut *self.apart.lock());
        for ended in global.into_iter().chain(&apart) {
            end(py, &ended.cache);
        }
    }

    /// The cache that a call uses here and now.
    #[inline]
    pub fn cache<'i>(&self, py: Python<'_>, identity: &'i Identity) -> Result<Here<'i>> {
        let global = identity.global.as_ref().map(|global| &global.cache);
        match global {
            Some(cache) if cache.id.isolation == testing::isolation() => Ok(Here::Global(cache)),
            _ => self.cache_apart(py, identity).map(Here::Apart),
        }
    }

    /// The cache of a session, or of a test that is isolated.
    fn cache_apart(&self, py: Python<'_>, identity: &Identity) -> Result<Arc<FunctionCache>> {
        let session = match self.options.scope {
            options::Scope::Global => None,
            options::Scope::Session => Some(self.session(py)?),
        };
        if let Some(cache) = self.known_apart(session.as_deref(), identity) {
            return Ok(cache);
        }
        let attached = self.attach(py, &identity.definition, session)?;
        let cache = Arc::clone(&attached.cache);
        self.apart.lock().push(attached);
        Ok(cache)
    }

    /// The session that is open here.
    fn session(&self, py: Python<'_>) -> Result<Arc<str>> {
        match session::current(py)? {
            Some(session) => Ok(session.into()),
            None => Err(Error::NoSession {
                function: self.name.to_string(),
            }),
        }
    }

    /// The cache that is used here, if this function has used it before. Those that have ended are let go.
    fn known_apart(
        &self,
        session: Option<&str>,
        identity: &Identity,
    ) -> Option<Arc<FunctionCache>> {
        let isolation = testing::isolation();
        let mut apart = self.apart.lock();
        let ended: Vec<_> = apart
            .extract_if(.., |other| other.cache.has_ended())
            .collect();
        let found = apart.iter().map(|other| &other.cache).find(|cache| {
            let id = &cache.id;
            id.session.as_deref() == session
                && id.isolation == isolation
                && id.function == *identity.digest()
        });
        let found = found.cloned();
        drop(apart);
        drop(ended);
        found
    }

    /// Forgets one call, or all where no arguments are given.
    pub fn forget(&self, py: Python<'_>, arguments: Arguments<'_, '_>) -> Result<()> {
        let identity = self.identity(py)?;
        let cache = self.cache(py, &identity)?;
        if arguments.are_none() {
            cache.clear(py);
            cache.clear_disk(py, Scope::Function(identity.digest()));
        } else {
            let key = Call::new(self, arguments).key_or_raise(py, &identity)?;
            cache.clear_call(py, &key);
            cache.clear_disk(py, Scope::Entry(&cache.entry(&key)));
        }
        Ok(())
    }

    /// Whether the call would hit.
    pub fn holds(&self, py: Python<'_>, arguments: Arguments<'_, '_>) -> Result<bool> {
        let identity = self.identity(py)?;
        let key = Call::new(self, arguments).key_or_raise(py, &identity)?;
        if testing::is_disabled() {
            return Ok(false);
        }
        let cache = self.cache(py, &identity)?;
        let key = self.entry_key(py, &cache, key)?;
        Ok(cache.place_of(py, &key).is_some())
    }

    /// The figures of the cache that is used here and now.
    pub fn info<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let identity = self.identity(py)?;
        let cache = self.cache(py, &identity)?;
        info::cache_info(py, &cache)
    }

    /// The digest of the call, in hexadecimal digits.
    pub fn hex_key(&self, py: Python<'_>, arguments: Arguments<'_, '_>) -> Result<String> {
        let identity = self.identity(py)?;
        let key = Call::new(self, arguments).key_or_raise(py, &identity)?;
        let digest = key.digest(identity.digest());
        Ok(blake3::Hash::from(digest).to_hex().to_string())
    }
}

impl Vectorcall for CachedFunction {
    fn call<'py>(
        slf: &Bound<'py, Self>,
        arguments: Arguments<'_, 'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if slf.get().makes_coroutines {
            return CachedCoroutine::of(slf, arguments.kept());
        }
        Ok(Call::new(slf.get(), arguments).run(slf)?)
    }

    fn slot(&self) -> &Slot {
        &self.vectorcall
    }
}

#[pymethods]
impl CachedFunction {
    /// The interpreter comes here only where somebody looks `__call__` up.
    #[pyo3(signature = (*args, **kwargs))]
    fn __call__<'py>(
        slf: &Bound<'py, Self>,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Self::call(slf, Unpacked::new(None, args, kwargs)?.arguments())
    }

    fn __get__<'py>(
        slf: &Bound<'py, Self>,
        instance: Option<Bound<'py, PyAny>>,
        _owner: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match instance {
            Some(instance) => CachedMethod::bind(slf, instance),
            None => Ok(slf.clone().into_any()),
        }
    }

    /// Forget one call's entry, or every entry where no arguments are given.
    #[pyo3(signature = (*args, **kwargs))]
    fn clear(
        &self,
        py: Python<'_>,
        args: &Bound<'_, PyTuple>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        Ok(self.forget(py, Unpacked::new(None, args, kwargs)?.arguments())?)
    }

    /// Whether the call would hit; computes nothing, counts nothing.
    #[pyo3(signature = (*args, **kwargs))]
    fn contains(
        &self,
        py: Python<'_>,
        args: &Bound<'_, PyTuple>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<bool> {
        Ok(self.holds(py, Unpacked::new(None, args, kwargs)?.arguments())?)
    }

    /// The call's key, 64 hexadecimal digits: the same in every process of one Python version.
    #[pyo3(signature = (*args, **kwargs))]
    fn key(
        &self,
        py: Python<'_>,
        args: &Bound<'_, PyTuple>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<String> {
        Ok(self.hex_key(py, Unpacked::new(None, args, kwargs)?.arguments())?)
    }

    /// Why the call would hit or miss; computes nothing, counts nothing.
    #[pyo3(signature = (*args, **kwargs))]
    fn explain<'py>(
        &self,
        py: Python<'py>,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Ok(explain::explain(
            py,
            self,
            Unpacked::new(None, args, kwargs)?.arguments(),
        )?)
    }

    /// Hits, misses, bounds and sizes, in the session that is open where that matters.
    fn cache_info<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.info(py)
    }

    fn __repr__(&self) -> String {
        format!("<cached function {}>", self.name)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.wrapped.bind(py).getattr("__qualname__")
    }

    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.wrapped)?;
        // Options that another function has too are left out: what one owner holds must not be
        // subtracted twice. Nobody clones them while the collector runs.
        if Arc::strong_count(&self.options) == 1 {
            self.options.traverse(&visit)?;
        }
        // An identity belongs to this function alone, and a call that holds one holds the function.
        self.identity
            .traverse(&visit, |identity| identity.traverse(&visit))?;
        match self.apart.try_lock() {
            Some(apart) => apart.iter().try_for_each(|one| one.traverse(&visit)),
            None => Ok(()),
        }
    }
}

impl Finalize for CachedFunction {
    /// Nothing leads to it but what may be its own resources.
    fn finalize(slf: &Bound<'_, Self>) {
        let function = slf.get();
        function.was_garbage.store(true, Ordering::Relaxed);
        function.leave_all(slf.py(), caches::discard);
    }
}

impl Drop for CachedFunction {
    fn drop(&mut self) {
        Python::attach(|py| {
            // The last reference may go while an exception is on its way, under which no callback
            // may run.
            let on_its_way = PyErr::take(py);
            self.leave_all(py, caches::detach);
            if let Some(raised) = on_its_way {
                raised.restore(py);
            }
        });
    }
}

/// Module and qualified name, as messages show them.
fn full_name(callable: &Bound<'_, PyAny>) -> Result<String> {
    let text = |name: &str| -> PyResult<Option<String>> {
        let value = callable.getattr_opt(name)?;
        Ok(value
            .filter(|value| !value.is_none())
            .map(|value| value.to_string()))
    };
    let Some(name) = text("__qualname__")? else {
        return Ok(type_name(callable));
    };
    Ok(match text("__module__")? {
        Some(module) => format!("{module}.{name}"),
        None => name,
    })
}
