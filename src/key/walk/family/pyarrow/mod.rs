//! pyarrow: tables, arrays, scalars, and what says of which type they are.

mod texts;

use pyo3::prelude::*;
use pyo3::types::PyList;

use super::Encode::By;
use super::memory::contents;
use super::{Family, all_attributes};
use crate::error::Result;
use crate::key::arrow::capsule::{self, Column, field_part};
use crate::key::arrow::data::Dictionaries;
use crate::key::arrow::field::has_extensions;
use crate::key::arrow::raw::Schema;
use crate::key::walk::Walk;
use crate::key::walk::record::{Part, Record};
use crate::python;
use crate::python::intern;

/// Extension types that may lie inside each other.
const MAX_DEPTH: usize = 128;

macro_rules! classes {
    ($($encode:ident: $($name:literal)*;)*) => {
        &[$($((&["pyarrow", "pyarrow.lib"], $name, By($encode)),)*)*]
    };
}

/// The classes of `pyarrow.lib`. Users make subclasses of extension types and of their arrays.
pub const FAMILY: Family = Family {
    classes: classes! {
        table: "Table" "RecordBatch";
        chunked: "ChunkedArray";
        array: "Array" "BinaryArray" "BinaryViewArray" "Bool8Array" "BooleanArray" "Date32Array"
            "Date64Array" "Decima32Array" "Decimal128Array" "Decimal256Array" "Decimal32Array"
            "Decimal64Array" "DictionaryArray" "DoubleArray" "DurationArray" "ExtensionArray"
            "FixedShapeTensorArray" "FixedSizeBinaryArray" "FixedSizeListArray" "FloatArray"
            "HalfFloatArray" "Int16Array" "Int32Array" "Int64Array" "Int8Array" "JsonArray"
            "LargeBinaryArray" "LargeListArray" "LargeListViewArray" "LargeStringArray"
            "ListArray" "ListViewArray" "MapArray" "MonthDayNanoIntervalArray" "NullArray"
            "OpaqueArray" "RunEndEncodedArray" "StringArray" "StringViewArray" "StructArray"
            "Time32Array" "Time64Array" "TimestampArray" "UInt16Array" "UInt32Array"
            "UInt64Array" "UInt8Array" "UnionArray" "UuidArray";
        scalar: "Scalar" "BinaryScalar" "BinaryViewScalar" "Bool8Scalar" "BooleanScalar"
            "Date32Scalar" "Date64Scalar" "Decimal128Scalar" "Decimal256Scalar"
            "Decimal32Scalar" "Decimal64Scalar" "DictionaryScalar" "DoubleScalar"
            "DurationScalar" "ExtensionScalar" "FixedShapeTensorScalar" "FixedSizeBinaryScalar"
            "FixedSizeListScalar" "FloatScalar" "HalfFloatScalar" "Int16Scalar" "Int32Scalar"
            "Int64Scalar" "Int8Scalar" "JsonScalar" "LargeBinaryScalar" "LargeListScalar"
            "LargeListViewScalar" "LargeStringScalar" "ListScalar" "ListViewScalar" "MapScalar"
            "MonthDayNanoIntervalScalar" "NullScalar" "OpaqueScalar" "RunEndEncodedScalar"
            "StringScalar" "StringViewScalar" "StructScalar" "Time32Scalar" "Time64Scalar"
            "TimestampScalar" "UInt16Scalar" "UInt32Scalar" "UInt64Scalar" "UInt8Scalar"
            "UnionScalar" "UuidScalar";
        data_type: "DataType" "BaseExtensionType" "Bool8Type" "Decimal128Type" "Decimal256Type"
            "Decimal32Type" "Decimal64Type" "DenseUnionType" "DictionaryType" "DurationType"
            "ExtensionType" "FixedShapeTensorType" "FixedSizeBinaryType" "FixedSizeListType"
            "JsonType" "LargeListType" "LargeListViewType" "ListType" "ListViewType" "MapType"
            "OpaqueType" "RunEndEncodedType" "SparseUnionType" "StructType" "Time32Type"
            "Time64Type" "TimestampType" "UnionType" "UnknownExtensionType" "UuidType";
        schema: "Schema";
        field: "Field";
        metadata: "KeyValueMetadata";
        buffer: "Buffer" "ResizableBuffer";
    },
    attributes: all_attributes,
    heeds_reduce: false,
    has_members_below: false,
};

