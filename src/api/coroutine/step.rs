//! One step of a call: from where it was resumed to what it has to wait for, or to the end.

use std::time::Instant;

use pyo3::prelude::*;
use pyo3::types::iterator::PySendResult;

use super::CachedCoroutine;
use super::inner::{Sent, close, coroutine_of, nothing, pass};
use super::queued::Queue;
use super::state::{Alone, Owned, Owning, Planned, State, Waiting};
use crate::api::bell::Bell;
use crate::api::call::{Call, Found};
use crate::api::computing;
use crate::api::disk::{Patience, Wait};
use crate::api::miss::{Missed, Turn, dismiss};
use crate::api::refresh::{self, Plan};
use crate::api::second_tier::Next;
use crate::error::Result;
use crate::flight::ComputationId;
use crate::python::stack;
use crate::python::vectorcall::Kept;

/// What comes out of a step.
pub enum Step<'py> {
    Yielded(Bound<'py, PyAny>, State),
    Returned(Bound<'py, PyAny>),
}

impl CachedCoroutine {
    /// Does the next step.
    pub(super) fn step<'py>(
        &self,
        py: Python<'py>,
        state: State,
        sent: Sent<'py>,
    ) -> Result<Step<'py>> {
        match state {
            State::Created(arguments) => match sent {
                Sent::Raised(raised) => Err(raised.into()),
                Sent::Value(_) => self.start(py, arguments),
            },
            State::Planned(planned) => self.refresh(py, *planned, sent),
            State::Owning(owning) => self.compute(py, owning, sent),
            State::Waiting(waiting) => self.wait(py, *waiting, sent),
            State::Queued(queued) => self.stand(py, *queued, sent),
            State::Alone(computing) => alone(py, computing, sent),
            State::Idle => match sent {
                Sent::Raised(raised) => Err(raised.into()),
                Sent::Value(_) => Ok(Step::Returned(py.None().into_bound(py))),
            },
            State::Running | State::Ended => unreachable!("no step begins there"),
        }
    }

    fn start<'py>(&self, py: Python<'py>, arguments: Kept) -> Result<Step<'py>> {
        let unpacked = arguments.unpacked(py);
        let call = Call::new(self.function.get(), unpacked.arguments());
        match call.find(py)? {
            Found::Value(value) => Ok(Step::Returned(value)),
            Found::Stale(value, missed) => {
                refresh::plan(self.function.bind(py), &call, missed);
                Ok(Step::Returned(value))
            }
            Found::Unbound => {
                let coroutine = coroutine_of(call.function.name(), &call.compute(py)?)?;
                alone(py, Box::new(unseen(coroutine)), nothing(py))
            }
            Found::Nothing(missed) if !call.function.options().stores() => {
                let shown = Some(call.spin(py)?);
                missed.cache.entries.count_miss();
                let recorder = Some(call.function.recorder(py)?);
                let coroutine = coroutine_of(call.function.name(), &call.compute(py)?)?;
                let computing = Box::new(Alone {
                    coroutine,
                    recorder,
                    _shown: shown,
                });
                alone(py, computing, nothing(py))
            }
            Found::Nothing(mut missed) => {
                stack::check(call.function.name())?;
                missed.shown = Some(call.spin(py)?);
                let turn = missed.begin(py, computing::task(py)?)?;
                self.proceed(py, arguments, missed, turn)
            }
        }
    }

    fn refresh<'py>(
        &self,
        py: Python<'py>,
        planned: Planned,
        sent: Sent<'py>,
    ) -> Result<Step<'py>> {
        if let Sent::Raised(raised) = sent {
            return Err(raised.into());
        }
        let (missed, caller) = (planned.missed, computing::background_task(py)?);
        // A task begins some time after it was planned.
        if !missed.has_kept(py, self.function.get()) {
            return Ok(Step::Returned(py.None().into_bound(py)));
        }
        match missed.cache.entries.begin_refresh(&missed.key, caller) {
            Some(guard) => {
                let owned = Owned {
                    arguments: planned.arguments,
                    guard,
                    missed,
                    plan: Some(planned.plan),
                };
                self.enter(py, owned, None)
            }
            None => Ok(Step::Returned(py.None().into_bound(py))),
        }
    }

    fn proceed<'py>(
        &self,
        py: Python<'py>,
        arguments: Kept,
        missed: Missed,
        mut turn: Turn,
    ) -> Result<Step<'py>> {
        let function = self.function.get();
        loop {
            turn = match turn {
                Turn::Again => missed.begin(py, computing::task(py)?)?,
                Turn::Own(guard) => {
                    let owned = Owned {
                        arguments,
                        guard,
                        missed,
                        plan: None,
                    };
                    return self.enter(py, owned, None);
                }
                Turn::Take(_) if function.asks_for_another(py, &missed)? => {
                    return self.start(py, arguments);
                }
                Turn::Take(value) => {
                    match function.accept(py, &missed.cache, &missed.key, &value)? {
                        Some(restored) => return Ok(Step::Returned(restored)),
                        None => Turn::Again,
                    }
                }
                Turn::Wait(waiter) if dismiss(py, waiter.owner()) => missed.poll(py, waiter)?,
                Turn::Wait(waiter) => {
                    let Some(bell) = Bell::here(py)? else {
                        missed.cache.entries.count_miss();
                        let coroutine = self.call(py, &arguments)?;
                        return alone(py, Box::new(unseen(coroutine)), nothing(py));
                    };
                    if waiter.register(bell.waker()) {
                        if let Some(owner) = waiter.owner() {
                            bell.watch(py, owner.home)?;
                        }
                        let waiting = Waiting {
                            iterator: bell.iterator(py)?,
                            waiter,
                            missed,
                            arguments,
                        };
                        return self.wait(py, waiting, nothing(py));
                    }
                    missed.poll(py, waiter)?
                }
            };
        }
    }

    /// Waits for the bell; who throws something in ends the waiting.
    fn wait<'py>(&self, py: Python<'py>, waiting: Waiting, sent: Sent<'py>) -> Result<Step<'py>> {
        match pass(waiting.iterator.bind(py), sent) {
            Ok(PySendResult::Next(value)) => {
                Ok(Step::Yielded(value, State::Waiting(Box::new(waiting))))
            }
            Ok(PySendResult::Return(_)) => {
                let turn = waiting.missed.poll(py, waiting.waiter)?;
                self.proceed(py, waiting.arguments, waiting.missed, turn)
            }
            Err(raised) => {
                // The way through the event is nobody's concern.
                raised.set_traceback(py, None);
                Err(raised.into())
            }
        }
    }

    fn call(&self, py: Python<'_>, arguments: &Kept) -> Result<Py<PyAny>> {
        let unpacked = arguments.unpacked(py);
        let call = Call::new(self.function.get(), unpacked.arguments());
        Ok(coroutine_of(call.function.name(), &call.compute(py)?)?)
    }

    /// Computes, unless the disk has the value, or another process computes it.
    pub(super) fn enter<'py>(
        &self,
        py: Python<'py>,
        mut owned: Owned,
        mut queue: Option<Queue>,
    ) -> Result<Step<'py>> {
        let function = self.function.get();
        let patience = queue.as_ref().map_or(Patience::Later, Queue::patience);
        let mut first = Wait::default();
        let wait = queue.as_mut().map_or(&mut first, |queue| &mut queue.wait);
        match function.recall(py, &mut owned.missed, owned.guard, patience, wait)? {
            Next::Return(value) => Ok(Step::Returned(value)),
            Next::Busy(guard) => self.queue(py, Owned { guard, ..owned }, queue),
            Next::Compute(guard) => self.begin(py, Owned { guard, ..owned }),
        }
    }

    /// Computes.
    fn begin<'py>(&self, py: Python<'py>, owned: Owned) -> Result<Step<'py>> {
        let Owned {
            arguments,
            guard,
            mut missed,
            plan,
        } = owned;
        missed.note(py, self.function.get());
        let recorder = self.function.get().recorder(py)?;
        let started = Instant::now();
        let called = computing::on_behalf_of(py, guard.computation(), || self.call(py, &arguments));
        match called {
            Ok(coroutine) => {
                let owning = Owning {
                    coroutine,
                    guard,
                    missed,
                    plan,
                    started,
                    recorder,
                };
                self.compute(py, Box::new(owning), nothing(py))
            }
            Err(error) => {
                drop(recorder);
                let function = self.function.get();
                let cost = started.elapsed();
                let concluded = function.conclude(py, &missed, guard, Err(error), cost);
                end(py, plan, concluded)
            }
        }
    }

    fn compute<'py>(
        &self,
        py: Python<'py>,
        owning: Box<Owning>,
        sent: Sent<'py>,
    ) -> Result<Step<'py>> {
        let computation = owning.guard.computation();
        let passed = pass_within(owning.coroutine.bind(py), computation, sent);
        let returned = match passed {
            Ok(PySendResult::Next(value)) => {
                return Ok(Step::Yielded(value, State::Owning(owning)));
            }
            Ok(PySendResult::Return(value)) => Ok(value),
            Err(raised) => Err(raised.into()),
        };
        let Owning {
            guard,
            missed,
            plan,
            started,
            recorder,
            ..
        } = *owning;
        let function = self.function.get();
        let produced = returned.and_then(|value| {
            let mut produced = function.produced(value)?;
            produced.recording = recorder.finish(py)?;
            Ok(produced)
        });
        let concluded = function.conclude(py, &missed, guard, produced, started.elapsed());
        end(py, plan, concluded)
    }
}

