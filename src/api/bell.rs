//! What a task waits for until another's computation ends: an event of its event loop.

use std::sync::Arc;
use std::task::{Wake, Waker};

use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyWeakrefMethods, PyWeakrefReference};

use crate::logging;
use crate::python;

/// An event, and who rings it.
pub struct Bell {
    /// What the task's coroutine yields from.
    pub iterator: Py<PyAny>,
    /// Rings it, from any thread.
    pub waker: Waker,
}

impl Bell {
    /// A bell for the task that runs here: one of asyncio's event loops, uvloop's included, or of trio's. None
    /// where neither runs.
    pub fn here(py: Python<'_>) -> PyResult<Option<Self>> {
        match trio_token(py)? {
            Some(token) => {
                let event = python::TRIO_EVENT.get(py)?.call0()?;
                Self::of(&event, &token, Loop::Trio).map(Some)
            }
            None => match asyncio_loop(py)? {
                Some(event_loop) => {
                    let event = python::ASYNCIO_EVENT.get(py)?.call0()?;
                    Self::of(&event, &event_loop, Loop::Asyncio).map(Some)
                }
                None => Ok(None),
            },
        }
    }

    fn of(event: &Bound<'_, PyAny>, schedules: &Bound<'_, PyAny>, kind: Loop) -> PyResult<Self> {
        let py = event.py();
        let waiting = event.call_method0(intern!(py, "wait"))?;
        let ringer = Ringer {
            event: PyWeakrefReference::new(event)?.unbind(),
            schedules: PyWeakrefReference::new(schedules)?.unbind(),
            kind,
        };
        Ok(Self {
            iterator: waiting.call_method0(intern!(py, "__await__"))?.unbind(),
            waker: Waker::from(Arc::new(ringer)),
        })
    }
}

/// Who runs the task.
#[derive(Clone, Copy)]
enum Loop {
    Asyncio,
    Trio,
}

impl Loop {
    /// The method by which another thread has something run there.
    fn schedule(self) -> &'static str {
        match self {
            Self::Asyncio => "call_soon_threadsafe",
            Self::Trio => "run_sync_soon",
        }
    }
}

/// Rings a bell. It keeps neither the event nor its loop alive: an event loop that nobody has any more is
/// collected with the tasks that wait in it.
struct Ringer {
    event: Py<PyWeakrefReference>,
    schedules: Py<PyWeakrefReference>,
    kind: Loop,
}

impl Ringer {
    fn ring(&self, py: Python<'_>) -> PyResult<()> {
        let event = self.event.bind(py).upgrade();
        let schedules = self.schedules.bind(py).upgrade();
        let (Some(event), Some(schedules)) = (event, schedules) else {
            return Ok(());
        };
        let set = event.getattr(intern!(py, "set"))?;
        schedules.call_method1(self.kind.schedule(), (set,))?;
        Ok(())
    }
}

impl Wake for Ringer {
    fn wake(self: Arc<Self>) {
        Python::attach(|py| match self.ring(py) {
            Ok(()) => {}
            // The loop has been closed: nothing waits in it any more.
            Err(raised) if raised.is_instance_of::<PyRuntimeError>(py) => {}
            Err(raised) => logging::error(py, "a waiting task could not be woken", &raised),
        });
    }
}

fn trio_token(py: Python<'_>) -> PyResult<Option<Bound<'_, PyAny>>> {
    if python::loaded(py, "trio")?.is_none() {
        return Ok(None);
    }
    let task = python::TRIO_CURRENT_TASK.get(py)?.call0();
    unless_absent(
        py,
        task.and_then(|_| python::TRIO_CURRENT_TOKEN.get(py)?.call0()),
    )
}

fn asyncio_loop(py: Python<'_>) -> PyResult<Option<Bound<'_, PyAny>>> {
    if python::loaded(py, "asyncio")?.is_none() {
        return Ok(None);
    }
    unless_absent(py, python::ASYNCIO_RUNNING_LOOP.get(py)?.call0())
}

/// Both libraries raise `RuntimeError` where they do not run.
fn unless_absent<'py>(
    py: Python<'py>,
    found: PyResult<Bound<'py, PyAny>>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(raised) if raised.is_instance_of::<PyRuntimeError>(py) => Ok(None),
        Err(raised) => Err(raised),
    }
}
