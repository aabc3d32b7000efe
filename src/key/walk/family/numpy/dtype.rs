//! Data types: all that tells how memory is read, and what they carry beside.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyTuple};

use crate::error::Result;
use crate::key::encoder::Encoder;
use crate::key::tag::Tag;
use crate::key::walk::Walk;
use crate::key::walk::record::{Node, Part, Record};
use crate::python::intern;

/// A data type that is a value.
pub fn argument<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    _: Record<'py>,
) -> Result<Record<'py>> {
    Ok(record(value)?)
}

/// Data types that may lie inside each other: all that is read about them is read by recursion.
const MAX_DEPTH: usize = 100;

/// Fields of a data type, those of its fields included: the same one may be met again and again.
const MAX_FIELDS: usize = 100_000;

/// The record of a data type.
pub fn record<'py>(dtype: &Bound<'py, PyAny>) -> PyResult<Record<'py>> {
    limit(dtype)?;
    within_limits(dtype)
}

/// Refuses what nobody describes by hand.
fn limit(dtype: &Bound<'_, PyAny>) -> PyResult<()> {
    let mut open = vec![(dtype.clone(), 0)];
    let mut count = 0;
    while let Some((dtype, depth)) = open.pop() {
        if depth > MAX_DEPTH || count > MAX_FIELDS {
            let problem = "the data type has too many fields, or they lie too deep in each other";
            return Err(PyValueError::new_err(problem));
        }
        let item = dtype.getattr(intern!(dtype.py(), "base"))?;
        if item.getattr(intern!(dtype.py(), "names"))?.is_none() {
            continue;
        }
        for field in fields(&item)? {
            count += 1;
            open.push((field.dtype, depth + 1));
        }
    }
    Ok(())
}

fn within_limits<'py>(dtype: &Bound<'py, PyAny>) -> PyResult<Record<'py>> {
    let py = dtype.py();
    if !dtype.getattr(intern!(py, "names"))?.is_none() {
        return structured(dtype);
    }
    let within = dtype.getattr(intern!(py, "subdtype"))?;
    if let Ok(within) = within.cast::<PyTuple>() {
        return Ok(Record::new("numpy.dtype.subarray")
            .with(Part::Record(within_limits(&within.get_item(0)?)?))
            .with(Part::Inner(within.get_item(1)?))
            .with(metadata(dtype)?));
    }
    if is_variable_string(dtype)? {
        return variable_string(dtype);
    }
    Ok(Record::new("numpy.dtype")
        .with_attributes(dtype, &["str", "char"])?
        .with(scalar_class(dtype)?)
        .with(metadata(dtype)?))
}

/// The record of a data type that is told by text alone.
pub fn plain(dtype: &Bound<'_, PyAny>) -> PyResult<Option<Node>> {
    let mut record = record(dtype)?;
    let is_plain = record.name == "numpy.dtype"
        && record.parts[2..]
            .iter()
            .all(|part| matches!(part, Part::Node(_)));
    if !is_plain {
        return Ok(None);
    }
    let mut encoder = Encoder::new();
    encoder.open_record(record.name, record.parts.len());
    for part in record.parts.drain(..) {
        match part {
            Part::Inner(text) => encoder.leaf(Tag::Str, text.extract::<String>()?.as_bytes()),
            Part::Node(node) => encoder.node(&node),
            _ => {}
        }
    }
    encoder.close();
    Ok(Some(Node::from_slice(encoder.as_bytes())))
}

/// Whether the strings of such an array have no common length.
pub fn is_variable_string(dtype: &Bound<'_, PyAny>) -> PyResult<bool> {
    dtype.getattr(intern!(dtype.py(), "kind"))?.eq("T")
}

fn variable_string<'py>(dtype: &Bound<'py, PyAny>) -> PyResult<Record<'py>> {
    let missing = dtype.getattr_opt("na_object")?;
    let record = Record::new("numpy.dtypes.StringDType").with_attributes(dtype, &["coerce"])?;
    let record = record.with(Part::truth(missing.is_some()));
    Ok(record.with(missing.map_or_else(Part::none, Part::Value)))
}

fn structured<'py>(dtype: &Bound<'py, PyAny>) -> PyResult<Record<'py>> {
    let mut record = Record::new("numpy.dtype.structured")
        .with_attributes(dtype, &["itemsize", "isalignedstruct"])?
        .with(scalar_class(dtype)?)
        .with(metadata(dtype)?);
    for Field {
        name,
        dtype,
        offset,
        title,
    } in fields(dtype)?
    {
        let field = Record::new("numpy.dtype.field")
            .with(Part::Inner(name))
            .with(title.map_or_else(Part::none, Part::Inner))
            .with(Part::Inner(offset))
            .with(Part::Record(within_limits(&dtype)?));
        record = record.with(Part::Record(field));
    }
    Ok(record)
}

/// A field of a structured data type.
pub struct Field<'py> {
    /// Its name.
    pub name: Bound<'py, PyAny>,
    /// Its data type.
    pub dtype: Bound<'py, PyAny>,
    /// Where in an item it begins.
    pub offset: Bound<'py, PyAny>,
    /// A second name.
    pub title: Option<Bound<'py, PyAny>>,
}

/// The fields of a structured data type, in their order.
pub fn fields<'py>(dtype: &Bound<'py, PyAny>) -> PyResult<Vec<Field<'py>>> {
    let py = dtype.py();
    let described = dtype.getattr(intern!(py, "fields"))?;
    let mut fields = Vec::new();
    for name in dtype.getattr(intern!(py, "names"))?.try_iter()? {
        let name = name?;
        let field = described.get_item(&name)?;
        fields.push(Field {
            dtype: field.get_item(0)?,
            offset: field.get_item(1)?,
            title: field.get_item(2).ok(),
            name,
        });
    }
    Ok(fields)
}

/// The class of the scalars, where the code of the data type does not tell it.
fn scalar_class<'py>(dtype: &Bound<'py, PyAny>) -> PyResult<Part<'py>> {
    let py = dtype.py();
    let class = dtype.getattr(intern!(py, "type"))?;
    let module = class.getattr(intern!(py, "__module__"))?;
    let is_plain = module.eq("numpy")? && !class.getattr(intern!(py, "__name__"))?.eq("record")?;
    Ok(if is_plain {
        Part::none()
    } else {
        Part::Inner(class)
    })
}

/// What the user keeps with a data type.
fn metadata<'py>(dtype: &Bound<'py, PyAny>) -> PyResult<Part<'py>> {
    let py = dtype.py();
    let metadata = dtype.getattr(intern!(py, "metadata"))?;
    if metadata.is_none() {
        return Ok(Part::none());
    }
    let items = PyDict::new(py);
    items.update(metadata.cast::<PyMapping>()?)?;
    // Before numpy 2 moments have an empty one once they were pickled.
    Ok(if items.is_empty() {
        Part::none()
    } else {
        Part::Items(items.into_any())
    })
}
