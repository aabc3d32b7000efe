//! A task whose value another process computes: it sleeps in its event loop, and asks again.

use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::iterator::PySendResult;
use pyo3::{PyTraverseError, PyVisit};

use super::CachedCoroutine;
use super::inner::{Sent, nothing, pass};
use super::state::{Owned, State};
use super::step::Step;
use crate::api::computing;
use crate::api::disk::{NESTED_WAIT, Patience, Wait};
use crate::api::event_loop::{self, Library};
use crate::error::Result;

/// First and longest sleep between two attempts, as of threads that wait.
const SLEEPS: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(50)];

/// How a task waits for other processes.
pub struct Queue {
    /// None, where there is nothing to sleep in.
    library: Option<Library>,
    /// When it computes whatever others do.
    until: Option<Instant>,
    /// What it knows of who computes.
    pub wait: Wait,
    sleep: Duration,
}

/// A computation that another process does, with the right to it in this one.
pub struct Queued {
    /// What the task yields from meanwhile.
    pub iterator: Py<PyAny>,
    owned: Owned,
    queue: Queue,
}

impl Queue {
    /// How the task that runs here waits.
    pub fn new(py: Python<'_>) -> Result<Self> {
        let library = event_loop::here(py)?.map(|(library, _)| library);
        let until = computing::is_nested(py)?.then(|| Instant::now() + NESTED_WAIT);
        Ok(Self {
            library,
            until,
            wait: Wait::default(),
            sleep: SLEEPS[0],
        })
    }

    /// What it says when it asks.
    pub fn patience(&self) -> Patience {
        let is_over = self.until.is_some_and(|until| Instant::now() >= until);
        if is_over || self.library.is_none() {
            return Patience::None;
        }
        Patience::Later
    }

    /// What the task yields from until it asks again.
    fn sleep(&mut self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        let length = self.sleep;
        self.sleep = (length * 2).min(SLEEPS[1]);
        let library = self.library;
        library.map(|library| library.sleep(py, length)).transpose()
    }
}

impl Queued {
    /// Shows the garbage collector what it holds.
    pub fn traverse(&self, visit: &PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.iterator)?;
        self.owned.arguments.traverse(visit)
    }
}

impl CachedCoroutine {
    /// Has the task come back later.
    pub(super) fn queue<'py>(
        &self,
        py: Python<'py>,
        owned: Owned,
        queue: Option<Queue>,
    ) -> Result<Step<'py>> {
        let mut queue = queue.map_or_else(|| Queue::new(py), Ok)?;
        let Some(iterator) = queue.sleep(py)? else {
            return self.enter(py, owned, Some(queue));
        };
        let queued = Queued {
            iterator,
            owned,
            queue,
        };
        self.stand(py, queued, nothing(py))
    }

    /// Sleeps; who throws something in ends the waiting.
    pub(super) fn stand<'py>(
        &self,
        py: Python<'py>,
        queued: Queued,
        sent: Sent<'py>,
    ) -> Result<Step<'py>> {
        match pass(queued.iterator.bind(py), sent) {
            Ok(PySendResult::Next(value)) => {
                Ok(Step::Yielded(value, State::Queued(Box::new(queued))))
            }
            Ok(PySendResult::Return(_)) => self.enter(py, queued.owned, Some(queued.queue)),
            Err(raised) => {
                // The way through the sleep is nobody's concern.
                raised.set_traceback(py, None);
                Err(raised.into())
            }
        }
    }
}
