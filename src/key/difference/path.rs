//! The way from a parameter to a value inside it, as it is written in Python.

use std::fmt;

/// One step of the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To an item by its number.
    Item(usize),
    /// To the value under a key: as it is shown, and the key itself if it is a text.
    Key(String, Option<String>),
    /// To an attribute.
    Attribute(String),
    /// To a frame's column by its number.
    Column(usize),
    /// Another one, in words.
    Words(&'static str),
}

/// All steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// The path with one more step.
    #[must_use]
    pub fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        if step != Step::Words("") {
            steps.push(step);
        }
        Self(steps)
    }

    /// Whether a step is in words.
    #[must_use]
    pub fn has_words(&self) -> bool {
        self.0.iter().any(|step| matches!(step, Step::Words(_)))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Item(index) => write!(formatter, "[{index}]"),
            Self::Key(shown, _) => write!(formatter, "[{shown}]"),
            Self::Attribute(name) => write!(formatter, ".{name}"),
            Self::Column(number) => write!(formatter, ".iloc[:, {number}]"),
            Self::Words(words) => formatter.write_str(words),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|step| step.fmt(formatter))
    }
}
