//! What threads of the pure core meet at: locks, and numbers that several of them change.
//!
//! With `--cfg memoxide_model` they are a model checker's, which says at each of them what thread goes on.
//! Else they are the system's, which rooms use that are no part of a model.

#[cfg(memoxide_model)]
mod model;
#[cfg_attr(memoxide_model, allow(unused, reason = "some are the model's"))]
pub mod system;

#[cfg(memoxide_model)]
pub use self::model::{AtomicU64, Condvar, LazyLock, Mutex, MutexGuard, thread_number};
#[cfg(not(memoxide_model))]
pub use self::system::{AtomicU64, Condvar, LazyLock, Mutex, MutexGuard, thread_number};
