//! The way from a parameter to a value inside it, as a message shows it: `config["db"].conn`.

use std::fmt::Write;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyString};

use super::frame::{Cursor, Frame, Shape};
use super::record::Part;
use crate::key::record;

/// Longer ways are cut: what lies deeper does not help a reader.
const MAX_STEPS: usize = 24;
const MAX_KEY: usize = 60;

/// The way through the open frames, from `root`.
pub fn render(root: &str, frames: &[Frame<'_>]) -> String {
    let mut path = root.to_owned();
    let mut in_state = false;
    for frame in frames.iter().take(MAX_STEPS) {
        step(&mut path, &frame.cursor, &mut in_state);
    }
    if frames.len() > MAX_STEPS {
        path.push_str("...");
    }
    path
}

/// `in_state` says that the next dict holds an object's attributes.
fn step(path: &mut String, cursor: &Cursor<'_>, in_state: &mut bool) {
    match cursor {
        Cursor::Tuple { .. } if *in_state => {}
        Cursor::List { next, .. } | Cursor::Tuple { next, .. } => index(path, *next),
        Cursor::Dict { key: None, .. } | Cursor::Set { .. } => {}
        Cursor::Dict {
            key: Some(key),
            value,
            ..
        } => {
            let is_key = value.is_some();
            item(path, key, std::mem::take(in_state), is_key);
        }
        Cursor::Record { name, parts, next } => {
            let open = next.saturating_sub(1);
            match record::step(name, open) {
                record::COLUMN => column(path, name, parts, open),
                step => path.push_str(step),
            }
            *in_state = matches!(parts.get(open), Some(Part::Attributes(_)));
        }
        Cursor::Fixed { shape, next, .. } => *in_state = fixed(path, *shape, *next),
    }
}

/// Says the name of a frame's column, which its first part tells.
fn column(path: &mut String, name: &str, parts: &[Part<'_>], open: usize) {
    if let Some(Part::Inner(columns)) = parts.first()
        && let Ok(label) = columns.get_item(record::column(name, open))
    {
        item(path, &label, false, false);
    }
}

fn index(path: &mut String, next: usize) {
    let _ = write!(path, "[{}]", next.saturating_sub(1));
}

fn item(path: &mut String, key: &Bound<'_, PyAny>, is_attribute: bool, is_key: bool) {
    let shown = shown(key);
    let _ = match (is_attribute, is_key) {
        (true, _) => write!(path, ".{key}"),
        (false, true) => write!(path, " (the key {shown})"),
        (false, false) => write!(path, "[{shown}]"),
    };
}

/// Says which part of an object is open; returns whether that is its attributes.
fn fixed(path: &mut String, shape: Shape, next: usize) -> bool {
    let part = match (shape, next) {
        (Shape::Object, 4 | 8) => return true,
        (Shape::Object, 3) => " (what it is made from)",
        (Shape::Object, 5 | 6) => " (its items)",
        (Shape::Function, 4 | 5) => ".__defaults__",
        (Shape::Function, 6) => ".__closure__",
        _ => "",
    };
    path.push_str(part);
    false
}

/// A key's `repr`, for the classes whose `repr` is the interpreter's own.
fn shown(key: &Bound<'_, PyAny>) -> String {
    let plain = key.is_none()
        || key.is_exact_instance_of::<PyString>()
        || key.is_exact_instance_of::<PyInt>()
        || key.is_exact_instance_of::<PyFloat>()
        || key.is_exact_instance_of::<PyBool>()
        || key.is_exact_instance_of::<PyBytes>();
    let text = match key.repr() {
        Ok(repr) if plain => repr.to_string().replace('\'', "\""),
        _ => return format!("<{}>", crate::python::type_name(key)),
    };
    if text.chars().count() <= MAX_KEY {
        return text;
    }
    text.chars().take(MAX_KEY).chain("...".chars()).collect()
}
