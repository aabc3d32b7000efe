//! From what a function returned to what is stored.

use std::time::Duration;

use pyo3::prelude::*;

use super::budget;
use super::call::Call;
use super::disk::Stamp;
use super::expiry;
use super::function::CachedFunction;
use super::miss::{Audience, Missed, OwnerGuard};
use super::options::Kind;
use super::resource::{self, Produced};
use super::value::Value;
use crate::cache::Cache;
use crate::error::{Error, Place, Result};
use crate::host::Recording;
use crate::key::call_key::CallKey;
use crate::logging;
use crate::python::failure::{contained, is_failure};
use crate::python::type_name;
use crate::snapshot::Snapshot;

/// A computed value, taken in.
pub struct Captured {
    value: Value,
    size: u64,
    /// Whether the size is known, or not bounded.
    pub is_sized: bool,
}

/// What a function made, and what is to become of it.
pub enum Computed<'py> {
    /// It is stored.
    Wanted(Captured, Bound<'py, PyAny>),
    /// It goes to all who wait, and is not stored.
    Unwanted(Captured, Bound<'py, PyAny>),
    /// Nobody but its caller can have it.
    Private(Bound<'py, PyAny>),
}

impl Captured {
    fn of(
        py: Python<'_>,
        snapshot: Snapshot,
        recording: Option<&Recording>,
        is_sized: bool,
    ) -> PyResult<Self> {
        Ok(Self {
            size: Value::size(py, &snapshot, recording),
            value: Value::of(py, snapshot, recording.cloned())?,
            is_sized,
        })
    }

    /// Stores it and gives it to all who wait.
    pub(super) fn store(
        self,
        py: Python<'_>,
        missed: &Missed,
        key: &CallKey,
        guard: OwnerGuard,
        cost: Duration,
    ) {
        let (cache, size) = (&missed.cache, self.size);
        let (made, audience) = (self.value.clone(), guard.audience());
        let (departed, unstored) = cache.entries.finish(key, guard, self.value, size, cost);
        match unstored {
            Some(unstored) => {
                cache.release(py, departed);
                missed.leave(py, unstored, &audience);
            }
            None => cache.release_beside(py, departed, &made),
        }
        if cache.id.kind == Kind::Data {
            cache.tell_of_size(py, size);
            budget::keep(py);
        }
        expiry::expect(py, cache);
    }

    /// The value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Gives it to all who wait, and stores nothing.
    pub(super) fn hand_out(self, py: Python<'_>, missed: &Missed, guard: OwnerGuard) {
        let audience = guard.audience();
        Cache::hand_out(guard, self.value.clone());
        missed.leave(py, self.value, &audience);
    }
}

impl Missed {
    /// Lets go of what was made and not stored. If it was made in the background and nobody waited for it, nobody has it.
    fn leave(&self, py: Python<'_>, value: Value, audience: &Audience) {
        let is_had = !self.is_refresh || audience.is_there();
        let stored = self.cache.entries.peek(&self.key);
        if is_had || stored.is_some_and(|stored| stored.is_same_resource(py, &value)) {
            resource::keep_until_exit(py, value);
        } else {
            self.cache.release_values(py, [value]);
        }
    }
}

impl<'py> Call<'_, 'py> {
    /// What the function makes, which must be more than one reader's.
    pub(super) fn produce(&self, py: Python<'py>) -> Result<Produced<'py>> {
        let recorder = self.function.recorder(py)?;
        let mut produced = self.made(py)?;
        produced.recording = recorder.finish(py)?;
        Ok(produced)
    }

    fn made(&self, py: Python<'py>) -> Result<Produced<'py>> {
        let returned = self.compute(py)?;
        if self.function.options().kind == Kind::Resource
            && let Some(produced) = resource::yielded(&self.function.wrapped(py), &returned)?
        {
            return Ok(produced);
        }
        self.function.produced(returned)
    }

    /// What the function makes, for its caller alone.
    pub(super) fn run_uncached(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>> {
        let recorder = self.function.recorder(py)?;
        let returned = self.compute(py)?;
        recorder.finish(py)?;
        if self.function.options().kind != Kind::Resource {
            return Ok(returned);
        }
        match resource::yielded(&self.function.wrapped(py), &returned)? {
            None => Ok(returned),
            Some(produced) => {
                resource::keep_until_exit(py, Value::of(py, produced.snapshot(0), None)?);
                Ok(produced.value)
            }
        }
    }
}

impl CachedFunction {
    /// What the function has returned, which must be more than one reader's.
    pub(super) fn produced<'py>(&self, returned: Bound<'py, PyAny>) -> Result<Produced<'py>> {
        match resource::exhaustible(&returned)? {
            None => Ok(Produced::plain(returned)),
            Some((what, advice)) => Err(Error::Exhaustible {
                place: Box::new(self.place(&returned)),
                what,
                advice,
                value: returned.unbind(),
            }),
        }
    }

    /// Takes in what the function made, and finds out what is to become of it.
    pub(super) fn take_in<'py>(
        &self,
        py: Python<'py>,
        produced: Produced<'py>,
        stamp: Option<Stamp>,
    ) -> Result<Computed<'py>> {
        let is_wanted = self.is_wanted(py, &produced.value)?;
        match self.capture(py, &produced, stamp) {
            Ok(captured) if is_wanted => Ok(Computed::Wanted(captured, produced.value)),
            Ok(captured) => Ok(Computed::Unwanted(captured, produced.value)),
            Err(Error::Unserializable { value, .. }) if !is_wanted => {
                Ok(Computed::Private(value.into_bound(py)))
            }
            Err(error) => Err(error),
        }
    }

    fn place(&self, value: &Bound<'_, PyAny>) -> Place {
        Place {
            function: self.name().to_string(),
            path: "its return value".to_owned(),
            type_name: type_name(value),
        }
    }

    /// Whether the value is to be stored. A condition that fails loses no result.
    fn is_wanted(&self, py: Python<'_>, value: &Bound<'_, PyAny>) -> Result<bool> {
        let Some(condition) = &self.options().cache_if else {
            return Ok(true);
        };
        let answer = condition.bind(py).call1((value,));
        match answer.and_then(|answer| answer.is_truthy()) {
            Ok(is_wanted) => Ok(is_wanted),
            Err(raised) if is_failure(py, &raised) => {
                let name = self.name();
                let message = format!("cache_if of '{name}' failed; the result is not stored");
                logging::error(py, &message, &raised);
                Ok(false)
            }
            Err(raised) => Err(raised.into()),
        }
    }

    /// Takes in what the function made.
    fn capture(
        &self,
        py: Python<'_>,
        produced: &Produced<'_>,
        stamp: Option<Stamp>,
    ) -> Result<Captured> {
        if self.options().kind == Kind::Resource {
            return self.share(py, produced);
        }
        let value = &produced.value;
        let captured = contained(|| Snapshot::capture(value, self.options().copy));
        let captured = captured.map(|snapshot| match stamp {
            Some(stamp) => snapshot.persisted(stamp.name, stamp.generation),
            None => snapshot,
        });
        let captured = captured
            .and_then(|snapshot| Captured::of(py, snapshot, produced.recording.as_ref(), true));
        captured.map_err(|cause| {
            if !is_failure(py, &cause) {
                return cause.into();
            }
            Error::Unserializable {
                place: Box::new(self.place(value)),
                cause,
                value: value.clone().unbind(),
            }
        })
    }

    /// Takes a resource in. Its size may be wrong, but it is not lost for that.
    fn share(&self, py: Python<'_>, produced: &Produced<'_>) -> Result<Captured> {
        let value = &produced.value;
        let size = match &self.options().sizeof {
            Some(sizeof) => sizeof
                .bind(py)
                .call1((value,))
                .and_then(|size| size.extract()),
            None => own_size(value),
        };
        match size {
            Ok(size) => Ok(Captured::of(
                py,
                produced.snapshot(size),
                produced.recording.as_ref(),
                true,
            )?),
            Err(raised) if is_failure(py, &raised) => {
                Ok(self.share_unsized(py, produced, &raised)?)
            }
            Err(raised) => Err(raised.into()),
        }
    }

    fn share_unsized(
        &self,
        py: Python<'_>,
        produced: &Produced<'_>,
        why: &PyErr,
    ) -> PyResult<Captured> {
        let is_bounded = self.options().bounds.max_bytes.is_some();
        let consequence = if is_bounded {
            "it is not stored"
        } else {
            "it counts as 0 bytes"
        };
        let name = self.name();
        let message =
            format!("The size of what '{name}' returned is unknown, {consequence}: {why}");
        logging::warn(py, &message);
        Captured::of(
            py,
            produced.snapshot(0),
            produced.recording.as_ref(),
            !is_bounded,
        )
    }
}

/// The bytes of the object alone. The class is not asked: it may be anything.
fn own_size(value: &Bound<'_, PyAny>) -> PyResult<u64> {
    let object = value.py().get_type::<PyAny>();
    object.call_method1("__sizeof__", (value,))?.extract()
}
