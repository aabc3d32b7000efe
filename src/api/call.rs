//! The way of a call: bind, key, look up, compute once, store.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pyo3::exceptions::{PyException, PyTypeError};
use pyo3::prelude::*;

use super::caches::{Failure, FunctionCache};
use super::failure::Failed;
use super::function::{CachedFunction, Current, Identity};
use super::misses;
use super::options::Kind;
use super::redefined;
use super::value::Value;
use crate::cache::{Begin, Cache, Guard, Waiter};
use crate::error::{Error, Result};
use crate::flight::{ActorId, Wait};
use crate::key::binding::{Arguments, Observer};
use crate::key::call_key::CallKey;
use crate::key::encoder::Encoder;
use crate::key::walk::Writer;
use crate::logging;
use crate::python::stack;
use crate::store::Departure;

/// How long a waiter sleeps before it looks whether the user wants to interrupt it.
const SIGNAL_CHECK: Duration = Duration::from_millis(50);

/// One call of a cached function.
#[derive(Clone, Copy)]
pub struct Call<'a, 'py> {
    pub(super) function: &'a CachedFunction,
    arguments: Arguments<'a, 'py>,
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
    pub fn run(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>> {
        // What does not fit is the function's to refuse.
        let identity = self.function.identity(py)?;
        let mut writer = self.writer(py);
        let signature = &identity.signature;
        if !signature.encode(&mut writer, self.arguments, &mut ())? {
            return self.compute(py);
        }
        let key = writer.encoder().call_key();
        let is_ever_stored = self.function.options().bounds.time_to_live != Some(0);
        if is_ever_stored && let Some(value) = self.hit(py, &identity, &key)? {
            return Ok(value);
        }
        self.run_missed(py, &identity.kept(), key, writer.into_encoder())
    }

    /// The stored value, if there is one and it may be used.
    #[inline]
    fn hit(
        &self,
        py: Python<'py>,
        identity: &Identity,
        key: &CallKey,
    ) -> Result<Option<Bound<'py, PyAny>>> {
        let cache = self.function.cache(py, identity)?;
        let mut departed = crate::store::Removed::default();
        let hit = cache.entries.lookup(key, &mut departed);
        if !departed.is_empty() {
            cache.release(py, departed);
        }
        match hit {
            Some(value) => self.accept(py, &cache, key, &value),
            None => Ok(None),
        }
    }

