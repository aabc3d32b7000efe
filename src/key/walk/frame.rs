//! An open container: where the walk is in it, and what has been found of its cycle.

use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyList, PyTuple};

use super::label::Label;
use super::leaf;
use super::memo::{Context, Marks};
use super::record::{Node, Part, Record};
use crate::error::Result;
use crate::key::encoder::Encoder;
use crate::python::raw::{Changed, DictCursor};

/// An open container.
pub struct Frame<'py> {
    /// Where the walk is in it.
    pub cursor: Cursor<'py>,
    /// The container, if others own it too and may lead to it again.
    pub owner: Option<Bound<'py, PyAny>>,
    /// In which context the walk has met it.
    pub context: Context,
    /// How many containers were opened before it.
    pub visit: usize,
    /// The earliest container, by `visit`, that was reached from inside.
    pub lowest: usize,
    /// Where the memo stood when it was opened.
    pub marks: Marks,
    /// Whether it is the result of a hash function, which does not apply inside.
    pub suspends: bool,
    /// The value that it stands for, if it is the result of a hash function.
    pub stands_for: Option<Bound<'py, PyAny>>,
    /// What its children are to the user.
    pub children: Children,
    /// What its children are called in a definition's outline.
    pub label: Option<Label>,
}

/// What a container's children are to the user: hash functions see values only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Children {
    /// Values.
    Values,
    /// Parts of which a value is made.
    Parts,
    /// Values under the names of attributes or keywords.
    NamedValues,
    /// Pairs of values.
    Pairs,
}

/// What a frame with a known number of children stands for: how messages name the children.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Type, callable, arguments, state, items, pairs, state setter.
    Object,
    /// A class, and what tells the value's content.
    Seen,
    /// Module, name, code, defaults, keyword defaults, closure.
    Function,
    /// Module, name, metaclass, bases, attributes.
    Class,
    /// Parts that have no name in a message.
    Parts,
}

/// Where an object's cursor stands when its items are open.
const ITEMS: usize = 5;

/// Where it stands when its pairs are: keys and values of its own.
const PAIRS: usize = 6;

/// Leaves that are written at a time.
const AT_A_TIME: usize = 1 << 12;

/// A position among a container's children.
pub enum Cursor<'py> {
    /// In a list.
    List {
        list: Bound<'py, PyList>,
        next: usize,
        length: usize,
    },
    /// In a tuple.
    Tuple {
        tuple: Bound<'py, PyTuple>,
        next: usize,
    },
    /// In a dict; the key of the item whose value is next or open.
    Dict {
        items: DictCursor<'py>,
        key: Option<Bound<'py, PyAny>>,
        value: Option<Bound<'py, PyAny>>,
    },
    /// In a set; where its elements' bytes begin.
    Set {
        set: Bound<'py, PyAny>,
        elements: Bound<'py, PyIterator>,
        starts: Vec<usize>,
        length: usize,
    },
    /// Among the parts of a record; that of a subclass has no name.
    Record {
        name: &'static str,
        parts: Vec<Part<'py>>,
        next: usize,
    },
    /// Among parts that were collected before.
    Fixed {
        shape: Shape,
        parts: Vec<Bound<'py, PyAny>>,
        next: usize,
    },
}

