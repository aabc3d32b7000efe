//! The event loop that runs here: one of asyncio's, uvloop's included, or of trio's.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ahash::RandomState;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PySet, PyWeakrefMethods, PyWeakrefReference};

use crate::flight::Home;
use crate::python;
use crate::python::intern;
use crate::python::raw;
use crate::sync::system::Mutex;

/// An event loop.
#[derive(Clone, Copy, PartialEq, Eq)]
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

/// What tells the loop that runs here from all others.
pub fn home(py: Python<'_>) -> PyResult<Option<Home>> {
    let running = here(py)?;
    running.map(|(_, running)| home_of(&running)).transpose()
}

/// The loops that tasks of ours have run in, by where they lie. They are kept alive by others.
static KNOWN: LazyLock<Mutex<HashMap<usize, Known, RandomState>>> = LazyLock::new(Mutex::default);

struct Known {
    home: Home,
    running: Py<PyWeakrefReference>,
}

/// What tells a loop from all others, those that lay in its place before it included.
pub fn home_of(running: &Bound<'_, PyAny>) -> PyResult<Home> {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let place = running.as_ptr() as usize;
    let is_it = |known: &&Known| raw::refers_to(&known.running, running);
    if let Some(known) = KNOWN.lock().get(&place).filter(is_it) {
        return Ok(known.home);
    }
    forget_those_gone();
    let reference = PyWeakrefReference::new(running)?.unbind();
    let known = Known {
        home: Home::from(LAST.fetch_add(1, Ordering::Relaxed)),
        running: reference,
    };
    let home = known.home;
    let replaced = KNOWN.lock().insert(place, known);
    drop(replaced);
    Ok(home)
}

fn forget_those_gone() {
    let mut known = KNOWN.lock();
    let gone: Vec<_> = known
        .extract_if(|_, known| raw::is_dead(&known.running))
        .collect();
    drop(known);
    drop(gone);
}

/// Whether no task of that loop will ever go on: it was closed, or nobody has it any more.
pub fn is_over(py: Python<'_>, home: Home) -> bool {
    let known = KNOWN.lock();
    let reference = known.values().find(|known| known.home == home);
    let reference = reference.map(|known| known.running.clone_ref(py));
    drop(known);
    let Some(running) = reference.and_then(|reference| reference.bind(py).upgrade()) else {
        return true;
    };
    // Trio's do not say so, and end with all of their tasks.
    let closed = running.call_method0(intern!(py, "is_closed"));
    closed
        .and_then(|closed| closed.is_truthy())
        .unwrap_or(false)
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
