//! Trees of Python's containers: a hit makes the containers anew, and shares what cannot change.

mod builder;

use pyo3::exceptions::PySystemError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyDict, PyList, PySet, PyTuple};

use self::builder::Builder;
use super::{Form, Snapshot, Source};
use crate::python::intern;

/// Containers and what they hold, each after all that it holds. One that is held twice is there once.
pub struct Tree {
    nodes: Vec<Node>,
    size: u64,
}

/// Which of the tree's nodes.
type Index = u32;
/// A dict's nodes and their keys.
type ByKey = Box<[(Py<PyAny>, Index)]>;

/// A container, or a value in another form. Where a template has a node, it has `None`.
enum Node {
    /// A dict whose values at some keys are nodes.
    Dict(Py<PyDict>, ByKey),
    /// A list whose items at some places are nodes.
    List(Py<PyList>, Box<[(usize, Index)]>),
    /// A tuple whose items at some places are nodes.
    Tuple(Py<PyTuple>, Box<[(usize, Index)]>),
    /// A set, whose elements cannot change.
    Set(Py<PySet>),
    /// Bytes that can be written to.
    ByteArray(Py<PyByteArray>),
    /// No container.
    Value(Box<Snapshot>),
}

impl Tree {
    /// Whether nothing in it can change.
    pub fn is_immutable(&self) -> bool {
        self.nodes.is_empty()
    }
}

impl Form for Tree {
    fn capture(value: &Bound<'_, PyAny>, source: Source<'_>) -> PyResult<Option<Self>> {
        Builder::new(source).build(value)
    }

    fn restore<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let mut made: Vec<Bound<'py, PyAny>> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let object = node.restore(py, &made)?;
            made.push(object);
        }
        made.pop()
            .ok_or_else(|| PySystemError::new_err("a tree without nodes"))
    }

    fn size(&self) -> u64 {
        self.size
    }
}

impl Node {
    /// The container anew, around those that are `made`.
    fn restore<'py>(
        &self,
        py: Python<'py>,
        made: &[Bound<'py, PyAny>],
    ) -> PyResult<Bound<'py, PyAny>> {
        let at = |index: &Index| &made[*index as usize];
        match self {
            Self::Dict(template, nodes) => {
                let dict = template.bind(py).copy()?;
                for (key, index) in nodes {
                    dict.set_item(key, at(index))?;
                }
                Ok(dict.into_any())
            }
            Self::List(template, nodes) => {
                let list = copy_of(template.bind(py));
                for (place, index) in nodes {
                    list.set_item(*place, at(index))?;
                }
                Ok(list.into_any())
            }
            Self::Tuple(template, nodes) => {
                let mut items: Vec<_> = template.bind(py).iter().collect();
                for (place, index) in nodes {
                    items[*place].clone_from(at(index));
                }
                Ok(PyTuple::new(py, items)?.into_any())
            }
            Self::Set(template) => template.bind(py).call_method0(intern!(py, "copy")),
            Self::ByteArray(template) => template.bind(py).call_method0(intern!(py, "copy")),
            Self::Value(snapshot) => snapshot.restore(py),
        }
    }
}

fn copy_of<'py>(list: &Bound<'py, PyList>) -> Bound<'py, PyList> {
    list.get_slice(0, list.len())
}
