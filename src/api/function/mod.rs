//! The decorated function.

mod here;
mod identity;
mod python;
mod reduction;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};

use pyo3::prelude::*;
use pyo3::types::PyFunction;

pub use self::here::Here;
pub use self::identity::Identity;
pub use self::reduction::rebuild;
use super::caches::{self, Use};
use super::call::Call;
use super::coroutine::CachedCoroutine;
use super::disk::{Place, Tier};
use super::options::{Options, Sharing};
use crate::error::Result;
use crate::key::binding::Arguments;
use crate::python::latest::Latest;
use crate::python::raw::Finalize;
use crate::python::vectorcall::{self, Slot, Vectorcall};
use crate::python::{raw, type_name};
use crate::sync::system::Mutex;

/// A function whose results are cached; it is called as the function is.
#[pyclass(frozen, dict, weakref, module = "memoxide")]
pub struct CachedFunction {
    vectorcall: Slot,
    wrapped: Py<PyAny>,
    name: Arc<str>,
    options: Arc<Options>,
    /// Whether a call gives a coroutine, whose value is stored.
    pub(super) makes_coroutines: bool,
    /// Where entries are that outlive the process.
    place: Option<Arc<Place>>,
    /// Found at the first use, since what the function refers to may be defined after it, and
    /// again when that has changed.
    identity: Latest<Identity>,
    /// Of sessions, and of tests that are isolated.
    apart: Mutex<Vec<Use>>,
    /// Whether the garbage collector has found it to be garbage, and it may have come to life again.
    was_garbage: AtomicBool,
    /// Whether the fields are there. The interpreter makes the object first, of zeros, then its dict, for which the
    /// garbage collector may run.
    is_made: bool,
}

impl CachedFunction {
    /// A function that caches what `wrapped` returns.
    pub fn new<'py>(
        wrapped: &Bound<'py, PyAny>,
        options: Arc<Options>,
        makes_coroutines: bool,
    ) -> Result<Bound<'py, Self>> {
        static ENABLED: Once = Once::new();
        let function = Self {
            vectorcall: Slot::new::<Self>(),
            wrapped: wrapped.clone().unbind(),
            name: full_name(wrapped)?.into(),
            place: options
                .persist
                .as_ref()
                .map(|persist| Place::of(wrapped, persist)),
            options,
            makes_coroutines,
            identity: Latest::empty(),
            apart: Mutex::new(Vec::new()),
            was_garbage: AtomicBool::new(false),
            is_made: true,
        };
        let function = Bound::new(wrapped.py(), function)?;
        vectorcall::enable(&function, &ENABLED);
        raw::enable_finalizer(&function);
        if let Ok(plain) = wrapped.cast::<PyFunction>()
            && !raw::is_nested(plain)?
        {
            raw::defer_counting(&function);
        }
        Ok(function)
    }

    /// Module and qualified name.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The options it was decorated with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// What has to be equal for another definition to share its entries.
    pub fn sharing(&self) -> Sharing {
        self.options.sharing(self.place.as_ref())
    }

    /// The disk as the second tier, if the function has one.
    pub fn tier(&self) -> Option<Tier> {
        self.place.clone().map(Tier::new)
    }

    /// Whether the garbage collector was about to collect it once.
    pub fn was_garbage(&self) -> bool {
        self.was_garbage.load(Ordering::Relaxed)
    }

    /// The plain function.
    pub fn wrapped<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        self.wrapped.bind(py).clone()
    }
}

impl Vectorcall for CachedFunction {
    fn call<'py>(
        slf: &Bound<'py, Self>,
        arguments: Arguments<'_, 'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if slf.get().makes_coroutines {
            return CachedCoroutine::of(slf, arguments.kept());
        }
        Ok(Call::new(slf.get(), arguments).run(slf)?)
    }

    fn slot(&self) -> &Slot {
        &self.vectorcall
    }
}

impl Finalize for CachedFunction {
    /// Nothing leads to it but what may be its own resources.
    fn finalize(slf: &Bound<'_, Self>) {
        let function = slf.get();
        function.was_garbage.store(true, Ordering::Relaxed);
        function.leave_all(slf.py(), caches::discard);
    }
}

impl Drop for CachedFunction {
    fn drop(&mut self) {
        Python::attach(|py| {
            // The last reference may go while an exception is on its way, under which no callback
            // may run.
            let on_its_way = PyErr::take(py);
            self.leave_all(py, caches::detach);
            if let Some(raised) = on_its_way {
                raised.restore(py);
            }
        });
    }
}

/// Module and qualified name, as messages show them.
fn full_name(callable: &Bound<'_, PyAny>) -> Result<String> {
    let text = |name: &str| -> PyResult<Option<String>> {
        let value = callable.getattr_opt(name)?;
        Ok(value
            .filter(|value| !value.is_none())
            .map(|value| value.to_string()))
    };
    let Some(name) = text("__qualname__")? else {
        return Ok(type_name(callable));
    };
    Ok(match text("__module__")? {
        Some(module) => format!("{module}.{name}"),
        None => name,
    })
}
