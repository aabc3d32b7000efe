//! What a function draws while it runs, kept beside its value and shown again on a hit.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::Called;
use crate::logging;
use crate::python::intern;

/// What a function has drawn, and which widgets it has asked: an object of the host's own.
#[derive(Clone, Debug)]
pub struct Recording(Py<PyAny>);

/// What became of a recording of another process.
pub enum Loaded {
    /// It can be shown.
    Recording(Recording),
    /// It is of another version of what surrounds calls.
    Foreign,
    /// Nobody wants it.
    Unasked,
}

/// A recording that is under way; dropping it abandons it.
pub struct Recorder(Option<Py<PyAny>>);

impl Recording {
    /// Bytes that it holds.
    pub fn size(&self, py: Python<'_>) -> u64 {
        let size = self.0.bind(py).getattr(intern!(py, "size"));
        size.and_then(|size| size.extract()).unwrap_or(0)
    }

    /// The ids of the widgets, sorted.
    pub fn widgets(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.0.bind(py).getattr(intern!(py, "widgets"))?.extract()
    }

    /// It as bytes, for another process; none where it cannot be used there.
    pub fn dump(&self, py: Python<'_>) -> PyResult<Option<Py<PyBytes>>> {
        let Some(host) = super::find(py) else {
            return Ok(None);
        };
        let dumped = host.call_method1(intern!(py, "dump"), (&self.0,))?;
        Ok(dumped.extract()?)
    }

    /// What another process has dumped; none where it cannot be used here. Without a host nobody asks
    /// what was drawn.
    pub fn load(py: Python<'_>, dumped: &[u8]) -> PyResult<Loaded> {
        let Some(host) = super::find(py) else {
            return Ok(Loaded::Unasked);
        };
        let recording = host.call_method1(intern!(py, "load"), (dumped,))?;
        Ok(if recording.is_none() {
            Loaded::Foreign
        } else {
            Loaded::Recording(Self(recording.unbind()))
        })
    }

    /// Shows it again.
    pub fn replay<'py>(&self, py: Python<'py>, called: Called<'_, 'py>) -> PyResult<()> {
        let Some(host) = super::find(py) else {
            return Ok(());
        };
        let arguments = (called.kind, called.wrapped, &self.0);
        host.call_method1(intern!(py, "replay"), arguments)?;
        Ok(())
    }
}

impl Recorder {
    /// Begins to record, if there is a host that wants it.
    pub fn begin<'py>(py: Python<'py>, called: Called<'_, 'py>) -> PyResult<Self> {
        let Some(host) = super::find(py) else {
            return Ok(Self(None));
        };
        let arguments = (
            called.kind,
            called.wrapped,
            called.name,
            called.allows_widgets,
            called.refreshes,
        );
        let recorder = host.call_method1(intern!(py, "record"), arguments)?;
        Ok(Self((!recorder.is_none()).then(|| recorder.unbind())))
    }

    /// Ends it; what was drawn, if anything was.
    pub fn finish(mut self, py: Python<'_>) -> PyResult<Option<Recording>> {
        let Some(recorder) = self.0.take() else {
            return Ok(None);
        };
        let recording = recorder.call_method0(py, intern!(py, "finish"))?;
        Ok((!recording.is_none(py)).then_some(Recording(recording)))
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if let Some(recorder) = self.0.take() {
            Python::attach(|py| {
                // An exception may be on its way, under which no code of Python's may run.
                let on_its_way = PyErr::take(py);
                if let Err(raised) = recorder.call_method0(py, intern!(py, "abandon")) {
                    logging::error(py, "a recording could not be ended", &raised);
                }
                if let Some(raised) = on_its_way {
                    raised.restore(py);
                }
            });
        }
    }
}
