//! A stored value on its way to a caller.

use pyo3::exceptions::PyException;
use pyo3::prelude::*;

use super::caches::FunctionCache;
use super::function::CachedFunction;
use super::options::Kind;
use super::redefined;
use super::value::Value;
use crate::error::Result;
use crate::host;
use crate::key::call_key::CallKey;
use crate::logging;
use crate::store::Removed;

impl CachedFunction {
    /// The stored value, if there is one and it may be used.
    #[inline]
    pub(super) fn hit<'py>(
        &self,
        py: Python<'py>,
        cache: &FunctionCache,
        key: &CallKey,
    ) -> Result<Option<Bound<'py, PyAny>>> {
        let mut departed = Removed::default();
        let hit = cache.entries.lookup(key, &mut departed);
        if !departed.is_empty() {
            cache.release(py, departed);
        }
        match hit {
            Some(value) if self.hands_out(py, &value) => Ok(Some(value.into_object(py))),
            Some(value) => self.accept(py, cache, key, &value),
            None => Ok(None),
        }
    }

    /// Whether a stored value goes to the caller as it is, and nobody wants to know of it.
    #[inline]
    fn hands_out(&self, py: Python<'_>, value: &Value) -> bool {
        self.options().kind == Kind::Data && value.is_bare(py) && !host::marks_hits()
    }

    /// A stored value as the caller may have it; none if it must not be used any more.
    pub(super) fn accept<'py>(
        &self,
        py: Python<'py>,
        cache: &FunctionCache,
        key: &CallKey,
        value: &Value,
    ) -> Result<Option<Bound<'py, PyAny>>> {
        if !cache.is_current(py, value) || !self.is_valid(py, value)? {
            cache.release(py, cache.entries.reject(key, |stored| stored.is(value)));
            return Ok(None);
        }
        if self.options().kind == Kind::Resource
            && let Some(resource) = value.shared(py)
        {
            redefined::notice(resource, &cache.name);
        }
        match value.restore(py) {
            Ok(restored) => {
                self.replay(py, value)?;
                Ok(Some(restored))
            }
            Err(raised) if raised.is_instance_of::<PyException>(py) => {
                let message = format!(
                    "A stored value of '{}' cannot be read and is computed again: {raised}",
                    cache.name
                );
                logging::warn(py, &message);
                cache.release(py, cache.entries.reject(key, |stored| stored.is(value)));
                Ok(None)
            }
            Err(raised) => Err(raised.into()),
        }
    }

    #[inline]
    fn is_valid(&self, py: Python<'_>, value: &Value) -> Result<bool> {
        let Some(validate) = &self.options().validate else {
            return Ok(true);
        };
        match value.shared(py) {
            Some(resource) => Ok(validate.bind(py).call1((resource,))?.is_truthy()?),
            None => Ok(true),
        }
    }
}
