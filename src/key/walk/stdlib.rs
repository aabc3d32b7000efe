//! Values of the standard library that do not reduce, or reduce to less than they are.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyMappingProxy, PyMemoryView, PyType, PyTypeMethods};

use super::callable::attributes;
use super::class::as_dict;
use super::frame::Shape;
use super::object::filtered;
use super::{Walk, is_builtin};
use crate::error::Result;
use crate::key::tag::Tag;
use crate::python;

impl<'py> Walk<'_, 'py> {
    /// Opens `value` if it has a form of its own here.
    pub(super) fn standard(&mut self, value: &Bound<'py, PyAny>) -> Result<bool> {
        let py = self.py;
        let class = value.get_type();
        if class.is_instance(python::ENUM_TYPE.get(py)?)? {
            self.enum_member(value)?;
        } else if value.is_instance(python::PURE_PATH.get(py)?)? && is_from(&class, "pathlib")? {
            let text = value.call_method0(intern!(py, "__fspath__"))?;
            self.open_fixed(value, Tag::Path, Shape::Parts, vec![class.into_any(), text])?;
        } else if class.is(python::PICKLE_BUFFER.get(py)?) {
            self.buffer(value)?;
        } else if value.is_instance_of::<PyMemoryView>() {
            self.memory_view(value)?;
        } else if value.is_instance_of::<PyMappingProxy>() {
            let contents = as_dict(value)?.into_any();
            self.open_fixed(value, Tag::MappingProxy, Shape::Parts, vec![contents])?;
        } else {
            let name = class.name()?;
            return self.view_or_descriptor(value, &name.to_cow()?);
        }
        Ok(true)
    }

    fn enum_member(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        let mut parts = vec![value.get_type().into_any()];
        parts.extend(attributes(value, &["_name_", "_value_"])?);
        let own = value.getattr(intern!(self.py, "__dict__"))?;
        let own = filtered(self.py, &own, |name| !name.starts_with('_'))?;
        if !own.is_empty() {
            parts.push(own.into_any());
        }
        self.open_fixed(value, Tag::Enum, Shape::Parts, parts)
    }

    fn memory_view(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        let mut parts = attributes(value, &["format", "shape"])?;
        if parts[0].to_string().contains('O') {
            let reason = "its memory holds addresses of objects";
            return Err(self.unhashable(value, reason, None));
        }
        parts.push(value.call_method0(intern!(self.py, "tobytes"))?);
        self.open_fixed(value, Tag::MemoryView, Shape::Parts, parts)
    }

    /// Classes of the interpreter that have no name in `builtins`, or that do not reduce.
    fn view_or_descriptor(&mut self, value: &Bound<'py, PyAny>, class: &str) -> Result<bool> {
        let builtin = is_builtin(value);
        let (tag, parts) = match class {
            "dict_keys" | "dict_values" | "dict_items" if builtin => {
                let items = value.try_iter()?.collect::<PyResult<Vec<_>>>()?;
                (Tag::DictView, vec![PyList::new(self.py, items)?.into_any()])
            }
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

/// Whether a class is defined in a module, or in a part of it.
fn is_from(class: &Bound<'_, PyType>, module: &str) -> PyResult<bool> {
    let place = class.module()?;
    Ok(place.to_cow()?.split('.').next() == Some(module))
}
