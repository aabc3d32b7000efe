//! Values of the standard library that do not reduce, or reduce to less than they are.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyMappingProxy, PyMemoryView, PyTypeMethods};

use super::Walk;
use super::callable::attributes;
use super::class::as_dict;
use super::frame::Shape;
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
        } else if value.is_instance(python::PURE_PATH.get(py)?)? {
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
            return self.view_or_descriptor(value, class.name()?.to_cow()?.as_ref());
        }
        Ok(true)
    }

    fn enum_member(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        let mut parts = vec![value.get_type().into_any()];
        parts.extend(attributes(value, &["_name_", "_value_"])?);
        self.open_fixed(value, Tag::Enum, Shape::Parts, parts)
    }

    fn memory_view(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        let mut parts = attributes(value, &["format", "shape"])?;
        parts.push(value.call_method0(intern!(self.py, "tobytes"))?);
        self.open_fixed(value, Tag::MemoryView, Shape::Parts, parts)
    }

    /// Classes of the interpreter that have no name in `builtins`, or that do not reduce.
    fn view_or_descriptor(&mut self, value: &Bound<'py, PyAny>, class: &str) -> Result<bool> {
        let builtin = value.get_type().module()?.to_cow()? == "builtins";
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
