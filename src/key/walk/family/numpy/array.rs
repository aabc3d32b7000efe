//! Arrays and scalars: data type, shape, and what the items hold, in the order of the indices.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyTuple};

use super::dtype::{self, Field};
use crate::error::Result;
use crate::key::strided::{self, ENDLESS, Strided};
use crate::key::walk::Walk;
use crate::key::walk::leaf::RELEASE_FROM;
use crate::key::walk::record::{Node, Part, Record};
use crate::python;
use crate::python::array::{Items, endless, memory};
use crate::python::intern;
use crate::python::interrupt::detached;

/// Bits of the mantissa of x86's extended numbers, of which 10 bytes are content.
const EXTENDED_MANTISSA: u32 = 63;

/// Objects beyond which an array that repeats them is not read: a list is made of them.
const MOST_OBJECTS: usize = 1 << 27;

pub fn array<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let plain = plain(value)?;
    Ok(complete(walk.py(), record, &plain)?)
}

/// A scalar is told by its data type and what it holds.
pub fn scalar<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let plain = plain(value)?;
    let dtype = dtype::record(&plain.getattr(intern!(value.py(), "dtype"))?)?;
    let record = record.with(Part::Record(dtype));
    if let Some(text) = text(value)? {
        return Ok(record.with(Part::Inner(text)));
    }
    Ok(record.with(contents(walk.py(), &plain)?))
}

/// The text of a scalar that is one: in an array it would lose the zeros at its end.
fn text<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = value.py();
    if value.is_instance_of::<PyString>() {
        let text = py.get_type::<PyString>();
        return text
            .call_method1(intern!(py, "__str__"), (value,))
            .map(Some);
    }
    let bytes = value.cast::<PyBytes>();
    Ok(bytes
        .ok()
        .map(|bytes| PyBytes::new(py, bytes.as_bytes()).into_any()))
}

/// An array over a file: where it lies counts too.
pub fn memory_map<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let record = array(walk, value, record)?;
    Ok(record.with_attributes(value, &["filename", "offset", "mode"])?)
}

/// What lies under the mask can be read, and so counts.
pub fn masked<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = walk.py();
    let mask = value.getattr("_mask")?;
    let mask = if mask.is(python::NO_MASK.get(py)?) {
        Part::none()
    } else {
        Part::Record(array(walk, &mask, Record::new("numpy.ndarray"))?)
    };
    let record = array(walk, value, record)?
        .with(mask)
        .with(Part::Inner(fill_value(value)?));
    Ok(record.with_attributes(value, &["_hardmask"])?)
}

/// What `fill_value` gives. The array itself would keep the default once it was asked for, and from
/// then on hand it to arrays of other types that are made of it.
fn fill_value<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = value.py();
    let kept = value.getattr("_fill_value")?;
    let array = if kept.is_none() {
        let default = python::DEFAULT_FILL_VALUE.get(py)?;
        plain(&default.call1((value.getattr(intern!(py, "dtype"))?,))?)?
    } else {
        kept
    };
    array.get_item(PyTuple::empty(py))
}

/// The record of a plain array.
pub fn of_plain<'py>(py: Python<'py>, plain: &Bound<'py, PyAny>) -> PyResult<Record<'py>> {
    complete(py, Record::new("numpy.ndarray"), plain)
}

fn complete<'py>(
    py: Python<'py>,
    record: Record<'py>,
    plain: &Bound<'py, PyAny>,
) -> PyResult<Record<'py>> {
    let dtype = dtype::record(&plain.getattr(intern!(py, "dtype"))?)?;
    Ok(record
        .with(Part::Record(dtype))
        .with(Part::Inner(plain.getattr(intern!(py, "shape"))?))
        .with(contents(py, plain)?))
}

/// The array as numpy's own class sees it: a subclass may tell anything.
pub fn plain<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = value.py();
    if value.get_type().is(python::NUMPY_ARRAY.get(py)?) {
        return Ok(value.clone());
    }
    python::AS_ARRAY.get(py)?.call1((value,))
}

/// What the items of a plain array hold.
fn contents<'py>(py: Python<'py>, plain: &Bound<'py, PyAny>) -> PyResult<Part<'py>> {
    let dtype = plain.getattr(intern!(py, "dtype"))?;
    Ok(match kept(&dtype)? {
        Kept::Memory(items) => Part::Node(leaf(py, &memory(plain, items)?)?),
        Kept::Values => values(plain)?,
        Kept::Fields(fields) => Part::Record(by_field(py, plain, &fields)?),
    })
}

/// Where the content of an array's items is.
pub enum Kept<'py> {
    /// In its memory.
    Memory(Items),
    /// In objects.
    Values,
    /// In fields that do not fill the memory, or of which some are objects.
    Fields(Vec<Field<'py>>),
}

