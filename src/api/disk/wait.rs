//! How long a caller waits for another process, and what it says of that.

use std::time::{Duration, Instant};

use pyo3::prelude::*;

use super::complaint;
use super::recall::Search;
use crate::disk::Holder;
use crate::logging;

/// For so long a process is waited for that computes, whatever it does: it may hang, or lie frozen where nobody sees it.
const LONGEST: Duration = Duration::from_secs(3600);

/// For so long a process is waited for that was suspended: somebody may look at it in a debugger.
const OF_SUSPENDED: Duration = Duration::from_secs(5);

/// After so long it is said who is waited for.
const SAID_AFTER: Duration = Duration::from_secs(10);

/// So often it is asked who that is.
const ASKED_EVERY: Duration = Duration::from_secs(1);

/// A caller's wait for another process.
pub struct Wait {
    began: Instant,
    asked: Instant,
    /// Since when the other is seen suspended.
    suspended: Option<Instant>,
    /// Who was said to be waited for.
    said: Option<String>,
}

impl Default for Wait {
    fn default() -> Self {
        let now = Instant::now();
        Self {
            began: now,
            asked: now,
            suspended: None,
            said: None,
        }
    }
}

impl Wait {
    /// Whether it has been long enough.
    pub(super) fn is_over(&mut self, py: Python<'_>, search: &Search<'_>) -> bool {
        if self.asked.elapsed() < ASKED_EVERY {
            return false;
        }
        self.asked = Instant::now();
        let holder = py.detach(|| search.opened.namespace().holder(&search.name));
        let is_suspended = holder.as_ref().is_some_and(|holder| holder.is_suspended);
        self.suspended = is_suspended.then(|| self.suspended.unwrap_or_else(Instant::now));
        if is_suspended || self.began.elapsed() >= SAID_AFTER {
            self.say(py, search.function, holder.as_ref());
        }
        let is_over = self.began.elapsed() >= LONGEST
            || self
                .suspended
                .is_some_and(|since| since.elapsed() >= OF_SUSPENDED);
        if is_over {
            let function = search.function;
            let message = format!("'{function}' waits no longer for another process, and computes");
            complaint::say(py, &message);
        }
        is_over
    }

    /// Says who is waited for, once as long as that is the same.
    fn say(&mut self, py: Python<'_>, function: &str, holder: Option<&Holder>) {
        let who = named(holder);
        if self.said.as_ref() != Some(&who) {
            let message = format!("'{function}' waits for {who}, which computes the same value");
            logging::warn(py, &message);
            self.said = Some(who);
        }
    }
}

fn named(holder: Option<&Holder>) -> String {
    match holder {
        None => "another process".to_owned(),
        Some(Holder {
            process,
            program: None,
            ..
        }) => format!("a child of process {process}, which has ended"),
        Some(Holder {
            process,
            program: Some(program),
            is_suspended,
        }) => {
            let state = if *is_suspended { ", suspended" } else { "" };
            format!("process {process} ({program}{state})")
        }
    }
}
