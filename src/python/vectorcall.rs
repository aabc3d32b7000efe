//! The vectorcall protocol: a call's arguments as they lie on the caller's stack.
//!
//! The interpreter makes no tuple and no dict for such a call, and no bound object for a method's.

use std::marker::PhantomData;
use std::sync::Once;
#[cfg(windows)]
use std::sync::atomic::AtomicU32 as AtomicFlags;
#[cfg(not(windows))]
use std::sync::atomic::AtomicUsize as AtomicFlags;
use std::sync::atomic::Ordering;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::impl_::trampoline::{self, MethodDef};
use pyo3::prelude::*;
use pyo3::pyclass::boolean_struct::True;
use pyo3::types::{PyDict, PyString, PyTuple};
use pyo3::{PyClass, PyTraverseError, PyVisit};
use smallvec::SmallVec;

/// `c_ulong`.
#[cfg(windows)]
type Flags = u32;
#[cfg(not(windows))]
type Flags = usize;

/// Arguments as they were passed.
#[derive(Clone, Copy)]
pub struct Arguments<'a, 'py> {
    /// First those by position, then those by name.
    values: &'a [Bound<'py, PyAny>],
    positional: usize,
    names: Option<&'a Bound<'py, PyTuple>>,
}

impl<'a, 'py> Arguments<'a, 'py> {
    /// Those that were passed by position.
    pub fn positional(&self) -> &'a [Bound<'py, PyAny>] {
        &self.values[..self.positional]
    }

    /// Those that were passed by name.
    pub fn named(&self) -> &'a [Bound<'py, PyAny>] {
        &self.values[self.positional..]
    }

    /// The names of [`named`](Self::named).
    pub fn names(&self) -> &'a [Bound<'py, PyAny>] {
        self.names.map_or(&[], |names| names.as_slice())
    }

    /// Whether nothing was passed.
    pub fn are_none(&self) -> bool {
        self.values.is_empty()
    }

    /// The arguments for longer.
    pub fn kept(&self) -> Kept {
        Kept {
            values: self
                .values
                .iter()
                .map(|value| value.clone().unbind())
                .collect(),
            positional: self.positional,
            names: self.names.map(|names| names.clone().unbind()),
        }
    }

    /// Calls `callable` with them.
    pub fn call(&self, callable: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let names = self.names.map_or(std::ptr::null_mut(), Bound::as_ptr);
        let values = self.values.as_ptr().cast::<*mut ffi::PyObject>();
        // SAFETY: `values` has a live object for each position and each name, and a `Bound` is a
        // pointer to its object. The callee returns a new reference, or null and an exception.
        unsafe {
            let result =
                ffi::PyObject_Vectorcall(callable.as_ptr(), values, self.positional, names);
            Bound::from_owned_ptr_or_err(callable.py(), result)
        }
    }
}

/// Arguments that outlive the call.
pub struct Kept {
    values: Vec<Py<PyAny>>,
    positional: usize,
    names: Option<Py<PyTuple>>,
}

impl Kept {
    /// The same arguments once more.
    pub fn clone_ref(&self, py: Python<'_>) -> Self {
        Self {
            values: self
                .values
                .iter()
                .map(|value| value.clone_ref(py))
                .collect(),
            positional: self.positional,
            names: self.names.as_ref().map(|names| names.clone_ref(py)),
        }
    }

    /// The same arguments, with others at some places.
    pub fn replaced(mut self, places: &[usize], others: &Bound<'_, PyTuple>) -> Self {
        for (place, other) in places.iter().zip(others) {
            self.values[*place] = other.unbind();
        }
        self
    }

    /// The arguments, to be used.
    pub fn unpacked<'py>(&self, py: Python<'py>) -> Unpacked<'py> {
        Unpacked {
            values: self
                .values
                .iter()
                .map(|value| value.bind(py).clone())
                .collect(),
            positional: self.positional,
            names: self.names.as_ref().map(|names| names.bind(py).clone()),
        }
    }

    /// Shows the garbage collector what they are.
    pub fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.values.iter().try_for_each(|value| visit.call(value))?;
        visit.call(&self.names)
    }
}

/// Arguments that came as a tuple and a dict.
pub struct Unpacked<'py> {
    values: SmallVec<[Bound<'py, PyAny>; 6]>,
    positional: usize,
    names: Option<Bound<'py, PyTuple>>,
}

impl<'py> Unpacked<'py> {
    /// Takes them apart; `first` comes before them.
    pub fn new(
        first: Option<&Bound<'py, PyAny>>,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Self> {
        let mut values: SmallVec<_> = first.cloned().into_iter().chain(args.iter()).collect();
        let positional = values.len();
        let names = kwargs.filter(|kwargs| !kwargs.is_empty());
        let names = names
            .map(|kwargs| unpack(kwargs, &mut values))
            .transpose()?;
        Ok(Self {
            values,
            positional,
            names,
        })
    }

    /// The arguments.
    pub fn arguments(&self) -> Arguments<'_, 'py> {
        Arguments {
            values: &self.values,
            positional: self.positional,
            names: self.names.as_ref(),
        }
    }
}

