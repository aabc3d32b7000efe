//! Values that are made anew while the old ones are still served: one refresh per key, and a pause after
//! one that failed.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::Ordering;

use ahash::RandomState;

use crate::flight::Process;
use crate::store::clock::Nanos;
use crate::sync::{AtomicU64, Mutex};

/// How long a key is left alone after a failure.
pub const PAUSE: Nanos = 60_000_000_000;

/// How many keys are known to have failed: more of them fail at once only if everything does.
const REMEMBERED: usize = 1024;

/// How a refresh has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// There is a new value.
    Success,
    /// There is none, and another try is not worth it for a while.
    Failure,
    /// It has not run.
    Skipped,
}

/// How many refreshes have ended in each way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// New values.
    pub successes: u64,
    /// Failures.
    pub failures: u64,
    /// Those that have not run.
    pub skipped: u64,
}

/// The refreshes of one function's values.
pub struct Refreshes<K> {
    states: Mutex<HashMap<K, State, RandomState>>,
    planned: AtomicU64,
    ended: [AtomicU64; 3],
}

/// What tells plans apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(u64);

#[derive(Clone, Copy)]
enum State {
    /// By that process. Of what a fork has left behind, none will run.
    Planned(Process, Ticket),
    /// It has failed, and is to be left alone until then.
    Failed(Nanos),
}

impl<K> Default for Refreshes<K> {
    fn default() -> Self {
        Self {
            states: Mutex::default(),
            planned: AtomicU64::new(0),
            ended: Default::default(),
        }
    }
}

impl<K: Eq + Hash + Copy> Refreshes<K> {
    /// Has the caller see to a refresh, unless somebody does or one has failed lately.
    pub fn plan(&self, key: &K, now: Nanos) -> Option<Ticket> {
        let mut states = self.states.lock();
        match states.get(key) {
            Some(State::Planned(by, _)) if *by == Process::current() => return None,
            Some(State::Failed(until)) if now < *until => return None,
            _ => {}
        }
        let ticket = Ticket(self.planned.fetch_add(1, Ordering::Relaxed));
        states.insert(*key, State::Planned(Process::current(), ticket));
        Some(ticket)
    }

    /// Notes how a planned refresh has ended.
    pub fn end(&self, key: &K, ticket: Ticket, ended: Ended, now: Nanos) {
        self.ended[ended as usize].fetch_add(1, Ordering::Relaxed);
        let mut states = self.states.lock();
        match states.get(key) {
            Some(State::Planned(_, other)) if *other != ticket => return,
            _ => states.remove(key),
        };
        if ended != Ended::Failure {
            return;
        }
        if states.len() >= REMEMBERED {
            states.retain(|_, state| match state {
                State::Planned(..) => true,
                State::Failed(until) => now < *until,
            });
        }
        if states.len() < REMEMBERED {
            states.insert(*key, State::Failed(now.saturating_add(PAUSE)));
        }
    }

    /// Forgets all of a key, for which there is a new value: a plan that is still to come, in an event loop that
    /// may have been stopped for ever, holds up no other.
    pub fn supersede(&self, key: &K) {
        self.states.lock().remove(key);
    }

    /// Forgets that a key has failed: its value is gone.
    pub fn forgive(&self, key: &K) {
        let mut states = self.states.lock();
        if let Some(State::Failed(_)) = states.get(key) {
            states.remove(key);
        }
    }

    /// Forgets all failures.
    pub fn forgive_all(&self) {
        let is_planned = |state: &State| matches!(state, State::Planned(..));
        self.states.lock().retain(|_, state| is_planned(state));
    }

    /// How many have ended in each way.
    pub fn counts(&self) -> Counts {
        let of = |ended: Ended| self.ended[ended as usize].load(Ordering::Relaxed);
        Counts {
            successes: of(Ended::Success),
            failures: of(Ended::Failure),
            skipped: of(Ended::Skipped),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(refreshes: &Refreshes<usize>, key: usize, now: Nanos) -> Ticket {
        refreshes.plan(&key, now).unwrap()
    }

    #[test]
    fn a_key_is_refreshed_by_one() {
        let refreshes = Refreshes::default();
        let first = plan(&refreshes, 1, 0);
        assert!(refreshes.plan(&1, 0).is_none());
        plan(&refreshes, 2, 0);
        refreshes.end(&1, first, Ended::Success, 0);
        plan(&refreshes, 1, 0);
        assert_eq!(refreshes.counts().successes, 1);
    }

    #[test]
    fn a_key_is_left_alone_after_a_failure() {
        let refreshes = Refreshes::default();
        let failing = plan(&refreshes, 1, 0);
        refreshes.end(&1, failing, Ended::Failure, 5);
        assert!(refreshes.plan(&1, PAUSE).is_none());
        let skipped = plan(&refreshes, 1, PAUSE + 5);
        refreshes.end(&1, skipped, Ended::Skipped, PAUSE + 5);
        plan(&refreshes, 1, PAUSE + 5);
        let counts = refreshes.counts();
        assert_eq!((counts.failures, counts.skipped), (1, 1));
    }

    #[test]
    fn failures_are_forgotten_and_plans_are_not() {
        let refreshes = Refreshes::default();
        for key in 1..=3 {
            let ticket = plan(&refreshes, key, 0);
            if key < 3 {
                refreshes.end(&key, ticket, Ended::Failure, 0);
            }
        }
        refreshes.forgive(&1);
        refreshes.forgive(&3);
        let planned = |key| refreshes.plan(&key, 0).is_some();
        assert_eq!([1, 2, 3].map(planned), [true, false, false]);
        refreshes.forgive_all();
        assert_eq!([1, 2, 3].map(planned), [false, true, false]);
    }

    #[test]
    fn a_new_value_holds_up_no_plan_and_an_old_plan_ends_no_other() {
        let refreshes = Refreshes::default();
        let old = plan(&refreshes, 1, 0);
        refreshes.supersede(&1);
        let new = plan(&refreshes, 1, 0);
        for ended in [Ended::Success, Ended::Failure] {
            refreshes.end(&1, old, ended, 0);
            assert!(refreshes.plan(&1, 0).is_none());
        }
        refreshes.end(&1, new, Ended::Success, 0);
        plan(&refreshes, 1, 0);
    }

    #[test]
    fn a_refresh_that_fails_with_its_value_there_is_left_alone_too() {
        let refreshes = Refreshes::default();
        let ticket = plan(&refreshes, 1, 0);
        refreshes.supersede(&1);
        refreshes.end(&1, ticket, Ended::Failure, 0);
        assert!(refreshes.plan(&1, 0).is_none());
    }

    #[test]
    fn failures_take_up_little_memory() {
        let refreshes = Refreshes::default();
        for key in 0..10 * REMEMBERED {
            let ticket = plan(&refreshes, key, 0);
            refreshes.end(&key, ticket, Ended::Failure, 0);
        }
        assert!(refreshes.states.lock().len() <= REMEMBERED);
        let ticket = plan(&refreshes, usize::MAX, PAUSE);
        refreshes.end(&usize::MAX, ticket, Ended::Failure, PAUSE);
        assert_eq!(refreshes.states.lock().len(), 1);
    }
}
