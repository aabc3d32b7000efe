//! The four decorators.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::caches;
use super::coroutine_function;
use super::disk;
use super::function::CachedFunction;
use super::options::{Kind, Options};
use crate::error::{Error, Result};
use crate::host;
use crate::key::definition::Follow;
use crate::logging;
use crate::python;
use crate::testing;

/// What is known of a decorator by its name.
struct Description {
    name: &'static str,
    kind: Kind,
    options: &'static [&'static str],
    /// What to use instead, and what a cached function is called in its messages.
    deprecated: Option<(&'static str, &'static str)>,
}

static CACHE_DATA: Description = Description {
    name: "cache_data",
    kind: Kind::Data,
    options: &[
        "ttl",
        "max_entries",
        "max_size",
        "persist",
        "show_spinner",
        "show_time",
        "hash_funcs",
        "cache_if",
        "scope",
        "refresh_mode",
        "experimental_allow_widgets",
        "copy",
        "follow_dependencies",
    ],
    deprecated: None,
};

static CACHE_RESOURCE: Description = Description {
    name: "cache_resource",
    kind: Kind::Resource,
    options: &[
        "ttl",
        "max_entries",
        "max_size",
        "sizeof",
        "show_spinner",
        "show_time",
        "validate",
        "hash_funcs",
        "cache_if",
        "on_release",
        "fork",
        "scope",
        "refresh_mode",
        "experimental_allow_widgets",
        "follow_dependencies",
    ],
    deprecated: None,
};

static EXPERIMENTAL_MEMO: Description = Description {
    name: "experimental_memo",
    kind: Kind::Data,
    options: &[
        "persist",
        "show_spinner",
        "suppress_st_warning",
        "max_entries",
        "ttl",
        "experimental_allow_widgets",
        "hash_funcs",
    ],
    deprecated: Some(("cache_data", "memoized function")),
};

static EXPERIMENTAL_SINGLETON: Description = Description {
    name: "experimental_singleton",
    kind: Kind::Resource,
    options: &[
        "show_spinner",
        "suppress_st_warning",
        "max_entries",
        "ttl",
        "validate",
        "experimental_allow_widgets",
        "hash_funcs",
    ],
    deprecated: Some(("cache_resource", "singleton")),
};

/// A decorator that caches what functions return.
#[pyclass(frozen, dict, weakref, module = "memoxide")]
pub struct Decorator {
    description: &'static Description,
}

/// All decorators, by the name under which the module holds them.
pub fn all() -> [(&'static str, Decorator); 4] {
    [
        &CACHE_DATA,
        &CACHE_RESOURCE,
        &EXPERIMENTAL_MEMO,
        &EXPERIMENTAL_SINGLETON,
    ]
    .map(|description| (description.name, Decorator { description }))
}

#[pymethods]
impl Decorator {
    /// Decorate a function, or return a decorator with these options.
    #[pyo3(signature = (func=None, **options))]
    fn __call__<'py>(
        &self,
        py: Python<'py>,
        func: Option<&Bound<'py, PyAny>>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let description = self.description;
        let mut defaults = Options::new(description.name, description.kind);
        if description.deprecated.is_some() {
            // They are documented not to follow what a function depends on.
            defaults.follow = Follow::Nothing;
        }
        let options = match options {
            Some(given) => defaults.read(description.options, given)?,
            None => defaults,
        };
        let options = Arc::new(options);
        if let Some(func) = func {
            return Ok(description.decorate(func, options)?.into_any());
        }
        let configured = ConfiguredDecorator {
            description,
            options,
        };
        Ok(Bound::new(py, configured)?.into_any())
    }

    /// Forget every entry of the functions that this decorator and its sibling have decorated.
    fn clear(&self, py: Python<'_>) -> PyResult<()> {
        let kind = self.description.kind;
        caches::clear_kind(py, kind);
        if kind == Kind::Data && testing::isolation().is_none() {
            disk::clear_all(py);
        }
        host::cleared(py, kind.name())
    }

    #[getter]
    fn __name__(&self) -> &'static str {
        self.description.name
    }

    fn __repr__(&self) -> String {
        format!("<memoxide.{}>", self.description.name)
    }

    fn __reduce__(&self) -> &'static str {
        self.description.name
    }
}

/// A decorator with its options.
#[pyclass(frozen, module = "memoxide")]
pub struct ConfiguredDecorator {
    description: &'static Description,
    options: Arc<Options>,
}

#[pymethods]
impl ConfiguredDecorator {
    /// Decorate a function.
    fn __call__<'py>(&self, func: &Bound<'py, PyAny>) -> PyResult<Bound<'py, CachedFunction>> {
        Ok(self.description.decorate(func, Arc::clone(&self.options))?)
    }

    fn __repr__(&self) -> String {
        format!("<memoxide.{} with options>", self.description.name)
    }
}

impl Description {
    fn decorate<'py>(
        &self,
        func: &Bound<'py, PyAny>,
        options: Arc<Options>,
    ) -> Result<Bound<'py, CachedFunction>> {
        let py = func.py();
        self.check(func)?;
        let makes_coroutines = coroutine_function::is(func)?;
        let decorated = CachedFunction::new(func, options, makes_coroutines)?;
        python::UPDATE_WRAPPER.get(py)?.call1((&decorated, func))?;
        if makes_coroutines {
            coroutine_function::mark(&decorated, func)?;
        }
        self.announce(py, decorated.get());
        Ok(decorated)
    }

    fn check(&self, func: &Bound<'_, PyAny>) -> Result<()> {
        let decorator = self.name;
        if func.is_instance_of::<CachedFunction>() {
            return Err(Error::Decoration(format!(
                "{} is cached already; decorate its plain function, which is its __wrapped__",
                func.repr()?
            )));
        }
        if func.is_instance(python::CLASS_METHOD.get(func.py())?)? {
            return Err(Error::Decoration(format!(
                "{decorator} decorates what is called: write @classmethod above @{decorator}"
            )));
        }
        if func.is_instance(python::STATIC_METHOD.get(func.py())?)? {
            return Err(Error::Decoration(format!(
                "{decorator} decorates what is called: write @staticmethod above @{decorator}"
            )));
        }
        if !func.is_callable() {
            return Err(Error::Decoration(format!(
                "{decorator} decorates functions, and {} cannot be called; options are given by \
                 name, as in @{decorator}(ttl=60)",
                func.repr()?
            )));
        }
        if coroutine_function::makes_generators(func)? {
            return Err(Error::Decoration(format!(
                "{} is an asynchronous generator function, of which only one reader could use what \
                 it makes; return a list from an `async def`: [item async for item in ...]",
                func.repr()?
            )));
        }
        Ok(())
    }

    /// Logs what the user should know of this decoration.
    fn announce(&self, py: Python<'_>, function: &CachedFunction) {
        let name = function.name();
        if let Some((replacement, _)) = self.deprecated {
            let decorator = self.name;
            let message = format!(
                "{decorator} is deprecated; use {replacement} instead for the function '{name}'."
            );
            logging::warn(py, &message);
        }
        if function.options().ignores_time_to_live {
            let message = match self.deprecated {
                Some((_, what)) => format!(
                    "The {what} '{name}' has a TTL that will be ignored. Persistent memo caches \
                     currently don't support TTL."
                ),
                None => format!(
                    "The cached function '{name}' has a TTL that will be ignored. Persistent \
                     cached functions currently don't support TTL."
                ),
            };
            logging::warn(py, &message);
        }
    }
}
