//! polars: frames and series by their content, types by their parameters, queries by how polars
//! itself writes them.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyType};

use super::Encode::By;
use super::{Family, attributes_except};
use crate::error::Result;
use crate::key::arrow::capsule::Column;
use crate::key::arrow::data::Dictionaries;
use crate::key::walk::Walk;
use crate::key::walk::record::{Part, Record};
use crate::python;
use crate::python::intern;

const TYPES: &[&str] = &["polars", "polars.datatypes.classes"];

macro_rules! types {
    ($($encode:ident: $($name:literal)*;)* ($($rest:expr,)*)) => {
        &[$($((TYPES, $name, By($encode)),)*)* $($rest,)*]
    };
}

/// The classes of polars that hold data, or say what data is or becomes.
pub const FAMILY: Family = Family {
    classes: types! {
        data_type: "Int8" "Int16" "Int32" "Int64" "Int128" "UInt8" "UInt16" "UInt32" "UInt64"
            "UInt128" "Float16" "Float32" "Float64" "Decimal" "Boolean" "String" "Binary" "Date"
            "Time" "Datetime" "Duration" "Categorical" "Enum" "Object" "Null" "Unknown" "List"
            "Map" "Array" "Struct" "BaseExtension" "Extension";
        field: "Field";
        categories: "Categories";
        (
            (&["polars", "polars.dataframe.frame"], "DataFrame", By(frame)),
            (&["polars", "polars.series.series"], "Series", By(series)),
            (&["polars", "polars.lazyframe.frame"], "LazyFrame", By(query)),
            (&["polars", "polars.expr.expr"], "Expr", By(expression)),
            (&["polars", "polars.expr.whenthen"], "Then", By(expression)),
            (&["polars", "polars.expr.whenthen"], "ChainedThen", By(expression)),
            (&["polars.selectors"], "Selector", By(expression)),
            (&["polars", "polars.schema"], "Schema", By(schema)),
        )
    },
    attributes,
    heeds_reduce: false,
    has_members_below: false,
};

/// By type, its parameters.
const PARAMETERS: &[(&str, &[&str])] = &[
    ("polars.Decimal", &["precision", "scale"]),
    ("polars.Datetime", &["time_unit", "time_zone"]),
    ("polars.Duration", &["time_unit"]),
    ("polars.Categorical", &["categories"]),
    ("polars.Enum", &["categories"]),
    ("polars.List", &["inner"]),
    ("polars.Map", &["key", "value"]),
    ("polars.Array", &["inner", "size"]),
    ("polars.Struct", &["fields"]),
    ("polars.BaseExtension", &["_name", "_storage", "_metadata"]),
    ("polars.Extension", &["_name", "_storage", "_metadata"]),
];

/// By class, what holds the data: the record has it.
const HOLDERS: &[(&str, &[&str])] = &[
    ("DataFrame", &["_df"]),
    ("Series", &["_s"]),
    ("LazyFrame", &["_ldf"]),
    ("Expr", &["_pyexpr"]),
    ("Then", &["_pyexpr", "_then"]),
    ("ChainedThen", &["_pyexpr", "_chained_then"]),
    ("Selector", &["_pyexpr", "_pyselector"]),
    ("Categories", &["_categories"]),
    ("Field", &["name", "dtype"]),
    ("Array", &["inner", "size", "shape"]),
];

/// What polars writes before most Python functions, from version 1 on.
const FUNCTION_MARKS: [&[u8]; 2] = [b"PLPYFN", b"PLPYUDF"];

/// What the class keeps for itself is in the record. Any other class's name for it may be a user's.
fn attributes<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
) -> Result<Option<Bound<'py, PyDict>>> {
    let class = base.qualname()?;
    let class = class.to_string_lossy();
    let held = HOLDERS.iter().find(|(name, _)| *name == class);
    let record = PARAMETERS
        .iter()
        .find(|(name, _)| name.strip_prefix("polars.") == Some(&class));
    let names = held.or(record).map_or(&[][..], |(_, names)| names);
    attributes_except(value, base, names)
}

