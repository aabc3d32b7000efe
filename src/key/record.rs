//! How messages name the parts of records.

/// By a record's name, the way from the value to each of its parts. Nothing, where a part is the
/// value itself under another form, as the list of a deque's items; parts beyond the last have the
/// last one's.
const STEPS: &[(&str, &[&str])] = &[
    ("numpy.ndarray", &[".dtype", ".shape", ""]),
    ("numpy.matrix", &[".dtype", ".shape", ""]),
    ("numpy.rec.recarray", &[".dtype", ".shape", ""]),
    ("numpy.char.chararray", &[".dtype", ".shape", ""]),
    (
        "numpy.memmap",
        &[".dtype", ".shape", "", ".filename", ".offset", ".mode"],
    ),
    (
        "numpy.ma.MaskedArray",
        &[
            ".dtype",
            ".shape",
            ".data",
            ".mask",
            ".fill_value",
            ".hardmask",
        ],
    ),
    ("numpy.generic", &[".dtype", ""]),
    ("arrow.data", &[" (its length)", ""]),
    (
        "pandas.DataFrame",
        &[".columns", ".index", ".attrs", ".flags", "", COLUMN],
    ),
    (
        "pandas.Series",
        &[".name", ".index", ".attrs", ".flags", "", ""],
    ),
    ("pandas.Index", &[".name", ""]),
    ("pandas.RangeIndex", &[".name", ".start", ".stop", ".step"]),
    (
        "pandas.MultiIndex",
        &[".names", ".levels", ".codes", ".sortorder"],
    ),
    ("pandas.CategoricalIndex", &[".name", ""]),
    ("pandas.DatetimeIndex", &[".name", "", ".freq"]),
    ("pandas.TimedeltaIndex", &[".name", "", ".freq"]),
    ("pandas.PeriodIndex", &[".name", ""]),
    ("pandas.IntervalIndex", &[".name", ""]),
    ("pandas.Categorical", &[".codes", ".categories", ".ordered"]),
    ("pandas.arrays.DatetimeArray", &["", ".tz", ".freq"]),
    ("pandas.arrays.TimedeltaArray", &["", ".tz", ".freq"]),
    ("pandas.arrays.PeriodArray", &["", ".freq"]),
    (
        "pandas.arrays.IntervalArray",
        &[".left", ".right", ".closed"],
    ),
    (
        "pandas.arrays.SparseArray",
        &["", ".fill_value", ".kind", ".sp_index", ".sp_index"],
    ),
    ("pandas.arrays.StringArray", &["", ".dtype"]),
    ("pandas.arrays.ArrowStringArray", &["", ".dtype"]),
    ("pandas.Timestamp", &["", ".unit", ".fold", ".tz"]),
    ("pandas.Timedelta", &["", ".unit"]),
    ("pandas.Period", &["", ".freq"]),
    ("pandas.Interval", &[".left", ".right", ".closed"]),
    ("", &[".__class__", "", ""]),
];

/// Stands for the name of a column, which the first part tells.
pub const COLUMN: &str = "[column]";

/// The way from a value to part `index` of its record.
#[must_use]
pub fn step(record: &str, index: usize) -> &'static str {
    let steps = STEPS.iter().find(|(name, _)| *name == record);
    let steps = steps.map_or(&[][..], |(_, steps)| *steps);
    steps.get(index).or(steps.last()).copied().unwrap_or("")
}

/// Whether part `index` of a record is a dict of the value's own attributes.
#[must_use]
pub fn is_attributes(record: &str, index: usize) -> bool {
    (record, index) == ("types.SimpleNamespace", 0)
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
