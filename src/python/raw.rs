//! The C API where the safe one costs too much; all of the crate's `unsafe` is in this file.

use std::ffi::c_int;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};

use pyo3::PyClass;
use pyo3::buffer::PyUntypedBuffer;
use pyo3::ffi;
use pyo3::impl_::trampoline::{self, MethodDef};
use pyo3::prelude::*;
use pyo3::pyclass::boolean_struct::True;
use pyo3::sync::critical_section::with_critical_section;
use pyo3::types::iterator::PySendResult;
use pyo3::types::{PyDict, PyFunction, PyInt, PyIterator, PyTuple, PyType, PyWeakrefReference};

/// The integer's value, if it fits 64 bits.
pub fn small_int(value: &Bound<'_, PyInt>) -> Option<i64> {
    let mut overflow: c_int = 0;
    // SAFETY: `value` is an int, so nothing is converted and nothing can fail but the range.
    let number = unsafe { ffi::PyLong_AsLongLongAndOverflow(value.as_ptr(), &raw mut overflow) };
    (overflow == 0).then_some(number)
}

/// Lets a coroutine or an iterator go on, with a value for what it has yielded.
pub fn send<'py>(
    iterator: &Bound<'py, PyAny>,
    value: &Bound<'py, PyAny>,
) -> PyResult<PySendResult<'py>> {
    // SAFETY: a coroutine is no iterator, and the callee takes both; of anything else it asks for a
    // method `send`, or raises.
    unsafe { iterator.cast_unchecked::<PyIterator>() }.send(value)
}

/// How many owners an object has.
pub fn reference_count(value: &Bound<'_, PyAny>) -> isize {
    // SAFETY: `value` is a live object.
    unsafe { ffi::Py_REFCNT(value.as_ptr()) as isize }
}

/// Looks at objects while the garbage collector asks what is held. Nothing may be called, made or dropped.
pub fn while_collecting<R>(look: impl FnOnce(Python<'_>) -> R) -> R {
    // SAFETY: the collector runs in a thread that is attached.
    look(unsafe { Python::assume_attached() })
}

/// What the garbage collector tells an instance that it has found to be garbage, before it takes anything apart.
pub trait Finalize: PyClass<Frozen = True> + Sync {
    /// It may come to life again. It is told once.
    fn finalize(slf: &Bound<'_, Self>);
}

/// Has instances of the class of `instance` be told.
pub fn enable_finalizer<T: Finalize>(instance: &Bound<'_, T>) {
    let class = T::type_object_raw(instance.py());
    // SAFETY: `class` is the live type of `instance`, of whose slots this one is read by the collector only; it cannot
    // run meanwhile where there is a global lock, and reads the whole pointer elsewhere.
    unsafe {
        let slot = (&raw mut (*class).tp_finalize).cast::<*mut ()>();
        AtomicPtr::from_ptr(slot).store(finalize::<T> as *mut (), Ordering::Release);
    }
}

unsafe extern "C" fn finalize<T: Finalize>(object: *mut ffi::PyObject) {
    // SAFETY: the collector is attached to the interpreter, and passes an instance of the class in whose slot this is.
    unsafe {
        if trampoline::inquiry::<Finalizer<T>>(object) < 0 {
            ffi::PyErr_WriteUnraisable(object);
        }
    }
}

/// `PyO3`'s own way into Rust, as for calls.
struct Finalizer<T>(PhantomData<T>);

impl<T: Finalize> MethodDef<trampoline::inquiry::Func> for Finalizer<T> {
    const METH: trampoline::inquiry::Func = |py, object| {
        // SAFETY: it is an instance of `T`.
        let instance = unsafe { Borrowed::from_ptr(py, object).cast_unchecked::<T>() };
        // No code may run under an exception that is on its way.
        let on_its_way = PyErr::take(py);
        T::finalize(&instance);
        if let Some(raised) = on_its_way {
            raised.restore(py);
        }
        Ok(0)
    };
}

/// The `__dict__` that the interpreter gave an object, whatever its class shows under that name.
pub fn instance_dict<'py>(value: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    let none = std::ptr::null_mut();
    // SAFETY: the callee returns a new reference or null; what it raises for an object without a
    // dict is taken away.
    unsafe {
        let attributes = ffi::PyObject_GenericGetDict(value.as_ptr(), none);
        if attributes.is_null() {
            ffi::PyErr_Clear();
        }
        Bound::from_owned_ptr_or_opt(value.py(), attributes)
    }
}

/// What a closure cell holds, if it holds something.
pub fn cell_contents<'py>(cell: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    // SAFETY: the callee checks that it is given a cell, and returns a new reference or null; what
    // it raises for something else is taken away.
    unsafe {
        let contents = ffi::PyCell_Get(cell.as_ptr());
        if contents.is_null() {
            ffi::PyErr_Clear();
        }
        Bound::from_owned_ptr_or_opt(cell.py(), contents)
    }
}

