//! Exceptions: arguments, what the interpreter keeps of them beside these, causes, places.

use pyo3::prelude::*;
use pyo3::types::PyList;

use super::Encode::By;
use super::{Family, all_attributes, as_base_sees};
use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::record::{Part, Record};
use crate::python::intern;

/// The exceptions that have fields of their own. All others are subclasses of these; notes lie among
/// the attributes.
pub const FAMILY: Family = Family {
    classes: &[
        (BUILTINS, "BaseException", By(exception)),
        (BUILTINS, "BaseExceptionGroup", By(exception)),
        (BUILTINS, "AttributeError", By(exception)),
        (BUILTINS, "ImportError", By(exception)),
        (BUILTINS, "NameError", By(exception)),
        (BUILTINS, "OSError", By(exception)),
        (BUILTINS, "StopIteration", By(exception)),
        (BUILTINS, "SyntaxError", By(exception)),
        (BUILTINS, "SystemExit", By(exception)),
        (BUILTINS, "UnicodeDecodeError", By(exception)),
        (BUILTINS, "UnicodeEncodeError", By(exception)),
        (BUILTINS, "UnicodeTranslateError", By(exception)),
    ],
    attributes: all_attributes,
    heeds_reduce: true,
    has_members_below: false,
};

/// What every exception was raised from, and whether that is shown.
const OF_ALL: [&str; 3] = ["__cause__", "__context__", "__suppress_context__"];

const BUILTINS: &[&str] = &["builtins"];

/// The fields beside the arguments, by class. They can be set without a change of these, and not all
/// of them are reduced.
fn fields(class: &str) -> &'static [&'static str] {
    match class {
        "BaseExceptionGroup" => &["message", "exceptions"],
        "AttributeError" => &["name", "obj"],
        "ImportError" => &["msg", "name", "path", "name_from"],
        "NameError" => &["name"],
        "OSError" => &[
            "errno",
            "strerror",
            "filename",
            "filename2",
            "characters_written",
        ],
        "StopIteration" => &["value"],
        "SyntaxError" => &[
            "msg",
            "filename",
            "lineno",
            "offset",
            "text",
            "end_lineno",
            "end_offset",
            "print_file_and_line",
        ],
        "SystemExit" => &["code"],
        "UnicodeTranslateError" => &["object", "start", "end", "reason"],
        "UnicodeDecodeError" | "UnicodeEncodeError" => {
            &["encoding", "object", "start", "end", "reason"]
        }
        _ => &[],
    }
}

fn exception<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let name = record.name.trim_start_matches("builtins.");
    let class = walk.py().import("builtins")?.getattr(name)?;
    let arguments = as_base_sees(&class, value, "args")?;
    let mut record = record.with(match arguments {
        Some(arguments) => Part::Items(arguments),
        None => Part::none(),
    });
    for field in fields(name) {
        record =
            record.with(as_base_sees(&class, value, field)?.map_or_else(Part::none, Part::Value));
    }
    for name in OF_ALL {
        record =
            record.with(as_base_sees(&class, value, name)?.map_or_else(Part::none, Part::Value));
    }
    Ok(record.with(Part::Inner(places(&class, value)?.into_any())))
}

/// The places that the exception has passed: file, function, line, instruction.
fn places<'py>(class: &Bound<'py, PyAny>, value: &Bound<'py, PyAny>) -> Result<Bound<'py, PyList>> {
    let py = value.py();
    let places = PyList::empty(py);
    let mut passed = as_base_sees(class, value, "__traceback__")?;
    while let Some(next) = passed.filter(|next| !next.is_none()) {
        let code = next.getattr("tb_frame")?.getattr("f_code")?;
        places.append((
            code.getattr("co_filename")?,
            code.getattr("co_name")?,
            next.getattr("tb_lineno")?,
            next.getattr("tb_lasti")?,
        ))?;
        passed = next.getattr_opt(intern!(py, "tb_next"))?;
    }
    Ok(places)
}