/// Rows, schema, extension types, content.
fn table<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    check_memory(walk, value)?;
    let py = value.py();
    let schema = value.getattr(intern!(py, "schema"))?;
    let rows = value.getattr(intern!(py, "num_rows"))?;
    let fields = Fields::of_schema(&schema)?;
    let content = streamed(value)?;
    // A table without columns has rows all the same, and its stream may have none.
    let record = record.with(Part::Inner(rows));
    with_content(record, &content, &fields)
}

fn chunked<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    check_memory(walk, value)?;
    let fields = Fields::of(value)?;
    with_content(record, &streamed(value)?, &fields)
}

fn streamed(value: &Bound<'_, PyAny>) -> PyResult<Column> {
    Column::of_stream(&value.call_method0(intern!(value.py(), "__arrow_c_stream__"))?)
}

/// An array of an extension type may be of a user's class, which is not asked.
fn array<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    check_memory(walk, value)?;
    let py = value.py();
    let fields = Fields::of(value)?;
    let export = intern!(py, "__arrow_c_array__");
    let pair = python::ARROW_ARRAY
        .get(py)?
        .call_method1(export, (value,))?;
    let content = Column::of_array(&pair)?;
    with_content(record, &content, &fields)
}

/// An array of one row, which forgets a null's dictionary.
fn scalar<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = value.py();
    let fields = Fields::of(value)?;
    let row = python::ARROW_REPEAT.get(py)?.call1((value, 1))?;
    let content = Column::of_array(&row.call_method0(intern!(py, "__arrow_c_array__"))?)?;
    let record = with_content(record, &content, &fields)?;
    if record.name != "pyarrow.DictionaryScalar" {
        return Ok(record);
    }
    Ok(record.with_attributes(value, &["dictionary"])?)
}

fn data_type<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = value.py();
    let fields = Fields::inside(value)?;
    let export = intern!(py, "__arrow_c_schema__");
    let capsule = python::ARROW_DATA_TYPE
        .get(py)?
        .call_method1(export, (value,))?;
    with_field(record, &capsule::schema(&capsule)?, &fields)
}

fn schema<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let fields = Fields::of_schema(value)?;
    with_field(record, &exported(value)?, &fields)
}

fn field<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let fields = Fields::of_field(value)?;
    with_field(record, &exported(value)?, &fields)
}

fn exported(value: &Bound<'_, PyAny>) -> PyResult<Schema> {
    capsule::schema(&value.call_method0(intern!(value.py(), "__arrow_c_schema__"))?)
}

fn metadata<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let items = python::ARROW_METADATA
        .get(value.py())?
        .call_method1("items", (value,))?;
    let items = items.try_iter()?.collect::<PyResult<Vec<_>>>()?;
    Ok(record.with(Part::Inner(PyList::new(value.py(), items)?.into_any())))
}

/// Whether it can be written to, and its bytes.
fn buffer<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    check_memory(walk, value)?;
    let record = record.with_attributes(value, &["is_mutable"])?;
    Ok(record.with(Part::Node(contents(value)?)))
}

/// What lies in the memory of another device cannot be read here.
fn check_memory<'py>(walk: &Walk<'_, 'py>, value: &Bound<'py, PyAny>) -> Result<()> {
    match value.getattr_opt(intern!(value.py(), "is_cpu"))? {
        Some(is_cpu) if !is_cpu.is_truthy()? => {
            Err(walk.unhashable(value, "its memory is that of another device", None))
        }
        _ => Ok(()),
    }
}

/// Adds field, extension types and content.
fn with_content<'py>(
    record: Record<'py>,
    content: &Column,
    fields: &Fields<'py>,
) -> Result<Record<'py>> {
    let py = fields.types.py();
    let record = with_field(record, &content.field, fields)?;
    Ok(record.with(content.data_part(py, Dictionaries::Whole)?))
}

/// Adds field and extension types.
fn with_field<'py>(
    record: Record<'py>,
    field: &Schema,
    fields: &Fields<'py>,
) -> Result<Record<'py>> {
    let record = record.with(field_part(field)?);
    // A field whose metadata name an extension type need not be of that type.
    let has_extensions = has_extensions(field).map_err(PyErr::from)?;
    let record = record.with(if has_extensions {
        fields.extensions()?
    } else {
        Part::none()
    });
    Ok(match fields.cut_texts(field)? {
        Some(texts) => record.with(Part::Inner(texts.into_any())),
        None => record,
    })
}

