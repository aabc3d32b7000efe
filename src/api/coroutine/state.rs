//! How far a call of a cached coroutine function is.

use std::time::Instant;

use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use super::queued::Queued;
use crate::api::miss::{Missed, OwnerGuard, Waiter};
use crate::api::refresh::Plan;
use crate::host::Recorder;
use crate::host::spinner::Shown;
use crate::python::vectorcall::Kept;

/// How far it is.
pub enum State {
    /// Nobody has awaited it.
    Created(Kept),
    /// It is to run in the background.
    Planned(Box<Planned>),
    /// It computes on behalf of all who wait.
    Owning(Box<Owning>),
    /// Another computes.
    Waiting(Box<Waiting>),
    /// Another process computes.
    Queued(Box<Queued>),
    /// It computes for its caller alone.
    Alone(Box<Alone>),
    /// It is a refresh that has nothing to do.
    Idle,
    /// A step is being done.
    Running,
    /// It has returned, raised or been closed.
    Ended,
}

/// A refresh that has not begun.
pub struct Planned {
    pub arguments: Kept,
    pub missed: Missed,
    pub plan: Plan,
}

/// A computation that has not begun, with the right to it.
pub struct Owned {
    pub arguments: Kept,
    pub guard: OwnerGuard,
    pub missed: Missed,
    /// If it is a refresh, whose value nobody waits for.
    pub plan: Option<Plan>,
}

/// A computation, with the right to it.
pub struct Owning {
    /// Goes before the guard does: whoever takes over begins when this one has cleaned up.
    pub coroutine: Py<PyAny>,
    pub guard: OwnerGuard,
    pub missed: Missed,
    /// If it is a refresh, whose value nobody waits for.
    pub plan: Option<Plan>,
    pub started: Instant,
    pub recorder: Recorder,
}

/// A place among those who wait, and what the task yields from meanwhile.
pub struct Waiting {
    pub iterator: Py<PyAny>,
    pub waiter: Waiter,
    pub missed: Missed,
    pub arguments: Kept,
}

/// A computation for its caller alone.
pub struct Alone {
    pub coroutine: Py<PyAny>,
    /// What takes in what the function draws, where it is shown and not stored.
    pub recorder: Option<Recorder>,
    /// What shows meanwhile that it is computed.
    pub _shown: Option<Shown>,
}

impl State {
    /// Whether nothing has been done yet.
    pub fn is_new(&self) -> bool {
        matches!(self, Self::Created(_) | Self::Planned(_) | Self::Idle)
    }

    /// Whether it waits for something.
    pub fn is_suspended(&self) -> bool {
        matches!(
            self,
            Self::Owning(_) | Self::Waiting(_) | Self::Queued(_) | Self::Alone(_)
        )
    }

    /// The coroutine of the user's function, once it has begun.
    pub fn inner<'a, 'py>(&'a self, py: Python<'py>) -> Option<&'a Bound<'py, PyAny>> {
        match self {
            Self::Owning(owning) => Some(owning.coroutine.bind(py)),
            Self::Alone(alone) => Some(alone.coroutine.bind(py)),
            _ => None,
        }
    }

    /// Shows the garbage collector what it holds.
    pub fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self {
            Self::Created(arguments) => arguments.traverse(visit),
            Self::Planned(planned) => {
                if let Some(lent) = &planned.missed.lent {
                    lent.traverse(visit)?;
                }
                planned.arguments.traverse(visit)
            }
            Self::Owning(owning) => {
                if let Some(lent) = &owning.missed.lent {
                    lent.traverse(visit)?;
                }
                visit.call(&owning.coroutine)
            }
            Self::Waiting(waiting) => {
                visit.call(&waiting.iterator)?;
                waiting.arguments.traverse(visit)
            }
            Self::Queued(queued) => queued.traverse(visit),
            Self::Alone(alone) => visit.call(&alone.coroutine),
            Self::Idle | Self::Running | Self::Ended => Ok(()),
        }
    }
}