    #[cold]
    fn run_missed(
        &self,
        py: Python<'py>,
        identity: &Current,
        key: CallKey,
        encoder: Encoder,
    ) -> Result<Bound<'py, PyAny>> {
        stack::check(self.function.name())?;
        let cache = self.function.cache(py, identity)?;
        if self.function.options().bounds.time_to_live == Some(0) {
            cache.entries.count_miss();
            return self.run_uncached(py);
        }
        let missed = Missed {
            identity,
            cache: &cache,
            key,
            encoder,
        };
        self.miss(py, missed)
    }

    pub(super) fn compute(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>> {
        Ok(self.arguments.call(&self.function.wrapped(py))?)
    }

    /// The stored value as the caller may have it; none if it must not be used any more.
    fn accept(
        &self,
        py: Python<'py>,
        cache: &FunctionCache,
        key: &CallKey,
        value: &Value,
    ) -> Result<Option<Bound<'py, PyAny>>> {
        if !self.is_valid(py, value)? {
            cache.release(py, cache.entries.reject(key, |stored| stored.is(value)));
            return Ok(None);
        }
        if self.function.options().kind == Kind::Resource
            && let Some(resource) = value.shared(py)
        {
            redefined::notice(resource, &cache.name);
        }
        match value.restore(py) {
            Ok(restored) => Ok(Some(restored)),
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
    fn is_valid(&self, py: Python<'py>, value: &Value) -> Result<bool> {
        let Some(validate) = &self.function.options().validate else {
            return Ok(true);
        };
        match value.shared(py) {
            Some(resource) => Ok(validate.bind(py).call1((resource,))?.is_truthy()?),
            None => Ok(true),
        }
    }

    fn miss(&self, py: Python<'py>, missed: Missed<'_>) -> Result<Bound<'py, PyAny>> {
        let (cache, key) = (missed.cache, &{ missed.key });
        loop {
            let mut departed = crate::store::Removed::default();
            let begun = cache.entries.begin(key, ActorId::current(), &mut departed);
            cache.release(py, departed);
            let value = match begun {
                Begin::Owner(guard) => return self.own(py, missed, guard),
                Begin::Hit(value) => value,
                Begin::Cycle(chain) => return Err(cycle(&chain)),
                Begin::Waiter(waiter) => match wait(py, waiter)? {
                    Waited::Owner(guard) => return self.own(py, missed, guard),
                    Waited::Nobody => continue,
                    Waited::Outcome(Ok(value)) => {
                        cache.entries.count_shared();
                        value
                    }
                    Waited::Outcome(Err(failure)) => return Err(failure.for_another(py).into()),
                },
            };
            if let Some(restored) = self.accept(py, cache, key, &value)? {
                return Ok(restored);
            }
        }
    }

    /// Computes on behalf of all who wait. Dropping the guard hands the computation over: so it is
    /// with what is no `Exception`, such as an interrupt, which concerns this caller alone.
    fn own(
        &self,
        py: Python<'py>,
        missed: Missed<'_>,
        guard: OwnerGuard<'_>,
    ) -> Result<Bound<'py, PyAny>> {
        let (cache, key) = (missed.cache, missed.key);
        // Before the function runs, which may change its arguments.
        misses::note(py, self.function, missed.identity, cache, missed.encoder);
        let started = Instant::now();
        let computed = self.produce(py).and_then(|produced| {
            let cost = started.elapsed();
            let is_wanted = self.is_wanted(py, &produced.value)?;
            match self.capture(py, &produced) {
                // Nobody but its caller can have it, and it was not to be stored.
                Err(Error::Unserializable { value, .. }) if !is_wanted => {
                    Ok((None, cost, false, value.into_bound(py)))
                }
                captured => Ok((Some(captured?), cost, is_wanted, produced.value)),
            }
        });
        match computed {
            Ok((None, _, _, value)) => {
                cache.entries.note(&key, Departure::Refused);
                Ok(value)
            }
            Ok((Some(captured), _, false, value)) => {
                cache.entries.note(&key, Departure::Refused);
                captured.hand_out(py, guard);
                Ok(value)
            }
            Ok((Some(captured), cost, true, value)) => {
                if captured.is_sized && self.is_still(py, missed.identity) {
                    captured.store(py, cache, &key, guard, cost);
                } else {
                    captured.hand_out(py, guard);
                }
                Ok(value)
            }
            Err(error) => {
                let raised = PyErr::from(error);
                cache.entries.note(&key, Departure::Failed);
                if raised.is_instance_of::<PyException>(py) {
                    Cache::fail(guard, Arc::new(Failed::with(py, &raised)));
                }
                Err(raised.into())
            }
        }
    }

    /// Whether the function is what it was when its key was made. What it depends on may have been
    /// replaced while it ran: then nobody knows which of the two made the result.
    fn is_still(&self, py: Python<'py>, identity: &Identity) -> bool {
        identity.holds(py)
            || self
                .function
                .identity(py)
                .is_ok_and(|now| now.digest() == identity.digest())
    }
}

/// A call whose value is not there.
struct Missed<'a> {
    identity: &'a Identity,
    cache: &'a FunctionCache,
    key: CallKey,
    /// The encoding of its arguments.
    encoder: Encoder,
}

/// The right to compute, and the duty to tell those who wait.
pub(super) type OwnerGuard<'c> = Guard<'c, CallKey, Value, Failure>;

enum Waited<'c> {
    Owner(OwnerGuard<'c>),
    /// The owner stayed behind in a fork.
    Nobody,
    Outcome(std::result::Result<Value, Failure>),
}

/// Waits with the interpreter released; an interrupt ends the waiting.
fn wait<'c>(py: Python<'_>, mut waiter: Waiter<'c, CallKey, Value, Failure>) -> Result<Waited<'c>> {
    loop {
        // Only the sleep: a fork may leave behind who is without the interpreter, and its locks.
        py.detach(|| waiter.sleep(SIGNAL_CHECK));
        match waiter.poll() {
            Wait::Orphaned => return Ok(Waited::Nobody),
            Wait::Landed(outcome) => return Ok(Waited::Outcome(outcome)),
            Wait::Takeover(guard) => return Ok(Waited::Owner(guard)),
            Wait::Pending => py.check_signals()?,
        }
    }
}

fn cycle(chain: &[Arc<str>]) -> Error {
    Error::Cycle {
        chain: chain.iter().map(ToString::to_string).collect(),
    }
}
