//! Snapshots: the form in which a value is stored, and what a hit hands out.
//!
//! A caller may do what it likes with what it was handed out, by public and private ways, and no
//! other caller sees it. Each form is one file; which of them a value takes is in [`rules`].

mod array;
mod arrow;
mod identity;
mod member;
mod pandas;
mod persisted;
mod pickled;
mod polars;
mod rules;
mod size;
mod source;
mod tree;

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use self::array::Array;
use self::arrow::Arrow;
use self::identity::Identity;
use self::member::Member;
use self::pandas::Pandas;
pub use self::persisted::{Codable, Persisted, Restorable, read};
use self::pickled::Pickled;
use self::polars::Polars;
use self::rules::Rule;
use self::source::Source;
use self::tree::Tree;
use crate::disk::{Generation, Name};

/// How `cache_data` hands out values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyMode {
    /// The cheapest form that is provably isolated.
    Auto,
    /// Always a pickle round trip.
    Deep,
}

/// A way to store a value so that nobody who is handed it out can change it for others.
trait Form: Sized {
    /// Takes the value in; nothing, if it is not sure to be isolated in this form.
    fn capture(value: &Bound<'_, PyAny>, source: Source<'_>) -> PyResult<Option<Self>>;

    /// The value, as a caller may have it.
    fn restore<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>>;

    /// Bytes that the form holds.
    fn size(&self) -> u64;
}

/// A value as it is stored.
pub enum Snapshot {
    /// The object itself: nobody can change it, or everybody may.
    Shared {
        /// The object.
        object: Py<PyAny>,
        /// Bytes that the object holds.
        size: u64,
    },
    /// A resource that a generator has yielded, which waits to clean up behind it.
    Yielded {
        /// The resource, which all callers share.
        resource: Py<PyAny>,
        /// The generator.
        generator: Py<PyAny>,
        /// Bytes that the resource holds.
        size: u64,
    },
    /// Containers that are made anew around what they hold.
    Tree(Tree),
    /// A member of an enumeration.
    Member(Member),
    /// An array of numpy's.
    Array(Array),
    /// A UUID.
    Identity(Identity),
    /// A frame, a series or an index of pandas'.
    Pandas(Box<Pandas>),
    /// A table or an array of Arrow's.
    Arrow(Arrow),
    /// A frame or a series of polars'.
    Polars(Polars),
    /// What pickle made of it.
    Pickled(Pickled),
    /// A value that the disk has too.
    Persisted(Box<Persisted>),
}

impl Snapshot {
    /// Takes a value of `cache_data` in. Fails with what pickle raises.
    pub fn capture(value: &Bound<'_, PyAny>, mode: CopyMode) -> PyResult<Self> {
        Self::take(value, mode, Source::Caller)
    }

    /// Takes a value in whose copies are made faithfully without pickle, which copies what is only itself.
    pub fn copy(value: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        Self::capture_cheaply(value, Source::Caller)
    }

    fn take(value: &Bound<'_, PyAny>, mode: CopyMode, source: Source<'_>) -> PyResult<Self> {
        if mode == CopyMode::Auto
            && let Some(cheap) = Self::capture_cheaply(value, source)?
        {
            return Ok(cheap);
        }
        Pickled::of(value).map(Self::Pickled)
    }

    /// The value in a form of its own. A library that is not as it is known to be has none.
    fn capture_cheaply(value: &Bound<'_, PyAny>, source: Source<'_>) -> PyResult<Option<Self>> {
        match Self::by_rule(value, source) {
            Err(raised) if raised.is_instance_of::<PyException>(value.py()) => Ok(None),
            captured => captured,
        }
    }

    fn by_rule(value: &Bound<'_, PyAny>, source: Source<'_>) -> PyResult<Option<Self>> {
        Ok(match rules::of(value)? {
            Rule::Share => Some(Self::share(value, size::of(value)?)),
            Rule::ShareTypes if arrow::is_known(value)? => {
                Some(Self::share(value, size::of(value)?))
            }
            Rule::Member => Member::capture(value, source)?.map(Self::Member),
            Rule::Rebuild => match Tree::capture(value, source)? {
                // Nothing in it can change.
                Some(tree) if tree.is_immutable() => Some(Self::share(value, tree.size())),
                tree => tree.map(Self::Tree),
            },
            Rule::Identity => Identity::capture(value, source)?.map(Self::Identity),
            Rule::Array => Array::capture(value, source)?.map(Self::Array),
            Rule::Pandas => Pandas::capture(value, source)?
                .map(Box::new)
                .map(Self::Pandas),
            Rule::Arrow => Arrow::capture(value, source)?.map(Self::Arrow),
            Rule::Polars => Polars::capture(value, source)?.map(Self::Polars),
            Rule::ShareTypes | Rule::Pickle => None,
        })
    }

    /// The value as one that the disk has too.
    pub fn persisted(self, name: Name, generation: Generation) -> Self {
        Self::Persisted(Box::new(Persisted {
            snapshot: self,
            name,
            generation,
        }))
    }

    /// Takes in an object that all callers share, of `size` bytes.
    pub fn share(object: &Bound<'_, PyAny>, size: u64) -> Self {
        Self::Shared {
            object: object.clone().unbind(),
            size,
        }
    }

    /// The value, as a caller may have it. Fails with what unpickling raises.
    pub fn restore<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Shared { object, .. }
            | Self::Yielded {
                resource: object, ..
            } => Ok(object.bind(py).clone()),
            Self::Tree(tree) => tree.restore(py),
            Self::Identity(identity) => identity.restore(py),
            Self::Member(member) => member.restore(py),
            Self::Array(array) => array.restore(py),
            Self::Pandas(pandas) => pandas.restore(py),
            Self::Arrow(arrow) => arrow.restore(py),
            Self::Polars(polars) => polars.restore(py),
            Self::Pickled(pickled) => pickled.restore(py),
            Self::Persisted(persisted) => persisted.snapshot.restore(py),
        }
    }

    /// The object itself, if that is what is stored.
    pub fn shared<'a, 'py>(&'a self, py: Python<'py>) -> Option<&'a Bound<'py, PyAny>> {
        match self {
            Self::Shared { object, .. }
            | Self::Yielded {
                resource: object, ..
            } => Some(object.bind(py)),
            _ => None,
        }
    }

    /// The generator that waits to clean up.
    pub fn generator<'a, 'py>(&'a self, py: Python<'py>) -> Option<&'a Bound<'py, PyAny>> {
        match self {
            Self::Yielded { generator, .. } => Some(generator.bind(py)),
            _ => None,
        }
    }

    /// Shows the garbage collector what callers share.
    pub fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self {
            Self::Shared { object, .. } => visit.call(object),
            Self::Yielded {
                resource,
                generator,
                ..
            } => {
                visit.call(resource)?;
                visit.call(generator)
            }
            _ => Ok(()),
        }
    }

    /// Bytes that the snapshot holds.
    pub fn size(&self) -> u64 {
        match self {
            Self::Shared { size, .. } | Self::Yielded { size, .. } => *size,
            Self::Tree(tree) => tree.size(),
            Self::Identity(identity) => identity.size(),
            Self::Member(member) => member.size(),
            Self::Array(array) => array.size(),
            Self::Pandas(pandas) => pandas.size(),
            Self::Arrow(arrow) => arrow.size(),
            Self::Polars(polars) => polars.size(),
            Self::Pickled(pickled) => pickled.size(),
            Self::Persisted(persisted) => persisted.size(),
        }
    }
}
