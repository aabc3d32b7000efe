//! Resources that a generator function yields, and what nobody could use twice.

use pyo3::exceptions::PyStopIteration;
use pyo3::prelude::*;

use super::value::Value;
use crate::error::{Error, Result};
use crate::host::Recording;
use crate::python;
use crate::python::intern;
use crate::snapshot::Snapshot;
use crate::sync::system::Mutex;

/// Resources that are not stored, whose generators wait for the interpreter's exit: they may be in use
/// until then.
static KEPT: Mutex<Vec<Value>> = Mutex::new(Vec::new());

/// What a function made.
pub struct Produced<'py> {
    /// What its caller gets.
    pub value: Bound<'py, PyAny>,
    /// The generator that has yielded it, and goes on when it is released.
    generator: Option<Bound<'py, PyAny>>,
    /// What the function has drawn.
    pub recording: Option<Recording>,
}

impl<'py> Produced<'py> {
    /// What a function has returned.
    pub fn plain(value: Bound<'py, PyAny>) -> Self {
        Self {
            value,
            generator: None,
            recording: None,
        }
    }

    /// The resource as it is stored.
    pub fn snapshot(&self, size: u64) -> Snapshot {
        match &self.generator {
            None => Snapshot::share(&self.value, size),
            Some(generator) => Snapshot::Yielded {
                resource: self.value.clone().unbind(),
                generator: generator.clone().unbind(),
                size,
            },
        }
    }
}

/// The resource that a generator function yields, if it is one that has made `returned`.
pub fn yielded<'py>(
    function: &Bound<'py, PyAny>,
    returned: &Bound<'py, PyAny>,
) -> Result<Option<Produced<'py>>> {
    let py = returned.py();
    let is_generator = returned.get_type().is(python::GENERATOR_TYPE.get(py)?);
    let test = python::IS_GENERATOR_FUNCTION.get(py)?;
    if !is_generator || !test.call1((function,))?.is_truthy()? {
        return Ok(None);
    }
    match returned.call_method0(intern!(py, "__next__")) {
        Ok(value) => Ok(Some(Produced {
            value,
            generator: Some(returned.clone()),
            recording: None,
        })),
        Err(raised) if raised.is_instance_of::<PyStopIteration>(py) => {
            let name = function.repr()?;
            Err(Error::Decoration(format!(
                "{name} has yielded nothing: a generator function under cache_resource yields the \
                 resource once, and cleans up behind the yield"
            )))
        }
        Err(raised) => Err(raised.into()),
    }
}

/// Lets a generator go on behind its yield, to its end.
pub fn tear_down(generator: &Bound<'_, PyAny>) -> Result<()> {
    let py = generator.py();
    match generator.call_method0(intern!(py, "__next__")) {
        Err(raised) if raised.is_instance_of::<PyStopIteration>(py) => Ok(()),
        Err(raised) => Err(raised.into()),
        Ok(_) => {
            generator.call_method0(intern!(py, "close"))?;
            Err(Error::Decoration(
                "it has yielded twice: behind the yield of the resource it only cleans up"
                    .to_owned(),
            ))
        }
    }
}

/// Keeps a resource that is not stored, if somebody has to clean up behind it.
pub fn keep_until_exit(py: Python<'_>, value: Value) {
    if value.generator(py).is_some() {
        KEPT.lock().push(value);
    }
}

/// The resources that were kept.
pub fn take_kept() -> Vec<Value> {
    std::mem::take(&mut *KEPT.lock())
}

/// What a value is that only its first reader could use, and what to do instead.
pub fn exhaustible(value: &Bound<'_, PyAny>) -> PyResult<Option<(&'static str, &'static str)>> {
    let py = value.py();
    let class = value.get_type();
    let is = |known: &python::Imported| Ok::<_, PyErr>(class.is(known.get(py)?));
    if is(&python::GENERATOR_TYPE)? {
        return Ok(Some(("a generator", ITERATOR)));
    }
    if is(&python::ASYNC_GENERATOR_TYPE)? {
        return Ok(Some(("an asynchronous generator", ITERATOR)));
    }
    if is(&python::COROUTINE_TYPE)? || is_future(value)? {
        return Ok(Some(("an awaitable", AWAITABLE)));
    }
    let module = class.module()?;
    let is_python_s = module == "builtins" || module == "itertools";
    if is_python_s && class.hasattr(intern!(py, "__next__"))? {
        return Ok(Some(("an iterator", ITERATOR)));
    }
    Ok(None)
}

const ITERATOR: &str = "return a list, or a function that makes the iterator";
const AWAITABLE: &str = "await it in the function, which is then an `async def`";

/// Whether it is a future of asyncio's, which is not loaded where there is none.
fn is_future(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let marked = value
        .get_type()
        .getattr_opt(intern!(value.py(), "_asyncio_future_blocking"))?;
    Ok(marked.is_some())
}
