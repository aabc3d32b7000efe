//! From a computed value to the disk.

use std::time::Duration;

use pyo3::prelude::*;

use super::complaint;
use super::recall::Permit;
use crate::disk::{self, Fault, Parts, Written};
use crate::error::Result;
use crate::python::failure::{contained, is_failure};
use crate::snapshot::{Codable, Snapshot};

/// A value that was computed.
pub struct Computed<'a, 'py> {
    /// The function's name.
    pub function: &'a str,
    /// The value.
    pub value: &'a Bound<'py, PyAny>,
    /// The value as it is stored in memory.
    pub snapshot: &'a Snapshot,
    /// What the function has drawn.
    pub drawn: Option<&'a [u8]>,
    /// How long it took.
    pub cost: Duration,
}

impl Permit {
    /// Writes the value. What is wrong with the disk is said, and costs nothing else.
    pub fn keep(&self, py: Python<'_>, computed: &Computed<'_, '_>) -> Result<()> {
        if !self.opened.is_of_this_process() {
            // It was forked while it computed; its parent keeps the value.
            return Ok(());
        }
        let written = match contained(|| self.write(py, computed)) {
            Ok(written) => written,
            Err(raised) if is_failure(py, &raised) => {
                self.complain(py, computed, &raised);
                return Ok(());
            }
            Err(raised) => return Err(raised.into()),
        };
        match written {
            Ok(Written::Stored { .. }) => {
                // What a sweep cannot remove now it finds the next time.
                let _ = py.detach(|| self.opened.folder().sweep_if_due());
            }
            Ok(Written::Overtaken) => {}
            Err(fault) => self.complain(py, computed, &fault),
        }
        Ok(())
    }

    fn write(
        &self,
        py: Python<'_>,
        computed: &Computed<'_, '_>,
    ) -> PyResult<std::result::Result<Written, Fault>> {
        let codable = Codable::of(computed.value, computed.snapshot, computed.drawn)?;
        codable.with(py, |payload, buffers| {
            let parts = Parts {
                created: disk::now(),
                cost: u64::try_from(computed.cost.as_nanos()).unwrap_or(u64::MAX),
                codec: codable.codec,
                metadata: computed.function.as_bytes(),
                payload,
                buffers,
            };
            let stamp = self.stamp;
            let namespace = self.opened.namespace();
            let lock = self.lock.as_deref();
            py.detach(|| namespace.write_under(&stamp.name, &parts, Some(stamp.generation), lock))
        })
    }

    fn complain(&self, py: Python<'_>, computed: &Computed<'_, '_>, why: &dyn std::fmt::Display) {
        let folder = self.opened.folder().path().display();
        let function = computed.function;
        complaint::say(
            py,
            &format!("A value of '{function}' is not kept in {folder}: {why}"),
        );
    }
}
