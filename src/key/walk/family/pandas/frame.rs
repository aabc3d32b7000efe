//! Frames and series: columns, index, attributes, and each column by itself.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::error::Result;
use crate::key::encoder::Encoder;
use crate::key::strided::Strided;
use crate::key::tag::Tag;
use crate::key::walk::Walk;
use crate::key::walk::family::numpy::array::{self, Kept};
use crate::key::walk::family::numpy::dtype;
use crate::key::walk::record::{Node, Part, Record};
use crate::python;
use crate::python::intern;

pub fn frame<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = walk.py();
    let manager = value.getattr(intern!(py, "_mgr"))?;
    let axes = manager.getattr(intern!(py, "axes"))?;
    let (names, index) = (axes.get_item(0)?, axes.get_item(1)?);
    let count = names.len()?;
    let mut record = record.with(Part::Inner(names)).with(Part::Inner(index));
    record.parts.extend(surroundings(value)?);
    let mut columns = Columns::default();
    for number in 0..count {
        columns.add(manager.call_method1(intern!(py, "iget_values"), (number,))?)?;
    }
    record.parts.extend(columns.parts(py)?);
    Ok(record)
}

pub fn series<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = walk.py();
    let name = value.getattr(intern!(py, "name"))?;
    let mut record = record
        .with(Part::Value(name))
        .with_attributes(value, &["index"])?;
    record.parts.extend(surroundings(value)?);
    let mut columns = Columns::default();
    columns.add(value.getattr(intern!(py, "_values"))?)?;
    record.parts.extend(columns.parts(py)?);
    Ok(record)
}

/// `attrs`, and whether labels may repeat.
fn surroundings<'py>(value: &Bound<'py, PyAny>) -> Result<[Part<'py>; 2]> {
    let py = value.py();
    let attributes = value.getattr(intern!(py, "attrs"))?;
    let attributes = match attributes.cast::<PyDict>() {
        Ok(attributes) if attributes.is_empty() => Part::none(),
        _ => Part::Items(attributes),
    };
    let flags = value.getattr(intern!(py, "flags"))?;
    let repeats = flags.getattr(intern!(py, "allows_duplicate_labels"))?;
    Ok([attributes, Part::truth(repeats.is_truthy()?)])
}

/// Columns, of which those in plain memory are read together.
#[derive(Default)]
struct Columns<'py> {
    parts: Vec<Column<'py>>,
    memory: Vec<Strided>,
    /// The memory's owners.
    alive: Vec<Bound<'py, PyAny>>,
    /// Data types that were met, which are few: object, and encoding if it is plain.
    dtypes: Vec<(Bound<'py, PyAny>, Option<Plain>)>,
}

enum Column<'py> {
    /// Its content is in memory: data type, number of items, and which of the memories it is.
    Memory(Node, usize, usize),
    Other(Part<'py>),
}

#[derive(Clone)]
struct Plain {
    node: Node,
    items: crate::python::array::Items,
}

impl<'py> Columns<'py> {
    fn add(&mut self, values: Bound<'py, PyAny>) -> PyResult<()> {
        let py = values.py();
        if !values.get_type().is(python::NUMPY_ARRAY.get(py)?) {
            self.parts.push(Column::Other(Part::Inner(values)));
            return Ok(());
        }
        let dtype = values.getattr(intern!(py, "dtype"))?;
        let Some(plain) = self.plain(&dtype)? else {
            let record = array::of_plain(py, &values)?;
            self.parts.push(Column::Other(Part::Record(record)));
            return Ok(());
        };
        let shape = values.getattr(intern!(py, "shape"))?;
        let length = shape.cast::<PyTuple>()?.get_item(0)?.extract()?;
        self.parts
            .push(Column::Memory(plain.node, length, self.memory.len()));
        self.memory
            .push(python::array::memory(&values, plain.items)?);
        self.alive.push(values);
        Ok(())
    }

    fn plain(&mut self, dtype: &Bound<'py, PyAny>) -> PyResult<Option<Plain>> {
        if let Some((_, plain)) = self.dtypes.iter().find(|(known, _)| known.is(dtype)) {
            return Ok(plain.clone());
        }
        let plain = match (dtype::plain(dtype)?, array::kept(dtype)?) {
            (Some(node), Kept::Memory(items)) => Some(Plain { node, items }),
            _ => None,
        };
        self.dtypes.push((dtype.clone(), plain.clone()));
        Ok(plain)
    }

    fn parts(self, py: Python<'py>) -> PyResult<Vec<Part<'py>>> {
        let leaves = array::leaves(py, &self.memory)?;
        drop(self.alive);
        let parts = self.parts.into_iter().map(|column| match column {
            Column::Memory(dtype, length, memory) => {
                Part::encoded(|encoder| one_dimensional(encoder, &dtype, length, &leaves[memory]))
            }
            Column::Other(part) => part,
        });
        Ok(parts.collect())
    }
}

/// Writes the record of an array with one axis.
fn one_dimensional(encoder: &mut Encoder, dtype: &Node, length: usize, contents: &Node) {
    encoder.open_record("numpy.ndarray", 3);
    encoder.node(dtype);
    encoder.open(Tag::Tuple);
    encoder.length(1);
    encoder.int(length.cast_signed() as i64);
    encoder.close();
    encoder.node(contents);
    encoder.close();
}
