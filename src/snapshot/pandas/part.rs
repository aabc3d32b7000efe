//! What frames are made of: arrays, indexes, data types, down to the memory.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyType};

use super::references;
use crate::python::array::{self, Frozen};
use crate::python::intern;
use crate::python::{self, raw};
use crate::snapshot::array::{Items, items};
use crate::snapshot::rules::{is_own, library_of};
use crate::snapshot::{CopyMode, Snapshot, Source};

/// Classes whose instances are what their `__dict__` holds, but for those over an array of numpy's.
/// Others of pandas' keep something elsewhere, or hand out memory without saying that they do.
const KNOWN: &[&str] = &[
    "Index",
    "RangeIndex",
    "DatetimeIndex",
    "TimedeltaIndex",
    "CategoricalIndex",
    "MultiIndex",
    "DatetimeArray",
    "TimedeltaArray",
    "Categorical",
    "StringArray",
    "StringArrayNumpySemantics",
    "IntegerArray",
    "FloatingArray",
    "BooleanArray",
    "ArrowStringArray",
    "ArrowStringArrayNumpySemantics",
    "ArrowExtensionArray",
    "CategoricalDtype",
    "DatetimeTZDtype",
    "StringDtype",
    "ArrowDtype",
    "BooleanDtype",
    "Int8Dtype",
    "Int16Dtype",
    "Int32Dtype",
    "Int64Dtype",
    "UInt8Dtype",
    "UInt16Dtype",
    "UInt32Dtype",
    "UInt64Dtype",
    "Float32Dtype",
    "Float64Dtype",
];

/// Bytes of an object and its `__dict__`, and of what is kept to make them anew.
const OF_OBJECT: u64 = 384;
/// Bytes of an array of numpy's, and of the object that owns its memory.
const OF_ARRAY: u64 = 192;

/// A part of a frame.
pub enum Part {
    /// An array over memory that nobody can write to.
    Lent(Frozen, u64),
    /// A data type of numpy's: nothing but what it says.
    DataType(Py<PyAny>),
    /// An object of pandas': made anew.
    Object {
        class: Py<PyType>,
        /// The array of numpy's that it lies over, and its data type.
        over: Option<Box<(Part, Part)>>,
        attributes: Vec<(Py<PyString>, Part)>,
    },
    /// A list that does not change.
    List(Vec<Part>),
    /// What the object has found out about itself, and finds out again.
    Cache,
    /// What makes an index itself.
    Identity,
    /// Who sees the index.
    References,
    /// Something else.
    Value(Snapshot),
}

impl Part {
    /// Takes a part in; nothing, if it is not sure to be isolated.
    pub fn capture(value: &Bound<'_, PyAny>, source: Source<'_>) -> PyResult<Option<Self>> {
        let py = value.py();
        let class = value.get_type();
        if class.is(python::NUMPY_ARRAY.get(py)?) {
            return of_array(value, source);
        }
        if class.is(python::PANDAS_FROZEN_LIST.get(py)?) {
            let parts = value.try_iter()?.map(|part| Self::capture(&part?, source));
            let parts: Option<Vec<_>> = parts.collect::<PyResult<_>>()?;
            return Ok(parts.map(Self::List));
        }
        for base in [
            &python::PANDAS_INDEX,
            &python::PANDAS_ARRAY,
            &python::PANDAS_DTYPE,
        ] {
            if value.is_instance(base.get(py)?)? {
                return of_object(value, source);
            }
        }
        if value.is_instance(python::NUMPY_DTYPE.get(py)?)? && is_plain(value)? {
            let dtype = array::dtype_of_ones_own(value)?;
            return Ok(Some(Self::DataType(dtype.unbind())));
        }
        Snapshot::take(value, CopyMode::Auto, source).map(|snapshot| Some(Self::Value(snapshot)))
    }

    /// The part anew, over the same memory.
    pub fn restore<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Lent(frozen, _) => frozen.lend(py),
            Self::DataType(dtype) => array::dtype_of_ones_own(dtype.bind(py)),
            Self::Object {
                class,
                over,
                attributes,
            } => object(class.bind(py), over.as_deref(), attributes),
            Self::List(parts) => {
                let parts = parts.iter().map(|part| part.restore(py));
                let parts = PyList::new(py, parts.collect::<PyResult<Vec<_>>>()?)?;
                python::PANDAS_FROZEN_LIST.get(py)?.call1((parts,))
            }
            Self::Cache => Ok(PyDict::new(py).into_any()),
            Self::Identity => py.get_type::<PyAny>().call0(),
            Self::References => references(py),
            Self::Value(snapshot) => snapshot.restore(py),
        }
    }

    /// Bytes that it holds.
    pub fn size(&self) -> u64 {
        match self {
            Self::Lent(_, size) => *size,
            Self::Object {
                over, attributes, ..
            } => {
                let over = over.iter().map(|over| over.0.size() + over.1.size());
                let attributes = attributes.iter().map(|(_, part)| part.size());
                over.chain(attributes).sum::<u64>() + OF_OBJECT
            }
            Self::List(parts) => parts.iter().map(Self::size).sum(),
            Self::DataType(_) | Self::Cache | Self::Identity | Self::References => 0,
            Self::Value(snapshot) => snapshot.size(),
        }
    }
}

