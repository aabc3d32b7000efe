//! What the parts of a definition are called in its outline.

use std::collections::BTreeSet;
use std::rc::Rc;

use pyo3::prelude::*;
use pyo3::types::{PyFunction, PyType};

use super::frame::{Cursor, Frame, Shape, Step};
use super::{Walk, special};
use crate::api::function::CachedFunction;
use crate::python::raw;

/// The first and the last child of a function that are its own: code, defaults, keyword defaults.
const OWN_PARTS: std::ops::RangeInclusive<usize> = 3..=5;

/// Where a function's cursor stands when its closure is open.
const CLOSURE: usize = 6;

/// Where a function's cursor stands when what its names mean is open.
const MEANINGS: usize = 7;

/// Where a class's cursor stands when its attributes are open.
const ATTRIBUTES: usize = 5;

/// What an open container's children are called, and which of them is open.
pub struct Label {
    /// The function or class that is open, or what comes before the dot.
    name: Rc<str>,
    /// What names stand for is named after their module.
    module: Rc<str>,
    /// Names that have an outline of their own.
    apart: Rc<BTreeSet<String>>,
    /// A closure's variables.
    variables: Rc<[String]>,
    open: Option<(String, usize)>,
}

impl Label {
    /// The label of a function or a class.
    pub fn new(module: &str, name: &str) -> Self {
        Self {
            name: format!("{module}.{name}").into(),
            module: module.into(),
            apart: Rc::default(),
            variables: Rc::default(),
            open: None,
        }
    }

    /// The label with the names that have an outline of their own.
    pub fn with_apart(mut self, names: BTreeSet<String>) -> Self {
        self.apart = Rc::new(names);
        self
    }

    /// The label with the names of a closure's variables.
    pub fn with_variables(mut self, names: Vec<String>) -> Self {
        self.variables = names.into();
        self
    }

    fn of_children(&self, name: &Rc<str>) -> Self {
        Self {
            name: Rc::clone(name),
            module: Rc::clone(&self.module),
            apart: Rc::clone(&self.apart),
            variables: Rc::clone(&self.variables),
            open: None,
        }
    }

    /// The label of a container inside of this one.
    pub fn inside(&self, parent: &Cursor<'_>, child: &Cursor<'_>) -> Option<Self> {
        let Cursor::Fixed { shape, next, .. } = parent else {
            return None;
        };
        match (shape, *next, child) {
            (Shape::Function, CLOSURE, Cursor::Tuple { .. })
            | (Shape::Class, ATTRIBUTES, Cursor::Dict { .. }) => Some(self.of_children(&self.name)),
            (Shape::Function, MEANINGS, Cursor::Dict { .. }) => {
                Some(self.of_children(&self.module))
            }
            _ => None,
        }
    }

    /// What the child is called that the cursor has just given, if it is a part of its own.
    fn child(&self, cursor: &Cursor<'_>, child: &Bound<'_, PyAny>) -> Option<String> {
        match cursor {
            Cursor::Fixed {
                shape: Shape::Function,
                next,
                ..
            } => OWN_PARTS.contains(next).then(|| self.name.to_string()),
            Cursor::Tuple { next, .. } => {
                let variable = self.variables.get(next.checked_sub(1)?)?;
                let contents = raw::cell_contents(child);
                let is_apart = contents.is_some_and(|contents| has_own_label(&contents));
                (!is_apart).then(|| format!("{}.{variable}", self.name))
            }
            // A key comes before its value does.
            Cursor::Dict {
                key: Some(key),
                value: None,
                ..
            } => {
                let key = key.to_string();
                let is_apart = self.apart.contains(&key) || has_own_label(child);
                let shown = key.strip_prefix("import ").unwrap_or(&key);
                (!is_apart).then(|| format!("{}.{shown}", self.name))
            }
            _ => None,
        }
    }
}

/// Whether the walk labels what is inside of a class's attribute by its own name.
fn has_own_label(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyFunction>()
        || value.is_instance_of::<PyType>()
        || value.is_instance_of::<CachedFunction>()
        || special::is_descriptor(value).unwrap_or(false)
}

impl<'py> Walk<'_, 'py> {
    /// The next step in a container whose children have names: what was open is complete.
    pub(super) fn labelled_step(&mut self) -> Step<'py> {
        let Some(frame) = self.frames.last_mut() else {
            return Step::End;
        };
        let step = frame.cursor.step();
        let Some(label) = &mut frame.label else {
            return step;
        };
        if let Some((name, start)) = label.open.take() {
            self.outline.note(&name, self.encoder.since(start));
        }
        if let Step::Child(child) = &step {
            let start = self.encoder.position();
            label.open = label.child(&frame.cursor, child).map(|name| (name, start));
        }
        step
    }

    /// Gives the container that was opened last a label.
    pub(super) fn label(&mut self, label: Label) {
        if let Some(frame) = self.frames.last_mut() {
            frame.label = Some(label);
        }
    }

    /// Whether the open container's bytes are still needed one by one.
    pub(super) fn is_labelled(&self) -> bool {
        self.frames
            .last()
            .is_some_and(|frame| frame.label.is_some())
    }
}

impl Frame<'_> {
    /// The frame with the label that follows from where it lies.
    pub fn labelled(mut self, parent: Option<&Self>) -> Self {
        self.label = parent.and_then(|parent| {
            let label = parent.label.as_ref()?;
            label.inside(&parent.cursor, &self.cursor)
        });
        self
    }
}