/// Where arrays of a data type keep their content.
pub fn kept<'py>(dtype: &Bound<'py, PyAny>) -> PyResult<Kept<'py>> {
    let py = dtype.py();
    if !dtype.getattr(intern!(py, "names"))?.is_none() {
        let fields = dtype::fields(dtype)?;
        return Ok(if is_filled(dtype, &fields)? {
            Kept::Memory(Items::Whole)
        } else {
            Kept::Fields(fields)
        });
    }
    let has_objects = dtype.getattr(intern!(py, "hasobject"))?.is_truthy()?;
    if has_objects || dtype::is_variable_string(dtype)? {
        return Ok(Kept::Values);
    }
    let code = dtype.getattr(intern!(py, "char"))?;
    let extended = match code.extract::<char>()? {
        'g' => 1,
        'G' => 2,
        _ => return Ok(Kept::Memory(Items::Whole)),
    };
    Ok(Kept::Memory(extended_items(dtype, extended)?))
}

/// Numbers of more than double precision: on x86 some of their bytes hold nothing.
fn extended_items(dtype: &Bound<'_, PyAny>, count: usize) -> PyResult<Items> {
    let py = dtype.py();
    let size: usize = dtype.getattr("itemsize")?.extract()?;
    let numpy = py.import("numpy")?;
    let limits = numpy.call_method1("finfo", (numpy.getattr("longdouble")?,))?;
    if limits.getattr("nmant")?.extract::<u32>()? != EXTENDED_MANTISSA {
        return Ok(Items::Whole);
    }
    let length = 10;
    let is_swapped = !dtype.getattr("isnative")?.is_truthy()?;
    let start = if is_swapped { size / count - length } else { 0 };
    Ok(Items::Parts {
        count,
        start,
        length,
    })
}

/// Whether the fields fill the memory without gaps, in their order, and all of it is content.
fn is_filled(dtype: &Bound<'_, PyAny>, fields: &[Field<'_>]) -> PyResult<bool> {
    let py = dtype.py();
    let mut end = 0;
    for field in fields {
        let item = innermost(&field.dtype)?;
        let is_memory = matches!(kept(&item)?, Kept::Memory(Items::Whole));
        if !is_memory || field.offset.extract::<usize>()? != end {
            return Ok(false);
        }
        end += field
            .dtype
            .getattr(intern!(py, "itemsize"))?
            .extract::<usize>()?;
    }
    let size: usize = dtype.getattr(intern!(py, "itemsize"))?.extract()?;
    Ok(end == size)
}

/// The data type of the items of a subarray.
fn innermost<'py>(dtype: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    dtype.getattr(intern!(dtype.py(), "base"))
}

/// Bytes that are read of an item, whose fields may lie in each other.
fn shown(dtype: &Bound<'_, PyAny>) -> PyResult<usize> {
    let py = dtype.py();
    let size = |dtype: &Bound<'_, PyAny>| dtype.getattr(intern!(py, "itemsize"))?.extract();
    let whole: usize = size(dtype)?;
    let item = innermost(dtype)?;
    if item.getattr(intern!(py, "names"))?.is_none() {
        return Ok(whole);
    }
    let mut bytes: usize = 0;
    for field in dtype::fields(&item)? {
        bytes = bytes.saturating_add(shown(&field.dtype)?);
    }
    let count = whole.checked_div(size(&item)?).unwrap_or(1);
    Ok(bytes.saturating_mul(count))
}

fn by_field<'py>(
    py: Python<'py>,
    plain: &Bound<'py, PyAny>,
    fields: &[Field<'py>],
) -> PyResult<Record<'py>> {
    let count: usize = plain.getattr(intern!(py, "size"))?.extract()?;
    let bytes = shown(&plain.getattr(intern!(py, "dtype"))?)?.saturating_mul(count);
    let there: usize = plain.getattr(intern!(py, "nbytes"))?.extract()?;
    if bytes > ENDLESS && bytes > there {
        return Err(endless(bytes, there));
    }
    let mut record = Record::new("numpy.fields");
    for field in fields {
        record = record.with(contents(py, &self::plain(&plain.get_item(&field.name)?)?)?);
    }
    Ok(record)
}

/// The objects of an array, in the order of their indices.
fn values<'py>(plain: &Bound<'py, PyAny>) -> PyResult<Part<'py>> {
    let py = plain.py();
    let count: usize = plain.getattr(intern!(py, "size"))?.extract()?;
    if count > MOST_OBJECTS {
        let memory = memory(plain, Items::Whole)?;
        if memory.bytes() > memory.span() {
            return Err(endless(memory.bytes(), memory.span()));
        }
    }
    let flat = plain.call_method1(intern!(py, "reshape"), (-1,))?;
    Ok(Part::Items(flat.call_method0(intern!(py, "tolist"))?))
}

/// The leaf of one array.
pub fn leaf(py: Python<'_>, array: &Strided) -> PyResult<Node> {
    let leaves = leaves(py, std::slice::from_ref(array))?;
    Ok(leaves.into_iter().next().unwrap_or_default())
}

/// The leaves of many arrays, with the interpreter released if they are large.
pub fn leaves(py: Python<'_>, arrays: &[Strided]) -> PyResult<Vec<Node>> {
    if let Some((shown, there)) = strided::endless(arrays) {
        return Err(endless(shown, there));
    }
    let bytes: usize = arrays.iter().map(Strided::bytes).sum();
    let leaves = if bytes < RELEASE_FROM {
        strided::leaves(arrays)
    } else {
        detached(py, || strided::leaves(arrays))?
    };
    let nodes = leaves.iter().map(|leaf| Node::from_slice(leaf.as_bytes()));
    Ok(nodes.collect())
}
