//! The decorators' options, checked when a function is decorated.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString};
use pyo3::{PyTraverseError, PyVisit};

use super::coroutine_function;
use super::disk::{Persist, Place};
use super::duration as durations;
use super::settings;
use super::size;
use crate::error::{Error, Result};
use crate::host::spinner::Text;
use crate::host::{self, Appearance};
use crate::key::definition::Follow;
use crate::key::hashers::Hashers;
use crate::python::{self, type_name};
use crate::snapshot::CopyMode;
use crate::store::Bounds;
use crate::testing;

/// Which family a decorator belongs to: what is cached, and what `clear()` clears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Values: each caller gets its own.
    Data,
    /// Resources: all callers share one object.
    Resource,
}

impl Kind {
    /// Its name, as Python knows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Resource => "resource",
        }
    }
}

/// Who shares a function's entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everybody in the process.
    Global,
    /// Those in the same session.
    Session,
}

/// The options of one decorated function.
pub struct Options {
    /// The decorator's name, and the options as they were given.
    pub decorator: &'static str,
    /// None, if there are none.
    pub given: Option<Py<PyDict>>,
    /// What the function's entries are.
    pub kind: Kind,
    /// How many entries, how large, how long.
    pub bounds: Bounds,
    /// Who shares them.
    pub scope: Scope,
    /// How values are handed out.
    pub copy: CopyMode,
    /// Whether entries are to outlive the process.
    pub persist: Option<Arc<Persist>>,
    /// What of an argument counts, by class.
    pub hashers: Hashers,
    /// Whether a resource may still be used.
    pub validate: Option<Py<PyAny>>,
    /// Whether a value is to be stored.
    pub cache_if: Option<Py<PyAny>>,
    /// Called with each resource that leaves.
    pub on_release: Option<Py<PyAny>>,
    /// How many bytes a resource holds.
    pub sizeof: Option<Py<PyAny>>,
    /// How far the function's definition goes.
    pub follow: Follow,
    /// Whether values are made anew while old ones are still served.
    pub refreshes: bool,
    /// Whether a forked child makes resources of its own.
    pub recreates: bool,
    /// What an app shows of the function.
    pub display: Appearance,
    /// Whether a time to live was given that `persist` makes void.
    pub ignores_time_to_live: bool,
}

/// The options that decide whether two definitions of a function can share their entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sharing {
    bounds: Bounds,
    copy: CopyMode,
    place: Option<Arc<Place>>,
    validates: bool,
    releases: bool,
    recreates: bool,
}

impl Sharing {
    /// The names of the options that differ.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let (ours, theirs) = (&self.bounds, &other.bounds);
        let differs = [
            ("ttl", ours.lifetime() != theirs.lifetime()),
            ("refresh_mode", ours.refreshes() != theirs.refreshes()),
            ("max_entries", ours.max_entries != theirs.max_entries),
            ("max_size", ours.max_bytes != theirs.max_bytes),
            ("copy", self.copy != other.copy),
            ("persist", self.place != other.place),
            ("validate", self.validates != other.validates),
            ("on_release", self.releases != other.releases),
            ("fork", self.recreates != other.recreates),
        ];
        let named = differs.into_iter().filter(|(_, differs)| *differs);
        named.map(|(name, _)| name).collect()
    }
}

impl Options {
    /// The options of a decorator of `kind` that were not given.
    pub fn new(decorator: &'static str, kind: Kind) -> Self {
        Self {
            decorator,
            given: None,
            kind,
            bounds: Bounds {
                keeps_larger: kind == Kind::Data,
                counts_entries: kind == Kind::Data,
                ..Bounds::default()
            },
            scope: Scope::Global,
            copy: CopyMode::Auto,
            persist: None,
            hashers: Hashers::default(),
            validate: None,
            cache_if: None,
            on_release: None,
            sizeof: None,
            follow: Follow::Beside,
            refreshes: false,
            recreates: false,
            display: Appearance::default(),
            ignores_time_to_live: false,
        }
    }

