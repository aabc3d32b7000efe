//! A value that each call reads and that is seldom replaced.
//!
//! A call borrows it, which must cost next to nothing: to share it would be two atomic counts, a
//! tenth of a hit. Where a global lock lets one thread run at a time, plain numbers do.

#[cfg(Py_GIL_DISABLED)]
mod free;
#[cfg(not(Py_GIL_DISABLED))]
mod locked;

use std::ops::Deref;
use std::sync::Arc;

#[cfg(Py_GIL_DISABLED)]
use free as how;
#[cfg(not(Py_GIL_DISABLED))]
use locked as how;

pub use how::Latest;

/// The value of a [`Latest`] at some moment.
pub enum Current<'a, 'py, T> {
    /// It stays where it is as long as this lives, also when it is replaced.
    Borrowed(how::Borrowed<'a, 'py, T>),
    /// One that is held beside it.
    Kept(Arc<T>),
}

impl<T> Current<'_, '_, T> {
    /// The value for longer, and for other threads.
    pub fn kept(self) -> Arc<T> {
        match self {
            Self::Borrowed(borrowed) => borrowed.kept(),
            Self::Kept(value) => value,
        }
    }
}

impl<T> Deref for Current<'_, '_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match self {
            Self::Borrowed(borrowed) => borrowed,
            Self::Kept(value) => value,
        }
    }
}
