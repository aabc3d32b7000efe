//! Between a function's calls and the disk, where it has one for its second tier.

use std::sync::Arc;
use std::time::Duration;

use pyo3::prelude::*;

use super::budget;
use super::computing;
use super::disk::{self, Found, Patience, Recalled, Search, Wait};
use super::expiry;
use super::function::CachedFunction;
use super::miss::{Missed, OwnerGuard};
use super::value::Value;
use crate::cache::Cache;
use crate::error::Result;
use crate::host;

/// What the owner of a computation does.
pub(super) enum Next<'py> {
    /// It returns what the disk had.
    Return(Bound<'py, PyAny>),
    /// It computes.
    Compute(OwnerGuard),
    /// It comes back later, since another process computes.
    Busy(OwnerGuard),
}

impl CachedFunction {
    /// Looks on the disk before the function computes; waits for another process that does.
    pub(super) fn recall<'py>(
        &self,
        py: Python<'py>,
        missed: &mut Missed,
        guard: OwnerGuard,
        patience: Patience,
        wait: &mut Wait,
    ) -> Result<Next<'py>> {
        let cache = Arc::clone(&missed.cache);
        let tier = cache.tier.as_ref();
        let opened = tier.and_then(|tier| Some((tier, tier.opened(py)?)));
        let Some((tier, opened)) = opened else {
            return Ok(Next::Compute(guard));
        };
        let search = Search {
            opened: &opened,
            name: cache.entry(&missed.key),
            held: &tier.held,
            function: &cache.name,
            copy: self.options().copy,
            time_to_live: self.options().bounds.time_to_live,
        };
        match search.run(py, patience, wait, || {
            py.check_signals()?;
            host::poll(py)
        })? {
            Recalled::Value(found) => self.hand_out(py, missed, guard, found).map(Next::Return),
            Recalled::Compute(permit) => {
                missed.permit = Some(permit);
                Ok(Next::Compute(guard))
            }
            Recalled::Busy => Ok(Next::Busy(guard)),
        }
    }

    /// Writes a computed value to the disk.
    pub(super) fn keep(
        &self,
        py: Python<'_>,
        missed: &Missed,
        stored: &Value,
        value: &Bound<'_, PyAny>,
        cost: Duration,
    ) -> Result<()> {
        let (Some(permit), Some(persisted)) = (&missed.permit, stored.persisted(py)) else {
            return Ok(());
        };
        let drawn = match stored.recording(py).map(|recording| recording.dump(py)) {
            None => None,
            Some(Ok(Some(dumped))) => Some(dumped),
            // The value alone would be half of it.
            Some(Ok(None)) => return Ok(()),
            Some(Err(raised)) => return Err(raised.into()),
        };
        let computed = disk::Computed {
            function: self.name(),
            value,
            snapshot: &persisted.snapshot,
            drawn: drawn.as_ref().map(|drawn| drawn.as_bytes(py)),
            cost,
        };
        permit.keep(py, &computed)
    }

    /// Gives what the disk had to the caller, to those who wait, and to memory.
    fn hand_out<'py>(
        &self,
        py: Python<'py>,
        missed: &Missed,
        guard: OwnerGuard,
        found: Found<'py>,
    ) -> Result<Bound<'py, PyAny>> {
        let cache = &missed.cache;
        let size = Value::size(py, &found.snapshot, found.recording.as_ref());
        let value = Value::of(py, found.snapshot, found.recording.clone())?;
        cache.entries.count_recalled(found.cost);
        if cache.tier.as_ref().is_some_and(disk::Tier::has_memory) {
            let (departed, _) = cache.entries.finish_recalled(
                &missed.key,
                guard,
                value,
                size,
                found.cost,
                found.age,
            );
            cache.release(py, departed);
            cache.tell_of_size(py, size);
            budget::keep(py);
            expiry::expect(py, cache);
        } else {
            Cache::hand_out(guard, value);
        }
        if let Some(recording) = &found.recording {
            self.show(py, recording)?;
        }
        Ok(found.value)
    }
}

/// How long a plain call waits for another process, in its thread.
pub(super) fn patience(py: Python<'_>) -> Result<Patience> {
    Ok(if computing::is_nested(py)? {
        Patience::Nested
    } else {
        Patience::Endless
    })
}
