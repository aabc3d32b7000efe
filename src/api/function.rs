//! The decorated function.

use std::sync::Arc;

use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use super::caches::{self, CacheId, FunctionCache};
use super::call::Call;
use super::info;
use super::method::CachedMethod;
use super::options::{Options, Scope};
use super::session;
use crate::error::{Error, Result};
use crate::key::binding::Arguments;
use crate::key::hashers::definition_digest;
use crate::key::signature::Signature;
use crate::python::type_name;

/// A function whose results are cached; it is called as the function is.
#[pyclass(frozen, dict, weakref, module = "memoxide")]
pub struct CachedFunction {
    wrapped: Py<PyAny>,
    name: Arc<str>,
    options: Arc<Options>,
    /// Found at the first use: what the function refers to may be defined after it.
    identity: PyOnceLock<Identity>,
    global: PyOnceLock<Arc<FunctionCache>>,
    sessions: Mutex<Vec<Arc<FunctionCache>>>,
}

/// What a function is: how it takes arguments, and which code it runs.
pub struct Identity {
    /// Its parameters.
    pub signature: Signature,
    /// Its code's digest.
    pub digest: [u8; 32],
}

impl CachedFunction {
    /// A function that caches what `wrapped` returns.
    pub fn new(wrapped: &Bound<'_, PyAny>, options: Arc<Options>) -> Result<Self> {
        Ok(Self {
            wrapped: wrapped.clone().unbind(),
            name: full_name(wrapped)?.into(),
            options,
            identity: PyOnceLock::new(),
            global: PyOnceLock::new(),
            sessions: Mutex::new(Vec::new()),
        })
    }

    /// Module and qualified name.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The options it was decorated with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The plain function.
    pub fn wrapped<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        self.wrapped.bind(py).clone()
    }

    /// Its parameters and its digest.
    pub fn identity<'a>(&'a self, py: Python<'a>) -> Result<&'a Identity> {
        if let Some(identity) = self.identity.get(py) {
            return Ok(identity);
        }
        // Not under the cell's lock: finding out may run code that comes here again.
        let wrapped = self.wrapped.bind(py);
        let identity = Identity {
            signature: Signature::of(wrapped)?,
            digest: definition_digest(wrapped, &self.name)?,
        };
        Ok(self.identity.get_or_init(py, || identity))
    }

    /// The cache that a call uses here and now.
    pub fn cache(&self, py: Python<'_>) -> Result<Arc<FunctionCache>> {
        match self.options.scope {
            Scope::Global => self.global_cache(py),
            Scope::Session => self.session_cache(py),
        }
    }

    fn global_cache(&self, py: Python<'_>) -> Result<Arc<FunctionCache>> {
        if let Some(cache) = self.global.get(py) {
            return Ok(Arc::clone(cache));
        }
        let id = self.id(py, None)?;
        let cache = caches::attach(py, id.clone(), &self.name, &self.options);
        if self.global.set(py, Arc::clone(&cache)).is_err() {
            // Another thread was faster and counts as the user.
            caches::detach(py, &id, &cache);
        }
        Ok(cache)
    }

    fn session_cache(&self, py: Python<'_>) -> Result<Arc<FunctionCache>> {
        let Some(session) = session::current(py)? else {
            return Err(Error::NoSession {
                function: self.name.to_string(),
            });
        };
        if let Some(cache) = self.known_session(&session) {
            return Ok(cache);
        }
        let id = self.id(py, Some(session.as_str().into()))?;
        let cache = caches::attach(py, id, &self.name, &self.options);
        self.sessions.lock().push(Arc::clone(&cache));
        Ok(cache)
    }

    fn known_session(&self, session: &str) -> Option<Arc<FunctionCache>> {
        let mut ended = Vec::new();
        let mut sessions = self.sessions.lock();
        let mut index = 0;
        while index < sessions.len() {
            if sessions[index].has_ended() {
                ended.push(sessions.swap_remove(index));
            } else {
                index += 1;
            }
        }
        let found = sessions
            .iter()
            .find(|cache| cache.session.as_deref() == Some(session));
        let found = found.cloned();
        drop(sessions);
        drop(ended);
        found
    }

    fn id(&self, py: Python<'_>, session: Option<Arc<str>>) -> Result<CacheId> {
        Ok(CacheId {
            session,
            kind: self.options.kind,
            function: self.identity(py)?.digest,
        })
    }

    /// Forgets one call, or all where no arguments are given.
    pub fn forget(&self, py: Python<'_>, arguments: Arguments<'_, '_>) -> Result<()> {
        let cache = self.cache(py)?;
        if arguments.are_none() {
            cache.clear(py);
        } else {
            let key = Call::new(self, arguments).key_or_raise(py)?;
            cache.release(py, cache.entries.clear_key(&key));
        }
        Ok(())
    }

    /// Whether the call would hit.
    pub fn holds(&self, py: Python<'_>, arguments: Arguments<'_, '_>) -> Result<bool> {
        let key = Call::new(self, arguments).key_or_raise(py)?;
        Ok(self.cache(py)?.entries.contains(&key))
    }

    /// The digest of the call, in hexadecimal digits.
    pub fn hex_key(&self, py: Python<'_>, arguments: Arguments<'_, '_>) -> Result<String> {
        let key = Call::new(self, arguments).key_or_raise(py)?;
        let digest = key.digest(&self.identity(py)?.digest);
        Ok(blake3::Hash::from(digest).to_hex().to_string())
    }
}

#[pymethods]
impl CachedFunction {
    #[pyo3(signature = (*args, **kwargs))]
    fn __call__<'py>(
        &self,
        py: Python<'py>,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Ok(Call::new(self, Arguments::new(args, kwargs)).run(py)?)
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
        Ok(self.forget(py, Arguments::new(args, kwargs))?)
    }

    /// Whether the call would hit; computes nothing, counts nothing.
    #[pyo3(signature = (*args, **kwargs))]
    fn contains(
        &self,
        py: Python<'_>,
        args: &Bound<'_, PyTuple>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<bool> {
        Ok(self.holds(py, Arguments::new(args, kwargs))?)
    }

    /// The call's key, 64 hexadecimal digits: the same in every process of one Python version.
    #[pyo3(signature = (*args, **kwargs))]
    fn key(
        &self,
        py: Python<'_>,
        args: &Bound<'_, PyTuple>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<String> {
        Ok(self.hex_key(py, Arguments::new(args, kwargs))?)
    }

    /// Hits, misses, bounds and sizes, in the session that is open where that matters.
    fn cache_info<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        info::cache_info(py, &*self.cache(py)?)
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
        visit.call(&self.wrapped)
    }
}

impl Drop for CachedFunction {
    fn drop(&mut self) {
        Python::attach(|py| {
            let sessions = std::mem::take(&mut *self.sessions.lock());
            for cache in self.global.get(py).cloned().into_iter().chain(sessions) {
                if let Ok(id) = self.id(py, cache.session.clone()) {
                    caches::detach(py, &id, &cache);
                }
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
