//! A call whose value is not there: one caller computes it, the others wait.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pyo3::exceptions::PyException;
use pyo3::prelude::*;

use super::caches::{Failure, FunctionCache};
use super::call::{Call, Found};
use super::capture::Computed;
use super::computing;
use super::disk::{Permit, Tier, Wait};
use super::event_loop;
use super::failure::Failed;
use super::function::{CachedFunction, Identity};
use super::misses;
use super::refresh;
use super::resource::Produced;
use super::second_tier::{self, Next};
use super::value::Value;
use crate::cache::{self, Begin, Cache};
use crate::error::{Error, Result};
use crate::flight::Caller;
use crate::host;
use crate::host::spinner::Shown;
use crate::key::call_key::CallKey;
use crate::key::encoder::Encoder;
use crate::key::signature::Signature;
use crate::python::vectorcall::Kept;
use crate::store::{Departure, Removed};

/// How long a waiter sleeps before it looks whether the user wants to interrupt it.
const SIGNAL_CHECK: Duration = Duration::from_millis(50);

/// The right to compute, and the duty to tell those who wait.
pub(super) type OwnerGuard = cache::Guard<CallKey, Value, Failure>;
/// A place among those who wait.
pub(super) type Waiter = cache::Waiter<CallKey, Value, Failure>;

/// Those who wait for a computation.
pub(super) type Audience = cache::Audience<Value, Failure>;

/// A task that computes.
type Owner = cache::Owner<CallKey, Value, Failure>;

/// A call whose value is not there.
pub(super) struct Missed {
    identity: Arc<Identity>,
    pub cache: Arc<FunctionCache>,
    /// Where its entry is, or will be.
    pub key: CallKey,
    /// With what the value is kept on the disk, once it is not there.
    pub permit: Option<Permit>,
    /// What its arguments make: the same, but for what its widgets are set to.
    pub call: CallKey,
    /// The encoding of its arguments, until it is noted.
    encoder: Option<Encoder>,
    /// What shows meanwhile that it is computed.
    pub shown: Option<Shown>,
    /// Whether nobody waits for it: the value is made anew.
    pub is_refresh: bool,
    /// The caller's own arguments, where it is computed with them after the call has returned.
    pub lent: Option<Kept>,
}

/// What a caller does next.
pub(super) enum Turn {
    /// It takes this value.
    Take(Value),
    /// It computes.
    Own(OwnerGuard),
    /// It waits.
    Wait(Waiter),
    /// It begins anew.
    Again,
}

impl Missed {
    #[cold]
    pub fn new(
        function: &CachedFunction,
        py: Python<'_>,
        identity: Arc<Identity>,
        key: CallKey,
        encoder: Encoder,
    ) -> Result<Self> {
        let cache = function.cache(py, &identity)?.kept();
        Ok(Self {
            identity,
            cache,
            key,
            permit: None,
            call: encoder.call_key(),
            encoder: Some(encoder),
            shown: None,
            is_refresh: false,
            lent: None,
        })
    }

    /// A call whose value is to be made anew.
    pub fn stale(
        cache: Arc<FunctionCache>,
        identity: Arc<Identity>,
        key: CallKey,
        call: CallKey,
    ) -> Self {
        Self {
            identity,
            cache,
            key,
            permit: None,
            call,
            encoder: None,
            shown: None,
            is_refresh: true,
            lent: None,
        }
    }

    /// What the function's parameters are.
    pub fn signature(&self) -> &Signature {
        &self.identity.signature
    }

    /// Whether the arguments are what the key was made of.
    pub fn is_of(
        &self,
        py: Python<'_>,
        function: &CachedFunction,
        arguments: &Kept,
    ) -> Result<bool> {
        let unpacked = arguments.unpacked(py);
        let call = Call::new(function, unpacked.arguments());
        let encoder = call.encode_or_raise(py, &self.identity, &mut ())?;
        Ok(encoder.call_key() == self.call)
    }

    /// Whether a caller has left its arguments as they were. One that fails to say so has not.
    pub(super) fn has_kept(&self, py: Python<'_>, function: &CachedFunction) -> bool {
        self.lent
            .as_ref()
            .is_none_or(|lent| self.is_of(py, function, lent).unwrap_or(false))
    }

    /// The same, shown as another has been.
    fn shown_as(self, other: Self) -> Self {
        Self {
            shown: other.shown,
            ..self
        }
    }

    /// Starts the computation, or joins it.
    pub fn begin(&self, py: Python<'_>, caller: Caller) -> Result<Turn> {
        let mut departed = Removed::default();
        let begun = self.cache.entries.begin(&self.key, caller, &mut departed);
        self.cache.release(py, departed);
        match begun {
            Begin::Hit(value) => Ok(Turn::Take(value)),
            Begin::Owner(guard) => Ok(Turn::Own(guard)),
            Begin::Waiter(waiter) => Ok(Turn::Wait(waiter)),
            Begin::Cycle(_) if dismiss(py, self.cache.entries.owner(&self.key)) => Ok(Turn::Again),
            Begin::Cycle(chain) => Err(cycle(&chain)),
        }
    }

    /// Looks what has become of the computation.
    pub fn poll(&self, py: Python<'_>, mut waiter: Waiter) -> Result<Turn> {
        dismiss(py, waiter.owner());
        let outcome = waiter.poll();
        self.cache.entries.count(&outcome);
        match outcome {
            cache::Wait::Pending => Ok(Turn::Wait(waiter)),
            cache::Wait::Orphaned => Ok(Turn::Again),
            cache::Wait::Takeover(guard) => Ok(Turn::Own(guard)),
            cache::Wait::Landed(Ok(value)) => Ok(Turn::Take(value)),
            cache::Wait::Landed(Err(failure)) => Err(failure.for_another(py).into()),
        }
    }

