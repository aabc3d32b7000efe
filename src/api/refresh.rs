//! `refresh_mode="background"`: stale values are made anew while they are served.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use ahash::RandomState;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3::{PyTraverseError, PyVisit};

use super::caches::FunctionCache;
use super::call::Call;
use super::computing;
use super::coroutine::CachedCoroutine;
use super::event_loop;
use super::function::CachedFunction;
use super::lasting::LastingArguments;
use super::miss::Missed;
use super::settings;
use crate::cache::{Ended, Ticket};
use crate::error::Result;
use crate::flight::Home;
use crate::key::call_key::CallKey;
use crate::logging;
use crate::python;
use crate::python::intern;
use crate::sync::system::Mutex;

/// How many refreshes are under way or about to be, in threads and in each event loop: one that was stopped
/// may keep its own for ever.
static RUNNING: LazyLock<Mutex<Running>> = LazyLock::new(Mutex::default);

type Running = HashMap<Option<Home>, usize, RandomState>;

/// A refresh that its key waits for, until it is dropped.
pub(super) struct Plan {
    cache: Arc<FunctionCache>,
    key: CallKey,
    ticket: Ticket,
    ended: Ended,
    slot: Option<Slot>,
}

/// One of the places among those that run at once in an event loop, or in threads.
struct Slot(Option<Home>);

impl Slot {
    fn take(home: Option<Home>) -> Option<Self> {
        let workers = settings::refresh_workers();
        let mut all = RUNNING.lock();
        let running = all.get(&home).copied().unwrap_or(0);
        if running >= workers {
            return None;
        }
        all.insert(home, running + 1);
        Some(Self(home))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut all = RUNNING.lock();
        // In the child of a fork there may be none any more.
        let Some(running) = all.get_mut(&self.0) else {
            return;
        };
        *running -= 1;
        if *running == 0 {
            all.remove(&self.0);
        }
    }
}

impl Plan {
    fn make(missed: &Missed, home: Option<Home>) -> Option<Self> {
        let ticket = missed.cache.entries.plan_refresh(&missed.key)?;
        let plan = Self {
            cache: Arc::clone(&missed.cache),
            key: missed.key,
            ticket,
            ended: Ended::Skipped,
            slot: Slot::take(home),
        };
        // Where there is no place, the plan ends here.
        plan.slot.is_some().then_some(plan)
    }

    /// Notes what has become of it. An `Exception` is nobody's but the log's.
    pub fn settle(mut self, py: Python<'_>, concluded: Result<Bound<'_, PyAny>>) -> Result<()> {
        // What is not stored will not be the next time either.
        let is_done = concluded.is_ok() && !self.cache.entries.needs_refresh(&self.key);
        self.ended = if is_done {
            Ended::Success
        } else {
            Ended::Failure
        };
        let Err(error) = concluded else {
            return Ok(());
        };
        let raised = PyErr::from(error);
        if !raised.is_instance_of::<PyException>(py) {
            return Err(raised.into());
        }
        let name = &self.cache.name;
        let message = format!("'{name}' failed in the background; its old value stays: {raised}");
        logging::warn(py, &message);
        Ok(())
    }
}

impl Drop for Plan {
    fn drop(&mut self) {
        let entries = &self.cache.entries;
        entries.end_refresh(&self.key, self.ticket, self.ended);
    }
}

/// A call that is to be computed in the background.
#[pyclass(frozen, module = "memoxide")]
pub struct Refresh {
    function: Py<CachedFunction>,
    arguments: LastingArguments,
    /// Until it runs.
    planned: Mutex<Option<(Plan, Missed)>>,
}

