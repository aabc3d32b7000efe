//! The sign that something is being computed.

use pyo3::prelude::*;

use super::Called;
use crate::logging;
use crate::python::intern;

/// What a function's callers see while it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Text {
    /// Nothing.
    Nothing,
    /// The function's name.
    #[default]
    Name,
    /// A text of its own.
    Own(String),
}

/// What a call shows while it computes or waits.
#[derive(Default)]
pub struct Spinner {
    /// The text.
    pub text: Text,
    /// Whether the time is shown that has passed.
    pub shows_time: bool,
}

/// A spinner that is shown; dropping it takes it away.
pub struct Shown(Option<Py<PyAny>>);

impl Spinner {
    /// Shows it for a call, until what is returned is dropped.
    pub fn show<'py>(
        &self,
        py: Python<'py>,
        called: Called<'_, 'py>,
        has_arguments: bool,
    ) -> PyResult<Shown> {
        let text = match &self.text {
            Text::Nothing => return Ok(Shown(None)),
            Text::Name => None,
            Text::Own(text) => Some(text),
        };
        let Some(host) = super::find(py) else {
            return Ok(Shown(None));
        };
        let arguments = (called.wrapped, text, has_arguments, self.shows_time);
        let shown = host.call_method1(intern!(py, "spinner"), arguments)?;
        Ok(Shown((!shown.is_none()).then(|| shown.unbind())))
    }

    /// Takes the place in the page that a miss would have taken.
    #[cold]
    pub fn mark(&self, py: Python<'_>) -> PyResult<()> {
        if self.text != Text::Nothing
            && let Some(host) = super::find(py)
        {
            host.call_method0(intern!(py, "mark"))?;
        }
        Ok(())
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Some(shown) = self.0.take() {
            Python::attach(|py| {
                // An exception may be on its way, under which no code of Python's may run.
                let on_its_way = PyErr::take(py);
                if let Err(raised) = shown.call_method0(py, intern!(py, "close")) {
                    logging::error(py, "a spinner could not be taken away", &raised);
                }
                if let Some(raised) = on_its_way {
                    raised.restore(py);
                }
            });
        }
    }
}
