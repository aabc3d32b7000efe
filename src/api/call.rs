//! The way of a call: bind, key, look up; what is not there is computed, once, and stored.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use super::function::{CachedFunction, Identity};
use super::miss::Missed;
use super::refresh;
use crate::error::Result;
use crate::key::binding::{Arguments, Observer};
use crate::key::call_key::CallKey;
use crate::key::encoder::Encoder;
use crate::key::walk::Writer;
use crate::python::stack;

/// One call of a cached function.
#[derive(Clone, Copy)]
pub struct Call<'a, 'py> {
    pub(super) function: &'a CachedFunction,
    pub(super) arguments: Arguments<'a, 'py>,
}

impl<'a, 'py> Call<'a, 'py> {
    /// A call of `function` with `arguments`.
    pub fn new(function: &'a CachedFunction, arguments: Arguments<'a, 'py>) -> Self {
        Self {
            function,
            arguments,
        }
    }

    /// What the arguments are written by.
    #[inline]
    fn writer(&self, py: Python<'py>) -> Writer<'a, 'py> {
        let options = self.function.options();
        Writer::new(py, self.function.name(), &options.hashers, options.follow)
    }

    /// The arguments' encoding, or what Python says of arguments that do not fit.
    pub fn encode_or_raise(
        &self,
        py: Python<'py>,
        identity: &Identity,
        observer: &mut impl Observer<'py>,
    ) -> Result<Encoder> {
        let mut writer = self.writer(py);
        let signature = &identity.signature;
        if signature.encode(&mut writer, self.arguments, observer)? {
            return Ok(writer.into_encoder());
        }
        let signature = crate::python::SIGNATURE.get(py)?;
        let signature = signature.call1((self.function.wrapped(py),))?;
        let why = match self.arguments.call(&signature.getattr("bind")?) {
            Ok(_) => "the arguments do not fit the function".to_owned(),
            Err(raised) if raised.is_instance_of::<PyTypeError>(py) => raised.value(py).to_string(),
            Err(raised) => return Err(raised.into()),
        };
        Err(PyTypeError::new_err(format!("{}: {why}", self.function.name())).into())
    }

    /// The call's key, or what Python says of arguments that do not fit.
    pub fn key_or_raise(&self, py: Python<'py>, identity: &Identity) -> Result<CallKey> {
        Ok(self.encode_or_raise(py, identity, &mut ())?.call_key())
    }

    /// Returns the stored value, or computes and stores it.
    #[inline]
    pub fn run(&self, function: &Bound<'py, CachedFunction>) -> Result<Bound<'py, PyAny>> {
        let py = function.py();
        match self.find(py)? {
            Found::Value(value) => Ok(value),
            Found::Stale(value, missed) => {
                refresh::plan(function, self, missed);
                Ok(value)
            }
            Found::Unbound => self.compute(py),
            Found::Nothing(missed) => self.run_missed(function, missed),
        }
    }

    /// Looks for the stored value.
    #[inline]
    pub(super) fn find(&self, py: Python<'py>) -> Result<Found<'py>> {
        let identity = self.function.identity(py)?;
        let mut writer = self.writer(py);
        let signature = &identity.signature;
        if !signature.encode(&mut writer, self.arguments, &mut ())? {
            return Ok(Found::Unbound);
        }
        let call = writer.encoder().call_key();
        let mut key = call;
        if self.function.options().stores() {
            let cache = self.function.cache(py, &identity)?;
            key = self.function.entry_key(py, &cache, call)?;
            if let Some(value) = self.function.hit(py, &cache, &key)? {
                if self.function.options().refreshes && cache.entries.needs_refresh(&key) {
                    let missed = Missed::stale(cache.kept(), identity.kept(), key, call);
                    return Ok(Found::Stale(value, missed));
                }
                return Ok(Found::Value(value));
            }
        }
        let missed = Missed::new(
            self.function,
            py,
            identity.kept(),
            key,
            writer.into_encoder(),
        )?;
        Ok(Found::Nothing(missed))
    }

    #[cold]
    fn run_missed(
        &self,
        function: &Bound<'py, CachedFunction>,
        mut missed: Missed,
    ) -> Result<Bound<'py, PyAny>> {
        let py = function.py();
        stack::check(self.function.name())?;
        missed.shown = Some(self.spin(py)?);
        if self.function.options().stores() {
            return self.miss(function, missed);
        }
        missed.cache.entries.count_miss();
        self.run_uncached(py)
    }

    pub(super) fn compute(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>> {
        Ok(self.arguments.call(&self.function.wrapped(py))?)
    }
}

/// What a lookup gave.
pub(super) enum Found<'py> {
    /// The stored value, as the caller may have it.
    Value(Bound<'py, PyAny>),
    /// The same, and it is to be made anew.
    Stale(Bound<'py, PyAny>, Missed),
    /// The arguments do not fit, which is the function's to say.
    Unbound,
    /// It has to be computed.
    Nothing(Missed),
}
