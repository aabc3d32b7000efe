//! What a task waits for until another's computation ends: an event of its event loop.

use std::sync::Arc;
use std::task::{Wake, Waker};

use pyo3::exceptions::{PyException, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::{PyWeakrefMethods, PyWeakrefReference};

use super::event_loop::{self, Library};
use crate::flight::Home;
use crate::logging;
use crate::python::intern;

/// How long a task waits for one of another event loop before it looks whether that loop has left it behind: nobody
/// tells when a loop is closed.
const LOOP_CHECK: f64 = 1.0;

/// An event, and who rings it.
pub struct Bell {
    event: Py<PyAny>,
    running: Py<PyAny>,
    library: Library,
    waker: Waker,
}

impl Bell {
    /// A bell for the task that runs here; none where no event loop runs.
    pub fn here(py: Python<'_>) -> PyResult<Option<Self>> {
        let Some((library, running)) = event_loop::here(py)? else {
            return Ok(None);
        };
        let event = library.event(py)?;
        let ringer = Ringer {
            event: PyWeakrefReference::new(&event)?.unbind(),
            running: PyWeakrefReference::new(&running)?.unbind(),
            library,
        };
        Ok(Some(Self {
            event: event.unbind(),
            running: running.unbind(),
            library,
            waker: Waker::from(Arc::new(ringer)),
        }))
    }

    /// Rings it, from any thread.
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// Has it ring in a while, if who computes runs in another event loop. Trio's have no such calls.
    pub fn watch(&self, py: Python<'_>, home: Home) -> PyResult<()> {
        if self.library == Library::Trio || home == event_loop::home_of(self.running.bind(py))? {
            return Ok(());
        }
        let set = self.event.getattr(py, intern!(py, "set"))?;
        let later = intern!(py, "call_later");
        self.running.call_method1(py, later, (LOOP_CHECK, set))?;
        Ok(())
    }

    /// What the task's coroutine yields from; whoever asks for it has to, or Python warns of what was never awaited.
    pub fn iterator(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let waiting = self.event.call_method0(py, intern!(py, "wait"))?;
        waiting.call_method0(py, intern!(py, "__await__"))
    }
}

/// Rings a bell. It keeps neither the event nor its loop alive: an event loop that nobody has any more is
/// collected with the tasks that wait in it.
struct Ringer {
    event: Py<PyWeakrefReference>,
    running: Py<PyWeakrefReference>,
    library: Library,
}

impl Ringer {
    fn ring(&self, py: Python<'_>) -> PyResult<()> {
        let event = self.event.bind(py).upgrade();
        let running = self.running.bind(py).upgrade();
        let (Some(event), Some(running)) = (event, running) else {
            return Ok(());
        };
        let set = event.getattr(intern!(py, "set"))?;
        running.call_method1(self.library.schedule(), (set,))?;
        Ok(())
    }
}

const NOT_WOKEN: &str = "a waiting task could not be woken";

impl Wake for Ringer {
    fn wake(self: Arc<Self>) {
        Python::attach(|py| {
            let mut rung = self.ring(py);
            // An interrupt is not to cost the task that waits its turn.
            if let Err(interrupt) = &rung
                && !interrupt.is_instance_of::<PyException>(py)
            {
                logging::error(py, NOT_WOKEN, interrupt);
                rung = self.ring(py);
            }
            match rung {
                Ok(()) => {}
                // The loop has been closed: nothing waits in it any more.
                Err(raised) if raised.is_instance_of::<PyRuntimeError>(py) => {}
                Err(raised) => logging::error(py, NOT_WOKEN, &raised),
            }
        });
    }
}
