//! A decorated function that was looked up on an instance.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use super::explain;
use super::function::CachedFunction;
use crate::key::binding::Unpacked;
use crate::python::intern;
use crate::python::vectorcall::Vectorcall;

/// A cached function and the instance that is its first argument.
#[pyclass(frozen, weakref, module = "memoxide")]
pub struct CachedMethod {
    function: Py<CachedFunction>,
    instance: Py<PyAny>,
}

impl CachedMethod {
    /// Binds `function` to `instance`.
    pub fn bind<'py>(
        function: &Bound<'py, CachedFunction>,
        instance: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let method = Self {
            function: function.clone().unbind(),
            instance: instance.unbind(),
        };
        Ok(Bound::new(function.py(), method)?.into_any())
    }

    /// The function and the instance.
    pub fn parts<'py>(&self, py: Python<'py>) -> (Bound<'py, CachedFunction>, Bound<'py, PyAny>) {
        (
            self.function.bind(py).clone(),
            self.instance.bind(py).clone(),
        )
    }

    /// The arguments with the instance before them.
    fn with_instance<'py>(
        &self,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Unpacked<'py>> {
        Unpacked::new(Some(self.instance.bind(args.py())), args, kwargs)
    }
}

#[pymethods]
impl CachedMethod {
    #[pyo3(signature = (*args, **kwargs))]
    fn __call__<'py>(
        &self,
        py: Python<'py>,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let all = self.with_instance(args, kwargs)?;
        CachedFunction::call(self.function.bind(py), all.arguments())
    }

    /// Forget one call's entry, or every entry of all instances where no arguments are given.
    #[pyo3(signature = (*args, **kwargs))]
    fn clear(
        &self,
        py: Python<'_>,
        args: &Bound<'_, PyTuple>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        let given = Unpacked::new(None, args, kwargs)?;
        if given.arguments().are_none() {
            return Ok(self.function.get().forget(py, given.arguments())?);
        }
        let all = self.with_instance(args, kwargs)?;
        Ok(self.function.get().forget(py, all.arguments())?)
    }

    /// Whether the call would hit; computes nothing, counts nothing.
    #[pyo3(signature = (*args, **kwargs))]
    fn contains(
        &self,
        py: Python<'_>,
        args: &Bound<'_, PyTuple>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<bool> {
        let all = self.with_instance(args, kwargs)?;
        Ok(self.function.get().holds(py, all.arguments())?)
    }

    /// The call's key, 64 hexadecimal digits: the same in every process of one Python version.
    #[pyo3(signature = (*args, **kwargs))]
    fn key(
        &self,
        py: Python<'_>,
        args: &Bound<'_, PyTuple>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<String> {
        let all = self.with_instance(args, kwargs)?;
        Ok(self.function.get().hex_key(py, all.arguments())?)
    }

    /// Why the call would hit or miss; computes nothing, counts nothing.
    #[pyo3(signature = (*args, **kwargs))]
    fn explain<'py>(
        &self,
        py: Python<'py>,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let all = self.with_instance(args, kwargs)?;
        Ok(explain::explain(py, self.function.get(), all.arguments())?)
    }

    /// Hits, misses, bounds and sizes, of all instances together.
    fn cache_info<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.function.get().info(py)
    }

    #[getter]
    fn __func__(&self, py: Python<'_>) -> Py<CachedFunction> {
        self.function.clone_ref(py)
    }

    #[getter]
    fn __self__(&self, py: Python<'_>) -> Py<PyAny> {
        self.instance.clone_ref(py)
    }

    /// The plain function, bound to the instance.
    #[getter]
    fn __wrapped__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let wrapped = self.function.get().wrapped(py);
        crate::python::METHOD_TYPE
            .get(py)?
            .call1((wrapped, &self.instance))
    }

    /// The class has these two of its own, and they would be found first.
    fn __getattribute__<'py>(
        slf: &Bound<'py, Self>,
        name: &Bound<'py, PyString>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if name == "__doc__" || name == "__module__" {
            return slf.get().function.bind(slf.py()).as_any().getattr(name);
        }
        let object = slf.py().get_type::<PyAny>();
        object.call_method1(intern!(slf.py(), "__getattribute__"), (slf, name))
    }

    /// What the function is known by: `__name__`, `__qualname__` and the like.
    fn __getattr__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        self.function.bind(py).as_any().getattr(name)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let instance = self.instance.bind(py).repr()?;
        Ok(format!(
            "<cached method {} of {instance}>",
            self.function.get().name()
        ))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| {
            let other = other.get();
            self.function.is(&other.function) && self.instance.is(&other.instance)
        })
    }

    fn __hash__(&self) -> usize {
        (self.function.as_ptr() as usize) ^ (self.instance.as_ptr() as usize).rotate_left(32)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let getattr = py.import("builtins")?.getattr("getattr")?;
        let name = self.function.get().wrapped(py).getattr("__name__")?;
        (getattr, (&self.instance, name)).into_pyobject(py)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.function)?;
        visit.call(&self.instance)
    }
}
