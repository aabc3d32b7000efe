//! How messages name the parts of records.

/// By a record's name, the way from the value to each of its parts, one after the other. Nothing, where
/// a part is the value itself under another form, as the list of a deque's items; parts beyond the
/// last have the last one's.
const STEPS: &[(&str, &str)] = &[
    (
        "datetime.datetime",
        ".year;.month;.day;.hour;.minute;.second;.microsecond;.fold;.tzinfo",
    ),
    (
        "pendulum.datetime.DateTime",
        ".year;.month;.day;.hour;.minute;.second;.microsecond;.fold;.tzinfo",
    ),
    ("datetime.date", ".year;.month;.day"),
    (
        "datetime.time",
        ".hour;.minute;.second;.microsecond;.fold;.tzinfo",
    ),
    ("datetime.timedelta", ".days;.seconds;.microseconds"),
    ("collections.deque", ".maxlen;"),
    ("collections.ChainMap", ".maps"),
    ("collections.defaultdict", ".default_factory;"),
    ("builtins.range", ".start;.stop;.step"),
    ("builtins.slice", ".start;.stop;.step"),
    ("builtins.super", ".__thisclass__;.__self__;.__self_class__"),
    ("builtins.BaseException", ".args"),
    ("builtins.BaseExceptionGroup", ".args;.message;.exceptions"),
    ("builtins.AttributeError", ".args;.name;.obj"),
    ("builtins.ImportError", ".args;.msg;.name;.path;.name_from"),
    ("builtins.NameError", ".args;.name"),
    (
        "builtins.OSError",
        ".args;.errno;.strerror;.filename;.filename2;.characters_written",
    ),
    ("builtins.StopIteration", ".args;.value"),
    (
        "builtins.SyntaxError",
        ".args;.msg;.filename;.lineno;.offset;.text;.end_lineno;.end_offset;.print_file_and_line",
    ),
    ("builtins.SystemExit", ".args;.code"),
    (
        "builtins.UnicodeDecodeError",
        ".args;.encoding;.object;.start;.end;.reason",
    ),
    (
        "builtins.UnicodeEncodeError",
        ".args;.encoding;.object;.start;.end;.reason",
    ),
    (
        "builtins.UnicodeTranslateError",
        ".args;.object;.start;.end;.reason",
    ),
    ("re.Pattern", ".pattern;.flags"),
    ("functools.partial", ".func;.args;.keywords"),
    ("array.array", ".typecode;"),
    ("builtins.memoryview", ".format;.shape;"),
    ("pickle.PickleBuffer", ".format;.shape;"),
    ("mmap.mmap", ".tell();"),
    ("_io.BytesIO", ".getvalue();.tell()"),
    ("_io.StringIO", ".getvalue();.newlines;.tell()"),
    ("_io.FileIO", ".name;.mode;.tell();.read()"),
    ("_io.BufferedReader", ".name;.mode;.tell();.read()"),
    ("_io.BufferedWriter", ".name;.mode;.tell();.read()"),
    ("_io.BufferedRandom", ".name;.mode;.tell();.read()"),
    (
        "_io.TextIOWrapper",
        ".name;.mode;.tell();.encoding;.errors;.buffer.read();.read()",
    ),
    ("fractions.Fraction", ".numerator;.denominator"),
    ("random.Random", ".getstate()"),
    ("uuid.UUID", ";.is_safe"),
    ("numpy.ndarray", ".dtype;.shape;"),
    ("numpy.matrix", ".dtype;.shape;"),
    ("numpy.rec.recarray", ".dtype;.shape;"),
    ("numpy.char.chararray", ".dtype;.shape;"),
    ("numpy.memmap", ".dtype;.shape;;.filename;.offset;.mode"),
    (
        "numpy.ma.MaskedArray",
        ".dtype;.shape;.data;.mask;.fill_value;.hardmask",
    ),
    ("numpy.generic", ".dtype;"),
    ("arrow.data", " (its length);"),
    ("pandas.DataFrame", ".columns;.index;.attrs;.flags;[column]"),
    ("pandas.Series", ".name;.index;.attrs;.flags;"),
    ("pandas.Index", ".name;"),
    ("pandas.RangeIndex", ".name;.start;.stop;.step"),
    ("pandas.MultiIndex", ".names;.levels;.codes;.sortorder"),
    ("pandas.CategoricalIndex", ".name;"),
    ("pandas.DatetimeIndex", ".name;;.freq"),
    ("pandas.TimedeltaIndex", ".name;;.freq"),
    ("pandas.PeriodIndex", ".name;"),
    ("pandas.IntervalIndex", ".name;"),
    ("pandas.Categorical", ".codes;.categories;.ordered"),
    ("pandas.arrays.DatetimeArray", ";.tz;.freq"),
    ("pandas.arrays.TimedeltaArray", ";.tz;.freq"),
    ("pandas.arrays.PeriodArray", ";.freq"),
    ("pandas.arrays.IntervalArray", ".left;.right;.closed"),
    (
        "pandas.arrays.SparseArray",
        ";.fill_value;.kind;.sp_index;.sp_index",
    ),
    ("pandas.arrays.StringArray", ";.dtype"),
    ("pandas.arrays.ArrowStringArray", ";.dtype"),
    (
        "PIL.Image.Image",
        ".mode;.size;.format;.filename;.palette;;.info;.getexif();.tell();.fp",
    ),
    (
        "torch.Tensor",
        ".dtype;.device;.shape;.requires_grad;.grad;;.names",
    ),
    (
        "torch.nn.parameter.Parameter",
        ".dtype;.device;.shape;.requires_grad;.grad;;.names",
    ),
    (
        "xarray.core.variable.Variable",
        ".dims;.data;.attrs;.encoding",
    ),
    (
        "xarray.core.variable.IndexVariable",
        ".dims;.data;.attrs;.encoding",
    ),
    (
        "xarray.core.dataarray.DataArray",
        ".name;.variable;.coords;.xindexes",
    ),
    (
        "xarray.core.dataset.Dataset",
        ";.coords;.attrs;.encoding;.xindexes",
    ),
    (
        "pandas.offsets.CustomBusinessDay",
        ".n;.normalize;.offset;.weekmask;.holidays;.calendar.weekmask;.calendar.holidays",
    ),
    (
        "pandas.offsets.CustomBusinessHour",
        ".n;.normalize;.offset;.weekmask;.holidays;.calendar.weekmask;.calendar.holidays;.start;.end",
    ),
    (
        "pandas.offsets.CustomBusinessMonthEnd",
        ".n;.normalize;.offset;.weekmask;.holidays;.calendar.weekmask;.calendar.holidays",
    ),
    (
        "pandas.offsets.CustomBusinessMonthBegin",
        ".n;.normalize;.offset;.weekmask;.holidays;.calendar.weekmask;.calendar.holidays",
    ),
    ("pandas.Timestamp", ";.unit;.fold;.tz"),
    ("pandas.Timedelta", ";.unit"),
    ("pandas.Period", ";.freq"),
    ("pandas.Interval", ".left;.right;.closed"),
    ("", ".__class__;;"),
    ("polars.DataFrame", ".height; (a column)"),
    ("polars.Series", ".name;.dtype;"),
    ("polars.Schema", ".names();.dtypes()"),
    ("polars.Field", ".name;.dtype"),
    ("polars.List", ".inner"),
    ("polars.Array", ".inner;.size"),
    ("polars.Struct", ".fields"),
    ("polars.Enum", ".categories"),
    ("polars.Categorical", ".categories"),
    ("pyarrow.Table", ".num_rows;.schema;.schema.types;"),
    ("pyarrow.RecordBatch", ".num_rows;.schema;.schema.types;"),
    ("pyarrow.ChunkedArray", ".type; (its types);"),
    ("pyarrow.ExtensionArray", ".type; (its types);"),
    ("pyarrow.Schema", ";.types"),
    ("pyarrow.Field", "; (its types)"),
    ("pyarrow.DictionaryScalar", ".type;;;.dictionary"),
];

