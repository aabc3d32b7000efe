//! Under a global lock.

use std::cell::{Cell, UnsafeCell};
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;

use pyo3::PyVisit;
use pyo3::prelude::*;

/// A value that can be replaced while others read it. All of it happens under the interpreter's lock:
/// whoever comes here shows that the thread is attached.
pub struct Latest<T> {
    value: UnsafeCell<Option<Arc<T>>>,
    readers: Cell<usize>,
    /// Values that were replaced while somebody read one.
    replaced: UnsafeCell<Vec<Arc<T>>>,
}

// SAFETY: each way in takes a token of the interpreter's lock, and `Borrowed` carries one; nothing that is
// done to the fields runs code that could let another thread in.
unsafe impl<T: Send + Sync> Sync for Latest<T> {}

impl<T> Latest<T> {
    /// No value yet.
    pub fn empty() -> Self {
        Self {
            value: UnsafeCell::new(None),
            readers: Cell::new(0),
            replaced: UnsafeCell::new(Vec::new()),
        }
    }

    /// The value as it is now.
    #[inline]
    pub fn get<'a, 'py>(&'a self, _: Python<'py>) -> Option<Borrowed<'a, 'py, T>> {
        // SAFETY: nobody replaces the value meanwhile.
        let value = unsafe { (*self.value.get()).as_ref()? };
        self.readers.set(self.readers.get() + 1);
        Some(Borrowed {
            of: self,
            value: NonNull::from(&**value),
            attached: PhantomData,
        })
    }

    /// Puts `value` in the place of what is there, if that is `known`; returns what was there.
    pub fn replace(
        &self,
        py: Python<'_>,
        known: Option<&T>,
        value: Option<Arc<T>>,
    ) -> Option<Arc<T>> {
        // SAFETY: nobody reads the field meanwhile, and nothing is dropped while it is changed.
        let before = unsafe {
            let place = &mut *self.value.get();
            let pointer = |value: &Arc<T>| Arc::as_ptr(value);
            if place.as_ref().map(pointer) != known.map(std::ptr::from_ref) {
                return place.clone();
            }
            std::mem::replace(place, value)
        };
        self.retire(py, before.clone());
        before
    }

    /// Takes the value away.
    pub fn take(&self, py: Python<'_>) -> Option<Arc<T>> {
        // SAFETY: as in `replace`.
        let before = unsafe { (*self.value.get()).take() };
        self.retire(py, before.clone());
        before
    }

    /// Keeps a value that was replaced for those who read it.
    fn retire(&self, _: Python<'_>, before: Option<Arc<T>>) {
        if self.readers.get() > 0 {
            // SAFETY: nobody else looks at the list meanwhile, and to add to it runs no code.
            unsafe { (*self.replaced.get()).extend(before) };
        }
    }

    /// Shows the value on behalf of the garbage collector.
    pub fn traverse<E>(
        &self,
        _: &PyVisit<'_>,
        show: impl FnOnce(&T) -> Result<(), E>,
    ) -> Result<(), E> {
        // SAFETY: nobody else runs while the collector does, and it calls nothing that comes here.
        match unsafe { (*self.value.get()).as_deref() } {
            Some(value) => show(value),
            None => Ok(()),
        }
    }
}

/// A value that is read.
pub struct Borrowed<'a, 'py, T> {
    of: &'a Latest<T>,
    value: NonNull<T>,
    attached: PhantomData<Python<'py>>,
}

impl<T> Borrowed<'_, '_, T> {
    /// The value for longer.
    pub fn kept(self) -> Arc<T> {
        // SAFETY: the pointer is that of an `Arc`, which `of` holds as long as `self` lives.
        unsafe {
            Arc::increment_strong_count(self.value.as_ptr());
            Arc::from_raw(self.value.as_ptr())
        }
    }
}

impl<T> Deref for Borrowed<'_, '_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: `of` holds the value as long as there are readers, of which this is one.
        unsafe { self.value.as_ref() }
    }
}

impl<T> Drop for Borrowed<'_, '_, T> {
    #[inline]
    fn drop(&mut self) {
        let readers = self.of.readers.get() - 1;
        self.of.readers.set(readers);
        if readers == 0 {
            // SAFETY: nobody else looks at the list meanwhile. What was in it is dropped after it has
            // left: that may run code which comes here again.
            let replaced = unsafe { &mut *self.of.replaced.get() };
            if !replaced.is_empty() {
                drop(std::mem::take(replaced));
            }
        }
    }
}
