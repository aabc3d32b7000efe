//! The function as Python sees it.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use super::CachedFunction;
use crate::api::call::Call;
use crate::api::method::CachedMethod;
use crate::api::{explain, info};
use crate::disk::Scope;
use crate::error::Result;
use crate::key::binding::{Arguments, Unpacked};
use crate::python::vectorcall::Vectorcall;
use crate::testing;

impl CachedFunction {
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

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Self::reduction(slf)
    }

    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        if !self.is_made {
            return Ok(());
        }
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
