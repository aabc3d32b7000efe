//! A function and what surrounds its calls: what it draws, what its widgets are set to, what is
//! shown meanwhile.

use pyo3::prelude::*;
use pyo3::types::PyString;

use super::caches::FunctionCache;
use super::call::Call;
use super::function::CachedFunction;
use super::miss::Missed;
use super::value::Value;
use crate::error::Result;
use crate::host::spinner::Shown;
use crate::host::{self, Called, Recorder, Recording, widgets};
use crate::key::call_key::CallKey;
use crate::key::hashers::Hashers;
use crate::key::walk::Writer;

impl Call<'_, '_> {
    /// Shows that it computes or waits, until what is returned is dropped.
    pub(super) fn spin(&self, py: Python<'_>) -> PyResult<Shown> {
        let wrapped = self.function.wrapped(py);
        let spinner = &self.function.options().display.spinner;
        let has_arguments = !self.arguments.are_none();
        spinner.show(py, self.function.called(&wrapped), has_arguments)
    }
}

impl CachedFunction {
    /// What the host is told of the function.
    fn called<'a, 'py>(&'a self, wrapped: &'a Bound<'py, PyAny>) -> Called<'a, 'py> {
        let options = self.options();
        Called {
            kind: options.kind.name(),
            wrapped,
            name: self.name(),
            allows_widgets: options.display.allows_widgets,
            refreshes: options.refreshes,
        }
    }

    /// Begins to record what the function draws.
    pub(super) fn recorder(&self, py: Python<'_>) -> PyResult<Recorder> {
        let wrapped = self.wrapped(py);
        Recorder::begin(py, self.called(&wrapped))
    }

    /// Shows again what the function has drawn when it made the value.
    #[inline]
    pub(super) fn replay(&self, py: Python<'_>, value: &Value) -> Result<()> {
        if host::marks_hits() {
            self.options().display.spinner.mark(py)?;
        }
        match value.recording(py) {
            None => Ok(()),
            Some(recording) => self.show(py, recording),
        }
    }

    /// Shows what the function has drawn.
    pub(super) fn show(&self, py: Python<'_>, recording: &Recording) -> Result<()> {
        let wrapped = self.wrapped(py);
        Ok(recording.replay(py, self.called(&wrapped))?)
    }

    /// The key of the entry of `call`: with what its widgets are set to, if it has drawn any.
    #[inline]
    pub(super) fn entry_key(
        &self,
        py: Python<'_>,
        cache: &FunctionCache,
        call: CallKey,
    ) -> Result<CallKey> {
        if !self.options().display.allows_widgets {
            return Ok(call);
        }
        self.widget_key(py, cache, call)
    }

    #[cold]
    fn widget_key(&self, py: Python<'_>, cache: &FunctionCache, call: CallKey) -> Result<CallKey> {
        let Some(state) = widgets::state(py, cache.widgets.of(&call))? else {
            return Ok(call);
        };
        let hashers = Hashers::default();
        let mut writer = Writer::new(py, self.name(), &hashers, self.options().follow);
        writer.argument(&PyString::new(py, "the values of its widgets"), &state)?;
        Ok(call.with(writer.into_encoder().as_bytes()))
    }

    /// Whether the widgets ask for another entry than the one that was missed: its computation may have
    /// drawn some that were not known before, and they may be set otherwise here.
    pub(super) fn asks_for_another(&self, py: Python<'_>, missed: &Missed) -> Result<bool> {
        Ok(self.entry_key(py, &missed.cache, missed.call)? != missed.key)
    }

    /// The key under which a value belongs that was computed: its run may have drawn widgets that were
    /// not known before.
    pub(super) fn settled_key(
        &self,
        py: Python<'_>,
        missed: &Missed,
        recording: Option<&Recording>,
    ) -> Result<CallKey> {
        let Some(recording) = recording.filter(|_| self.options().display.allows_widgets) else {
            return Ok(missed.key);
        };
        let (cache, call) = (&missed.cache, missed.call);
        let ids = recording.widgets(py)?;
        if ids.is_empty() {
            return Ok(missed.key);
        }
        let mut forgotten = cache.widgets.learn(call, ids);
        let key = self.entry_key(py, cache, call)?;
        forgotten.extend(cache.widgets.note(&call, key));
        for key in forgotten {
            cache.release(py, cache.entries.clear_key(&key));
        }
        Ok(key)
    }
}