/// An array of numpy's. Python's objects are no memory that could be lent.
fn of_array(value: &Bound<'_, PyAny>, source: Source<'_>) -> PyResult<Option<Part>> {
    let py = value.py();
    Ok(match items(value)? {
        Items::Plain => {
            let frozen = Frozen::of(value, |piece| source.keep(py, piece))?;
            let size = frozen.size().saturating_add(OF_ARRAY);
            Some(Part::Lent(frozen, size))
        }
        Items::Objects => copied(value, source)?,
        Items::Others => None,
    })
}

/// An array of which each hit gets a copy.
fn copied(value: &Bound<'_, PyAny>, source: Source<'_>) -> PyResult<Option<Part>> {
    Ok(match Snapshot::take(value, CopyMode::Auto, source)? {
        Snapshot::Pickled(_) => None,
        copied => Some(Part::Value(copied)),
    })
}

fn of_object(value: &Bound<'_, PyAny>, source: Source<'_>) -> PyResult<Option<Part>> {
    let py = value.py();
    let class = value.get_type();
    if !is_known(&class)? {
        return Ok(None);
    }
    let over = if value.is_instance(python::PANDAS_BACKED.get(py)?)? {
        let array = Part::capture(&value.getattr(intern!(py, "_ndarray"))?, source)?;
        let dtype = Part::capture(&value.getattr(intern!(py, "_dtype"))?, source)?;
        let Some(over) = array.zip(dtype) else {
            return Ok(None);
        };
        Some(Box::new(over))
    } else {
        None
    };
    let mut attributes = Vec::new();
    if let Some(own) = raw::instance_dict(value) {
        let own = own.cast_into::<PyDict>()?.copy()?;
        // To sum one up, pandas writes to those of its items that are missing.
        let is_masked = own.contains(intern!(py, "_mask"))?;
        for (name, content) in own {
            let name = name.cast_into::<PyString>()?;
            let part = if is_masked && content.get_type().is(python::NUMPY_ARRAY.get(py)?) {
                copied(&content, source)?
            } else {
                of_attribute(&name, &content, source)?
            };
            let Some(part) = part else {
                return Ok(None);
            };
            attributes.push((name.unbind(), part));
        }
    }
    Ok(Some(Part::Object {
        class: class.unbind(),
        over,
        attributes,
    }))
}

fn of_attribute(
    name: &Bound<'_, PyString>,
    content: &Bound<'_, PyAny>,
    source: Source<'_>,
) -> PyResult<Option<Part>> {
    match name.to_str()? {
        "_cache" => Ok(Some(Part::Cache)),
        "_id" => Ok(Some(Part::Identity)),
        "_references" if !content.is_none() => Ok(Some(Part::References)),
        _ => Part::capture(content, source),
    }
}

fn is_known(class: &Bound<'_, PyType>) -> PyResult<bool> {
    let name = class.name()?;
    let is_of_pandas = library_of(&class.module()?) == "pandas";
    Ok(is_of_pandas && KNOWN.contains(&name.to_str()?) && is_own(class)?)
}

fn is_plain(dtype: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = dtype.py();
    Ok(dtype.getattr(intern!(py, "names"))?.is_none()
        && dtype.getattr(intern!(py, "metadata"))?.is_none())
}

fn object<'py>(
    class: &Bound<'py, PyType>,
    over: Option<&(Part, Part)>,
    attributes: &[(Py<PyString>, Part)],
) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    let made = match over {
        None => py
            .get_type::<PyAny>()
            .call_method1(intern!(py, "__new__"), (class,))?,
        Some((array, dtype)) => {
            let base = python::PANDAS_BACKED.get(py)?;
            let made = base.call_method1(intern!(py, "__new__"), (class,))?;
            let over = (&made, array.restore(py)?, dtype.restore(py)?);
            base.call_method1(intern!(py, "__init__"), over)?;
            made
        }
    };
    let Some(own) = raw::instance_dict(&made) else {
        return Ok(made);
    };
    for (name, part) in attributes {
        let content = part.restore(py)?;
        if matches!(part, Part::References) {
            content.call_method1(intern!(py, "add_index_reference"), (&made,))?;
        }
        own.set_item(name, content)?;
    }
    Ok(made)
}
