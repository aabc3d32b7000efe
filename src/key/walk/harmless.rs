//! Objects that code holds, but that no result depends on.

use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};

use super::Walk;
use super::class::is_held;
use super::frame::Shape;
use crate::error::Result;
use crate::key::definition::{Watch, mock_class};
use crate::key::tag::Tag;
use crate::python::{self, raw};

/// Classes whose instances coordinate, remember or record: module and qualified name.
///
/// A lock has nothing that a function could return. What a weak container, a thread's or a context's
/// variable holds is put there while the program runs, as what a mutable global holds; an executor
/// runs what it is given. Sockets, files, connections and generators are not among them: what is
/// read from them is a result.
const CLASSES: &[(&str, &str)] = &[
    ("_thread", "lock"),
    ("_thread", "RLock"),
    ("_thread", "_local"),
    ("threading", "Condition"),
    ("threading", "Event"),
    ("threading", "Semaphore"),
    ("threading", "BoundedSemaphore"),
    ("threading", "Barrier"),
    ("asyncio.locks", "Lock"),
    ("asyncio.locks", "Event"),
    ("asyncio.locks", "Condition"),
    ("asyncio.locks", "Semaphore"),
    ("asyncio.locks", "BoundedSemaphore"),
    ("concurrent.futures.thread", "ThreadPoolExecutor"),
    ("concurrent.futures.process", "ProcessPoolExecutor"),
    ("weakref", "WeakKeyDictionary"),
    ("weakref", "WeakValueDictionary"),
    ("_weakrefset", "WeakSet"),
    ("_abc", "_abc_data"),
];

/// Those that have a name, and where it is. Parameters of generic code are not run.
const NAMED: &[(&str, &str, &str)] = &[
    ("logging", "Logger", "name"),
    ("logging", "RootLogger", "name"),
    ("_contextvars", "ContextVar", "name"),
    ("typing", "TypeVar", "__name__"),
    ("typing", "ParamSpec", "__name__"),
    ("typing", "TypeVarTuple", "__name__"),
];

/// Where programs write for those who watch them.
const STREAMS: [&str; 4] = ["stdout", "stderr", "__stdout__", "__stderr__"];

impl<'py> Walk<'_, 'py> {
    /// Opens `value` if it lies in code, and no result depends on it: its class and name count.
    pub(super) fn harmless(&mut self, value: &Bound<'py, PyAny>) -> Result<bool> {
        if !self.is_in_code() {
            return Ok(false);
        }
        if self.watches.is_some()
            && let Some(class) = mock_class(value)?
        {
            self.mock(value, class)?;
            return Ok(true);
        }
        if let Some(name) = stream(value)? {
            let parts = ["sys", name].map(|text| PyString::new(self.py, text).into_any());
            self.open_fixed(value, Tag::Global, Shape::Parts, parts.into())?;
            return Ok(true);
        }
        let class = value.get_type();
        let (Ok(module), Ok(name)) = (class.module(), class.qualname()) else {
            return Ok(false);
        };
        let (module, name) = (module.to_string_lossy(), name.to_string_lossy());
        let named = NAMED.iter().find(|(m, n, _)| (*m, *n) == (&module, &name));
        if named.is_none() && !CLASSES.contains(&(&module, &name)) {
            return Ok(false);
        }
        // The class of locks is not found under its own name.
        let held = if name == "lock" { "LockType" } else { &name };
        if !raw::is_static(&class) && !is_held(class.as_any(), &module, held)? {
            return Ok(false);
        }
        let name = named.map(|(_, _, name)| value.getattr(*name)).transpose()?;
        self.open_seen_through(value, Tag::Opaque, name.into_iter().collect())?;
        Ok(true)
    }
}

impl<'py> Walk<'_, 'py> {
    /// What a mock returns is up to the test: nobody shares the entries.
    fn mock(&mut self, mock: &Bound<'py, PyAny>, class: Bound<'py, PyType>) -> Result<()> {
        self.watch([Watch::mock(mock)?]);
        self.opaque = true;
        self.open_fixed(mock, Tag::Opaque, Shape::Seen, vec![class.into_any()])
    }
}

/// The name of one of the interpreter's streams: its class is up to who has replaced it.
fn stream(value: &Bound<'_, PyAny>) -> PyResult<Option<&'static str>> {
    let system = python::SYSTEM.get(value.py())?;
    for name in STREAMS {
        let stream = system.getattr_opt(name)?;
        if stream.is_some_and(|stream| stream.is(value) && !stream.is_none()) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
