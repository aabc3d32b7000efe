//! Families: classes whose instances are made of known parts, whatever their `__reduce_ex__` says.
//!
//! A class is found by the module and the name that it has, and is then held against what its
//! module holds, so that nothing can pass for another.

mod attributes;
mod collections;
mod contents;
mod dates;
mod exceptions;
mod files;
mod handles;
pub mod memory;
mod numbers;
mod numpy;
mod pandas;
mod paths;
mod pillow;
mod polars;
mod pyarrow;
mod simple;
mod sparse;
mod torch;
mod views;
mod xarray;

use std::collections::HashMap;
use std::sync::OnceLock;

use ahash::RandomState;
use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

pub use self::attributes::{
    all_attributes, as_base_sees, attributes_beside, attributes_except, own_attributes,
    slots_before,
};
use super::Walk;
use super::class::is_held;
use super::record::Record;
use crate::error::{Error, Result};
use crate::python::intern;
use crate::python::{self, raw};
use crate::sync::system::RwLock;

/// Classes that belong together.
pub struct Family {
    /// Modules that may say that the class is theirs, qualified name, and what an instance is made
    /// of. The record is named after the first of the modules.
    pub classes: &'static [(&'static [&'static str], &'static str, Encode)],
    /// What counts of an instance beside the record: most have nothing, unless a user put it there or
    /// a subclass brings it.
    pub attributes: Attributes,
    /// Whether a subclass that reduces in a way of its own is taken at its word.
    pub heeds_reduce: bool,
    /// Whether subclasses that come with the library are members too: their parts tell them apart.
    pub has_members_below: bool,
}

/// How an instance becomes the record of its class's name.
#[derive(Clone, Copy)]
pub enum Encode {
    /// By attributes of which it is made.
    Attributes(&'static [&'static str]),
    /// By what a function adds.
    By(Parts),
    /// Not at all, for this reason.
    Refused(&'static str),
}

/// Adds what an instance is made of to a record.
pub type Parts =
    for<'a, 'py> fn(&mut Walk<'a, 'py>, &Bound<'py, PyAny>, Record<'py>) -> Result<Record<'py>>;

/// Of an instance of a class, or of a subclass of it, the attributes that count beside the record.
pub type Attributes =
    for<'py> fn(&Bound<'py, PyAny>, &Bound<'py, PyType>) -> Result<Option<Bound<'py, PyDict>>>;

const FAMILIES: &[Family] = &[
    numbers::FAMILY,
    handles::FAMILY,
    numbers::RANDOM,
    paths::FAMILY,
    views::FAMILY,
    dates::FAMILY,
    dates::PENDULUM,
    collections::FAMILY,
    simple::FAMILY,
    simple::NAMESPACES,
    simple::ADDRESSES,
    memory::FAMILY,
    files::FAMILY,
    exceptions::FAMILY,
    numpy::ARRAYS,
    numpy::SCALARS,
    numpy::RANDOM,
    pandas::FRAMES,
    pandas::INDEXES,
    pandas::ARRAYS,
    pandas::DTYPES,
    pandas::OFFSETS,
    pandas::SCALARS,
    sparse::FAMILY,
    pillow::FAMILY,
    torch::FAMILY,
    xarray::FAMILY,
    polars::FAMILY,
    pyarrow::FAMILY,
];

type ByAddress<T> = HashMap<usize, T, RandomState>;

/// A class of a family.
struct Member {
    /// Of the record.
    name: &'static str,
    family: &'static Family,
    encode: Encode,
}

/// How the instances of a class are seen.
#[derive(Clone)]
struct Strategy<'py> {
    member: &'static Member,
    /// The member's class, if the instances are of a subclass.
    base: Option<Bound<'py, PyType>>,
}

/// What a walk knows of the classes that it has met. Each is kept alive, so that no address is used
/// twice.
#[derive(Default)]
pub struct Families<'py> {
    known: ByAddress<(Bound<'py, PyType>, Option<Strategy<'py>>)>,
}

