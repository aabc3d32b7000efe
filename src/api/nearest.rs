//! How a call differs from the nearest of those that were computed before it.

use std::collections::BTreeSet;

use super::function::CachedFunction;
use super::misses::{self, Place};
use crate::history::{Call, Function};
use crate::key::decoder::{self, Node};
use crate::key::difference::{self, Cause, Change};
use crate::key::trace::Nodes;

/// Names in a reason; the changes tell them all.
const MAX_NAMES: usize = 3;

/// What differs between two calls of a function.
pub struct Differences {
    /// How many things differ, an argument being one.
    count: usize,
    /// Parameters, and where their arguments differ.
    pub arguments: Vec<(String, Change)>,
    /// Parts of the definition, and what became of them.
    code: Vec<(String, &'static str)>,
    options: Vec<&'static str>,
    is_other_session: bool,
}

/// The differences between a call that was asked about and the earlier one with the fewest; none if
/// there was no earlier one.
pub fn differences(function: &CachedFunction, asked: &Call<Place>) -> Option<Differences> {
    let earlier = misses::of(function);
    let all = earlier.iter().map(|call| Differences::between(call, asked));
    all.min_by_key(Differences::distance)
}

impl Differences {
    fn between(before: &Call<Place>, now: &Call<Place>) -> Self {
        let (differing, arguments) = changed_arguments(before, now);
        let code = changed_code(&before.function, &now.function);
        let options = now.place.sharing.differences(&before.place.sharing);
        let is_other_session = before.place.session != now.place.session;
        let others = [!code.is_empty(), !options.is_empty(), is_other_session];
        Self {
            count: differing + others.into_iter().filter(|differs| *differs).count(),
            arguments,
            code,
            options,
            is_other_session,
        }
    }

    /// How far the calls are from each other: things that differ, arguments that are something else
    /// altogether, places that differ.
    fn distance(&self) -> (usize, usize, usize) {
        let changes = self.arguments.iter();
        let whole = changes.filter(|(_, change)| change.path.0.is_empty());
        (self.count, whole.count(), self.arguments.len())
    }

    /// The causes in a few words; `name_of` knows the names of hash functions.
    pub fn reason(&self, name_of: impl Fn(&[u8; 32]) -> Option<String>) -> String {
        let mut code: BTreeSet<String> = self.code.iter().map(|(name, _)| name.clone()).collect();
        let (mut hash_functions, mut arguments) = (BTreeSet::new(), Vec::new());
        for (name, change) in &self.arguments {
            let place = format!("{name}{}", change.path);
            match &change.cause {
                Cause::Value => arguments.push(place),
                Cause::Code(name) => drop(code.insert(name.clone())),
                Cause::HashFunction(digest) => {
                    hash_functions.insert(name_of(digest).unwrap_or(place));
                }
            }
        }
        arguments.dedup();
        let options = self.options.iter().map(ToString::to_string);
        let causes = [
            listed("code changed", code),
            listed("hash function changed", hash_functions),
            listed("argument changed", arguments),
            listed("option changed", options),
            self.is_other_session
                .then(|| "computed in another session".to_owned()),
        ];
        let causes: Vec<String> = causes.into_iter().flatten().collect();
        if causes.is_empty() {
            return "not stored".to_owned();
        }
        causes.join("; ")
    }

    /// Each difference in a line.
    pub fn changes(&self) -> Vec<String> {
        let code = self
            .code
            .iter()
            .map(|(name, what)| format!("{name} {what}"));
        let arguments = self.arguments.iter().map(|(name, change)| {
            let detail = match &*change.detail {
                "" => "changed",
                detail => detail,
            };
            format!("{name}{}: {detail}", change.path)
        });
        let options = self
            .options
            .iter()
            .map(|option| format!("the option {option} is another"));
        code.chain(arguments).chain(options).collect()
    }
}

fn listed(what: &str, names: impl IntoIterator<Item = String>) -> Option<String> {
    let mut names: Vec<String> = names.into_iter().collect();
    if names.len() > MAX_NAMES {
        names.truncate(MAX_NAMES);
        names.push("...".to_owned());
    }
    (!names.is_empty()).then(|| format!("{what}: {}", names.join(", ")))
}

/// How many arguments differ, and where.
fn changed_arguments(before: &Call<Place>, now: &Call<Place>) -> (usize, Vec<(String, Change)>) {
    let mut digested = Nodes::default();
    digested.add(&before.trace);
    digested.add(&now.trace);
    let earlier = by_parameter(before);
    let mut count = 0;
    let mut changes = Vec::new();
    for (name, argument) in by_parameter(now) {
        let was = earlier.iter().find(|(other, _)| *other == name);
        // A parameter that was not there is a change of the code.
        let Some((_, was)) = was else {
            continue;
        };
        let found = difference::changes(*was, argument, &digested);
        count += usize::from(!found.is_empty());
        changes.extend(found.into_iter().map(|change| (name.to_owned(), change)));
    }
    (count, changes)
}

fn by_parameter(call: &Call<Place>) -> Vec<(&str, Node<'_>)> {
    let arguments = decoder::nodes(&call.arguments).unwrap_or_default();
    let names = call.function.parameters.iter().map(String::as_str);
    names.zip(arguments).collect()
}

/// The parts of a definition that differ; the whole, if no part does.
fn changed_code(before: &Function, now: &Function) -> Vec<(String, &'static str)> {
    if before.digest == now.digest {
        return Vec::new();
    }
    let mut changed = Vec::new();
    for (name, digest) in &now.outline {
        match before.outline.iter().find(|(other, _)| other == name) {
            Some((_, earlier)) if earlier == digest => {}
            Some(_) => changed.push((name.clone(), "was edited")),
            None => changed.push((name.clone(), "is new")),
        }
    }
    for (name, _) in &before.outline {
        if !now.outline.iter().any(|(other, _)| other == name) {
            changed.push((name.clone(), "is gone"));
        }
    }
    if changed.is_empty() {
        let what = if now.is_unique {
            "depends on something that has no content"
        } else {
            "was edited"
        };
        changed.push((now.name.clone(), what));
    }
    changed
}