/// Height, then the columns; a frame without columns has a height all the same.
fn frame<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = value.py();
    let handle = value.getattr(intern!(py, "_df"))?;
    let height = handle.call_method0(intern!(py, "height"))?;
    let mut record = record.with(Part::Inner(height));
    for column in handle
        .call_method0(intern!(py, "get_columns"))?
        .try_iter()?
    {
        let column = column_of(&column?, Record::new("polars.Series"))?;
        record = record.with(Part::Record(column));
    }
    Ok(record)
}

fn series<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let handle = value.getattr(intern!(value.py(), "_s"))?;
    column_of(&handle, record)
}

/// Name, type, content.
fn column_of<'py>(handle: &Bound<'py, PyAny>, record: Record<'py>) -> Result<Record<'py>> {
    let py = handle.py();
    let name = handle.call_method0(intern!(py, "name"))?;
    let class = instance(handle.call_method0(intern!(py, "dtype"))?)?;
    let record = record
        .with(Part::Inner(name.clone()))
        .with(Part::Inner(class.clone()));
    if is_object(&class)? {
        // What is exported are addresses.
        let values = handle.call_method0(intern!(py, "to_list"))?;
        return Ok(record.with(Part::Items(values)));
    }
    if has_cut_names(&class)? {
        return Ok(record.with(written(handle)?));
    }
    let content = exported(handle, has_zero(&name)?)?;
    // The order and the number of categories depend on what else the process has seen. An Enum's are
    // in its type.
    Ok(record.with(content.data_part(py, Dictionaries::Used)?))
}

/// A column of which the name may be no C string: polars would abort the process.
fn exported(handle: &Bound<'_, PyAny>, is_cut: bool) -> PyResult<Column> {
    let py = handle.py();
    if is_cut {
        let renamed = handle.call_method0(intern!(py, "clone"))?;
        renamed.call_method1(intern!(py, "rename"), ("",))?;
        return exported(&renamed, false);
    }
    let export = intern!(py, "__arrow_c_stream__");
    let direct = handle.call_method1(export, (py.None(),));
    let direct = direct.and_then(|stream| Column::of_stream(&stream));
    if direct.is_ok() {
        return direct;
    }
    // Some versions before 2 hand out a column of some types only as that of a frame.
    Column::of_table(&frame_of(handle)?.call_method0(export)?)
}

fn frame_of<'py>(handle: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = handle.py();
    let column = python::POLARS_WRAP.get(py)?.call1((handle,))?;
    column.call_method0(intern!(py, "to_frame"))
}

/// A column as polars writes it, which has no C strings.
fn written<'py>(handle: &Bound<'py, PyAny>) -> PyResult<Part<'py>> {
    let py = handle.py();
    let frame = frame_of(handle)?.call_method0(intern!(py, "rechunk"))?;
    let bytes = frame.call_method0(intern!(py, "serialize"))?;
    Ok(Part::Inner(bytes))
}

/// Whether a name is no C string.
fn has_zero(name: &Bound<'_, PyAny>) -> PyResult<bool> {
    let name = name.cast::<PyString>()?;
    Ok(name.to_str().is_ok_and(|name| name.contains('\0')))
}

/// The attributes in which a type has types inside.
const INNER: [&str; 4] = ["inner", "key", "value", "_storage"];

/// Whether a name or a zone in a type is no C string.
fn has_cut_names(class: &Bound<'_, PyAny>) -> PyResult<bool> {
    if class.is_instance_of::<PyType>() {
        return Ok(false);
    }
    if let Some(zone) = class.getattr_opt(intern!(class.py(), "time_zone"))? {
        return Ok(!zone.is_none() && has_zero(&zone)?);
    }
    if let Some(fields) = class.getattr_opt(intern!(class.py(), "fields"))? {
        for field in fields.try_iter()? {
            let field = field?;
            if has_zero(&field.getattr("name")?)? || has_cut_names(&field.getattr("dtype")?)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    for name in INNER {
        if let Some(inner) = class.getattr_opt(name)?
            && has_cut_names(&inner)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_object(class: &Bound<'_, PyAny>) -> PyResult<bool> {
    class.is_instance(python::POLARS_OBJECT.get(class.py())?)
}

fn data_type<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    mut record: Record<'py>,
) -> Result<Record<'py>> {
    if record.name == "polars.Categorical" && !value.hasattr(intern!(value.py(), "categories"))? {
        // As it was before 1.32.
        return Ok(record.with(parameter_of(value, "ordering")?));
    }
    let found = PARAMETERS.iter().find(|(name, _)| *name == record.name);
    for parameter in found.map_or(&[][..], |(_, parameters)| *parameters) {
        record = record.with(parameter_of(value, parameter)?);
    }
    Ok(record)
}

fn field<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let record = record.with(parameter_of(value, "name")?);
    Ok(record.with(parameter_of(value, "dtype")?))
}

fn parameter_of<'py>(value: &Bound<'py, PyAny>, name: &str) -> Result<Part<'py>> {
    Ok(Part::Inner(instance(value.getattr(name)?)?))
}

