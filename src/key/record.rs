//! How messages name the parts of records.

/// By a record's name, the way from the value to each of its parts. Nothing, where a part is the
/// value itself under another form, as the list of a deque's items; parts beyond the last have the
/// last one's.
const STEPS: &[(&str, &[&str])] = &[
    ("", &[".__class__", "", ""]),
    ("polars.DataFrame", &[".height", " (a column)"]),
    ("polars.Series", &[".name", ".dtype", ""]),
    ("polars.Schema", &[".names()", ".dtypes()"]),
    ("polars.Field", &[".name", ".dtype"]),
    ("polars.List", &[".inner"]),
    ("polars.Array", &[".inner", ".size"]),
    ("polars.Struct", &[".fields"]),
    ("polars.Enum", &[".categories"]),
    ("polars.Categorical", &[".categories"]),
    (
        "pyarrow.Table",
        &[".num_rows", ".schema", ".schema.types", ""],
    ),
    (
        "pyarrow.RecordBatch",
        &[".num_rows", ".schema", ".schema.types", ""],
    ),
    ("pyarrow.ChunkedArray", &[".type", " (its types)", ""]),
    ("pyarrow.ExtensionArray", &[".type", " (its types)", ""]),
    ("pyarrow.Schema", &["", ".types"]),
    ("pyarrow.Field", &["", " (its types)"]),
    (
        "pyarrow.DictionaryScalar",
        &[".type", "", "", ".dictionary"],
    ),
];

/// The way from a value to part `index` of its record.
#[must_use]
pub fn step(record: &str, index: usize) -> &'static str {
    let steps = STEPS.iter().find(|(name, _)| *name == record);
    let steps = steps.map_or(&[][..], |(_, steps)| *steps);
    steps.get(index).or(steps.last()).copied().unwrap_or("")
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