    /// Notes the call, before the function runs, which may change its arguments.
    pub fn note(&mut self, py: Python<'_>, function: &CachedFunction) {
        if let Some(encoder) = self.encoder.take() {
            misses::note(py, function, &self.identity, &self.cache, encoder);
        }
    }
}

impl<'py> Call<'_, 'py> {
    /// Computes, or waits for who does.
    pub(super) fn miss(
        &self,
        function: &Bound<'py, CachedFunction>,
        mut missed: Missed,
    ) -> Result<Bound<'py, PyAny>> {
        let py = function.py();
        let caller = computing::plain_caller(py)?;
        let mut turn = Turn::Again;
        loop {
            turn = match turn {
                Turn::Again => missed.begin(py, caller)?,
                Turn::Own(guard) => return self.own(py, missed, guard),
                Turn::Wait(waiter) => {
                    // Only the sleep: a fork may leave behind who is without the interpreter, and its locks.
                    py.detach(|| waiter.sleep(SIGNAL_CHECK));
                    py.check_signals()?;
                    host::poll(py)?;
                    missed.poll(py, waiter)?
                }
                Turn::Take(_) if self.function.asks_for_another(py, &missed)? => {
                    match self.find(py)? {
                        Found::Value(value) => return Ok(value),
                        Found::Stale(value, missed) => {
                            refresh::plan(function, self, missed);
                            return Ok(value);
                        }
                        Found::Unbound => return self.compute(py),
                        Found::Nothing(another) => missed = another.shown_as(missed),
                    }
                    Turn::Again
                }
                Turn::Take(value) => {
                    let (cache, key) = (&missed.cache, &missed.key);
                    match self.function.accept(py, cache, key, &value)? {
                        Some(restored) => return Ok(restored),
                        None => Turn::Again,
                    }
                }
            };
        }
    }

    /// Computes on behalf of all who wait.
    fn own(
        &self,
        py: Python<'py>,
        mut missed: Missed,
        guard: OwnerGuard,
    ) -> Result<Bound<'py, PyAny>> {
        let patience = second_tier::patience(py)?;
        let wait = &mut Wait::default();
        let recalled = self
            .function
            .recall(py, &mut missed, guard, patience, wait)?;
        let guard = match recalled {
            Next::Return(value) => return Ok(value),
            // A plain call waits inside.
            Next::Compute(guard) | Next::Busy(guard) => guard,
        };
        missed.note(py, self.function);
        let started = Instant::now();
        let produced = computing::on_behalf_of(py, guard.computation(), || self.produce(py));
        self.function
            .conclude(py, &missed, guard, produced, started.elapsed())
    }
}

impl CachedFunction {
    /// Ends a computation: stores what it made, and tells those who wait. Dropping the guard hands the
    /// computation over: so it is with what is no `Exception`, such as an interrupt, which concerns
    /// this caller alone.
    pub(super) fn conclude<'py>(
        &self,
        py: Python<'py>,
        missed: &Missed,
        guard: OwnerGuard,
        produced: Result<Produced<'py>>,
        cost: Duration,
    ) -> Result<Bound<'py, PyAny>> {
        let (cache, key) = (&missed.cache, &missed.key);
        let computed = produced.and_then(|produced| {
            let settled = self.settled_key(py, missed, produced.recording.as_ref())?;
            let stamp = missed.permit.as_ref().map(|permit| permit.stamp);
            Ok((settled, self.take_in(py, produced, stamp)?))
        });
        match computed {
            Ok((_, Computed::Private(value))) => {
                cache.entries.note(key, Departure::Refused);
                Ok(value)
            }
            Ok((_, Computed::Unwanted(captured, value))) => {
                cache.entries.note(key, Departure::Refused);
                captured.hand_out(py, missed, guard);
                Ok(value)
            }
            Ok((settled, Computed::Wanted(captured, value))) => {
                let stored = captured.value().clone();
                let is_storable = captured.is_sized
                    && self.is_still(py, &missed.identity)
                    && missed.has_kept(py, self);
                if is_storable && cache.tier.as_ref().is_none_or(Tier::has_memory) {
                    captured.store(py, missed, &settled, guard, cost);
                } else {
                    captured.hand_out(py, missed, guard);
                }
                if is_storable {
                    self.keep(py, missed, &stored, &value, cost)?;
                }
                Ok(value)
            }
            Err(error) => {
                let raised = PyErr::from(error);
                cache.entries.note(key, Departure::Failed);
                if raised.is_instance_of::<PyException>(py) {
                    Cache::fail(guard, Arc::new(Failed::with(py, &raised)));
                }
                Err(raised.into())
            }
        }
    }

    /// Whether the function is what it was when its key was made. What it depends on may have been
    /// replaced while it ran: then nobody knows which of the two made the result.
    fn is_still(&self, py: Python<'_>, identity: &Identity) -> bool {
        identity.holds(self, py)
            || self
                .identity(py)
                .is_ok_and(|now| now.digest() == identity.digest())
    }
}

/// Takes the computation from a task that will never go on, which its event loop has left behind.
pub(super) fn dismiss(py: Python<'_>, owner: Option<Owner>) -> bool {
    let is_over = |owner: &Owner| event_loop::is_over(py, owner.home);
    let left_behind = owner.filter(is_over);
    let is_dismissed = left_behind.is_some();
    if let Some(owner) = left_behind {
        owner.dismiss();
    }
    is_dismissed
}

fn cycle(chain: &[Arc<str>]) -> Error {
    Error::Cycle {
        chain: chain.iter().map(ToString::to_string).collect(),
    }
}
