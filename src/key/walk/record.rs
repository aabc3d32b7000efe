//! Records: what a value of a known family is made of.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use smallvec::SmallVec;

use super::Walk;
use super::frame::Cursor;
use crate::error::Result;
use crate::key::encoder::Encoder;
use crate::key::tag::Tag;

/// The bytes of something that has been encoded already. A digested leaf fits.
pub type Node = SmallVec<[u8; 48]>;

/// What a value of a known family is made of.
pub struct Record<'py> {
    /// The family's name: the same for all versions of its library.
    pub name: &'static str,
    /// In an order that never changes.
    pub parts: Vec<Part<'py>>,
}

/// A part of a record, and what it is to the user: hash functions see values only.
pub enum Part<'py> {
    /// A value.
    Value(Bound<'py, PyAny>),
    /// A container made here of the user's values: its children are values, it is not.
    Items(Bound<'py, PyAny>),
    /// Values under the names of attributes: the names are no values of the user's.
    Attributes(Bound<'py, PyDict>),
    /// Something of which the value is made.
    Inner(Bound<'py, PyAny>),
    /// A record that is no object by itself.
    Record(Record<'py>),
    /// What has been encoded already.
    Node(Node),
}

impl<'py> Record<'py> {
    /// A record without parts.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            parts: Vec::new(),
        }
    }

    /// Adds a part.
    #[must_use]
    pub fn with(mut self, part: Part<'py>) -> Self {
        self.parts.push(part);
        self
    }

    /// Adds attributes as the class has them, whatever a subclass has put before them.
    pub fn with_attributes_of(
        mut self,
        class: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
        names: &[&str],
    ) -> PyResult<Self> {
        for name in names {
            self.parts
                .push(Part::Inner(attribute_of(class, value, name)?));
        }
        Ok(self)
    }

    /// Adds attributes of the value as parts of which it is made.
    pub fn with_attributes(mut self, value: &Bound<'py, PyAny>, names: &[&str]) -> PyResult<Self> {
        for name in names {
            self.parts.push(Part::Inner(value.getattr(*name)?));
        }
        Ok(self)
    }
}

/// A value's attribute as the class has it.
pub fn attribute_of<'py>(
    class: &Bound<'py, PyAny>,
    value: &Bound<'py, PyAny>,
    name: &str,
) -> PyResult<Bound<'py, PyAny>> {
    class.getattr(name)?.call_method1("__get__", (value,))
}

impl<'py> Part<'py> {
    /// A list made here of the user's values.
    pub fn items(
        py: Python<'py>,
        values: impl IntoIterator<Item = PyResult<Bound<'py, PyAny>>>,
    ) -> PyResult<Self> {
        let values = values.into_iter().collect::<PyResult<Vec<_>>>()?;
        Ok(Self::Items(PyList::new(py, values)?.into_any()))
    }

    /// `None`, or the attributes if there are any.
    pub fn attributes(attributes: Option<Bound<'py, PyDict>>) -> Self {
        match attributes.filter(|attributes| !attributes.is_empty()) {
            Some(attributes) => Self::Attributes(attributes),
            None => Self::none(),
        }
    }

    /// `None`
    pub fn none() -> Self {
        Self::encoded(|encoder| encoder.unit(Tag::None))
    }

    /// A truth.
    pub fn truth(value: bool) -> Self {
        Self::encoded(|encoder| encoder.unit(if value { Tag::True } else { Tag::False }))
    }

    /// An integer.
    pub fn int(value: i64) -> Self {
        Self::encoded(|encoder| encoder.int(value))
    }

    /// A string.
    pub fn text(text: &str) -> Self {
        Self::encoded(|encoder| encoder.leaf(Tag::Str, text.as_bytes()))
    }

    /// What `write` writes: one node.
    pub fn encoded(write: impl FnOnce(&mut Encoder)) -> Self {
        let mut encoder = Encoder::new();
        write(&mut encoder);
        Self::Node(Node::from_slice(encoder.as_bytes()))
    }
}

impl<'py> Walk<'_, 'py> {
    /// Opens a record; `owner` is the value, if the walk may meet it again.
    pub(super) fn open_record(
        &mut self,
        owner: Option<Bound<'py, PyAny>>,
        record: Record<'py>,
    ) -> Result<()> {
        let name = record.name;
        let cursor = Cursor::Record {
            name,
            parts: record.parts,
            next: 0,
        };
        self.open(owner, Tag::Record, cursor)?;
        self.encoder.leaf(Tag::Str, name.as_bytes());
        Ok(())
    }

    /// Opens an instance of a subclass: its class, what its base sees in it, attributes of its own.
    pub(super) fn open_subclass(
        &mut self,
        owner: Option<Bound<'py, PyAny>>,
        class: Bound<'py, PyAny>,
        record: Record<'py>,
        attributes: Option<Bound<'py, PyDict>>,
    ) -> Result<()> {
        let parts = vec![
            Part::Inner(class),
            Part::Record(record),
            Part::attributes(attributes),
        ];
        let cursor = Cursor::Record {
            name: "",
            parts,
            next: 0,
        };
        self.open(owner, Tag::Subclass, cursor)
    }
}
