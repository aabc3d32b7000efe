//! Where two values differ, told from their encodings alone: `config["rows"]`, `point.x`.

mod literal;
mod objects;
mod path;

use std::collections::{HashMap, HashSet};

pub use self::literal::type_name;
use self::literal::{key, scalar};
pub use self::path::{Path, Step};
use super::decoder::{Form, Node, node};
use super::record;
use super::tag::Tag;
use super::trace::Nodes;

/// Differences that are told; more do not help a reader.
const MAX_CHANGES: usize = 8;

/// Longer ways are cut.
const MAX_STEPS: usize = 24;

/// A place in which two values differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The way there from the argument.
    pub path: Path,
    /// What is different, if that is short and no secret.
    pub detail: String,
    /// Whether it is not the value that is another.
    pub cause: Cause,
}

/// What of a place is different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The value.
    Value,
    /// The class or function of this name was edited.
    Code(String),
    /// The value is seen through another hash function, of this digest.
    HashFunction([u8; 32]),
}

/// Two values that are held against each other.
pub struct Comparison<'a> {
    digested: &'a Nodes<'a>,
    changes: Vec<Change>,
}

/// A place in both values.
struct Place<'a> {
    path: Path,
    /// How many containers are around it.
    depth: usize,
    before: Node<'a>,
    now: Node<'a>,
}

/// The differences between an argument's encoding `before` and `now`; `digested` knows the digests
/// of both. None, if they are equal.
#[must_use]
pub fn changes<'a>(before: Node<'a>, now: Node<'a>, digested: &'a Nodes<'a>) -> Vec<Change> {
    let mut comparison = Comparison {
        digested,
        changes: Vec::new(),
    };
    comparison.compare(&Place {
        path: Path::default(),
        depth: 0,
        before,
        now,
    });
    comparison.changes
}

impl<'a> Comparison<'a> {
    /// Compares what lies one step inside of `place`.
    fn descend(
        &mut self,
        place: &Place<'a>,
        step: impl FnOnce() -> Step,
        before: Node<'a>,
        now: Node<'a>,
    ) {
        if before.bytes == now.bytes {
            return;
        }
        self.compare(&Place {
            path: place.path.with(step()),
            depth: place.depth + 1,
            before,
            now,
        });
    }

    fn compare(&mut self, place: &Place<'a>) {
        if place.before.bytes == place.now.bytes || self.changes.len() == MAX_CHANGES {
            return;
        }
        let known = self.open(place.before).zip(self.open(place.now));
        let Some((before, now)) = known.filter(|_| place.depth < MAX_STEPS) else {
            return self.changed(place, "");
        };
        let place = Place {
            path: place.path.clone(),
            depth: place.depth,
            before,
            now,
        };
        let (was, is) = (type_name(&before), type_name(&now));
        if was != is {
            return self.changed(&place, &format!("was {was}, is {is}"));
        }
        let found = self.changes.len();
        let children = before.children().ok().zip(now.children().ok());
        match children {
            Some((before, now)) if before.len() + now.len() > 0 => {
                self.inside(&place, &before, &now);
            }
            _ => self.leaf(&place),
        }
        if self.changes.len() == found {
            self.changed(&place, "");
        }
    }

