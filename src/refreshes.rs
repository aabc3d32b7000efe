//! Values that are made anew while the old ones are still served: one refresh per key, and a pause after
//! one that failed.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};

use ahash::RandomState;
use parking_lot::Mutex;

use crate::flight::Process;
use crate::store::clock::Nanos;

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
    ended: [AtomicU64; 3],
}

#[derive(Clone, Copy)]
enum State {
    /// By that process. Of what a fork has left behind, none will run.
    Planned(Process),
    /// It has failed, and is to be left alone until then.
    Failed(Nanos),
}

impl<K> Default for Refreshes<K> {
    fn default() -> Self {
        Self {
            states: Mutex::default(),
            ended: Default::default(),
        }
    }
}

impl<K: Eq + Hash + Copy> Refreshes<K> {
    /// Has the caller see to a refresh, unless somebody does or one has failed lately.
    pub fn plan(&self, key: &K, now: Nanos) -> bool {
        let mut states = self.states.lock();
        match states.get(key) {
            Some(State::Planned(by)) if *by == Process::current() => return false,
            Some(State::Failed(until)) if now < *until => return false,
            _ => {}
        }
        states.insert(*key, State::Planned(Process::current()));
        true
    }

    /// Notes how the planned refresh has ended.
    pub fn end(&self, key: &K, ended: Ended, now: Nanos) {
        self.ended[ended as usize].fetch_add(1, Ordering::Relaxed);
        let mut states = self.states.lock();
        states.remove(key);
        if ended != Ended::Failure {
            return;
        }
        if states.len() >= REMEMBERED {
            states.retain(|_, state| match state {
                State::Planned(_) => true,
                State::Failed(until) => now < *until,
            });
        }
        if states.len() < REMEMBERED {
            states.insert(*key, State::Failed(now.saturating_add(PAUSE)));
        }
    }

    /// Forgets that a key has failed: its value is another's now, or gone.
    pub fn forgive(&self, key: &K) {
        let mut states = self.states.lock();
        if let Some(State::Failed(_)) = states.get(key) {
            states.remove(key);
        }
    }

    /// Forgets all failures.
    pub fn forgive_all(&self) {
        let is_planned = |state: &State| matches!(state, State::Planned(_));
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

    #[test]
    fn a_key_is_refreshed_by_one() {
        let refreshes = Refreshes::default();
        assert!(refreshes.plan(&1, 0));
        assert!(!refreshes.plan(&1, 0));
        assert!(refreshes.plan(&2, 0));
        refreshes.end(&1, Ended::Success, 0);
        assert!(refreshes.plan(&1, 0));
        assert_eq!(refreshes.counts().successes, 1);
    }

    #[test]
    fn a_key_is_left_alone_after_a_failure() {
        let refreshes = Refreshes::default();
        assert!(refreshes.plan(&1, 0));
        refreshes.end(&1, Ended::Failure, 5);
        assert!(!refreshes.plan(&1, PAUSE));
        assert!(refreshes.plan(&1, PAUSE + 5));
        refreshes.end(&1, Ended::Skipped, PAUSE + 5);
        assert!(refreshes.plan(&1, PAUSE + 5));
        let counts = refreshes.counts();
        assert_eq!((counts.failures, counts.skipped), (1, 1));
    }

    #[test]
    fn failures_are_forgotten_and_plans_are_not() {
        let refreshes = Refreshes::default();
        for key in 1..=3 {
            assert!(refreshes.plan(&key, 0));
        }
        refreshes.end(&1, Ended::Failure, 0);
        refreshes.end(&2, Ended::Failure, 0);
        refreshes.forgive(&1);
        refreshes.forgive(&3);
        let planned = |key| refreshes.plan(&key, 0);
        assert_eq!([1, 2, 3].map(planned), [true, false, false]);
        refreshes.forgive_all();
        assert_eq!([1, 2, 3].map(planned), [false, true, false]);
    }

    #[test]
    fn failures_take_up_little_memory() {
        let refreshes = Refreshes::default();
        for key in 0..10 * REMEMBERED {
            assert!(refreshes.plan(&key, 0));
            refreshes.end(&key, Ended::Failure, 0);
        }
        assert!(refreshes.states.lock().len() <= REMEMBERED);
        assert!(refreshes.plan(&usize::MAX, PAUSE));
        refreshes.end(&usize::MAX, Ended::Failure, PAUSE);
        assert_eq!(refreshes.states.lock().len(), 1);
    }
}
