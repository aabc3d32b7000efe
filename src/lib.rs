//! memoxide: caching decorators for Python that never return another input's result.
//!
//! The rooms, in the order in which a call passes through them:
//!
//! | room | job |
//! |---|---|
//! | [`api`] | decorators, the cached function, options, info objects |
//! | [`key`] | value → digest, function → digest, binding of arguments |
//! | `snapshot` | value → stored form → value |
//! | [`flight`] | one computation per key |
//! | [`sweep`] | when expired entries are taken out |
//! | [`store`] | entries under keys: recency, time to live, bytes |
//! | [`cache`] | one function's store and flights, made one |
//! | [`disk`] | entries that outlive the process, in a folder that processes share |
//! | [`history`] | the last calls of each function that missed |
//! | [`testing`] | switches for tests: whether anything is cached, whose entries are seen |
//! | `host` | what surrounds a call: nothing, or an app that shows what functions draw |
//! | [`cores`] | whether all of the machine's may be used |
//! | [`refreshes`] | which keys are made anew, and which wait after a failure |
//! | [`registry`] | which cache belongs to which function |
//! | `sync` | what threads meet at: a model checker's, if it is to look |
//!
//! Without the `python` feature only the pure rooms exist, and their tests need no interpreter.

pub mod api;
pub mod cache;
pub mod cores;
pub mod disk;
pub mod flight;
pub mod history;
pub mod key;
pub mod refreshes;
pub mod registry;
pub mod store;
pub mod sweep;
pub mod testing;

mod sync;

#[cfg(test)]
mod rounds;

#[cfg(feature = "python")]
mod error;
#[cfg(feature = "python")]
mod host;
#[cfg(feature = "python")]
mod logging;
#[cfg(feature = "python")]
mod python;
#[cfg(feature = "python")]
mod snapshot;

#[cfg(feature = "python")]
#[pyo3::pymodule(gil_used = false)]
mod _core {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::api::{
        coroutine::CachedCoroutine,
        decorators::{ConfiguredDecorator, Decorator},
        disk::Disk,
        disk::browser::{CacheEntry, CacheFolder, cache_folder},
        disk::settings::set_default_folder,
        expiry::end_expiry,
        forks::after_fork,
        function::{CachedFunction, rebuild},
        info::metrics,
        method::CachedMethod,
        misses::trace_extent,
        module::{
            encode_value, end_session, names_of_code, outline, parse_size, parse_ttl,
            register_hasher, session, stats,
        },
        release::release_all,
        session::Session,
        settings::configure,
        testing::{advance_time, begin_isolation, disable_caching, enable_caching, end_isolation},
    };

    #[pymodule_export]
    use crate::host::set_host;

    #[pymodule_export]
    use crate::python::imports::{after_fork_in_parent, before_fork};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        if !crate::python::raw::is_main_interpreter(module.py()) {
            // What is cached would be objects of one interpreter in the hands of another.
            return Err(pyo3::exceptions::PyImportError::new_err(
                "memoxide cannot be used in a subinterpreter",
            ));
        }
        crate::api::classes::make(module.py());
        crate::api::disk::settings::note_origin();
        crate::disk::prepare();
        crate::python::ending::outlast_exit();
        for (name, decorator) in crate::api::decorators::all() {
            module.add(name, decorator)?;
        }
        if std::env::var_os("MEMOXIDE_DISABLE")
            .is_some_and(|value| value != "0" && !value.is_empty())
        {
            crate::testing::disable();
        }
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
