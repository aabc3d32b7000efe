//! What is neither data nor called: members of enums, buffers of pickle, descriptors.

use pyo3::prelude::*;
use pyo3::types::PyTypeMethods;

use super::callable::attributes;
use super::frame::Shape;
use super::object::filtered;
use super::{Walk, is_builtin};
use crate::error::Result;
use crate::key::tag::Tag;
use crate::python;
use crate::python::intern;

/// Whether `value` is a property, a static method or a class method of Python's own.
pub(super) fn is_descriptor(value: &Bound<'_, PyAny>) -> Result<bool> {
    let name = value.get_type().name()?;
    let is_named = matches!(
        &*name.to_cow()?,
        "property" | "staticmethod" | "classmethod"
    );
    Ok(is_named && is_builtin(value))
}

/// Whether an attribute is one of those that `enum` itself gives to members.
fn is_kept_by_enum(name: &str) -> bool {
    (name.starts_with('_') && name.ends_with('_')) || name.starts_with("__")
}

impl<'py> Walk<'_, 'py> {
    /// Opens `value` if it has a form of its own here.
    pub(super) fn standard(&mut self, value: &Bound<'py, PyAny>) -> Result<bool> {
        let py = self.py;
        let class = value.get_type();
        if class.is_instance(python::ENUM_TYPE.get(py)?)? {
            self.enum_member(value)?;
        } else if class.is(python::PICKLE_BUFFER.get(py)?) {
            self.buffer(value)?;
        } else {
            let name = class.name()?;
            return self.descriptor(value, &name.to_cow()?);
        }
        Ok(true)
    }

    fn enum_member(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        let mut parts = vec![value.get_type().into_any()];
        parts.extend(attributes(value, &["_name_", "_value_"])?);
        let own = value.getattr(intern!(self.py, "__dict__"))?;
        let own = filtered(self.py, &own, |name| !is_kept_by_enum(name))?;
        if !own.is_empty() {
            parts.push(own.into_any());
        }
        self.open_fixed(value, Tag::Enum, Shape::Parts, parts)
    }

    /// What makes an attribute of functions.
    fn descriptor(&mut self, value: &Bound<'py, PyAny>, class: &str) -> Result<bool> {
        let builtin = is_builtin(value);
        let (tag, parts) = match class {
            "property" if builtin => (
                Tag::Descriptor,
                attributes(value, &["fget", "fset", "fdel"])?,
            ),
            "staticmethod" | "classmethod" if builtin => {
                (Tag::Descriptor, attributes(value, &["__func__"])?)
            }
            _ => return Ok(false),
        };
        let mut children = vec![value.get_type().into_any()];
        children.extend(parts);
        self.open_fixed(value, tag, Shape::Parts, children)?;
        Ok(true)
    }
}
