//! When expired entries are taken out: one thread sleeps until the first of them is due.
//!
//! There is no thread until something is to expire, and none again when nothing is.

use std::time::Duration;

use crate::store::clock::{self, Nanos};
use crate::sync::{Condvar, Mutex};

/// Entries that expire within so short a time leave together.
const GRAIN: Nanos = 50_000_000;

/// The time of the next sweep, and whether somebody waits for it.
#[derive(Default)]
pub struct Schedule {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    due: Option<Nanos>,
    has_sweeper: bool,
    is_over: bool,
}

/// What a sweeper is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// Take out what has expired.
    Sweep,
    /// End: nothing is left to expire, or nobody wants it any more.
    End,
}

impl Schedule {
    /// Notes that something expires then. `true`: the caller has to start a sweeper.
    #[must_use]
    pub fn expect(&self, expiry: Nanos) -> bool {
        let mut state = self.state.lock();
        if state.is_over {
            return false;
        }
        if state.due.is_none_or(|due| expiry < due) {
            state.due = Some(expiry);
            self.changed.notify_all();
        }
        !std::mem::replace(&mut state.has_sweeper, true)
    }

    /// Has a sweeper that sleeps look at the time again.
    pub fn look_again(&self) {
        // A sweeper that has looked already and does not sleep yet would not hear it.
        let _state = self.state.lock();
        self.changed.notify_all();
    }

    /// Sleeps until something has expired.
    pub fn wait(&self) -> Wake {
        let mut state = self.state.lock();
        loop {
            let Some(due) = state.due.filter(|_| !state.is_over) else {
                state.has_sweeper = false;
                self.changed.notify_all();
                return Wake::End;
            };
            let now = clock::now();
            if due <= now {
                state.due = None;
                return Wake::Sweep;
            }
            let left = Duration::from_nanos(due.saturating_sub(now).max(GRAIN));
            state = self.changed.wait_for(state, left);
        }
    }

    /// Notes that no sweeper could be started. The next expectation asks for one again.
    pub fn give_up(&self) {
        let mut state = self.state.lock();
        state.has_sweeper = false;
        state.due = None;
        // The end may have come meanwhile, and wait for the sweeper.
        self.changed.notify_all();
    }

    /// Ends the sweeper, and waits until it has ended; nothing is expected any more.
    pub fn end(&self) {
        let mut state = self.state.lock();
        state.is_over = true;
        self.changed.notify_all();
        while state.has_sweeper {
            state = self.changed.wait(state);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    #[test]
    fn one_sweeper_is_asked_for() {
        let schedule = Schedule::default();
        assert!(schedule.expect(0));
        assert!(!schedule.expect(Nanos::MAX));
        assert_eq!(schedule.wait(), Wake::Sweep);
        assert!(!schedule.expect(0));
    }

    #[test]
    fn a_sweeper_without_work_ends_and_another_is_asked_for() {
        let schedule = Schedule::default();
        assert!(schedule.expect(0));
        assert_eq!((schedule.wait(), schedule.wait()), (Wake::Sweep, Wake::End));
        assert!(schedule.expect(0));
    }

    #[test]
    fn what_expires_earlier_wakes_the_sweeper() {
        let schedule = Arc::new(Schedule::default());
        assert!(schedule.expect(Nanos::MAX));
        let sweeper = thread::spawn({
            let schedule = Arc::clone(&schedule);
            move || schedule.wait()
        });
        assert!(!schedule.expect(0));
        assert_eq!(sweeper.join().unwrap(), Wake::Sweep);
    }

    #[test]
    fn time_that_is_advanced_wakes_the_sweeper() {
        const HOUR: Nanos = 3_600_000_000_000;
        let schedule = Arc::new(Schedule::default());
        assert!(schedule.expect(clock::now() + HOUR));
        let sweeper = thread::spawn({
            let schedule = Arc::clone(&schedule);
            move || schedule.wait()
        });
        clock::advance(HOUR);
        while !sweeper.is_finished() {
            schedule.look_again();
            thread::yield_now();
        }
        assert_eq!(sweeper.join().unwrap(), Wake::Sweep);
    }

    #[test]
    fn the_end_waits_for_the_sweeper() {
        let schedule = Arc::new(Schedule::default());
        assert!(schedule.expect(Nanos::MAX));
        let sweeper = thread::spawn({
            let schedule = Arc::clone(&schedule);
            move || schedule.wait()
        });
        schedule.end();
        assert_eq!(sweeper.join().unwrap(), Wake::End);
        assert!(!schedule.expect(0));
    }
}