/// The types of a value, as Python has them.
struct Fields<'py> {
    types: Bound<'py, PyList>,
    /// The names of a schema's fields, or of the one field.
    names: Option<Bound<'py, PyList>>,
    /// Whether the types are those of a schema's fields.
    is_schema: bool,
    /// Whether the value is the one type itself, which does not count as one of its own.
    inside: bool,
}

impl<'py> Fields<'py> {
    /// That of a value which has one.
    fn of(value: &Bound<'py, PyAny>) -> PyResult<Self> {
        Self::of_type(&value.getattr(intern!(value.py(), "type"))?)
    }

    fn of_type(class: &Bound<'py, PyAny>) -> PyResult<Self> {
        texts::limit([class.clone()])?;
        Ok(Self {
            types: PyList::new(class.py(), [class])?,
            names: None,
            is_schema: false,
            inside: false,
        })
    }

    /// That of a field, which has a name as well.
    fn of_field(field: &Bound<'py, PyAny>) -> PyResult<Self> {
        let py = field.py();
        let name = field.getattr(intern!(py, "name"))?;
        Ok(Self {
            names: Some(PyList::new(py, [name])?),
            ..Self::of(field)?
        })
    }

    /// Those inside of a type.
    fn inside(value: &Bound<'py, PyAny>) -> PyResult<Self> {
        Ok(Self {
            inside: true,
            ..Self::of_type(value)?
        })
    }

    /// Those of a schema's fields.
    fn of_schema(schema: &Bound<'py, PyAny>) -> PyResult<Self> {
        let py = schema.py();
        let types = schema.getattr(intern!(py, "types"))?;
        let names = schema.getattr(intern!(py, "names"))?;
        let types = types.cast_into::<PyList>()?;
        texts::limit(&types)?;
        Ok(Self {
            types,
            names: Some(names.cast_into::<PyList>()?),
            is_schema: true,
            inside: false,
        })
    }

    /// All names and zones, if one of them has a zero byte: that is where the interface ends them.
    fn cut_texts(&self, field: &Schema) -> Result<Option<Bound<'py, PyList>>> {
        for (index, class) in self.types.iter().enumerate() {
            let field = if self.is_schema {
                field.child(index).map_err(PyErr::from)?
            } else {
                field
            };
            let is_cut = match &self.names {
                Some(names) => texts::is_cut(&names.get_item(index)?, field.name())?,
                None => false,
            };
            if is_cut || texts::are_cut(&class, field)? {
                return Ok(Some(self.texts()?));
            }
        }
        Ok(None)
    }

    fn texts(&self) -> PyResult<Bound<'py, PyList>> {
        let found = PyList::empty(self.types.py());
        for (index, class) in self.types.iter().enumerate() {
            if let Some(names) = &self.names {
                found.append(names.get_item(index)?)?;
            }
            texts::collect(&class, &found)?;
        }
        Ok(found)
    }

    /// For each type, and each inside of it: itself if it is an extension type, `None` if not.
    fn extensions(&self) -> Result<Part<'py>> {
        let found = PyList::empty(self.types.py());
        for class in &self.types {
            extensions(&class, &found, 0)?;
        }
        if self.inside {
            found.set_item(0, self.types.py().None())?;
        }
        Ok(Part::Inner(found.into_any()))
    }
}

fn extensions<'py>(
    class: &Bound<'py, PyAny>,
    found: &Bound<'py, PyList>,
    depth: usize,
) -> PyResult<()> {
    let py = class.py();
    if depth == MAX_DEPTH {
        return Err(crate::key::arrow::Error::TooDeep.into());
    }
    if class.is_instance(python::ARROW_EXTENSION.get(py)?)? {
        found.append(class)?;
        return extensions(
            &class.getattr(intern!(py, "storage_type"))?,
            found,
            depth + 1,
        );
    }
    found.append(py.None())?;
    for field in texts::fields(class)? {
        extensions(&field.getattr(intern!(py, "type"))?, found, depth + 1)?;
    }
    if class.is_instance(python::ARROW_DICTIONARY.get(py)?)? {
        extensions(&class.getattr(intern!(py, "value_type"))?, found, depth + 1)?;
    }
    Ok(())
}