/// What the closure variable of that number of a Python function holds, if it holds something.
pub fn closure_contents<'py>(
    function: &Bound<'py, PyAny>,
    index: usize,
) -> Option<Bound<'py, PyAny>> {
    // SAFETY: the callee returns a borrowed reference to a tuple or null, owned here at once; for
    // something that is no function it raises, which is taken away.
    let closure = unsafe {
        let closure = ffi::PyFunction_GetClosure(function.as_ptr());
        if closure.is_null() {
            ffi::PyErr_Clear();
        }
        Bound::from_borrowed_ptr_or_opt(function.py(), closure)?
    };
    let cell = closure.cast::<PyTuple>().ok()?.get_item(index).ok()?;
    cell_contents(&cell)
}

/// The globals of a Python function, borrowed from it.
pub fn globals<'a, 'py>(function: &'a Bound<'py, PyAny>) -> Option<Borrowed<'a, 'py, PyDict>> {
    // SAFETY: the callee returns a borrowed reference to what the function holds as long as it lives, or
    // null; what it raises for something that is no function is taken away.
    let globals = unsafe {
        let globals = ffi::PyFunction_GetGlobals(function.as_ptr());
        if globals.is_null() {
            ffi::PyErr_Clear();
        }
        Borrowed::from_ptr_or_opt(function.py(), globals)?
    };
    globals.cast::<PyDict>().ok()
}

/// Whether `reference` refers to `object`, which takes neither its lock nor a count of the object.
#[inline]
pub fn refers_to(reference: &Py<PyWeakrefReference>, object: &Bound<'_, PyAny>) -> bool {
    // What has died is `None` to its references, and nothing refers to `None` itself.
    referent(reference) == object.as_ptr() && !object.is_none()
}

/// Whether what `reference` referred to has died.
pub fn is_dead(reference: &Py<PyWeakrefReference>) -> bool {
    // SAFETY: `None` is always there, and the pointer is only compared.
    referent(reference) == unsafe { ffi::Py_None() }
}

#[inline]
fn referent(reference: &Py<PyWeakrefReference>) -> *mut ffi::PyObject {
    let behind = size_of::<ffi::PyObject>();
    // SAFETY: the pointer lies behind the head, in the public header `weakrefobject.h`. It is only
    // compared, and atomically: who lets the object die sets it to `None`.
    unsafe {
        let place = reference.as_ptr().byte_add(behind);
        AtomicPtr::from_ptr(place.cast::<*mut ffi::PyObject>()).load(Ordering::Relaxed)
    }
}

/// A state of a dict in which something was found to hold, by the number that the interpreter gives
/// each: PEP 509. Where there are no such numbers, the dict is looked at each time.
#[derive(Default)]
pub struct DictState(AtomicU64);

impl DictState {
    /// Whether something holds of the dict: as it did in the same state, or else as `look` says.
    #[inline]
    pub fn holds(&self, dict: &Bound<'_, PyDict>, look: impl FnOnce() -> bool) -> bool {
        let now = number_of(dict);
        if now != 0 && self.0.load(Ordering::Relaxed) == now {
            return true;
        }
        let holds = look();
        // Looking may run code of the keys' that changes the dict.
        if holds && number_of(dict) == now {
            self.0.store(now, Ordering::Relaxed);
        }
        holds
    }
}

/// The number of a dict's present state: another one after each change, never the same in two dicts. Zero if
/// there are no such numbers.
#[inline]
pub fn dict_state(dict: &Bound<'_, PyDict>) -> u64 {
    number_of(dict)
}