/// What a frame gives next.
pub enum Step<'py> {
    /// A child to walk.
    Child(Bound<'py, PyAny>),
    /// A record to walk that is no object by itself.
    Record(Record<'py>),
    /// A child that has been encoded already.
    Node(Node),
    /// Nothing more.
    End,
    /// The container does not let itself be walked.
    Failed(Failure),
}

/// Why a container does not let itself be walked.
pub enum Failure {
    /// Somebody changed it meanwhile.
    Changed,
    /// Its iterator raised.
    Raised(PyErr),
}

impl<'py> Frame<'py> {
    /// A frame before its first child.
    pub fn new(
        cursor: Cursor<'py>,
        owner: Option<Bound<'py, PyAny>>,
        context: Context,
        visit: usize,
        marks: Marks,
    ) -> Self {
        Self {
            cursor,
            owner,
            context,
            visit,
            lowest: visit,
            marks,
            suspends: false,
            stands_for: None,
            children: Children::Values,
            label: None,
        }
    }

    /// The frame as it is inside of `parent`. An object's attributes and items are values again,
    /// and so is what lies in the result of a hash function.
    pub fn inside(mut self, parent: Option<&Self>) -> Self {
        self.children = match (&self.cursor, parent) {
            (Cursor::Fixed { .. } | Cursor::Record { .. }, _) => Children::Parts,
            (cursor, Some(parent)) => parent.grandchildren(matches!(cursor, Cursor::Dict { .. })),
            _ => Children::Values,
        };
        self
    }

    /// What the children of a container inside this one are.
    fn grandchildren(&self, is_dict: bool) -> Children {
        if let Cursor::Record { parts, next, .. } = &self.cursor {
            return inside_part(parts, *next);
        }
        match (self.children, is_dict, &self.cursor) {
            (Children::Parts, true, _) => Children::NamedValues,
            (Children::Parts, _, Cursor::Fixed { shape, next, .. }) => match (shape, *next) {
                (Shape::Object, ITEMS) | (Shape::Seen, _) => Children::Values,
                (Shape::Object, PAIRS) => Children::Pairs,
                _ => Children::Parts,
            },
            (Children::Parts, ..) => Children::Parts,
            _ => Children::Values,
        }
    }

    /// Whether the child that is open is a part of a value, not a value of the user's.
    pub fn is_at_part(&self) -> bool {
        if let Cursor::Record { parts, next, .. } = &self.cursor {
            return !matches!(open_part(parts, *next), Some(Part::Value(_)));
        }
        match self.children {
            Children::Values => false,
            Children::Parts | Children::Pairs => true,
            Children::NamedValues => matches!(self.cursor, Cursor::Dict { value: Some(_), .. }),
        }
    }

    /// What the child that is open is to hash functions: whether it is a part, and what its own children
    /// are.
    pub fn context_of_child(&self) -> Context {
        let of = |is_dict| self.grandchildren(is_dict) as Context;
        Context::from(self.is_at_part()) << 4 | of(true) << 2 | of(false)
    }

    /// Whether it is a function's.
    pub fn is_function(&self) -> bool {
        matches!(
            self.cursor,
            Cursor::Fixed {
                shape: Shape::Function,
                ..
            }
        )
    }

    /// Whether the walk is lenient inside: a class is known by what of it has content.
    pub fn is_definition(&self) -> bool {
        matches!(
            self.cursor,
            Cursor::Fixed {
                shape: Shape::Class,
                ..
            }
        )
    }
}

impl<'py> Cursor<'py> {
    /// A cursor before the first of `parts`.
    pub fn fixed(shape: Shape, parts: Vec<Bound<'py, PyAny>>) -> Self {
        Self::Fixed {
            shape,
            parts,
            next: 0,
        }
    }

    /// A cursor before the first element of a set.
    pub fn set(set: &Bound<'py, PyAny>) -> PyResult<Self> {
        Ok(Self::Set {
            elements: set.try_iter()?,
            starts: Vec::new(),
            length: set.len()?,
            set: set.clone(),
        })
    }

    /// How many children there are.
    pub fn count(&self) -> usize {
        match self {
            Self::List { length, .. } | Self::Set { length, .. } => *length,
            Self::Tuple { tuple, .. } => tuple.len(),
            Self::Dict { items, .. } => items.left(),
            Self::Fixed { parts, .. } => parts.len(),
            // The name is a child.
            Self::Record { name, parts, .. } => parts.len() + usize::from(!name.is_empty()),
        }
    }

    /// The next child.
    pub fn step(&mut self) -> Step<'py> {
        match self {
            Self::List { list, next, length } => step_list(list, next, *length),
            Self::Tuple { tuple, next } => step_tuple(tuple, next),
            Self::Dict { items, key, value } => step_dict(items, key, value),
            Self::Set {
                elements,
                starts,
                length,
                ..
            } => match elements.next() {
                Some(Ok(element)) => Step::Child(element),
                None if starts.len() == *length => Step::End,
                Some(Err(raised)) => Step::Failed(Failure::Raised(raised)),
                None => Step::Failed(Failure::Changed),
            },
            Self::Record { parts, next, .. } => step_record(parts, next),
            Self::Fixed { parts, next, .. } => {
                let child = parts.get(*next).cloned();
                *next += 1;
                child.map_or(Step::End, Step::Child)
            }
        }
    }

    /// Writes children as long as they are leaves; gives what comes then. A set's are left alone:
    /// where each begins has to be noted.
    pub fn write_leaves(&mut self, encoder: &mut Encoder) -> Result<Step<'py>> {
        match self {
            Self::Set { .. } => return Ok(self.step()),
            Self::List { list, next, length } => {
                write_items(encoder, next, *length, |index| list.get_item(index))?;
                return Ok(self.step());
            }
            Self::Tuple { tuple, next } => {
                write_items(encoder, next, tuple.len(), |index| tuple.get_item(index))?;
                return Ok(self.step());
            }
            _ => {}
        }
        for _ in 0..AT_A_TIME {
            match self.step() {
                Step::Child(child) if leaf::write(encoder, &child)? => encoder.flush(),
                Step::Node(node) => {
                    encoder.node(&node);
                    encoder.flush();
                }
                other => return Ok(other),
            }
        }
        Ok(self.step())
    }

    /// The container itself, for messages.
    pub fn container(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        match self {
            Self::List { list, .. } => list.clone().into_any(),
            Self::Tuple { tuple, .. } => tuple.clone().into_any(),
            Self::Dict { items, .. } => items.dict().clone().into_any(),
            Self::Set { set, .. } => set.clone(),
            Self::Record { .. } => py.None().into_bound(py),
            Self::Fixed { parts, .. } => parts
                .first()
                .cloned()
                .unwrap_or_else(|| py.None().into_bound(py)),
        }
    }
}

