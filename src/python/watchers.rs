//! What the interpreter tells of changes, since 3.12: a number that stays the same as long as nothing that is watched
//! is bound anew.
//!
//! Dicts, functions and classes are watched. On free-threaded interpreters a change may be under way in another thread
//! when it is told, so nothing is watched there, nor where all of the interpreter's watchers are taken.

use std::sync::atomic::{AtomicU64, Ordering};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

/// Raised before each change of something that is watched.
static CHANGES: AtomicU64 = AtomicU64::new(0);

/// How many changes there were.
#[inline]
pub fn changes() -> u64 {
    CHANGES.load(Ordering::Acquire)
}

/// Watches a dict for a change of the entry under `name`; false if that cannot be.
pub fn watch_entry(dict: &Bound<'_, PyDict>, name: &Bound<'_, PyString>) -> bool {
    native::watch_entry(dict, name)
}

/// Watches all of a dict's entries.
pub fn watch_dict(dict: &Bound<'_, PyDict>) -> bool {
    native::watch_dict(dict)
}

/// Watches the code and the defaults of all functions.
pub fn watch_functions(py: Python<'_>) -> bool {
    native::watch_functions(py)
}

/// Watches a class, with its bases.
pub fn watch_class(class: &Bound<'_, PyType>) -> bool {
    native::watch_class(class)
}

// Not yet compiled and tested on 3.12 and later: until then `any()`, which never holds, leaves it out.
#[cfg(all(Py_3_12, not(Py_GIL_DISABLED), any()))]
mod native {
    use std::collections::HashSet;
    use std::ffi::{c_char, c_int};
    use std::sync::OnceLock;
    use std::sync::atomic::Ordering;

    use ahash::RandomState;
    use pyo3::ffi::{self, PyObject, PyTypeObject};
    use pyo3::prelude::*;
    use pyo3::types::{PyDict, PyString, PyType};

    use super::CHANGES;
    use crate::sync::system::Mutex;

    type OfDict = extern "C" fn(c_int, *mut PyObject, *mut PyObject, *mut PyObject) -> c_int;
    type OfFunction = extern "C" fn(c_int, *mut PyObject, *mut PyObject) -> c_int;
    type OfClass = extern "C" fn(*mut PyTypeObject) -> c_int;

    // As `dictobject.h`, `funcobject.h` and `object.h` in `cpython/` declare them, which PyO3 leaves out.
    unsafe extern "C" {
        fn PyDict_AddWatcher(callback: OfDict) -> c_int;
        fn PyDict_Watch(watcher: c_int, dict: *mut PyObject) -> c_int;
        fn PyFunction_AddWatcher(callback: OfFunction) -> c_int;
        fn PyType_AddWatcher(callback: OfClass) -> c_int;
        fn PyType_Watch(watcher: c_int, class: *mut PyObject) -> c_int;
    }

    /// The last event of a function that changes nothing: that it is made, or that it ends.
    const DESTROY: c_int = 1;

    /// Names that count in dicts of which not all entries do.
    static NAMES: Mutex<Option<HashSet<Box<[u8]>, RandomState>>> = Mutex::new(None);

    fn note() -> c_int {
        CHANGES.fetch_add(1, Ordering::Release);
        0
    }

    extern "C" fn entry_changes(
        _: c_int,
        _: *mut PyObject,
        key: *mut PyObject,
        _: *mut PyObject,
    ) -> c_int {
        if counts(key) { note() } else { 0 }
    }

    extern "C" fn dict_changes(
        _: c_int,
        _: *mut PyObject,
        _: *mut PyObject,
        _: *mut PyObject,
    ) -> c_int {
        note()
    }

    extern "C" fn function_changes(event: c_int, _: *mut PyObject, _: *mut PyObject) -> c_int {
        if event > DESTROY { note() } else { 0 }
    }

    extern "C" fn class_changes(_: *mut PyTypeObject) -> c_int {
        note()
    }

