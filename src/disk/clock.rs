//! The wall clock, which may jump.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A use is noted at most this often, since noting it is a write.
const NOTED_EVERY: Duration = Duration::from_secs(60);

/// Clocks of machines that share a folder differ by less; what is later than this was written under a wrong clock.
const TOLERANCE: Duration = Duration::from_secs(60 * 60);

/// Nanoseconds since the beginning of 1970.
pub(super) fn nanoseconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => length(after),
        Err(before) => -length(before.duration()),
    }
}

/// The nanoseconds of a duration; 292 years at most.
pub(super) fn length(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

/// How far tests have put the clock ahead, in nanoseconds.
static ADVANCED: AtomicI64 = AtomicI64::new(0);

/// Now, in nanoseconds since the beginning of 1970.
pub fn now() -> i64 {
    nanoseconds(SystemTime::now()).saturating_add(ADVANCED.load(Ordering::Relaxed))
}

/// Puts this process's clock ahead, for tests that do not want to sleep.
pub fn advance(nanos: u64) {
    let nanos = i64::try_from(nanos).unwrap_or(i64::MAX);
    let add = |advanced: i64| Some(advanced.saturating_add(nanos));
    // The closure never refuses, so neither does the update.
    let _ = ADVANCED.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
}

/// Whether a use now is worth noting, if the last one was noted at `noted`. One in the future is put right.
pub(super) fn is_worth_noting(noted: i64, now: i64) -> bool {
    now.abs_diff(noted) >= length(NOTED_EVERY).unsigned_abs()
}

/// Whether what was made at `created` is older than `max_age`, or was made under a clock that went wrong: it would
/// else stay until the clock has come as far.
pub fn is_expired(created: i64, max_age: Option<Duration>, now: i64) -> bool {
    let Some(max_age) = max_age else {
        return false;
    };
    let age = i128::from(now) - i128::from(created);
    age > i128::from(length(max_age)) || age < -i128::from(length(TOLERANCE))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;
    const HOUR: Option<Duration> = Some(Duration::from_secs(3600));

    #[test]
    fn age_counts_from_creation() {
        assert!(!is_expired(0, HOUR, 3600 * SECOND));
        assert!(is_expired(0, HOUR, 3601 * SECOND));
        assert!(!is_expired(i64::MIN, None, i64::MAX));
    }

    #[test]
    fn what_comes_from_the_future_does_not_stay_forever() {
        assert!(!is_expired(3600 * SECOND, HOUR, 0));
        assert!(is_expired(3601 * SECOND, HOUR, 0));
        assert!(is_expired(i64::MAX, HOUR, i64::MIN));
    }

    #[test]
    fn a_use_is_noted_once_a_minute_and_after_each_jump() {
        assert!(!is_worth_noting(0, 59 * SECOND));
        assert!(is_worth_noting(0, 60 * SECOND));
        assert!(is_worth_noting(60 * SECOND, 0));
    }
}
