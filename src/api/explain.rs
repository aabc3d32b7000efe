//! Why a call would hit or miss: `explain()`.

use std::time::Instant;

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use super::caches::{FunctionCache, Where};
use super::call::Call;
use super::function::CachedFunction;
use super::labels;
use super::misses::Place;
use super::nearest::{self, Differences};
use crate::error::Result;
use crate::history;
use crate::key::binding::{Arguments, Observer};
use crate::key::call_key::CallKey;
use crate::key::decoder::{self, Form, Node};
use crate::key::difference::type_name as class_of;
use crate::key::encoder::Encoder;
use crate::key::tag::Tag;
use crate::key::trace::Nodes;
use crate::python::{self, type_name};
use crate::store::{Departure, Presence};
use crate::testing;

/// How one argument was hashed.
struct Account<'py> {
    name: String,
    argument: Bound<'py, PyAny>,
    /// Where its encoding ends.
    end: usize,
    hashed: u64,
    seconds: f64,
}

/// How the arguments were hashed, one after the other.
struct Accounts<'py> {
    py: Python<'py>,
    all: Vec<Account<'py>>,
    hashed: u64,
    started: Instant,
}

impl<'py> Observer<'py> for Accounts<'py> {
    fn encoded(
        &mut self,
        encoder: &Encoder,
        name: &Bound<'py, PyString>,
        argument: &Bound<'py, PyAny>,
    ) {
        let hashed = encoder.hashed();
        self.all.push(Account {
            name: name.to_string_lossy().into_owned(),
            argument: argument.clone(),
            end: encoder.position(),
            hashed: hashed - self.hashed,
            seconds: self.started.elapsed().as_secs_f64(),
        });
        self.hashed = hashed;
        self.started = Instant::now();
    }
}

/// Why a call of `function` would hit or miss, as an `Explanation`. It computes nothing, counts
/// nothing, and is no use of the entry.
pub fn explain<'py>(
    py: Python<'py>,
    function: &CachedFunction,
    arguments: Arguments<'_, 'py>,
) -> Result<Bound<'py, PyAny>> {
    let identity = function.identity(py)?;
    let cache = function.cache(py, &identity)?;
    let mut accounts = Accounts {
        py,
        all: Vec::new(),
        hashed: 0,
        started: Instant::now(),
    };
    let mut encoder =
        Call::new(function, arguments).encode_or_raise(py, &identity, &mut accounts)?;
    let call = encoder.call_key();
    let key = function.entry_key(py, &cache, call)?;
    let asked = history::Call {
        function: function.described(py, &identity).clone(),
        place: Place::of(function, &cache),
        arguments: encoder.as_bytes().into(),
        trace: encoder.take_trace(),
    };
    let answer = Answer::find(py, function, &cache, &key, &asked, &accounts);
    let digest = blake3::Hash::from(call.digest(identity.digest()));
    let explanation = python::EXPLANATION.get(py)?.call1((
        answer.hit,
        answer.reason,
        PyTuple::new(py, answer.changes)?,
        accounts.rows(function, &asked)?,
        digest.to_hex().as_str(),
    ))?;
    Ok(explanation)
}

/// What is said of a call.
struct Answer {
    hit: bool,
    reason: String,
    changes: Vec<String>,
}

impl Answer {
    fn find(
        py: Python<'_>,
        function: &CachedFunction,
        cache: &FunctionCache,
        key: &CallKey,
        asked: &history::Call<Place>,
        accounts: &Accounts<'_>,
    ) -> Self {
        let options = function.options();
        let presence = cache.entries.presence(key);
        let place = cache.place_of(py, key);
        let known = match presence {
            _ if testing::is_disabled() => Some("computed each time: caching is disabled"),
            _ if options.bounds.time_to_live == Some(0) => Some("computed each time: ttl=0"),
            _ if place == Some(Where::Disk) => Some("stored on the disk"),
            Presence::Stored if place.is_none() => Some("cleared by another process"),
            Presence::Stored if options.validate.is_some() => {
                Some("stored, if validate accepts it")
            }
            Presence::Stored => Some("stored"),
            _ if cache.entries.is_computing(key) => Some("being computed"),
            Presence::Expired => Some("expired"),
            Presence::Left(departure) => Some(departed(departure)),
            Presence::Never | Presence::Unknown => None,
        };
        if let Some(reason) = known {
            return Self::plain(reason, reason.starts_with("stored"));
        }
        match nearest::differences(function, asked) {
            Some(differences) => Self::compared(function, differences, accounts),
            None if presence == Presence::Unknown => {
                Self::plain("never computed, or longer ago than is remembered", false)
            }
            None => Self::plain("never computed", false),
        }
    }

