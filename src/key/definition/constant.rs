//! Which values are constants: no part of a program changes them while it runs.

use pyo3::exceptions::{PyException, PyMemoryError, PyRecursionError};
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};

use super::Follow;
use super::frozen::frozen_fields;
use crate::error::Error;
use crate::key::hashers::FOR_DEFINITIONS;
use crate::key::walk::Walk;
use crate::python::intern;
use crate::python::{self, immutable};

/// Classes of the standard library and of data libraries whose instances are constants, and so are
/// those of their subclasses: top module and name.
const CLASSES: &[(&str, &str)] = &[
    ("builtins", "bytes"),
    ("builtins", "complex"),
    ("builtins", "float"),
    ("builtins", "frozenset"),
    ("builtins", "int"),
    ("builtins", "slice"),
    ("builtins", "str"),
    ("builtins", "method-wrapper"),
    ("builtins", "method_descriptor"),
    ("builtins", "wrapper_descriptor"),
    ("builtins", "classmethod_descriptor"),
    ("datetime", "date"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("datetime", "tzinfo"),
    ("decimal", "Decimal"),
    ("fractions", "Fraction"),
    ("functools", "partialmethod"),
    ("functools", "singledispatchmethod"),
    ("ipaddress", "_IPAddressBase"),
    ("numpy", "dtype"),
    ("numpy", "generic"),
    ("numpy", "ufunc"),
    ("operator", "attrgetter"),
    ("operator", "itemgetter"),
    ("operator", "methodcaller"),
    ("pandas", "BaseOffset"),
    ("pandas", "ExtensionDtype"),
    ("pandas", "Index"),
    ("pandas", "Interval"),
    ("pandas", "NAType"),
    ("pandas", "NaTType"),
    ("pandas", "Period"),
    ("pandas", "Timedelta"),
    ("pandas", "Timestamp"),
    ("polars", "DataType"),
    ("polars", "Expr"),
    ("pyarrow", "Array"),
    ("pyarrow", "ChunkedArray"),
    ("pyarrow", "DataType"),
    ("pyarrow", "Expression"),
    ("pyarrow", "Field"),
    ("pyarrow", "RecordBatch"),
    ("pyarrow", "Scalar"),
    ("pyarrow", "Schema"),
    ("pyarrow", "Table"),
    ("re", "Pattern"),
    ("types", "GenericAlias"),
    ("types", "UnionType"),
    ("typing", "NewType"),
    ("typing", "ParamSpec"),
    ("typing", "TypeVar"),
    ("typing", "TypeVarTuple"),
    ("typing", "Union"),
    ("typing", "_BaseGenericAlias"),
    ("typing", "_SpecialForm"),
    ("uuid", "UUID"),
    ("zoneinfo", "ZoneInfo"),
];

/// Packages whose objects compare and hash as values do, and change all the same.
const CHANGING: &[&str] = &["sqlalchemy", "torch", "weakref"];

/// Whether `value` is a constant without parts that would have to be looked at.
pub fn is_constant(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    if immutable::is_immutable(value)?
        || value.is_instance(python::PATTERN.get(py)?)?
        || value.is_instance(python::PURE_PATH.get(py)?)?
        || value.get_type().is_instance(python::ENUM_TYPE.get(py)?)?
    {
        return Ok(true);
    }
    for base in value.get_type().mro() {
        if is_listed(base.cast()?) {
            return Ok(true);
        }
    }
    Ok(is_read_only_array(value)? || is_value(value)?)
}

/// Whether an object is a value by Python's convention: it is equal to others by what it holds, and
/// its hash follows from that, so that what it holds may not change. It needs content that can be told.
fn is_value(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    let class = value.get_type();
    let object = py.get_type::<PyAny>();
    for name in [intern!(py, "__eq__"), intern!(py, "__hash__")] {
        let method = class.getattr(name)?;
        if method.is_none() || method.is(object.getattr(name)?) {
            return Ok(false);
        }
    }
    let is_changing = class.mro().iter().any(|base| {
        let module = base
            .cast::<PyType>()
            .ok()
            .and_then(|base| base.module().ok());
        let module = module.map(|module| module.to_string()).unwrap_or_default();
        let top = module.split('.').next().unwrap_or_default();
        CHANGING.contains(&top.strip_prefix('_').unwrap_or(top))
    });
    if is_changing || is_container(value)? {
        return Ok(false);
    }
    if let Err(raised) = value.hash() {
        return no_value(py, raised);
    }
    let mut walk = Walk::new(py, "", &FOR_DEFINITIONS, Follow::Nothing);
    match walk.argument(intern!(py, "constant"), value) {
        Ok(()) => Ok(true),
        Err(Error::Python(raised)) => no_value(py, raised),
        Err(_) => Ok(false),
    }
}

/// What raises is no value. An interrupt, or a stack or a memory that is full, says nothing of it.
fn no_value(py: Python<'_>, raised: PyErr) -> PyResult<bool> {
    let is_passing = raised.is_instance_of::<PyRecursionError>(py)
        || raised.is_instance_of::<PyMemoryError>(py)
        || !raised.is_instance_of::<PyException>(py);
    if is_passing { Err(raised) } else { Ok(false) }
}

/// Whether the parts of a container or of a frozen instance are looked at one by one.
fn is_container(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(value.is_instance_of::<PyTuple>() || frozen_fields(value)?.is_some())
}

fn is_read_only_array(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let class = value.get_type();
    if class.name()? != "ndarray" || class.module()? != "numpy" {
        return Ok(false);
    }
    Ok(!value.getattr("flags")?.getattr("writeable")?.is_truthy()?)
}

fn is_listed(class: &Bound<'_, PyType>) -> bool {
    let (Ok(module), Ok(name)) = (class.module(), class.name()) else {
        return false;
    };
    let (module, name) = (module.to_string_lossy(), name.to_string_lossy());
    let top = module.split('.').next().unwrap_or_default();
    // The private modules of the C accelerators have the public ones' names after the underscore.
    let top = top.strip_prefix('_').unwrap_or(top);
    CLASSES.contains(&(top, &name))
}
