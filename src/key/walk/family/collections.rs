//! The containers of `collections`, as the classes themselves see them, in their order.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use super::Encode::By;
use super::{Family, attributes_except};
use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::record::{Part, Record, attribute_of};
use crate::python;
use crate::python::intern;

/// Containers that are classes of their own.
pub const FAMILY: Family = Family {
    classes: &[
        (&["collections"], "deque", By(deque)),
        (&["collections"], "ChainMap", By(chain_map)),
        (&["collections"], "Counter", By(dict)),
        (&["collections"], "OrderedDict", By(ordered_dict)),
        (&["collections"], "defaultdict", By(default_dict)),
    ],
    attributes,
    heeds_reduce: true,
    has_members_below: false,
};

/// All but the maps of a chain, which are its content.
fn attributes<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
) -> Result<Option<Bound<'py, PyDict>>> {
    let is_chain = base.name()?.to_cow()? == "ChainMap";
    attributes_except(value, base, if is_chain { &["maps"] } else { &[] })
}

fn deque<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = walk.py();
    let class = python::DEQUE.get(py)?;
    let items = class.call_method1(intern!(py, "__iter__"), (value,))?;
    Ok(record
        .with_attributes_of(class, value, &["maxlen"])?
        .with(Part::items(py, items.try_iter()?)?))
}

fn chain_map<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let maps = value.getattr(intern!(walk.py(), "maps"))?;
    Ok(record.with(Part::items(walk.py(), maps.try_iter()?)?))
}

fn dict<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let class = walk.py().get_type::<PyDict>().into_any();
    Ok(record.with(pairs(&class, value)?))
}

/// The order is not that of the dict below it.
fn ordered_dict<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let class = python::ORDERED_DICT.get(walk.py())?;
    Ok(record.with(pairs(class, value)?))
}

fn default_dict<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let class = python::DEFAULT_DICT.get(walk.py())?;
    let factory = attribute_of(class, value, "default_factory")?;
    dict(walk, value, record.with(Part::Value(factory)))
}

/// The items as `class` sees them.
fn pairs<'py>(class: &Bound<'py, PyAny>, value: &Bound<'py, PyAny>) -> PyResult<Part<'py>> {
    let py = value.py();
    let plain = PyDict::new(py);
    let items = class.call_method1(intern!(py, "items"), (value,))?;
    for item in items.try_iter()? {
        let (key, value): (Bound<'py, PyAny>, Bound<'py, PyAny>) = item?.extract()?;
        plain.set_item(key, value)?;
    }
    Ok(Part::Items(plain.into_any()))
}
