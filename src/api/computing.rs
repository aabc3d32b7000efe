//! On whose behalf the code here runs: the innermost cached computation of this context.

use pyo3::prelude::*;

use super::event_loop;
use crate::flight::{Caller, ComputationId};
use crate::python::context::ContextVariable;

/// The number of the computation. Tasks inherit it, and threads that are given a copy of the context.
static COMPUTATION: ContextVariable = ContextVariable::new("memoxide_computation");

fn innermost(py: Python<'_>) -> PyResult<Option<ComputationId>> {
    match COMPUTATION.get(py)? {
        Some(number) => Ok(Some(ComputationId::from(number.extract::<u64>()?))),
        None => Ok(None),
    }
}

/// Whether a cached computation runs here.
pub fn is_nested(py: Python<'_>) -> PyResult<bool> {
    Ok(COMPUTATION.get(py)?.is_some())
}

/// Who asks, where a plain call does.
pub fn plain_caller(py: Python<'_>) -> PyResult<Caller> {
    Ok(Caller::plain(innermost(py)?))
}

/// Who asks, where a task does.
pub fn task(py: Python<'_>) -> PyResult<Caller> {
    let caller = Caller::task(innermost(py)?);
    Ok(match event_loop::home(py)? {
        Some(home) => caller.at(home),
        None => caller,
    })
}

/// Who asks, where a task does that nobody waits for.
pub fn background_task(py: Python<'_>) -> PyResult<Caller> {
    Ok(task(py)?.in_background())
}

/// Runs code on behalf of a computation.
pub fn on_behalf_of<T, E: From<PyErr>>(
    py: Python<'_>,
    computation: ComputationId,
    run: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let token = COMPUTATION.set(py, u64::from(computation))?;
    let result = run();
    // It fails where the code has left this context for another, which has nothing to be taken back.
    let _ = COMPUTATION.reset(&token);
    result
}