/// A type that is given as a class, and has no parameters, stands for its one instance.
fn instance(class: Bound<'_, PyAny>) -> PyResult<Bound<'_, PyAny>> {
    let py = class.py();
    let is_known = class.is_instance_of::<PyType>()
        && class.getattr(intern!(py, "__module__"))?.eq(TYPES[1])?;
    if !is_known {
        return Ok(class);
    }
    let name = class.getattr(intern!(py, "__name__"))?.to_string();
    let name = format!("polars.{name}");
    let has_parameters = PARAMETERS.iter().any(|(other, _)| *other == name);
    if has_parameters {
        Ok(class)
    } else {
        class.call0()
    }
}

/// Name, namespace and physical type: what polars compares. What is in them is the process's.
fn categories<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    mut record: Record<'py>,
) -> Result<Record<'py>> {
    for name in ["name", "namespace", "physical"] {
        record = record.with(Part::Inner(instance(value.call_method0(name)?)?));
    }
    Ok(record)
}

/// Names, then types.
fn schema<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = value.py();
    let items = python::ORDERED_DICT
        .get(py)?
        .call_method1("items", (value,))?;
    let (names, types) = (PyList::empty(py), PyList::empty(py));
    for item in items.try_iter()? {
        let (name, class): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract()?;
        names.append(name)?;
        types.append(instance(class)?)?;
    }
    Ok(record
        .with(Part::Inner(names.into_any()))
        .with(Part::Inner(types.into_any())))
}

fn query<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = value.py();
    let lazy = python::POLARS_LAZY.get(py)?;
    serialized(
        walk,
        value,
        lazy.call_method1("serialize", (value,))?,
        record,
    )
}

fn expression<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let meta = python::POLARS_META.get(value.py())?.call1((value,))?;
    serialized(walk, value, meta.call_method0("serialize")?, record)
}

/// How polars writes it. A Python function in it is pickled, with addresses and file names, and
/// would not be followed.
fn serialized<'py>(
    walk: &Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    bytes: Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let written = bytes.cast::<PyBytes>().map_err(PyErr::from)?.as_bytes();
    if holds_function(written) {
        let reason = "it holds a Python function, which polars writes differently in each run; \
                      pass the function as an argument of its own";
        return Err(walk.unhashable(value, reason, None));
    }
    Ok(record.with(Part::Inner(bytes)))
}

fn holds_function(written: &[u8]) -> bool {
    (0..written.len()).any(|at| match written[at] {
        b'P' => FUNCTION_MARKS
            .iter()
            .any(|mark| written[at..].starts_with(mark)),
        0x80 => is_pickle(&written[at..]),
        _ => false,
    })
}

/// Whether a pickle begins here: protocol, a frame of less than 4 GiB, and a module's name.
fn is_pickle(written: &[u8]) -> bool {
    let mut bytes = written.iter().copied();
    // Where polars writes bytes as numbers, each that is above 127 has a mark before it.
    let number = |_| match bytes.next() {
        Some(0xcc) => bytes.next().unwrap_or_default(),
        byte => byte.unwrap_or_default(),
    };
    let of_numbers: [u8; 12] = std::array::from_fn(number);
    let of_bytes = written.first_chunk().copied();
    let starts = [Some(of_numbers), of_bytes];
    starts.into_iter().any(|start| {
        matches!(
            start,
            Some([0x80, 4 | 5, 0x95, _, _, _, _, 0, 0, 0, 0, 0x8c])
        )
    })
}