    fn plain(reason: &str, hit: bool) -> Self {
        Self {
            hit,
            reason: reason.to_owned(),
            changes: Vec::new(),
        }
    }

    fn compared(
        function: &CachedFunction,
        mut differences: Differences,
        accounts: &Accounts<'_>,
    ) -> Self {
        for (name, change) in &mut differences.arguments {
            if let Some(argument) = accounts.argument(name) {
                labels::name_steps(argument, &mut change.path);
            }
        }
        let hashers = &function.options().hashers;
        Self {
            hit: false,
            reason: differences.reason(|digest| hashers.name_of(digest)),
            changes: differences.changes(),
        }
    }
}

/// Why an entry is not there.
fn departed(departure: Departure) -> &'static str {
    match departure {
        Departure::Evicted => "evicted",
        Departure::Expired => "expired",
        Departure::Cleared => "cleared",
        Departure::Replaced => "replaced",
        Departure::Rejected => "rejected",
        Departure::TooLarge => "not stored: it is larger than max_size",
        Departure::Failed => "not stored: the last computation raised",
        Departure::Refused => "not stored: cache_if refused it",
    }
}

impl<'py> Accounts<'py> {
    /// The argument of the parameter `name`.
    fn argument(&self, name: &str) -> Option<&Bound<'py, PyAny>> {
        let account = self.all.iter().find(|account| account.name == name);
        account.map(|account| &account.argument)
    }

    /// An `ArgumentInfo` for each argument.
    fn rows(
        &self,
        function: &CachedFunction,
        asked: &history::Call<Place>,
    ) -> Result<Bound<'py, PyTuple>> {
        let py = self.py;
        let mut digested = Nodes::default();
        digested.add(&asked.trace);
        let mut start = 0;
        let mut rows = Vec::new();
        for account in &self.all {
            let bytes = asked.arguments.get(start..account.end).unwrap_or_default();
            start = account.end;
            rows.push(python::ARGUMENT_INFO.get(py)?.call1((
                &account.name,
                type_name(&account.argument),
                strategy(function, bytes, &digested),
                digested.content(bytes).max(account.hashed),
                account.seconds,
                blake3::hash(bytes).to_hex().as_str(),
            ))?);
        }
        Ok(PyTuple::new(py, rows)?)
    }
}

/// What of an argument was hashed, in words.
fn strategy(function: &CachedFunction, bytes: &[u8], digested: &Nodes<'_>) -> String {
    let Some(node) = opened(bytes, digested) else {
        return "all of its content".to_owned();
    };
    let words = match node.tag {
        Tag::Ignored => "ignored",
        Tag::ClassOf => "class only",
        Tag::Default => "not passed: its default is an object() of its own",
        Tag::CacheKey => "its __cache_key__",
        Tag::Object => "its parts, as __reduce_ex__ gives them",
        Tag::Global | Tag::Module => "its name",
        Tag::Defined | Tag::Class => "its definition",
        Tag::Function | Tag::Code => "its code",
        Tag::Method | Tag::Cached => "the function",
        Tag::Enum => "class, name and value",
        Tag::Record => return format!("all of its content, as {}", class_of(&node)),
        Tag::Hashed => return hash_function(function, &node),
        _ => "all of its content",
    };
    words.to_owned()
}

fn opened<'a>(bytes: &'a [u8], digested: &Nodes<'a>) -> Option<Node<'a>> {
    let node = decoder::node(bytes).ok()?;
    match node.form {
        Form::Digest(digest) => decoder::node(digested.get(digest)?).ok(),
        _ => Some(node),
    }
}

fn hash_function(function: &CachedFunction, node: &Node<'_>) -> String {
    let children = node.children().unwrap_or_default();
    let name = match children.get(1).map(|child| child.form) {
        Some(Form::Leaf(digest)) => function.options().hashers.name_of(digest),
        _ => None,
    };
    name.map_or_else(
        || "a hash function".to_owned(),
        |name| format!("hash function {name}"),
    )
}