/// Sees to it that a stale value is made anew. Whatever fails here, the call has its value.
#[cold]
pub(super) fn plan(function: &Bound<'_, CachedFunction>, call: &Call<'_, '_>, missed: Missed) {
    let py = function.py();
    let is_task = function.get().makes_coroutines;
    let home = is_task.then(|| event_loop::home(py).unwrap_or(None));
    let Some(plan) = Plan::make(&missed, home.flatten()) else {
        return;
    };
    let Ok(arguments) = LastingArguments::of(py, call, missed.signature()) else {
        return;
    };
    let refresh = Refresh {
        function: function.clone().unbind(),
        arguments,
        planned: Mutex::new(Some((plan, missed))),
    };
    let started = Bound::new(py, refresh).and_then(|refresh| {
        if is_task {
            event_loop::spawn(refresh.as_any()).map(drop)
        } else {
            submit(refresh.as_any())
        }
    });
    if let Err(raised) = started {
        static SAID: AtomicBool = AtomicBool::new(false);
        if !SAID.swap(true, Ordering::Relaxed) {
            let message = "nothing can run in the background; values are served until they expire";
            logging::error(py, message, &raised);
        }
    }
}

#[pymethods]
impl Refresh {
    /// Compute it; for a coroutine function, return what does.
    fn __call__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let planned = self.planned.lock().take();
        let function = self.function.bind(py);
        if function.get().makes_coroutines {
            return self.coroutine(function, planned).map(Some);
        }
        if let Some((plan, mut missed)) = planned {
            self.run(py, plan, &mut missed)?;
        }
        Ok(None)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.function)?;
        self.arguments.traverse(&visit)
    }
}

impl Refresh {
    /// What refreshes it as a task. Without a plan, or with arguments that nobody knows any more, it does nothing.
    fn coroutine<'py>(
        &self,
        function: &Bound<'py, CachedFunction>,
        planned: Option<(Plan, Missed)>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = function.py();
        let Some((plan, mut missed)) = planned else {
            return CachedCoroutine::idle(function);
        };
        match self.arguments.fitting(py, function.get(), &mut missed)? {
            Some(arguments) => CachedCoroutine::planned(function, arguments, missed, plan),
            None => CachedCoroutine::idle(function),
        }
    }

    fn run(&self, py: Python<'_>, plan: Plan, missed: &mut Missed) -> Result<()> {
        let function = self.function.get();
        let Some(arguments) = self.arguments.fitting(py, function, missed)? else {
            return Ok(());
        };
        let caller = computing::plain_caller(py)?;
        let Some(guard) = missed.cache.entries.begin_refresh(&missed.key, caller) else {
            return Ok(());
        };
        let unpacked = arguments.unpacked(py);
        let call = Call::new(function, unpacked.arguments());
        let started = Instant::now();
        let produced = computing::on_behalf_of(py, guard.computation(), || call.produce(py));
        let concluded = function.conclude(py, missed, guard, produced, started.elapsed());
        plan.settle(py, concluded)
    }
}

/// The threads that plain functions are refreshed in, and how many there may be.
static POOL: Mutex<Option<(usize, Py<PyAny>)>> = Mutex::new(None);

/// Has a thread call it, in a context of its own: a thread may have inherited that of who started it.
fn submit(refresh: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = refresh.py();
    let pool = match known_pool(py) {
        Some(pool) => pool,
        None => make_pool(py)?,
    };
    let context = python::CONTEXT.get(py)?.call0()?;
    let run = context.getattr(intern!(py, "run"))?;
    pool.call_method1(intern!(py, "submit"), (run, refresh))?;
    Ok(())
}

fn known_pool(py: Python<'_>) -> Option<Bound<'_, PyAny>> {
    let pool = POOL.lock();
    let (workers, pool) = pool.as_ref()?;
    (*workers == settings::refresh_workers()).then(|| pool.bind(py).clone())
}

fn make_pool(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    let workers = settings::refresh_workers().max(1);
    let options = PyDict::new(py);
    options.set_item("max_workers", workers)?;
    options.set_item("thread_name_prefix", "memoxide-refresh")?;
    let pool = python::THREAD_POOL.get(py)?.call((), Some(&options))?;
    // It is not shut down, as another thread may be about to use it: its own threads end once nobody does.
    let replaced = POOL.lock().replace((workers, pool.clone().unbind()));
    drop(replaced);
    Ok(pool)
}

/// Begins anew in the child of a fork, which has none of the threads.
pub fn after_fork() {
    RUNNING.lock().clear();
    let left_behind = POOL.lock().take();
    drop(left_behind);
}
