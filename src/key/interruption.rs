//! Long work that can be interrupted: the pure core asks now and then whether it is to go on.

use std::cell::Cell;

/// Bytes between two questions: some 30 ms of hashing.
pub const EVERY: usize = 64 * 1024 * 1024;

/// Answers whether the work is to go on.
pub type Ask = fn() -> bool;

#[derive(Clone, Copy)]
struct State {
    ask: Ask,
    /// Bytes since the last question.
    since: usize,
    is_over: bool,
}

thread_local! {
    /// That of this thread's work, if it can be interrupted.
    static WORK: Cell<Option<State>> = const { Cell::new(None) };
}

/// Ends the work's state, however the work ends.
struct Restored(Option<State>);

impl Drop for Restored {
    fn drop(&mut self) {
        WORK.set(self.0);
    }
}

/// What `work` gives, or nothing if it was interrupted: what it has then made is worth nothing.
pub fn unless_interrupted<T>(ask: Ask, work: impl FnOnce() -> T) -> Option<T> {
    let (since, is_over) = (0, false);
    let before = WORK.replace(Some(State {
        ask,
        since,
        is_over,
    }));
    let restored = Restored(before);
    let made = work();
    let is_over = is_over_here();
    drop(restored);
    (!is_over).then_some(made)
}

/// Notes that `bytes` are about to be worked through. `true` if that is not worth while any more.
pub fn spend(bytes: usize) -> bool {
    let Some(mut work) = WORK.get() else {
        return false;
    };
    work.since = work.since.saturating_add(bytes);
    if !work.is_over && work.since >= EVERY {
        work.since = 0;
        work.is_over = !(work.ask)();
    }
    WORK.set(Some(work));
    work.is_over
}

/// Whether this thread's work has been interrupted.
pub fn is_over_here() -> bool {
    WORK.get().is_some_and(|work| work.is_over)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_is_interrupted_gives_nothing() {
        let spent = || (0..10).take_while(|_| !spend(EVERY)).count();
        assert_eq!(unless_interrupted(|| true, spent), Some(10));
        assert_eq!(unless_interrupted(|| false, spent), None);
        assert!(!spend(EVERY));
    }

    #[test]
    fn short_work_is_not_asked_about() {
        let spent = || spend(EVERY - 1);
        assert_eq!(unless_interrupted(|| false, spent), Some(false));
    }
}