/// The end of a computation: the caller has its value, a refresh has nobody to give it to.
fn end<'py>(
    py: Python<'py>,
    plan: Option<Plan>,
    concluded: Result<Bound<'py, PyAny>>,
) -> Result<Step<'py>> {
    let Some(plan) = plan else {
        return concluded.map(Step::Returned);
    };
    plan.settle(py, concluded)?;
    Ok(Step::Returned(py.None().into_bound(py)))
}

/// Lets the function's own coroutine go on, for its caller alone.
fn alone<'py>(py: Python<'py>, mut computing: Box<Alone>, sent: Sent<'py>) -> Result<Step<'py>> {
    match pass(computing.coroutine.bind(py), sent)? {
        PySendResult::Next(value) => Ok(Step::Yielded(value, State::Alone(computing))),
        PySendResult::Return(value) => {
            if let Some(recorder) = computing.recorder.take() {
                recorder.finish(py)?;
            }
            Ok(Step::Returned(value))
        }
    }
}

/// A computation of which nothing is shown but what the function draws.
fn unseen(coroutine: Py<PyAny>) -> Alone {
    Alone {
        coroutine,
        recorder: None,
        _shown: None,
    }
}

fn pass_within<'py>(
    coroutine: &Bound<'py, PyAny>,
    computation: ComputationId,
    sent: Sent<'py>,
) -> PyResult<PySendResult<'py>> {
    computing::on_behalf_of(coroutine.py(), computation, || pass(coroutine, sent))
}

/// Closes the function's coroutine, which may still compute.
pub fn close_within(py: Python<'_>, owning: &Owning) -> PyResult<()> {
    let computation = owning.guard.computation();
    computing::on_behalf_of(py, computation, || close(owning.coroutine.bind(py)))
}
