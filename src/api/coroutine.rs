//! A call of a cached coroutine function: what awaiting it does.
//!
//! It is a coroutine of its own kind and not one of Python's, so that no frame of ours stands in a user's traceback.
//! Each step runs in the task that awaits it; what the task waits for is what the function itself
//! awaits, or a [`Bell`].

use std::time::Instant;

use parking_lot::Mutex;
use pyo3::exceptions::{PyRuntimeError, PyStopIteration, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;
use pyo3::types::iterator::PySendResult;
use pyo3::{PyTraverseError, PyVisit, intern};

use super::bell::Bell;
use super::call::{Call, Found};
use super::computing;
use super::function::CachedFunction;
use super::miss::{Missed, OwnerGuard, Turn, Waiter};
use super::refresh::{self, Plan};
use crate::error::Result;
use crate::flight::ComputationId;
use crate::python::vectorcall::Kept;
use crate::python::{self, raw, stack};

/// A call of a cached coroutine function; it is awaited once.
#[pyclass(frozen, weakref, module = "memoxide")]
pub struct CachedCoroutine {
    function: Py<CachedFunction>,
    /// No code of Python's runs under the lock.
    state: Mutex<State>,
}

enum State {
    /// Nobody has awaited it.
    Created(Kept),
    /// It is to run in the background.
    Planned(Box<Planned>),
    /// It computes on behalf of all who wait.
    Owning(Box<Owning>),
    /// Another computes.
    Waiting(Box<Waiting>),
    /// It computes for its caller alone.
    Alone(Py<PyAny>),
    /// A step is being done.
    Running,
    Ended,
}

struct Planned {
    arguments: Kept,
    missed: Missed,
    plan: Plan,
}

struct Owning {
    /// Goes before the guard does: whoever takes over begins when this one has cleaned up.
    coroutine: Py<PyAny>,
    guard: OwnerGuard,
    missed: Missed,
    /// If it is a refresh, whose value nobody waits for.
    plan: Option<Plan>,
    started: Instant,
}

struct Waiting {
    iterator: Py<PyAny>,
    waiter: Waiter,
    missed: Missed,
    arguments: Kept,
}

/// What the event loop passes in.
enum Sent<'py> {
    Value(Bound<'py, PyAny>),
    Raised(PyErr),
}

/// What comes out of a step.
enum Step<'py> {
    Yielded(Bound<'py, PyAny>, State),
    Returned(Bound<'py, PyAny>),
}

impl CachedCoroutine {
    /// A call of `function`.
    pub fn of<'py>(
        function: &Bound<'py, CachedFunction>,
        arguments: Kept,
    ) -> PyResult<Bound<'py, PyAny>> {
        let coroutine = Self {
            function: function.clone().unbind(),
            state: Mutex::new(State::Created(arguments)),
        };
        Ok(Bound::new(function.py(), coroutine)?.into_any())
    }

    /// A refresh of `function`'s value.
    pub(super) fn planned<'py>(
        function: &Bound<'py, CachedFunction>,
        arguments: Kept,
        missed: Missed,
        plan: Plan,
    ) -> PyResult<Bound<'py, PyAny>> {
        let planned = Planned {
            arguments,
            missed,
            plan,
        };
        let coroutine = Self {
            function: function.clone().unbind(),
            state: Mutex::new(State::Planned(Box::new(planned))),
        };
        Ok(Bound::new(function.py(), coroutine)?.into_any())
    }

    fn begin_step(&self) -> PyResult<State> {
        let mut state = self.state.lock();
        match *state {
            State::Running => Err(PyValueError::new_err("coroutine already executing")),
            State::Ended => Err(PyRuntimeError::new_err(
                "cannot reuse already awaited coroutine",
            )),
            _ => Ok(std::mem::replace(&mut *state, State::Running)),
        }
    }

    /// There is nothing to drop: the state was taken when the step began.
    fn end_step(&self, state: State) {
        *self.state.lock() = state;
    }

    /// Goes on until there is something to wait for, or the end: then `StopIteration` has the value.
    fn resume<'py>(&self, py: Python<'py>, sent: Sent<'py>) -> PyResult<Bound<'py, PyAny>> {
        let state = self.begin_step()?;
        let step = self.step(py, state, sent);
        let (result, state) = match step {
            Ok(Step::Yielded(value, state)) => (Ok(value), state),
            Ok(Step::Returned(value)) => (
                Err(PyStopIteration::new_err((value.unbind(),))),
                State::Ended,
            ),
            Err(error) => (Err(no_return(py, error.into())), State::Ended),
        };
        self.end_step(state);
        result
    }

    fn step<'py>(&self, py: Python<'py>, state: State, sent: Sent<'py>) -> Result<Step<'py>> {
        match state {
            State::Created(arguments) => match sent {
                Sent::Raised(raised) => Err(raised.into()),
                Sent::Value(value) if !value.is_none() => Err(PyTypeError::new_err(
                    "can't send non-None value to a just-started coroutine",
                )
                .into()),
                Sent::Value(_) => self.start(py, arguments),
            },
            State::Planned(planned) => self.refresh(py, *planned, sent),
            State::Owning(owning) => self.compute(py, owning, sent),
            State::Waiting(waiting) => self.wait(py, *waiting, sent),
            State::Alone(coroutine) => alone(py, coroutine, sent),
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
            Found::Unbound => alone(py, coroutine_of(&call.compute(py)?)?, nothing(py)),
            Found::Nothing(missed) if !call.function.options().stores() => {
                missed.cache.entries.count_miss();
                alone(py, coroutine_of(&call.compute(py)?)?, nothing(py))
            }
            Found::Nothing(missed) => {
                stack::check(call.function.name())?;
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
        let (missed, caller) = (planned.missed, computing::task(py)?);
        match missed.cache.entries.begin_refresh(&missed.key, caller) {
            Some(guard) => {
                let (arguments, plan) = (planned.arguments, Some(planned.plan));
                self.own(py, &arguments, missed, guard, plan)
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
                Turn::Own(guard) => return self.own(py, &arguments, missed, guard, None),
                Turn::Take(value) => {
                    match function.accept(py, &missed.cache, &missed.key, &value)? {
                        Some(restored) => return Ok(Step::Returned(restored)),
                        None => Turn::Again,
                    }
                }
                Turn::Wait(waiter) => {
                    let Some(bell) = Bell::here(py)? else {
                        missed.cache.entries.count_miss();
                        let coroutine = self.call(py, &arguments)?;
                        return alone(py, coroutine, nothing(py));
                    };
                    if waiter.register(bell.waker) {
                        let waiting = Waiting {
                            iterator: bell.iterator,
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
        Ok(coroutine_of(&call.compute(py)?)?)
    }

    fn own<'py>(
        &self,
        py: Python<'py>,
        arguments: &Kept,
        mut missed: Missed,
        guard: OwnerGuard,
        plan: Option<Plan>,
    ) -> Result<Step<'py>> {
        missed.note(py, self.function.get());
        let started = Instant::now();
        let called = computing::on_behalf_of(py, guard.computation(), || self.call(py, arguments));
        match called {
            Ok(coroutine) => {
                let owning = Owning {
                    coroutine,
                    guard,
                    missed,
                    plan,
                    started,
                };
                self.compute(py, Box::new(owning), nothing(py))
            }
            Err(error) => {
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
            ..
        } = *owning;
        let function = self.function.get();
        let produced = returned.and_then(|value| function.produced(value));
        let concluded = function.conclude(py, &missed, guard, produced, started.elapsed());
        end(py, plan, concluded)
    }

    /// A name of the function, if it has one.
    fn function_s(&self, py: Python<'_>, name: &Bound<'_, PyString>) -> PyResult<String> {
        match self.function.bind(py).as_any().getattr_opt(name)? {
            Some(name) => name.extract(),
            None => Ok(self.function.get().name().to_string()),
        }
    }

    /// What it awaits at the moment, if that is known.
    fn awaited<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        match &*self.state.lock() {
            State::Owning(owning) => Some(owning.coroutine.bind(py).clone()),
            State::Waiting(waiting) => Some(waiting.iterator.bind(py).clone()),
            State::Alone(coroutine) => Some(coroutine.bind(py).clone()),
            State::Created(_) | State::Planned(_) | State::Running | State::Ended => None,
        }
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

fn nothing(py: Python<'_>) -> Sent<'_> {
    Sent::Value(py.None().into_bound(py))
}

/// Lets the function's own coroutine go on, for its caller alone.
fn alone<'py>(py: Python<'py>, coroutine: Py<PyAny>, sent: Sent<'py>) -> Result<Step<'py>> {
    match pass(coroutine.bind(py), sent)? {
        PySendResult::Next(value) => Ok(Step::Yielded(value, State::Alone(coroutine))),
        PySendResult::Return(value) => Ok(Step::Returned(value)),
    }
}

/// What can be sent to, of what a coroutine function has returned.
fn coroutine_of(returned: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    let py = returned.py();
    let class = returned.get_type();
    let is_coroutine = class.is(python::COROUTINE_TYPE.get(py)?);
    // A generator that `types.coroutine` has marked is one as well.
    if is_coroutine || class.is(python::GENERATOR_TYPE.get(py)?) {
        return Ok(returned.clone().unbind());
    }
    Ok(returned.call_method0(intern!(py, "__await__"))?.unbind())
}

fn pass_within<'py>(
    coroutine: &Bound<'py, PyAny>,
    computation: Option<ComputationId>,
    sent: Sent<'py>,
) -> PyResult<PySendResult<'py>> {
    computing::on_behalf_of(coroutine.py(), computation, || pass(coroutine, sent))
}

/// Passes on what the event loop has passed in.
fn pass<'py>(coroutine: &Bound<'py, PyAny>, sent: Sent<'py>) -> PyResult<PySendResult<'py>> {
    match sent {
        Sent::Value(value) => raw::send(coroutine, &value),
        Sent::Raised(raised) => throw(coroutine, raised),
    }
}

fn throw<'py>(coroutine: &Bound<'py, PyAny>, raised: PyErr) -> PyResult<PySendResult<'py>> {
    let py = coroutine.py();
    let Some(throw) = coroutine.getattr_opt(intern!(py, "throw"))? else {
        return Err(raised);
    };
    match throw.call1((raised.into_value(py),)) {
        Ok(value) => Ok(PySendResult::Next(value)),
        Err(ended) if ended.is_instance_of::<PyStopIteration>(py) => {
            let value = ended.value(py).getattr(intern!(py, "value"))?;
            Ok(PySendResult::Return(value))
        }
        Err(raised) => Err(raised),
    }
}

/// An error as a coroutine may raise it: `StopIteration` would be taken for its value.
fn no_return(py: Python<'_>, raised: PyErr) -> PyErr {
    if !raised.is_instance_of::<PyStopIteration>(py) {
        return raised;
    }
    let error = PyRuntimeError::new_err("coroutine raised StopIteration");
    error.set_cause(py, Some(raised));
    error
}

/// The exception that `throw` is given in one of its forms.
fn thrown(
    kind: &Bound<'_, PyAny>,
    value: Option<&Bound<'_, PyAny>>,
    traceback: Option<Bound<'_, PyAny>>,
) -> PyResult<PyErr> {
    let py = kind.py();
    let raised = match value {
        Some(value) if value.is_instance(kind)? => PyErr::from_value(value.clone()),
        Some(value) => PyErr::from_value(kind.call1((value,))?),
        None => PyErr::from_value(kind.clone()),
    };
    if let Some(traceback) = traceback {
        raised.set_traceback(py, Some(traceback.cast_into()?));
    }
    Ok(raised)
}

#[pymethods]
impl CachedCoroutine {
    fn __await__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.resume(py, nothing(py))
    }

    /// Resume it with a value for what it has yielded.
    fn send<'py>(&self, value: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.resume(value.py(), Sent::Value(value))
    }

    /// Resume it with an exception.
    #[pyo3(signature = (kind, value=None, traceback=None))]
    fn throw<'py>(
        &self,
        kind: &Bound<'py, PyAny>,
        value: Option<&Bound<'py, PyAny>>,
        traceback: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.resume(kind.py(), Sent::Raised(thrown(kind, value, traceback)?))
    }

    /// End it; another who waits computes.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        if let State::Ended = *self.state.lock() {
            return Ok(());
        }
        let closed = match self.begin_step()? {
            State::Owning(owning) => close_within(py, &owning),
            State::Waiting(waiting) => close(waiting.iterator.bind(py)),
            State::Alone(coroutine) => close(coroutine.bind(py)),
            State::Created(_) | State::Planned(_) | State::Running | State::Ended => Ok(()),
        };
        self.end_step(State::Ended);
        closed
    }

    #[getter]
    fn __name__(&self, py: Python<'_>) -> PyResult<String> {
        self.function_s(py, intern!(py, "__name__"))
    }

    #[getter]
    fn __qualname__(&self, py: Python<'_>) -> PyResult<String> {
        self.function_s(py, intern!(py, "__qualname__"))
    }

    /// What it awaits: the function's own coroutine, or another's computation.
    #[getter]
    fn cr_await<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.awaited(py)
    }

    #[getter]
    fn cr_running(&self) -> bool {
        matches!(*self.state.lock(), State::Running)
    }

    #[getter]
    fn cr_suspended(&self) -> bool {
        !matches!(
            *self.state.lock(),
            State::Created(_) | State::Planned(_) | State::Running | State::Ended
        )
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!(
            "<cached coroutine of {}>",
            self.function.bind(py).get().name()
        )
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.function)?;
        let Some(state) = self.state.try_lock() else {
            return Ok(());
        };
        match &*state {
            State::Created(arguments) => arguments.traverse(&visit),
            State::Planned(planned) => planned.arguments.traverse(&visit),
            State::Owning(owning) => visit.call(&owning.coroutine),
            State::Waiting(waiting) => {
                visit.call(&waiting.iterator)?;
                waiting.arguments.traverse(&visit)
            }
            State::Alone(coroutine) => visit.call(coroutine),
            State::Running | State::Ended => Ok(()),
        }
    }

    fn __clear__(&self) {
        let Some(mut state) = self.state.try_lock() else {
            return;
        };
        let ended = std::mem::replace(&mut *state, State::Ended);
        drop(state);
        drop(ended);
    }
}

