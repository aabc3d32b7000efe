//! The event loop that runs here: one of asyncio's, uvloop's included, or of trio's.

use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PySet};

use crate::flight::Home;
use crate::python;

/// An event loop.
#[derive(Clone, Copy)]
pub enum Library {
    /// Of asyncio.
    Asyncio,
    /// Of trio.
    Trio,
}

impl Library {
    /// The method by which another thread has something run in the loop.
    pub fn schedule(self) -> &'static str {
        match self {
            Self::Asyncio => "call_soon_threadsafe",
            Self::Trio => "run_sync_soon",
        }
    }

    /// An event that tasks of the loop wait for.
    pub fn event(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let class = match self {
            Self::Asyncio => &python::ASYNCIO_EVENT,
            Self::Trio => &python::TRIO_EVENT,
        };
        class.get(py)?.call0()
    }

    /// What a task's coroutine yields from to sleep.
    pub fn sleep(self, py: Python<'_>, length: Duration) -> PyResult<Py<PyAny>> {
        let sleep = match self {
            Self::Asyncio => &python::ASYNCIO_SLEEP,
            Self::Trio => &python::TRIO_SLEEP,
        };
        let sleeping = sleep.get(py)?.call1((length.as_secs_f64(),))?;
        sleeping
            .call_method0(intern!(py, "__await__"))
            .map(Bound::unbind)
    }
}

/// The loop that runs in this thread, and its task is the one that asks; for trio it is the token that stands
/// for the loop. None where neither runs.
pub fn here(py: Python<'_>) -> PyResult<Option<(Library, Bound<'_, PyAny>)>> {
    // Trio first: it can be a guest of asyncio's.
    if python::loaded(py, "trio")?.is_some() {
        let task = python::TRIO_CURRENT_TASK.get(py)?.call0();
        let token = task.and_then(|_| python::TRIO_CURRENT_TOKEN.get(py)?.call0());
        if let Some(token) = unless_absent(py, token)? {
            return Ok(Some((Library::Trio, token)));
        }
    }
    if python::loaded(py, "asyncio")?.is_none() {
        return Ok(None);
    }
    let running = unless_absent(py, python::ASYNCIO_RUNNING_LOOP.get(py)?.call0())?;
    Ok(running.map(|running| (Library::Asyncio, running)))
}

/// What tells the loop that runs here from others, as long as it or a task of its is there.
pub fn home(py: Python<'_>) -> PyResult<Option<Home>> {
    let home = |running: Bound<'_, PyAny>| Home::from(running.as_ptr() as usize);
    Ok(here(py)?.map(|(_, running)| home(running)))
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

/// Has the loop that runs here run a task of its own, in a context of its own. `start` gives its coroutine.
/// `false` where no loop runs.
pub fn spawn(start: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = start.py();
    let Some((library, running)) = here(py)? else {
        return Ok(false);
    };
    let context = python::CONTEXT.get(py)?.call0()?;
    match library {
        Library::Asyncio => {
            let create = running.getattr(intern!(py, "create_task"))?;
            let task = context.call_method1(intern!(py, "run"), (create, start.call0()?))?;
            keep(&running, &task)?;
        }
        Library::Trio => {
            // Of itself it would take the context that the loop began in.
            let options = [(intern!(py, "context"), context)].into_py_dict(py)?;
            let spawn = python::TRIO_SPAWN.get(py)?;
            spawn.call((start,), Some(&options))?;
        }
    }
    Ok(true)
}

/// Has a loop keep a task until it ends, as asyncio itself keeps none. A loop that is left behind goes with its
/// tasks; so may a task in a loop that takes no attributes.
fn keep(running: &Bound<'_, PyAny>, task: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = running.py();
    let name = intern!(py, "_memoxide_tasks");
    let tasks = match running.getattr_opt(name)? {
        Some(tasks) => tasks.cast_into::<PySet>()?,
        None => PySet::empty(py)?,
    };
    tasks.add(task)?;
    let discard = tasks.getattr(intern!(py, "discard"))?;
    task.call_method1(intern!(py, "add_done_callback"), (discard,))?;
    let _ = running.setattr(name, tasks);
    // Who leaves the loop knows nothing of it, and need not be told.
    let _ = task.setattr(intern!(py, "_log_destroy_pending"), false);
    Ok(())
}