/// `ma_version_tag`, which lies behind the number of items; zero if there is none.
#[inline]
fn number_of(dict: &Bound<'_, PyDict>) -> u64 {
    // From 3.13 on dicts have other numbers, or none.
    if cfg!(any(Py_3_13, not(target_pointer_width = "64"))) {
        return 0;
    }
    let behind = size_of::<ffi::PyObject>() + size_of::<ffi::Py_ssize_t>();
    // SAFETY: a dict of these versions has the number there, in its public header `dictobject.h`;
    // whoever is attached has the interpreter's lock, under which it changes.
    unsafe { dict.as_ptr().byte_add(behind).cast::<u64>().read() }
}

/// Whether `function`, which is a Python function, has defaults of either kind.
#[inline]
pub fn has_defaults(function: &Bound<'_, PyAny>) -> bool {
    let function = function.as_ptr();
    // SAFETY: the callees return borrowed pointers, which are only compared.
    unsafe {
        !ffi::PyFunction_GetDefaults(function).is_null()
            || !ffi::PyFunction_GetKwDefaults(function).is_null()
    }
}

/// The defaults of a Python function's positional parameters, if it has some.
pub fn defaults<'py>(function: &Bound<'py, PyAny>) -> Option<Bound<'py, PyTuple>> {
    let function = function.cast::<PyFunction>().ok()?;
    // SAFETY: the callee returns a borrowed reference to a tuple or null, owned here at once. For a
    // function it does not raise.
    let defaults = unsafe {
        let defaults = ffi::PyFunction_GetDefaults(function.as_ptr());
        Bound::from_borrowed_ptr_or_opt(function.py(), defaults)?
    };
    defaults.cast_into::<PyTuple>().ok()
}

/// The defaults of a Python function's keyword-only parameters, if it has some.
pub fn keyword_defaults<'py>(function: &Bound<'py, PyAny>) -> Option<Bound<'py, PyDict>> {
    let function = function.cast::<PyFunction>().ok()?;
    // SAFETY: as above, for a dict.
    let defaults = unsafe {
        let defaults = ffi::PyFunction_GetKwDefaults(function.as_ptr());
        Bound::from_borrowed_ptr_or_opt(function.py(), defaults)?
    };
    defaults.cast_into::<PyDict>().ok()
}

/// Whether `function`, which is a Python function, runs `code`.
pub fn has_code(function: &Bound<'_, PyAny>, code: &Py<PyAny>) -> bool {
    // SAFETY: the callee returns a borrowed pointer, which is only compared.
    unsafe { ffi::PyFunction_GetCode(function.as_ptr()) == code.as_ptr() }
}

/// Whether what `reference` refers to lives, has this code and no defaults; it must be a Python function that the
/// interpreter's lock guards.
#[inline]
pub fn is_plain_function(reference: &Py<PyWeakrefReference>, code: &Py<PyAny>) -> bool {
    let function = referent(reference);
    // SAFETY: what lives is a function, by the caller's word, and stays alive under the interpreter's lock, which only
    // this thread has; the callees read its fields.
    unsafe {
        function != ffi::Py_None()
            && ffi::PyFunction_GetCode(function) == code.as_ptr()
            && ffi::PyFunction_GetDefaults(function).is_null()
            && ffi::PyFunction_GetKwDefaults(function).is_null()
    }
}

/// Whether `function`, which is a Python function, was defined inside of another.
pub fn is_nested(function: &Bound<'_, PyFunction>) -> PyResult<bool> {
    /// `inspect.CO_NESTED`
    const NESTED: u32 = 0x10;
    let code = function.getattr("__code__")?;
    Ok(code.getattr("co_flags")?.extract::<u32>()? & NESTED != 0)
}

#[cfg(all(Py_3_14, Py_GIL_DISABLED))]
unsafe extern "C" {
    fn PyUnstable_Object_EnableDeferredRefcount(object: *mut ffi::PyObject) -> c_int;
}

/// Leaves it to the garbage collector to find out when nobody uses `object`, as the interpreter does
/// with functions of modules: threads that call it do not have to count. Where a global lock lets
/// one thread count at a time, nothing changes.
pub fn defer_counting(object: &Bound<'_, PyAny>) {
    #[cfg(all(Py_3_14, Py_GIL_DISABLED))]
    // SAFETY: `object` lives; what the collector does not know is left as it is.
    unsafe {
        PyUnstable_Object_EnableDeferredRefcount(object.as_ptr());
    }
    #[cfg(not(all(Py_3_14, Py_GIL_DISABLED)))]
    let _ = object;
}