/// Writes items as long as they are leaves, which is what most lists consist of: a step for each would
/// cost as much as to write it.
#[inline]
fn write_items<'py>(
    encoder: &mut Encoder,
    next: &mut usize,
    length: usize,
    item: impl Fn(usize) -> PyResult<Bound<'py, PyAny>>,
) -> Result<()> {
    // What comes then is met as any other value: there the walk looks for an interrupt.
    let length = length.min(next.saturating_add(AT_A_TIME));
    while *next < length
        && let Ok(child) = item(*next)
        && leaf::write(encoder, &child)?
    {
        *next += 1;
        encoder.flush();
    }
    Ok(())
}

/// The part that is open, if one is.
fn open_part<'a, 'py>(parts: &'a [Part<'py>], next: usize) -> Option<&'a Part<'py>> {
    parts.get(next.checked_sub(1)?)
}

/// What the children of a container are that is a part of a record.
fn inside_part(parts: &[Part<'_>], next: usize) -> Children {
    match open_part(parts, next) {
        Some(Part::Value(_) | Part::Items(_)) => Children::Values,
        Some(Part::Attributes(_)) => Children::NamedValues,
        _ => Children::Parts,
    }
}

fn step_record<'py>(parts: &mut [Part<'py>], next: &mut usize) -> Step<'py> {
    let Some(part) = parts.get_mut(*next) else {
        return Step::End;
    };
    *next += 1;
    match part {
        Part::Value(value) | Part::Items(value) | Part::Inner(value) => Step::Child(value.clone()),
        Part::Attributes(attributes) => Step::Child(attributes.clone().into_any()),
        Part::Record(record) => Step::Record(Record {
            name: record.name,
            parts: std::mem::take(&mut record.parts),
        }),
        Part::Node(node) => Step::Node(std::mem::take(node)),
    }
}

fn step_list<'py>(list: &Bound<'py, PyList>, next: &mut usize, length: usize) -> Step<'py> {
    if *next == length {
        return if list.len() == length {
            Step::End
        } else {
            Step::Failed(Failure::Changed)
        };
    }
    match list.get_item(*next) {
        Ok(child) => {
            *next += 1;
            Step::Child(child)
        }
        Err(_) => Step::Failed(Failure::Changed),
    }
}

fn step_tuple<'py>(tuple: &Bound<'py, PyTuple>, next: &mut usize) -> Step<'py> {
    if *next == tuple.len() {
        return Step::End;
    }
    let child = tuple.get_item(*next);
    *next += 1;
    child.map_or_else(|raised| Step::Failed(Failure::Raised(raised)), Step::Child)
}

fn step_dict<'py>(
    items: &mut DictCursor<'py>,
    key: &mut Option<Bound<'py, PyAny>>,
    value: &mut Option<Bound<'py, PyAny>>,
) -> Step<'py> {
    if let Some(value) = value.take() {
        return Step::Child(value);
    }
    match items.next() {
        Ok(Some((next_key, next_value))) => {
            *value = Some(next_value);
            *key = Some(next_key.clone());
            Step::Child(next_key)
        }
        Ok(None) => Step::End,
        Err(Changed) => Step::Failed(Failure::Changed),
    }
}
