//! numpy: arrays, scalars, data types, random generators.

pub mod array;
pub mod dtype;
mod random;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use super::Encode::{Attributes, By};
use super::{Family, all_attributes, attributes_beside};
use crate::error::Result;

/// Where numpy says that its plain classes are.
const NUMPY: &[&str] = &["numpy"];

/// Before numpy 2 classes were said to be where they are defined.
const RECORDS: &[&str] = &["numpy.rec", "numpy"];
const MASKED: &[&str] = &["numpy.ma", "numpy.ma.core"];
const CHARACTERS: &[&str] = &["numpy.char", "numpy"];

/// Arrays. What a subclass keeps in its `__dict__` counts, however the subclass reduces.
pub const ARRAYS: Family = Family {
    classes: &[
        (NUMPY, "ndarray", By(array::array)),
        (NUMPY, "matrix", By(array::array)),
        (RECORDS, "recarray", By(array::array)),
        (CHARACTERS, "chararray", By(array::array)),
        (NUMPY, "memmap", By(array::memory_map)),
        (MASKED, "MaskedArray", By(array::masked)),
        (&["numpy.ma.core"], "MaskedConstant", Attributes(&[])),
    ],
    attributes: array_attributes,
    heeds_reduce: false,
    has_members_below: false,
};

/// Scalars and data types: each kind has a class of its own.
pub const SCALARS: Family = Family {
    classes: &[
        (NUMPY, "generic", By(array::scalar)),
        (NUMPY, "dtype", By(dtype::argument)),
        (
            NUMPY,
            "busdaycalendar",
            Attributes(&["weekmask", "holidays"]),
        ),
    ],
    attributes: all_attributes,
    heeds_reduce: false,
    has_members_below: true,
};

/// Random generators: their state, and the seeds that they will spawn.
pub const RANDOM: Family = Family {
    classes: &[
        (
            &["numpy.random._generator"],
            "Generator",
            Attributes(&["bit_generator"]),
        ),
        (
            &["numpy.random.mtrand"],
            "RandomState",
            By(random::random_state),
        ),
        (
            &["numpy.random.bit_generator"],
            "BitGenerator",
            By(random::bit_generator),
        ),
        (
            &["numpy.random.bit_generator"],
            "SeedSequence",
            Attributes(&["entropy", "spawn_key", "pool_size", "n_children_spawned"]),
        ),
    ],
    attributes: all_attributes,
    heeds_reduce: false,
    has_members_below: true,
};

/// By class, what numpy keeps in an array's `__dict__`. Any other class's may be a user's.
const OF_NUMPY: &[(&str, &[&str])] = &[
    ("memmap", &["_mmap", "filename", "offset", "mode"]),
    ("MaskedArray", OF_MASKED),
    ("MaskedConstant", OF_MASKED),
];

const OF_MASKED: &[&str] = &[
    "_mask",
    "_fill_value",
    "_hardmask",
    "_sharedmask",
    "_isfield",
    "_baseclass",
    "_basedict",
    "_optinfo",
    // A record array's last look-up.
    "_fieldmask",
];

fn array_attributes<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
) -> Result<Option<Bound<'py, PyDict>>> {
    attributes_beside(value, base, OF_NUMPY)
}
