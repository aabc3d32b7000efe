//! Frames and series: blocks of columns, labels, and what lies beside them.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PySlice, PyTuple, PyType};

use super::part::Part;
use super::references;
use crate::python::intern;
use crate::python::{self, raw};
use crate::snapshot::{CopyMode, Snapshot, Source};

/// Bytes of the objects around the columns and the labels.
const OF_FACE: u64 = 512;

/// A frame, or a series, which is one with a single block.
pub struct Frame {
    class: Py<PyType>,
    manager: Py<PyType>,
    axes: Vec<Part>,
    blocks: Vec<Block>,
    /// Attributes that a new one does not have.
    beside: Vec<(&'static str, Snapshot)>,
    allows_duplicate_labels: bool,
}

/// Columns of one type.
struct Block {
    class: Py<PyAny>,
    /// Which of the frame's columns they are.
    placement: Placement,
    dimensions: usize,
    values: Part,
}

enum Placement {
    Slice(Py<PyAny>),
    Numbers(Part),
}

/// What a frame or a series has in its `__dict__`.
const OF_PANDAS: [&str; 6] = [
    "_mgr",
    "_attrs",
    "_flags",
    "_name",
    "_item_cache",
    "_is_copy",
];

impl Frame {
    /// Takes a frame or a series in; nothing, if a part of it may be shared with others.
    pub fn capture(value: &Bound<'_, PyAny>, source: Source<'_>) -> PyResult<Option<Self>> {
        let py = value.py();
        let Some(beside) = beside(value, source)? else {
            return Ok(None);
        };
        let manager = value.getattr(intern!(py, "_mgr"))?;
        let (Some(axes), Some(blocks)) = (
            all(&manager.getattr(intern!(py, "axes"))?, |axis| {
                Part::capture(axis, source)
            })?,
            all(&manager.getattr(intern!(py, "blocks"))?, |block| {
                Block::capture(block, source)
            })?,
        ) else {
            return Ok(None);
        };
        let flags = value.getattr(intern!(py, "flags"))?;
        let repeats = flags.getattr(intern!(py, "allows_duplicate_labels"))?;
        Ok(Some(Self {
            class: value.get_type().unbind(),
            manager: manager.get_type().unbind(),
            axes,
            blocks,
            beside,
            allows_duplicate_labels: repeats.is_truthy()?,
        }))
    }

    /// A new face over the same memory.
    pub fn restore<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let axes = self
            .axes
            .iter()
            .map(|axis| axis.restore(py))
            .collect::<PyResult<Vec<_>>>()?;
        let manager = self.manager(py, &axes)?;
        let face = self
            .class
            .bind(py)
            .call_method1(intern!(py, "_from_mgr"), (manager, axes))?;
        if !self.beside.is_empty() || !self.allows_duplicate_labels {
            self.put_beside(&face)?;
        }
        Ok(face)
    }

    fn manager<'py>(
        &self,
        py: Python<'py>,
        labels: &[Bound<'py, PyAny>],
    ) -> PyResult<Bound<'py, PyAny>> {
        let blocks = self
            .blocks
            .iter()
            .map(|block| block.restore(py))
            .collect::<PyResult<Vec<_>>>()?;
        let class = self.manager.bind(py);
        match (blocks.as_slice(), labels) {
            ([only], [index]) => class.call1((only, index, false)),
            _ => class.call1((PyTuple::new(py, blocks)?, labels.to_vec(), false)),
        }
    }

    fn put_beside(&self, face: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = face.py();
        let Some(attributes) = raw::instance_dict(face) else {
            return Ok(());
        };
        for (name, snapshot) in &self.beside {
            attributes.set_item(*name, snapshot.restore(py)?)?;
        }
        if !self.allows_duplicate_labels {
            let options = PyDict::new(py);
            options.set_item(intern!(py, "allows_duplicate_labels"), false)?;
            let flags = python::PANDAS_FLAGS
                .get(py)?
                .call((face,), Some(&options))?;
            attributes.set_item(intern!(py, "_flags"), flags)?;
        }
        Ok(())
    }

    /// Bytes that it holds.
    pub fn size(&self) -> u64 {
        let axes = self.axes.iter().map(Part::size);
        let blocks = self.blocks.iter().map(|block| block.values.size());
        let beside = self.beside.iter().map(|(_, snapshot)| snapshot.size());
        axes.chain(blocks).chain(beside).sum::<u64>() + OF_FACE
    }
}

