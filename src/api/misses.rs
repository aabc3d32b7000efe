//! What is noted of calls that had to be computed: all that `explain` compares with.

use std::sync::{Arc, LazyLock};

use pyo3::prelude::*;

use super::caches::FunctionCache;
use super::function::{CachedFunction, Identity};
use super::options::{Kind, Sharing};
use crate::history::{Call, History};
use crate::key::encoder::Encoder;
use crate::testing;

/// Where a call's entry goes: what a function's caches differ in beside its definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The options.
    pub sharing: Sharing,
    /// The session, if each has entries of its own.
    pub session: Option<Arc<str>>,
    /// The isolation that they were made in.
    isolation: Option<u64>,
}

/// Kind and name.
type FunctionName = (Kind, Arc<str>);

/// Taken while attached to the interpreter, and for the time of a few moves of memory.
static HISTORY: LazyLock<History<FunctionName, Place>> = LazyLock::new(History::default);

impl Place {
    /// The place of a function's entries in `cache`.
    pub fn of(function: &CachedFunction, cache: &FunctionCache) -> Self {
        Self {
            sharing: function.sharing(),
            session: cache.id.session.clone(),
            isolation: cache.id.isolation,
        }
    }
}

/// Notes a call whose arguments are in `encoder`.
pub fn note(
    py: Python<'_>,
    function: &CachedFunction,
    identity: &Identity,
    cache: &FunctionCache,
    mut encoder: Encoder,
) {
    let mut trace = encoder.take_trace();
    trace.shrink();
    let call = Call {
        function: Arc::clone(function.described(py, identity)),
        place: Place::of(function, cache),
        arguments: encoder.as_bytes().into(),
        trace,
    };
    HISTORY.note(name(function), call);
}

/// The last calls of `function` that were computed, the newest first.
pub fn of(function: &CachedFunction) -> Vec<Arc<Call<Place>>> {
    let mut calls = HISTORY.of(&name(function));
    calls.retain(|call| call.place.isolation == testing::isolation());
    calls
}

fn name(function: &CachedFunction) -> FunctionName {
    (function.options().kind, Arc::clone(function.name()))
}

/// Functions, calls and bytes in the history, and how many calls were noted so far.
#[pyfunction]
pub fn trace_extent() -> (usize, usize, usize, u64) {
    let extent = HISTORY.extent();
    (extent.functions, extent.calls, extent.bytes, extent.noted)
}