/// Records whose numbers may be secrets, as those of a session or a token.
const SECRETS: &[&str] = &["uuid.UUID"];

/// Stands for the name of a column, which the first part tells.
pub const COLUMN: &str = "[column]";

/// The way from a value to part `index` of its record.
#[must_use]
pub fn step(record: &str, index: usize) -> &'static str {
    let steps = STEPS.iter().find(|(name, _)| *name == record);
    let steps = steps.map_or("", |(_, steps)| *steps);
    let last = steps.rsplit(';').next();
    steps.split(';').nth(index).or(last).unwrap_or("")
}

/// Whether part `index` of a record is a dict of the value's own attributes.
#[must_use]
pub fn is_attributes(record: &str, index: usize) -> bool {
    (record, index) == ("types.SimpleNamespace", 0)
}

/// Whether what a record is made of may be a secret.
#[must_use]
pub fn may_be_secret(record: &str) -> bool {
    SECRETS.contains(&record)
}

/// Whether part `index` of a record is the names of a frame's columns.
#[must_use]
pub fn is_columns(record: &str, index: usize) -> bool {
    step(record, index) == ".columns"
}

/// Whether part `index` of a record is a frame's column.
#[must_use]
pub fn is_column(record: &str, index: usize) -> bool {
    step(record, index) == COLUMN || (record == "polars.DataFrame" && index > 0)
}

/// The number of the column that part `index` of a record is.
#[must_use]
pub fn column(record: &str, index: usize) -> usize {
    let others = (0..index).filter(|&part| !is_column(record, part));
    index - others.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_is_listed_once() {
        let mut names: Vec<_> = STEPS.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