/// The name and the attributes of a frame or a series; nothing, if a user has put others on it.
fn beside(
    value: &Bound<'_, PyAny>,
    source: Source<'_>,
) -> PyResult<Option<Vec<(&'static str, Snapshot)>>> {
    let py = value.py();
    let Some(attributes) = raw::instance_dict(value) else {
        return Ok(None);
    };
    let attributes = attributes.cast_into::<PyDict>()?;
    for (name, content) in &attributes {
        let name: String = name.extract()?;
        // What was unpickled has its class's own name for its kind, which a new one need not have.
        let is_kind =
            name == "_typ" && content.eq(value.get_type().getattr(intern!(py, "_typ"))?)?;
        if !is_kind && !OF_PANDAS.contains(&name.as_str()) {
            return Ok(None);
        }
    }
    let mut beside = Vec::new();
    for name in ["_attrs", "_name"] {
        if let Some(content) = attributes.get_item(name)?
            && !is_empty(&content)
        {
            beside.push((name, Snapshot::take(&content, CopyMode::Auto, source)?));
        }
    }
    Ok(Some(beside))
}

/// Whether these are the attributes of one that has none. A new series has not even `None` for a
/// name.
fn is_empty(content: &Bound<'_, PyAny>) -> bool {
    let attributes = content.cast_exact::<PyDict>();
    attributes.is_ok_and(PyDictMethods::is_empty)
}

impl Block {
    fn capture(block: &Bound<'_, PyAny>, source: Source<'_>) -> PyResult<Option<Self>> {
        let py = block.py();
        let values = Part::capture(&block.getattr(intern!(py, "values"))?, source)?;
        let placement = Placement::capture(&block.getattr(intern!(py, "mgr_locs"))?, source)?;
        let (Some(values), Some(placement)) = (values, placement) else {
            return Ok(None);
        };
        Ok(Some(Self {
            class: block.get_type().into_any().unbind(),
            placement,
            dimensions: block.getattr(intern!(py, "ndim"))?.extract()?,
            values,
        }))
    }

    fn restore<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let options = PyDict::new(py);
        options.set_item(intern!(py, "placement"), self.placement.restore(py)?)?;
        options.set_item(intern!(py, "ndim"), self.dimensions)?;
        options.set_item(intern!(py, "refs"), references(py)?)?;
        let values = self.values.restore(py)?;
        self.class.bind(py).call((values,), Some(&options))
    }
}

impl Placement {
    fn capture(placement: &Bound<'_, PyAny>, source: Source<'_>) -> PyResult<Option<Self>> {
        let py = placement.py();
        let indexer = placement.getattr(intern!(py, "indexer"))?;
        if indexer.is_exact_instance_of::<PySlice>() {
            return Ok(Some(Self::Slice(indexer.unbind())));
        }
        Ok(Part::capture(&indexer, source)?.map(Self::Numbers))
    }

    fn restore<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let indexer = match self {
            Self::Slice(slice) => slice.bind(py).clone(),
            Self::Numbers(numbers) => numbers.restore(py)?,
        };
        python::PANDAS_PLACEMENT.get(py)?.call1((indexer,))
    }
}

/// What is made of each, unless one of them makes nothing.
fn all<'py, T>(
    parts: &Bound<'py, PyAny>,
    make: impl Fn(&Bound<'py, PyAny>) -> PyResult<Option<T>>,
) -> PyResult<Option<Vec<T>>> {
    parts.try_iter()?.map(|part| make(&part?)).collect()
}