    /// The node itself, if it is known by its digest.
    fn open(&self, found: Node<'a>) -> Option<Node<'a>> {
        match found.form {
            Form::Digest(digest) => node(self.digested.get(digest)?).ok(),
            _ => Some(found),
        }
    }

    /// The children of what may be known by its digest.
    fn children(&self, found: Node<'a>) -> Option<Vec<Node<'a>>> {
        self.open(found)?.children().ok()
    }

    fn changed(&mut self, place: &Place<'a>, detail: &str) {
        self.note(&place.path, detail, Cause::Value);
    }

    fn note(&mut self, path: &Path, detail: &str, cause: Cause) {
        let is_told = detail.is_empty() && self.changes.iter().any(|change| change.path == *path);
        if self.changes.len() < MAX_CHANGES && !is_told {
            self.changes.push(Change {
                path: path.clone(),
                detail: detail.to_owned(),
                cause,
            });
        }
    }

    /// Numbers are shown. A text may be a secret, and stays where it is.
    fn leaf(&mut self, place: &Place<'a>) {
        let shown = scalar(&place.before).zip(scalar(&place.now));
        let detail = shown.map_or_else(String::new, |(was, is)| format!("was {was}, is {is}"));
        self.changed(place, &detail);
    }

    fn inside(&mut self, place: &Place<'a>, before: &[Node<'a>], now: &[Node<'a>]) {
        match place.now.tag {
            Tag::List | Tag::Tuple => self.items(place, before, now),
            Tag::Dict => self.dicts(place, before, now, in_brackets),
            Tag::Set | Tag::FrozenSet => self.elements(place, before, now),
            Tag::Record => self.records(place, before, now),
            _ => self.objects(place, before, now),
        }
    }

    fn items(&mut self, place: &Place<'a>, before: &[Node<'a>], now: &[Node<'a>]) {
        if before.len() != now.len() {
            let detail = format!("{}, was {}", counted(now.len(), "item"), before.len());
            return self.changed(place, &detail);
        }
        for (index, (before, now)) in before.iter().zip(now).enumerate() {
            self.descend(place, || Step::Item(index), *before, *now);
        }
    }

    /// `step` says how a key leads to its value.
    fn dicts(
        &mut self,
        place: &Place<'a>,
        before: &[Node<'a>],
        now: &[Node<'a>],
        step: fn(&Node<'a>) -> Step,
    ) {
        let by_key: HashMap<&[u8], Node<'a>> = pairs(before).map(|(k, v)| (k.bytes, v)).collect();
        let present: HashSet<&[u8]> = pairs(now).map(|(key, _)| key.bytes).collect();
        let found = self.changes.len();
        for (name, _) in pairs(before).filter(|(key, _)| !present.contains(key.bytes)) {
            self.note(&place.path.with(step(&name)), "is gone", Cause::Value);
        }
        for (name, value) in pairs(now) {
            match by_key.get(name.bytes) {
                Some(earlier) => self.descend(place, || step(&name), *earlier, value),
                None => self.note(&place.path.with(step(&name)), "is new", Cause::Value),
            }
        }
        if self.changes.len() == found {
            self.changed(place, "its keys are in another order");
        }
    }

    fn elements(&mut self, place: &Place<'a>, before: &[Node<'a>], now: &[Node<'a>]) {
        let missing = |from: &[Node<'a>], of: &[Node<'a>]| {
            let there: HashSet<&[u8]> = from.iter().map(|element| element.bytes).collect();
            of.iter()
                .filter(|element| !there.contains(element.bytes))
                .count()
        };
        let (new, gone) = (missing(before, now), missing(now, before));
        let detail = match (new, gone) {
            (new, 0) => format!("{} more", counted(new, "element")),
            (0, gone) => format!("{} fewer", counted(gone, "element")),
            (new, gone) => format!("{} new, {gone} gone", counted(new, "element")),
        };
        self.changed(place, &detail);
    }

    /// Parts by their names. The first child is the record's name.
    fn records(&mut self, place: &Place<'a>, before: &[Node<'a>], now: &[Node<'a>]) {
        let name = now.first().and_then(Node::text).unwrap_or_default();
        // Of what an attribute such as `.columns` is made nobody asks.
        if place.path.has_words() || record::may_be_secret(name) {
            return self.changed(place, "");
        }
        let found = self.changes.len();
        let has_same_columns = self.has_same_columns(name, before, now);
        for (index, (was, is)) in before.iter().zip(now).skip(1).enumerate() {
            if record::is_attributes(name, index) {
                self.state(place, *was, *is);
            } else if !record::is_column(name, index) {
                self.descend(place, || Step::Words(record::step(name, index)), *was, *is);
            } else if has_same_columns {
                let number = record::column(name, index);
                self.descend(place, || Step::Column(number), *was, *is);
            }
        }
        let has_columns = record::is_column(name, usize::MAX);
        if has_columns && !has_same_columns && self.changes.len() == found {
            self.note(&place.path.with(Step::Words(".columns")), "", Cause::Value);
        }
    }

    /// Whether there are as many, with the same names: the frame tells them, or each column its own.
    fn has_same_columns(&self, record: &str, before: &[Node<'a>], now: &[Node<'a>]) -> bool {
        let mut parts = before.iter().zip(now).skip(1).enumerate();
        before.len() == now.len()
            && parts.all(|(index, (was, is))| {
                let is_same = was.bytes == is.bytes || !record::is_columns(record, index);
                is_same && self.series_name(*was) == self.series_name(*is)
            })
    }

    fn series_name(&self, column: Node<'a>) -> Option<&'a str> {
        match self.children(column)?.as_slice() {
            [record, name, ..] if record.text() == Some("polars.Series") => name.text(),
            _ => None,
        }
    }
}

fn pairs<'s, 'a>(children: &'s [Node<'a>]) -> impl Iterator<Item = (Node<'a>, Node<'a>)> + 's {
    children.chunks_exact(2).map(|pair| (pair[0], pair[1]))
}

fn in_brackets(name: &Node<'_>) -> Step {
    Step::Key(key(name), name.text().map(str::to_owned))
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

#[cfg(test)]
mod tests;
