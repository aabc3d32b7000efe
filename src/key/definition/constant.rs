//! Which values are constants: no part of a program changes them while it runs.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyComplex, PyFloat, PyInt, PyString, PyType};

use super::instance::is_own_class;
use crate::python::{self, immutable};

/// Classes of the standard library and of data libraries whose instances are constants, and so are
/// those of their installed subclasses: top module and name.
const CLASSES: &[(&str, &str)] = &[
    ("builtins", "slice"),
    ("builtins", "method-wrapper"),
    ("builtins", "method_descriptor"),
    ("builtins", "wrapper_descriptor"),
    ("builtins", "classmethod_descriptor"),
    ("datetime", "datetime"),
    ("datetime", "time"),
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
    ("pandas", "Interval"),
    ("pandas", "NAType"),
    ("pandas", "NaTType"),
    ("pandas", "Period"),
    ("pandas", "Timedelta"),
    ("pandas", "Timestamp"),
    ("polars", "DataType"),
    ("pyarrow", "DataType"),
    ("pyarrow", "Field"),
    ("pyarrow", "Scalar"),
    ("pyarrow", "Schema"),
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
    let class = value.get_type();
    if is_own_class(&class)? {
        return Ok(is_of_builtin_value(value));
    }
    for base in class.mro() {
        if is_listed(base.cast()?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a class of the user's own makes strings or numbers.
fn is_of_builtin_value(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyString>()
        || value.is_instance_of::<PyInt>()
        || value.is_instance_of::<PyFloat>()
        || value.is_instance_of::<PyBytes>()
        || value.is_instance_of::<PyComplex>()
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
