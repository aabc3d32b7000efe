//! Where threads run at once.

use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use arc_swap::{ArcSwapOption, Guard};
use pyo3::PyVisit;
use pyo3::prelude::*;

/// A value that can be replaced while others read it.
pub struct Latest<T>(ArcSwapOption<T>);

impl<T> Latest<T> {
    /// No value yet.
    pub fn empty() -> Self {
        Self(ArcSwapOption::empty())
    }

    /// The value as it is now.
    #[inline]
    pub fn get<'a, 'py>(&'a self, _: Python<'py>) -> Option<Borrowed<'a, 'py, T>> {
        let value = self.0.load();
        value.is_some().then_some(Borrowed {
            value,
            of: PhantomData,
        })
    }

    /// Puts `value` in the place of what is there, if that is `known`; returns what was there.
    pub fn replace(
        &self,
        _: Python<'_>,
        known: Option<&T>,
        value: Option<Arc<T>>,
    ) -> Option<Arc<T>> {
        let known = known.map_or(std::ptr::null(), std::ptr::from_ref);
        Guard::into_inner(self.0.compare_and_swap(known, value))
    }

    /// Takes the value away.
    pub fn take(&self, _: Python<'_>) -> Option<Arc<T>> {
        self.0.swap(None)
    }

    /// Shows the value on behalf of the garbage collector.
    pub fn traverse<E>(
        &self,
        _: &PyVisit<'_>,
        show: impl FnOnce(&T) -> Result<(), E>,
    ) -> Result<(), E> {
        match self.0.load().as_deref() {
            Some(value) => show(value),
            None => Ok(()),
        }
    }
}

/// A value that is read.
pub struct Borrowed<'a, 'py, T> {
    value: Guard<Option<Arc<T>>>,
    of: PhantomData<(&'a Latest<T>, Python<'py>)>,
}

impl<T> Borrowed<'_, '_, T> {
    /// The value for longer: each thread can borrow only a few at once.
    pub fn kept(self) -> Arc<T> {
        match Guard::into_inner(self.value) {
            Some(value) => value,
            None => unreachable!("it is made of a value"),
        }
    }
}

impl<T> Deref for Borrowed<'_, '_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match self.value.as_ref() {
            Some(value) => value,
            None => unreachable!("it is made of a value"),
        }
    }
}