    /// Whether a key is a name that counts; without one, or with one that cannot be read, all may have changed.
    fn counts(key: *mut PyObject) -> bool {
        // SAFETY: the interpreter calls this with a live key or null, and is attached. An exception that is on its
        // way is put aside meanwhile. The text lives as long as the key.
        unsafe {
            if key.is_null() || ffi::PyUnicode_CheckExact(key) == 0 {
                return true;
            }
            let raised = ffi::PyErr_GetRaisedException();
            let mut length = 0;
            let text: *const c_char = ffi::PyUnicode_AsUTF8AndSize(key, &raw mut length);
            ffi::PyErr_SetRaisedException(raised);
            if text.is_null() {
                return true;
            }
            let text = std::slice::from_raw_parts(text.cast::<u8>(), length.unsigned_abs());
            let names = NAMES.lock();
            names.as_ref().is_none_or(|names| names.contains(text))
        }
    }

    /// The number of a watcher that is added at the first use; none if all are taken.
    fn number(cell: &OnceLock<Option<c_int>>, add: impl FnOnce() -> c_int) -> Option<c_int> {
        *cell.get_or_init(|| {
            let number = add();
            if number < 0 {
                // SAFETY: the caller is attached.
                unsafe { ffi::PyErr_Clear() };
            }
            (number >= 0).then_some(number)
        })
    }

    fn is_watched(result: c_int) -> bool {
        if result < 0 {
            // SAFETY: the callers are attached.
            unsafe { ffi::PyErr_Clear() };
        }
        result == 0
    }

    pub fn watch_entry(dict: &Bound<'_, PyDict>, name: &Bound<'_, PyString>) -> bool {
        static NUMBER: OnceLock<Option<c_int>> = OnceLock::new();
        let Ok(text) = name.to_str() else {
            return false;
        };
        let mut names = NAMES.lock();
        let names = names.get_or_insert_default();
        if !names.contains(text.as_bytes()) {
            names.insert(text.as_bytes().into());
        }
        // SAFETY: the callback matches, and lives as long as the process; the dict is one.
        unsafe {
            number(&NUMBER, || PyDict_AddWatcher(entry_changes))
                .is_some_and(|number| is_watched(PyDict_Watch(number, dict.as_ptr())))
        }
    }

    pub fn watch_dict(dict: &Bound<'_, PyDict>) -> bool {
        static NUMBER: OnceLock<Option<c_int>> = OnceLock::new();
        // SAFETY: as above.
        unsafe {
            number(&NUMBER, || PyDict_AddWatcher(dict_changes))
                .is_some_and(|number| is_watched(PyDict_Watch(number, dict.as_ptr())))
        }
    }

    pub fn watch_functions(_: Python<'_>) -> bool {
        static NUMBER: OnceLock<Option<c_int>> = OnceLock::new();
        // SAFETY: as above.
        number(&NUMBER, || unsafe {
            PyFunction_AddWatcher(function_changes)
        })
        .is_some()
    }

    pub fn watch_class(class: &Bound<'_, PyType>) -> bool {
        static NUMBER: OnceLock<Option<c_int>> = OnceLock::new();
        // SAFETY: as above, for a class.
        unsafe {
            number(&NUMBER, || PyType_AddWatcher(class_changes))
                .is_some_and(|number| is_watched(PyType_Watch(number, class.as_ptr())))
        }
    }
}

#[cfg(not(all(Py_3_12, not(Py_GIL_DISABLED), any())))]
mod native {
    use pyo3::prelude::*;
    use pyo3::types::{PyDict, PyString, PyType};

    pub fn watch_entry(_: &Bound<'_, PyDict>, _: &Bound<'_, PyString>) -> bool {
        false
    }

    pub fn watch_dict(_: &Bound<'_, PyDict>) -> bool {
        false
    }

    pub fn watch_functions(_: Python<'_>) -> bool {
        false
    }

    pub fn watch_class(_: &Bound<'_, PyType>) -> bool {
        false
    }
}