fn close(coroutine: &Bound<'_, PyAny>) -> PyResult<()> {
    let close = coroutine.getattr_opt(intern!(coroutine.py(), "close"))?;
    close.map_or(Ok(()), |close| close.call0().map(drop))
}

fn close_within(py: Python<'_>, owning: &Owning) -> PyResult<()> {
    let computation = owning.guard.computation();
    computing::on_behalf_of(py, computation, || close(owning.coroutine.bind(py)))
}

impl Drop for CachedCoroutine {
    fn drop(&mut self) {
        let State::Created(_) = self.state.get_mut() else {
            return;
        };
        Python::attach(|py| {
            // The last reference may go while an exception is on its way.
            let on_its_way = PyErr::take(py);
            let name = self.__qualname__(py);
            let name = name.unwrap_or_else(|_| self.function.get().name().to_string());

            warn_unawaited(py, &name);
            if let Some(raised) = on_its_way {
                raised.restore(py);
            }
        });
    }
}

/// What Python says of its own coroutines.
fn warn_unawaited(py: Python<'_>, name: &str) {
    let Ok(message) = std::ffi::CString::new(format!("coroutine '{name}' was never awaited"))
    else {
        return;
    };
    let category = py.get_type::<pyo3::exceptions::PyRuntimeWarning>();
    if let Err(raised) = PyErr::warn(py, &category, &message, 1) {
        raised.write_unraisable(py, None);
    }
}