/// Appends a dict's values, and returns its keys.
fn unpack<'py>(
    kwargs: &Bound<'py, PyDict>,
    values: &mut impl Extend<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyTuple>> {
    let (names, arguments): (Vec<_>, Vec<_>) = kwargs.iter().unzip();
    if !names.iter().all(PyAnyMethods::is_instance_of::<PyString>) {
        return Err(PyTypeError::new_err("keywords must be strings"));
    }
    values.extend(arguments);
    PyTuple::new(kwargs.py(), names)
}

/// A class whose instances are called so; they take the place of functions in classes.
pub trait Vectorcall: PyClass<Frozen = True> + Sync {
    /// Calls it.
    fn call<'py>(
        slf: &Bound<'py, Self>,
        arguments: Arguments<'_, 'py>,
    ) -> PyResult<Bound<'py, PyAny>>;

    /// The field that the interpreter reads.
    fn slot(&self) -> &Slot;
}

/// The field of each instance in which the interpreter finds what to call.
#[repr(transparent)]
pub struct Slot(ffi::vectorcallfunc);

impl Slot {
    /// The slot of an instance of `T`.
    pub fn new<T: Vectorcall>() -> Self {
        Self(entry::<T>)
    }
}

/// Tells the interpreter that instances of `T` have a slot, and where. It has to be done before
/// the first one is called; `enabled` is the class's own.
pub fn enable<T: Vectorcall>(instance: &Bound<'_, T>, enabled: &Once) {
    enabled.call_once(|| {
        let object = instance.as_ptr() as isize;
        let slot = std::ptr::from_ref(instance.get().slot()) as isize;
        let class = T::type_object_raw(instance.py());
        // SAFETY: `class` is the live type of `instance`, in which the slot lies at this offset,
        // as in all of its instances, which have one size. None of them was called yet, and no
        // other thread reads the offset as long as the flag is not set.
        unsafe {
            (*class).tp_vectorcall_offset = slot - object;
            let flags = (&raw mut (*class).tp_flags).cast::<AtomicFlags>();
            (*flags).fetch_or(FLAGS, Ordering::Release);
        }
    });
}

/// That there is a slot, and that `instance.name(..)` may pass the instance without a bound object.
#[allow(
    clippy::cast_possible_truncation,
    reason = "both are low bits; how wide the flags are depends on the system"
)]
const FLAGS: Flags = (ffi::Py_TPFLAGS_HAVE_VECTORCALL | ffi::Py_TPFLAGS_METHOD_DESCRIPTOR) as Flags;

/// What the interpreter calls.
unsafe extern "C" fn entry<T: Vectorcall>(
    callable: *mut ffi::PyObject,
    values: *const *mut ffi::PyObject,
    count: usize,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: who calls is attached to the interpreter, and passes what `call` asks for.
    unsafe {
        trampoline::fastcall_cfunction_with_keywords::<Body<T>>(
            callable,
            values,
            count.cast_signed(),
            names,
        )
    }
}

/// `PyO3`'s own way into Rust, which tells it that the thread is attached, raises errors, and lets no panic
/// through. It is hidden among what its macros use; what it offers openly asks the interpreter
/// whether the thread is attached, which takes a tenth of a hit.
struct Body<T>(PhantomData<T>);

impl<T: Vectorcall> MethodDef<trampoline::fastcall_cfunction_with_keywords::Func> for Body<T> {
    const METH: trampoline::fastcall_cfunction_with_keywords::Func = call::<T>;
}

/// Calls an instance of `T`.
///
/// # Safety
///
/// `callable` is an instance of `T`. At `values` there are as many live objects as `count`, which
/// may carry a flag, and after them one for each of `names`, which is a tuple or null.
#[inline]
unsafe fn call<T: Vectorcall>(
    py: Python<'_>,
    callable: *mut ffi::PyObject,
    values: *const *mut ffi::PyObject,
    count: isize,
    names: *mut ffi::PyObject,
) -> PyResult<*mut ffi::PyObject> {
    let positional = count.cast_unsigned() & !ffi::PY_VECTORCALL_ARGUMENTS_OFFSET;
    // SAFETY: the caller keeps all of it alive during the call. A `Bound` is a pointer to its
    // object; what is borrowed is not dropped. Without arguments `values` may be null.
    unsafe {
        let callable = Borrowed::from_ptr(py, callable).cast_unchecked::<T>();
        let names = Borrowed::from_ptr_or_opt(py, names);
        let names = names
            .as_deref()
            .map(|names| names.cast_unchecked::<PyTuple>());
        let length = positional + names.map_or(0, PyTupleMethods::len);
        let values = if length == 0 {
            &[]
        } else {
            std::slice::from_raw_parts(values.cast::<Bound<'_, PyAny>>(), length)
        };
        let arguments = Arguments {
            values,
            positional,
            names,
        };
        T::call(&callable, arguments).map(Bound::into_ptr)
    }
}
