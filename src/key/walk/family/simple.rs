//! Values that are their attributes: ranges, slices, patterns, namespaces, partial calls, parents,
//! addresses.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PySuper, PyType};

use super::Encode::{Attributes, By};
use super::{Family, all_attributes, as_base_sees, attributes_beside, own_attributes};
use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::record::{Part, Record, attribute_of};
use crate::python;
use crate::python::intern;

/// Of these none has subclasses but `partial`.
pub const FAMILY: Family = Family {
    classes: &[
        (&["builtins"], "range", By(steps)),
        (&["builtins"], "slice", By(steps)),
        (&["re"], "Pattern", Attributes(&["pattern", "flags"])),
        (&["functools"], "partial", By(partial)),
        (&["builtins"], "super", By(parent)),
    ],
    attributes: all_attributes,
    heeds_reduce: true,
    has_members_below: false,
};

/// A namespace is nothing but its attributes.
pub const NAMESPACES: Family = Family {
    classes: &[(&["types"], "SimpleNamespace", By(namespace))],
    attributes: slots_alone,
    heeds_reduce: true,
    has_members_below: false,
};

/// Internet addresses. What they remember of earlier questions is no content.
pub const ADDRESSES: Family = Family {
    classes: &[
        (IPADDRESS, "IPv4Address", By(address)),
        (IPADDRESS, "IPv4Interface", By(address)),
        (IPADDRESS, "IPv4Network", By(address)),
        (IPADDRESS, "IPv6Address", By(address)),
        (IPADDRESS, "IPv6Interface", By(address)),
        (IPADDRESS, "IPv6Network", By(address)),
    ],
    attributes: beside_address,
    heeds_reduce: true,
    has_members_below: false,
};

const IPADDRESS: &[&str] = &["ipaddress"];

fn steps<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let mut record = record;
    for name in ["start", "stop", "step"] {
        record = record.with(Part::Value(value.getattr(name)?));
    }
    Ok(record)
}

fn partial<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let class = python::PARTIAL.get(walk.py())?;
    let keywords = attribute_of(class, value, "keywords")?.cast_into::<PyDict>();
    Ok(record
        .with(Part::Value(attribute_of(class, value, "func")?))
        .with(Part::Items(attribute_of(class, value, "args")?))
        .with(Part::Attributes(keywords.map_err(PyErr::from)?)))
}

/// What `super()` gives: an instance, and the class behind which its methods are looked up.
fn parent<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let class = walk.py().get_type::<PySuper>();
    let part = |name| -> Result<Part<'py>> {
        let part = as_base_sees(class.as_any(), value, name)?;
        Ok(part.map_or_else(Part::none, Part::Value))
    };
    Ok(record
        .with(part("__thisclass__")?)
        .with(part("__self__")?)
        .with(part("__self_class__")?))
}

fn namespace<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let content = own_attributes(value, &value.get_type())?;
    let content = content.unwrap_or_else(|| PyDict::new(walk.py()));
    Ok(record.with(Part::Attributes(content)))
}

/// The slots of subclasses: the attributes are content already.
fn slots_alone<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
) -> Result<Option<Bound<'py, PyDict>>> {
    let content = own_attributes(value, base)?;
    let Some(attributes) = all_attributes(value, base)? else {
        return Ok(None);
    };
    for name in content.into_iter().flatten().map(|(name, _)| name) {
        attributes.del_item(name)?;
    }
    Ok(Some(attributes))
}

/// The text that the class itself writes: it has the prefix and the scope.
fn address<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = walk.py();
    let (module, class) = record.name.split_once('.').unwrap_or_default();
    let class = py.import(module)?.getattr(class)?;
    let text = class.call_method1(intern!(py, "__str__"), (value,))?;
    Ok(record.with(Part::Inner(text)))
}

/// What the classes keep in the `__dict__`. `hosts` is there for networks of one or two addresses.
const OF_ADDRESSES: &[(&str, &[&str])] = &[
    ("IPv4Interface", OF_INTERFACES),
    ("IPv6Interface", OF_INTERFACES),
    ("IPv4Network", OF_NETWORKS),
    ("IPv6Network", OF_NETWORKS),
];

const OF_INTERFACES: &[&str] = &["network", "netmask", "hostmask", "_prefixlen"];

const OF_NETWORKS: &[&str] = &[
    "network_address",
    "netmask",
    "hostmask",
    "broadcast_address",
    "_prefixlen",
    "hosts",
    "_cache",
    "num_addresses",
    "is_private",
];

fn beside_address<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
) -> Result<Option<Bound<'py, PyDict>>> {
    attributes_beside(value, base, OF_ADDRESSES)
}
