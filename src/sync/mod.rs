//! What threads of the pure core meet at: locks, and numbers that several of them change.
//!
//! With `--cfg memoxide_model` they are a model checker's, which says at each of them what thread goes on.
//! Else they are the plain ones, under their own names.

#[cfg(memoxide_model)]
mod model;
#[cfg(not(memoxide_model))]
mod plain;

#[cfg(memoxide_model)]
pub use self::model::{AtomicU64, Condvar, LazyLock, Mutex, MutexGuard, thread_number};
#[cfg(not(memoxide_model))]
pub use self::plain::{AtomicU64, Condvar, LazyLock, Mutex, MutexGuard, thread_number};