    /// Checks and takes the options that were given, all of which are in `allowed`.
    pub fn read(self, allowed: &[&str], given: &Bound<'_, PyDict>) -> Result<Self> {
        let mut options = self;
        options.given = Some(given.copy()?.unbind());
        for (name, value) in given {
            let name = name.cast::<PyString>().map_err(PyErr::from)?;
            let name = name.to_string_lossy();
            if !allowed.contains(&name.as_ref()) {
                return Err(unknown(&name, allowed));
            }
            options.take(&name, &value)?;
        }
        if options.refreshes {
            host::configure_refreshes(given.py())?;
        }
        options.check_together()?;
        Ok(options)
    }

    /// Takes one option.
    fn take(&mut self, name: &str, value: &Bound<'_, PyAny>) -> Result<()> {
        match name {
            "ttl" => self.bounds.time_to_live = time_to_live(name, value)?,
            "max_entries" => self.bounds.max_entries = max_entries(value)?,
            "max_size" => self.bounds.max_bytes = bytes(name, value)?,
            "persist" => self.persist = Persist::of(value)?,
            "scope" => self.scope = scope(value)?,
            "copy" => self.copy = copy(value)?,
            "hash_funcs" => self.hashers = Hashers::new(given(value))?,
            "validate" => self.validate = callback(name, value)?,
            "cache_if" => self.cache_if = callback(name, value)?,
            "on_release" => self.on_release = callback(name, value)?,
            "sizeof" => self.sizeof = callback(name, value)?,
            "refresh_mode" => self.refreshes = refresh_mode(value)?,
            "fork" => self.recreates = recreates(value)?,
            "show_spinner" => self.display.spinner.text = show_spinner(value)?,
            "show_time" => self.display.spinner.shows_time = switch(name, value)?,
            "experimental_allow_widgets" => self.display.allows_widgets = switch(name, value)?,
            "follow_dependencies" => self.follow = follow(value)?,
            _ => {
                switch(name, value)?;
            }
        }
        Ok(())
    }

    fn check_together(&mut self) -> Result<()> {
        if self.refreshes {
            self.check_refresh()?;
        }
        if self.kind == Kind::Resource && self.bounds.max_bytes.is_some() && self.sizeof.is_none() {
            return Err(Error::Option(
                "max_size of a resource needs sizeof=function, which returns an object's bytes: \
                 they cannot be known otherwise. Or bound the number with max_entries."
                    .to_owned(),
            ));
        }
        if self.persist.is_some() && self.scope == Scope::Session {
            return Err(Error::Option(
                "persist=\"disk\" goes with scope=\"global\" only: a session ends with its process"
                    .to_owned(),
            ));
        }
        if self
            .persist
            .as_ref()
            .is_some_and(|persist| !persist.expires)
        {
            self.ignores_time_to_live = self.bounds.time_to_live.take().is_some();
        }
        Ok(())
    }

    /// From its time to live on a value is stale; what is kept for longer is only served while a
    /// newer one is made.
    fn check_refresh(&mut self) -> Result<()> {
        if self.persist.is_some() {
            return Err(Error::Option(
                "refresh_mode=\"background\" does not go with persist: an entry on the disk is used \
                 until its ttl is over, and computed again after that"
                    .to_owned(),
            ));
        }
        let Some(fresh_for) = self.bounds.time_to_live.filter(|ttl| *ttl > 0) else {
            return Err(Error::Option(
                "refresh_mode=\"background\" needs a positive ttl".to_owned(),
            ));
        };
        self.bounds.fresh_for = Some(fresh_for);
        self.bounds.time_to_live = Some(settings::hard_limit(fresh_for));
        Ok(())
    }

    /// Shows the garbage collector the user's functions.
    pub fn traverse(&self, visit: &PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        self.hashers.traverse(visit)?;
        visit.call(&self.given)?;
        let callbacks = [
            &self.validate,
            &self.cache_if,
            &self.on_release,
            &self.sizeof,
        ];
        callbacks
            .into_iter()
            .flatten()
            .try_for_each(|callback| visit.call(callback))
    }

    /// Whether anything is stored at the moment.
    #[inline]
    pub fn stores(&self) -> bool {
        self.bounds.time_to_live != Some(0) && !testing::is_disabled()
    }

    /// What has to be equal for two definitions to share their entries.
    pub fn sharing(&self, place: Option<&Arc<Place>>) -> Sharing {
        Sharing {
            bounds: self.bounds,
            copy: self.copy,
            place: place.cloned(),
            validates: self.validate.is_some(),
            releases: self.on_release.is_some(),
            recreates: self.recreates,
        }
    }
}