impl<'py> Families<'py> {
    fn strategy(&mut self, class: &Bound<'py, PyType>) -> Result<Option<Strategy<'py>>> {
        if let Some(member) = remembered(class) {
            return Ok(Some(Strategy { member, base: None }));
        }
        let known = &mut self.known;
        if let Some((_, strategy)) = known.get(&address(class)) {
            return Ok(strategy.clone());
        }
        let strategy = find(class)?;
        known.insert(address(class), (class.clone(), strategy.clone()));
        Ok(strategy)
    }
}

impl<'py> Walk<'_, 'py> {
    fn record(&mut self, value: &Bound<'py, PyAny>, member: &Member) -> Result<Record<'py>> {
        let record = Record::new(member.name);
        match member.encode {
            Encode::Attributes(names) => Ok(record.with_attributes(value, names)?),
            Encode::By(parts) => parts(self, value, record),
            Encode::Refused(reason) => Err(self.unhashable(value, reason, None)),
        }
    }

    /// Opens `value` if it belongs to a family.
    pub(super) fn family(&mut self, value: &Bound<'py, PyAny>) -> Result<bool> {
        let class = value.get_type();
        let Some(Strategy { member, base }) = self.families.strategy(&class)? else {
            return Ok(false);
        };
        let owner = self.shared(value);
        let record = match self.record(value, member) {
            Ok(record) => record,
            // A version of the library that keeps its values otherwise: what pickle is told holds.
            Err(Error::Python(raised)) if is_otherwise(self.py, &raised) => return Ok(false),
            Err(error) => return Err(error),
        };
        let known = base.as_ref().unwrap_or(&class);
        let attributes = (member.family.attributes)(value, known)?;
        let attributes = attributes.filter(|attributes| !attributes.is_empty());
        if base.is_none() && attributes.is_none() {
            self.open_record(owner, record)?;
        } else {
            self.open_subclass(owner, class.into_any(), record, attributes)?;
        }
        Ok(true)
    }
}

/// Whether an attribute is missing.
fn is_otherwise(py: Python<'_>, raised: &PyErr) -> bool {
    raised.is_instance_of::<PyAttributeError>(py)
}

/// By address, the classes that were found to be members. They are kept alive for good: libraries
/// are not unloaded.
static MEMBERS: RwLock<Option<ByAddress<Found>>> = RwLock::new(None);

type Found = (Py<PyType>, &'static Member);

fn address(class: &Bound<'_, PyType>) -> usize {
    class.as_ptr() as usize
}

fn remembered(class: &Bound<'_, PyType>) -> Option<&'static Member> {
    let members = MEMBERS.read();
    let (_, member) = members.as_ref()?.get(&address(class))?;
    Some(member)
}

fn remember(class: &Bound<'_, PyType>, member: &'static Member) {
    let class_of_its_own = class.clone().unbind();
    let replaced = MEMBERS
        .write()
        .get_or_insert_default()
        .insert(address(class), (class_of_its_own, member));
    drop(replaced);
}

/// The strategy for a class: its own, or the nearest base's.
fn find<'py>(class: &Bound<'py, PyType>) -> Result<Option<Strategy<'py>>> {
    if class.is_instance(python::ENUM_TYPE.get(class.py())?)? {
        // A member is known by its name, whatever else it is.
        return Ok(None);
    }
    for (depth, base) in class.mro().iter().enumerate() {
        let base = base.cast_into::<PyType>().map_err(PyErr::from)?;
        let Some(member) = member(&base)? else {
            continue;
        };
        if depth == 0 {
            return Ok(Some(Strategy { member, base: None }));
        }
        if member.family.has_members_below && comes_with(class, &base)? {
            remember(class, member);
            return Ok(Some(Strategy { member, base: None }));
        }
        if member.family.heeds_reduce && reduces_otherwise(class, &base)? {
            return Ok(None);
        }
        let base = Some(base);
        return Ok(Some(Strategy { member, base }));
    }
    Ok(None)
}

/// Whether a class is of the same package as its base, and nothing that only says so.
fn comes_with(class: &Bound<'_, PyType>, base: &Bound<'_, PyType>) -> Result<bool> {
    let (module, package) = (module(class)?, module(base)?);
    if module.split('.').next() != package.split('.').next() {
        return Ok(false);
    }
    let name = class.qualname()?;
    Ok(raw::is_static(class) || is_held(class.as_any(), &module, &name.to_string_lossy())?)
}

/// The module that a class says it is of; empty, if it says something else.
fn module(class: &Bound<'_, PyType>) -> Result<String> {
    let module = class.getattr(intern!(class.py(), "__module__"))?;
    Ok(module.cast::<PyString>().map_or_else(
        |_| String::new(),
        |module| module.to_string_lossy().into_owned(),
    ))
}

fn member(class: &Bound<'_, PyType>) -> Result<Option<&'static Member>> {
    if let Some(member) = remembered(class) {
        return Ok(Some(member));
    }
    let Some(member) = named(class)? else {
        return Ok(None);
    };
    remember(class, member);
    Ok(Some(member))
}

/// The member of the class's name, if the class is what that name stands for.
fn named(class: &Bound<'_, PyType>) -> Result<Option<&'static Member>> {
    let name = class.qualname()?;
    let name = name.to_string_lossy();
    let Some(of_that_name) = table().get(name.as_ref()) else {
        return Ok(None);
    };
    let module = module(class)?;
    let Some((_, member)) = of_that_name.iter().find(|(place, _)| *place == module) else {
        return Ok(None);
    };
    if raw::is_static(class) {
        return Ok(Some(member));
    }
    // The module that a class names may not be loaded yet, as `numpy.rec` when it is of `numpy`.
    for (place, other) in of_that_name {
        if other.name == member.name && is_held(class.as_any(), place, &name)? {
            return Ok(Some(member));
        }
    }
    Ok(None)
}

/// All members, by qualified name: module and member.
type Table = HashMap<&'static str, Vec<(&'static str, Member)>, RandomState>;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table::default();
        for family in FAMILIES {
            for (modules, class, encode) in family.classes {
                let name: &'static str = format!("{}.{class}", modules[0]).leak();
                for module in *modules {
                    let member = Member {
                        name,
                        family,
                        encode: *encode,
                    };
                    table.entry(class).or_default().push((module, member));
                }
            }
        }
        table
    })
}

/// Whether `class` says otherwise than `base` what its instances are made of.
pub(super) fn reduces_otherwise(
    class: &Bound<'_, PyType>,
    base: &Bound<'_, PyType>,
) -> Result<bool> {
    let py = class.py();
    for name in [
        intern!(py, "__reduce_ex__"),
        intern!(py, "__reduce__"),
        intern!(py, "__getstate__"),
    ] {
        let same = match (class.getattr_opt(name)?, base.getattr_opt(name)?) {
            (Some(own), Some(inherited)) => own.is(&inherited),
            (own, inherited) => own.is_none() == inherited.is_none(),
        };
        if !same {
            return Ok(true);
        }
    }
    Ok(false)
}
