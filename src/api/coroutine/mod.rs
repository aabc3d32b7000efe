//! A call of a cached coroutine function: what awaiting it does.
//!
//! It is a coroutine of its own kind and not one of Python's, so that no frame of ours stands in a user's traceback.
//! Each step runs in the task that awaits it; what the task waits for is what the function itself
//! awaits, a [`Bell`](super::bell::Bell), or a short sleep while another process computes.

mod inner;
mod queued;
mod state;
mod step;

use pyo3::exceptions::{
    PyAttributeError, PyRuntimeError, PyStopIteration, PyTypeError, PyValueError,
};
use pyo3::prelude::*;
use pyo3::types::PyString;
use pyo3::{PyTraverseError, PyVisit, intern};

use self::inner::{Sent, close, no_return, nothing, thrown};
use self::state::{Planned, State};
use self::step::{Step, close_within};
use super::function::CachedFunction;
use super::miss::Missed;
use super::refresh::Plan;
use crate::python::vectorcall::Kept;
use crate::sync::system::Mutex;

/// A call of a cached coroutine function; it is awaited once.
#[pyclass(frozen, weakref, module = "memoxide")]
pub struct CachedCoroutine {
    function: Py<CachedFunction>,
    /// No code of Python's runs under the lock.
    state: Mutex<State>,
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

    /// A refresh that has nothing to do.
    pub(super) fn idle<'py>(function: &Bound<'py, CachedFunction>) -> PyResult<Bound<'py, PyAny>> {
        let coroutine = Self {
            function: function.clone().unbind(),
            state: Mutex::new(State::Idle),
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

    /// What debuggers ask a coroutine for: it is the function's own that they mean. As long as there is none,
    /// this one has no such attribute, by which trio knows that it was not written in Python.
    fn inner_s<'py>(
        &self,
        py: Python<'py>,
        name: &Bound<'py, PyString>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let inner = self.state.lock().inner(py).cloned();
        inner
            .ok_or_else(|| PyAttributeError::new_err(name.clone().unbind()))?
            .getattr(name)
    }

    /// A name of the function, if it has one.
    fn function_s(&self, py: Python<'_>, name: &Bound<'_, PyString>) -> PyResult<String> {
        match self.function.bind(py).as_any().getattr_opt(name)? {
            Some(name) => name.extract(),
            None => Ok(self.function.get().name().to_string()),
        }
    }
}

#[pymethods]
impl CachedCoroutine {
    /// What `isinstance` asks for: `inspect.iscoroutine` knows coroutines by their class.
    #[getter(__class__)]
    #[expect(clippy::unused_self, reason = "a getter has one")]
    fn class_of<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(crate::python::COROUTINE_TYPE.get(py)?.clone())
    }

    fn __await__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        if slf.get().state.lock().is_suspended() {
            let message = "coroutine is being awaited already";
            return Err(PyRuntimeError::new_err(message));
        }
        Ok(slf)
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.resume(py, nothing(py))
    }

    /// Resume it with a value for what it has yielded.
    fn send<'py>(&self, value: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if !value.is_none() && self.state.lock().is_new() {
            let message = "can't send non-None value to a just-started coroutine";
            return Err(PyTypeError::new_err(message));
        }
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
        let raised = match thrown(kind, value, traceback) {
            Ok(raised) => raised,
            Err(refused) if self.state.lock().is_new() => return Err(refused),
            // To one that waits it comes where it waits.
            Err(refused) => refused,
        };
        self.resume(kind.py(), Sent::Raised(raised))
    }

    /// End it; another who waits computes.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        if let State::Ended = *self.state.lock() {
            return Ok(());
        }
        let closed = match self.begin_step()? {
            State::Owning(owning) => close_within(py, &owning),
            State::Waiting(waiting) => close(waiting.iterator.bind(py)),
            State::Queued(queued) => close(queued.iterator.bind(py)),
            State::Alone(alone) => close(alone.coroutine.bind(py)),
            State::Created(_) | State::Planned(_) | State::Idle | State::Running | State::Ended => {
                Ok(())
            }
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

    #[getter]
    fn cr_await<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.inner_s(py, intern!(py, "cr_await"))
    }

    #[getter]
    fn cr_code<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.inner_s(py, intern!(py, "cr_code"))
    }

    #[getter]
    fn cr_frame<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.inner_s(py, intern!(py, "cr_frame"))
    }

    #[getter]
    fn cr_running(&self) -> bool {
        matches!(*self.state.lock(), State::Running)
    }

    #[getter]
    fn cr_suspended(&self) -> bool {
        self.state.lock().is_suspended()
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
        state.traverse(&visit)
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

impl Drop for CachedCoroutine {
    fn drop(&mut self) {
        let state = std::mem::replace(self.state.get_mut(), State::Ended);
        if !matches!(state, State::Created(_) | State::Owning(_)) {
            return;
        }
        Python::attach(|py| {
            // The last reference may go while an exception is on its way, under which no code may run.
            let on_its_way = PyErr::take(py);
            self.abandon(py, state);
            if let Some(raised) = on_its_way {
                raised.restore(py);
            }
        });
    }
}

impl CachedCoroutine {
    /// Ends it on behalf of one who went without having awaited it to its end.
    fn abandon(&self, py: Python<'_>, state: State) {
        match state {
            State::Created(_) => {
                let name = self.__qualname__(py);
                let name = name.unwrap_or_else(|_| self.function.get().name().to_string());
                warn_unawaited(py, &name);
            }
            State::Owning(owning) => {
                if let Err(raised) = close_within(py, &owning) {
                    raised.write_unraisable(py, Some(owning.coroutine.bind(py)));
                }
            }
            _ => {}
        }
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