fn given<'a, 'py>(value: &'a Bound<'py, PyAny>) -> Option<&'a Bound<'py, PyAny>> {
    (!value.is_none()).then_some(value)
}

/// What other libraries call an option.
const NAMES_ELSEWHERE: [(&str, &str); 18] = [
    ("maxsize", "max_entries"),
    ("max_items", "max_entries"),
    ("maxitems", "max_entries"),
    ("capacity", "max_entries"),
    ("size_limit", "max_size"),
    ("max_bytes", "max_size"),
    ("bytes_limit", "max_size"),
    ("expire", "ttl"),
    ("expires", "ttl"),
    ("expiry", "ttl"),
    ("timeout", "ttl"),
    ("time_to_live", "ttl"),
    ("spinner", "show_spinner"),
    ("hash_func", "hash_funcs"),
    ("hashers", "hash_funcs"),
    ("disk", "persist"),
    ("getsizeof", "sizeof"),
    ("cache_validation_callback", "validate"),
];

/// The option that is meant by a name, as far as one can tell.
fn meant<'a>(name: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let name = name.to_lowercase();
    let known = NAMES_ELSEWHERE.iter().find(|(other, _)| *other == name);
    if let Some((_, option)) = known {
        return allowed.iter().copied().find(|allowed| allowed == option);
    }
    let distances = allowed
        .iter()
        .map(|option| (distance(&name, option), *option));
    let (distance, nearest) = distances.min()?;
    // Of a short name there would be little left.
    (distance <= 2 && distance < nearest.len().min(name.len())).then_some(nearest)
}

/// How many letters have to be put in, taken out or changed.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, another) in other.bytes().enumerate() {
            let changed = diagonal + usize::from(letter != another);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

fn unknown(name: &str, allowed: &[&str]) -> Error {
    let meant = meant(name, allowed);
    let hint = meant.map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
    let separator = if hint.is_empty() { "; the" } else { " The" };
    pyo3::exceptions::PyTypeError::new_err(format!(
        "unknown option {name:?}{hint}{separator} options are {}",
        allowed.join(", ")
    ))
    .into()
}

/// `option` must be ..., not ...
pub fn bad(option: &str, allowed: impl Display, value: &Bound<'_, PyAny>) -> Error {
    let shown = value
        .repr()
        .map_or_else(|_| type_name(value), |repr| repr.to_string());
    Error::Option(format!("{option} must be {allowed}, not {shown}"))
}

/// A length of time; none, if it has no end.
pub fn duration(option: &str, value: &Bound<'_, PyAny>) -> Result<Option<Duration>> {
    Ok(time_to_live(option, value)?.map(Duration::from_nanos))
}