/// Whether an extension made the class: the interpreter puts no table of methods into those that it makes.
pub fn is_native(class: &Bound<'_, PyType>) -> bool {
    // SAFETY: the class lives, and the field is written only where it is made.
    let methods = unsafe { (*class.as_type_ptr()).tp_methods };
    is_static(class) || !methods.is_null()
}

/// Whether the interpreter or an extension holds the class for good, under one name.
#[inline]
pub fn is_static(class: &Bound<'_, PyType>) -> bool {
    // SAFETY: `class` is a live type object.
    unsafe { ffi::PyType_HasFeature(class.as_type_ptr(), ffi::Py_TPFLAGS_HEAPTYPE) == 0 }
}

/// The number by which the interpreter knows a class's present state; zero if it has none.
pub fn type_version(class: &Bound<'_, PyType>) -> u32 {
    let class = class.as_ptr().cast::<ffi::PyTypeObject>();
    // SAFETY: a class is a type object, whose version is an aligned integer. Other threads may
    // change it on a free-threaded interpreter, hence the atomic read.
    unsafe { AtomicU32::from_ptr(&raw mut (*class).tp_version_tag).load(Ordering::Relaxed) }
}

/// A dict's key and value.
pub type Item<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

/// A position in a dict that is being walked, safe against changes by others.
pub struct DictCursor<'py> {
    dict: Bound<'py, PyDict>,
    position: ffi::Py_ssize_t,
    left: usize,
}

/// The dict's size changed while it was walked.
#[derive(Debug)]
pub struct Changed;

impl<'py> DictCursor<'py> {
    /// A cursor before the first item.
    pub fn new(dict: Bound<'py, PyDict>) -> Self {
        let left = dict.len();
        Self {
            dict,
            position: 0,
            left,
        }
    }

    /// The dict.
    pub fn dict(&self) -> &Bound<'py, PyDict> {
        &self.dict
    }

    /// Items that are still to come.
    pub fn left(&self) -> usize {
        self.left
    }

    /// The next item, in the dict's order.
    pub fn next(&mut self) -> Result<Option<Item<'py>>, Changed> {
        let py = self.dict.py();
        let mut key = std::ptr::null_mut();
        let mut value = std::ptr::null_mut();
        let dict = &self.dict;
        let position = &mut self.position;
        let item = with_critical_section(dict, || {
            // SAFETY: the position is the dict's own, bounds are checked by the callee, and the
            // borrowed item is owned before the section ends, so nobody can free it meanwhile.
            unsafe {
                if ffi::PyDict_Next(dict.as_ptr(), position, &raw mut key, &raw mut value) == 0 {
                    return None;
                }
                Some((
                    Bound::from_borrowed_ptr(py, key),
                    Bound::from_borrowed_ptr(py, value),
                ))
            }
        });
        match (item, self.left.checked_sub(1)) {
            (Some(item), Some(left)) => {
                self.left = left;
                Ok(Some(item))
            }
            (None, None) => Ok(None),
            _ => Err(Changed),
        }
    }
}

/// Whether this is the interpreter that the process began with, and no subinterpreter.
pub fn is_main_interpreter(_py: Python<'_>) -> bool {
    // SAFETY: the thread is attached to an interpreter, which is what both calls ask for.
    let number = unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) };
    number == 0
}

/// The memory of a contiguous buffer.
///
/// # Safety
///
/// Nobody may write to the memory while the slice lives, or what is read must not matter: a caller
/// that shares the buffer with other threads gets bytes of no particular moment.
pub unsafe fn buffer_bytes(buffer: &PyUntypedBuffer) -> &[u8] {
    let length = buffer.len_bytes();
    if length == 0 {
        return &[];
    }
    // SAFETY: the exporter keeps `length` bytes at the pointer while the buffer is held, which the
    // returned lifetime ensures; the rest is the caller's promise.
    unsafe { std::slice::from_raw_parts(buffer.buf_ptr().cast::<u8>(), length) }
}
