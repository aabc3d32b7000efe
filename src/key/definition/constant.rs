//! Which values are constants: no part of a program changes them while it runs.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyComplex, PyFloat, PyInt, PyString, PyType};

use super::follow::is_own_class;
use crate::python::{self, immutable};

/// Classes of the standard library and of data libraries whose instances are constants, and so are
/// those of their installed subclasses: top module and name.
const CLASSES: &[(&str, &[&str])] = &[
    (
        "builtins",
        &[
            "slice",
            "method_descriptor",
            "wrapper_descriptor",
            "classmethod_descriptor",
        ],
    ),
    ("builtins", &["method-wrapper"]),
    ("datetime", &["datetime", "time"]),
    ("fractions", &["Fraction"]),
    ("functools", &["partialmethod", "singledispatchmethod"]),
    ("ipaddress", &["_IPAddressBase"]),
    ("numpy", &["generic", "dtype", "ufunc"]),
    ("operator", &["itemgetter", "attrgetter", "methodcaller"]),
    (
        "pandas",
        &[
            "Timestamp",
            "Timedelta",
            "Period",
            "Interval",
            "NaTType",
            "NAType",
        ],
    ),
    ("pandas", &["BaseOffset", "ExtensionDtype"]),
    ("polars", &["DataType"]),
    ("pyarrow", &["DataType", "Field", "Schema", "Scalar"]),
    ("types", &["GenericAlias", "UnionType"]),
    (
        "typing",
        &[
            "_BaseGenericAlias",
            "_SpecialForm",
            "TypeVar",
            "ParamSpec",
            "NewType",
            "Union",
        ],
    ),
    ("zoneinfo", &["ZoneInfo"]),
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
        if is_listed(base.cast()?)? {
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

fn is_listed(class: &Bound<'_, PyType>) -> PyResult<bool> {
    let (module, name) = (class.module()?, class.name()?);
    let (module, name) = (module.to_string_lossy(), name.to_string_lossy());
    let top = module.split('.').next().unwrap_or_default();
    // The private modules of the C accelerators have the public ones' names after the underscore.
    let top = top.strip_prefix('_').unwrap_or(top);
    Ok(CLASSES
        .iter()
        .any(|(module, names)| *module == top && names.contains(&name.as_ref())))
}