/// Seconds, a timedelta or a string, as nanoseconds.
fn time_to_live(option: &str, value: &Bound<'_, PyAny>) -> Result<Option<u64>> {
    const ALLOWED: &str =
        "a number of seconds, a timedelta, or a string like \"1d\" or \"1h30m\", zero or more";
    if value.is_none() {
        return Ok(None);
    }
    let nanoseconds = if let Ok(text) = value.cast::<PyString>() {
        let parsed = durations::parse_nanoseconds(&text.to_string_lossy());
        parsed.map_err(|error| Error::Option(format!("{option}: {error}")))?
    } else {
        match seconds(value)? {
            Some(seconds) if seconds.is_infinite() && seconds > 0.0 => return Ok(None),
            Some(seconds) if seconds >= 0.0 => nanoseconds(seconds),
            _ => return Err(bad(option, ALLOWED, value)),
        }
    };
    u64::try_from(nanoseconds)
        .map(Some)
        .map_err(|_| bad(option, ALLOWED, value))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` saturates at 292 years"
)]
fn nanoseconds(seconds: f64) -> i64 {
    (seconds * 1e9).round() as i64
}

fn seconds(value: &Bound<'_, PyAny>) -> Result<Option<f64>> {
    if value.is_instance_of::<PyBool>() {
        return Ok(None);
    }
    if value.is_instance(python::TIMEDELTA.get(value.py())?)? {
        return Ok(Some(value.call_method0("total_seconds")?.extract()?));
    }
    Ok(value.extract().ok())
}

fn max_entries(value: &Bound<'_, PyAny>) -> Result<Option<usize>> {
    if value.is_none() {
        return Ok(None);
    }
    let number = if value.is_instance_of::<PyBool>() {
        None
    } else {
        value.extract().ok()
    };
    match number {
        Some(number) if number >= 1 => Ok(Some(number)),
        _ => Err(bad(
            "max_entries",
            "an integer of at least 1, or None",
            value,
        )),
    }
}

/// A number of bytes, or a string that says it.
pub fn bytes(option: &str, value: &Bound<'_, PyAny>) -> Result<Option<u64>> {
    const ALLOWED: &str = "a number of bytes of at least 1, a string like \"500MB\", or None";
    if value.is_none() {
        return Ok(None);
    }
    let bytes = if let Ok(text) = value.cast::<PyString>() {
        let parsed = size::parse_bytes(&text.to_string_lossy());
        Some(parsed.map_err(|error| Error::Option(format!("{option}: {error}")))?)
    } else if value.is_instance_of::<PyBool>() {
        None
    } else {
        value.extract().ok()
    };
    match bytes {
        Some(bytes) if bytes >= 1 => Ok(Some(bytes)),
        _ => Err(bad(option, ALLOWED, value)),
    }
}

/// A number of bytes; infinitely many are no bound.
pub fn bound(option: &str, size: &Bound<'_, PyAny>) -> Result<Option<u64>> {
    if size
        .extract()
        .is_ok_and(|number: f64| number == f64::INFINITY)
    {
        return Ok(None);
    }
    bytes(option, size)
}

/// Which of a few words, or nothing for `None`.
fn word<'a, T: Copy>(
    option: &str,
    value: &Bound<'_, PyAny>,
    words: &'a [(&'a str, T)],
) -> Result<T> {
    let text = value
        .cast::<PyString>()
        .ok()
        .map(|text| text.to_string_lossy().into_owned());
    let found = words
        .iter()
        .find(|(word, _)| Some(*word) == text.as_deref());
    let Some((_, meaning)) = found else {
        let allowed: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
        return Err(bad(option, allowed.join(" or "), value));
    };
    Ok(*meaning)
}

fn scope(value: &Bound<'_, PyAny>) -> Result<Scope> {
    word(
        "scope",
        value,
        &[("global", Scope::Global), ("session", Scope::Session)],
    )
}

fn copy(value: &Bound<'_, PyAny>) -> Result<CopyMode> {
    word(
        "copy",
        value,
        &[("auto", CopyMode::Auto), ("deep", CopyMode::Deep)],
    )
}

fn refresh_mode(value: &Bound<'_, PyAny>) -> Result<bool> {
    word(
        "refresh_mode",
        value,
        &[("foreground", false), ("background", true)],
    )
}

fn recreates(value: &Bound<'_, PyAny>) -> Result<bool> {
    word("fork", value, &[("share", false), ("recreate", true)])
}

fn callback(option: &str, value: &Bound<'_, PyAny>) -> Result<Option<Py<PyAny>>> {
    if value.is_none() {
        return Ok(None);
    }
    if !value.is_callable() {
        return Err(bad(option, "callable, or None", value));
    }
    if coroutine_function::is(value)? || coroutine_function::makes_generators(value)? {
        // Nobody would await what it returns, which is true whatever it says.
        return Err(bad(option, "a function without async, or None", value));
    }
    Ok(Some(value.clone().unbind()))
}

fn show_spinner(value: &Bound<'_, PyAny>) -> Result<Text> {
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(Text::Own(text.to_string_lossy().into_owned()));
    }
    if let Ok(switch) = value.cast::<PyBool>() {
        return Ok(if switch.is_true() {
            Text::Name
        } else {
            Text::Nothing
        });
    }
    Err(bad(
        "show_spinner",
        "True, False or the text to show",
        value,
    ))
}

fn follow(value: &Bound<'_, PyAny>) -> Result<Follow> {
    let is_wanted = switch("follow_dependencies", value)?;
    Ok(if is_wanted {
        Follow::Beside
    } else {
        Follow::Nothing
    })
}

fn switch(option: &str, value: &Bound<'_, PyAny>) -> Result<bool> {
    let switch = value.cast::<PyBool>();
    Ok(switch
        .map_err(|_| bad(option, "True or False", value))?
        .is_true())
}
