//! Locks of a model checker, which have the face of those of the system.

use std::ops::{Deref, DerefMut};
use std::sync::{PoisonError, TryLockError};
use std::time::Duration;

use shuttle::sync::{Condvar as ModelCondvar, Mutex as ModelMutex, MutexGuard as ModelGuard};

pub use shuttle::sync::atomic::AtomicU64;

/// A lock that a panic does not poison.
#[derive(Default)]
pub struct Mutex<T>(ModelMutex<T>);

/// What the lock protects, until this is dropped.
pub struct MutexGuard<'l, T>(Option<ModelGuard<'l, T>>);

impl<T> Mutex<T> {
    pub const fn new(value: T) -> Self {
        Self(ModelMutex::new(value))
    }

    pub fn lock(&self) -> MutexGuard<'_, T> {
        let guard = self.0.lock();
        MutexGuard(Some(guard.unwrap_or_else(PoisonError::into_inner)))
    }

    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Some(MutexGuard(Some(guard))),
            Err(TryLockError::Poisoned(guard)) => Some(MutexGuard(Some(guard.into_inner()))),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect("only who sleeps has no lock")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect("only who sleeps has no lock")
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

    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        let held = guard.0.take().expect("only who sleeps has no lock");
        let held = self.0.wait(held);
        guard.0 = Some(held.unwrap_or_else(PoisonError::into_inner));
    }

    /// Time stands still, so that whoever is not told sleeps for good, which the checker finds.
    pub fn wait_for<T>(&self, guard: &mut MutexGuard<'_, T>, _timeout: Duration) {
        self.wait(guard);
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
