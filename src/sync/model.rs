//! Locks of a model checker, which have the face of those of the system.

use std::ops::Deref;
use std::sync::{PoisonError, TryLockError};
use std::time::Duration;

use shuttle::sync::{Condvar as ModelCondvar, Mutex as ModelMutex};

pub use shuttle::sync::MutexGuard;
pub use shuttle::sync::atomic::AtomicU64;

/// A lock that a panic does not poison.
#[derive(Default)]
pub struct Mutex<T>(ModelMutex<T>);

impl<T> Mutex<T> {
    pub const fn new(value: T) -> Self {
        Self(ModelMutex::new(value))
    }

    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(guard)) => Some(guard.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// Where threads sleep until they are told.
#[derive(Default)]
pub struct Condvar(ModelCondvar);

impl Condvar {
    pub const fn new() -> Self {
        Self(ModelCondvar::new())
    }

    pub fn notify_all(&self) {
        self.0.notify_all();
    }

    pub fn wait<'l, T>(&self, guard: MutexGuard<'l, T>) -> MutexGuard<'l, T> {
        self.0.wait(guard).unwrap_or_else(PoisonError::into_inner)
    }

    /// Time stands still, so that whoever is not told sleeps for good, which the checker finds.
    pub fn wait_for<'l, T>(&self, guard: MutexGuard<'l, T>, _: Duration) -> MutexGuard<'l, T> {
        self.wait(guard)
    }
}

/// A static's value, which each run makes anew.
pub struct LazyLock<T: Sync>(shuttle::lazy_static::Lazy<T>);

impl<T: Sync> LazyLock<T> {
    pub const fn new(make: fn() -> T) -> Self {
        Self(shuttle::lazy_static::Lazy::new(make))
    }
}

impl<T: Sync + 'static> Deref for LazyLock<T> {
    type Target = T;

    fn deref(&self) -> &T {
        let this: *const Self = self;
        // SAFETY: no other room sees this one, and all that there are of it are statics.
        let this: &'static Self = unsafe { &*this };
        this.0.get()
    }
}

/// The number of this thread, which no other of the run has. It is the same in each run.
pub fn thread_number() -> usize {
    shuttle::current::me().into()
}
