//! Monotonic time.

use std::sync::atomic::{AtomicU64, Ordering};

/// Nanoseconds since 146 years before the process first asked: what another process has stored has a time too.
pub type Nanos = u64;

const START: Nanos = 1 << 62;

#[cfg(not(memoxide_model))]
static ADVANCED: AtomicU64 = AtomicU64::new(0);

#[cfg(memoxide_model)]
static ADVANCED: crate::sync::LazyLock<AtomicU64> = crate::sync::LazyLock::new(AtomicU64::default);

/// The time. It never goes back, and no change of the system's clock moves it.
#[must_use]
pub fn now() -> Nanos {
    elapsed()
        .saturating_add(START)
        .saturating_add(ADVANCED.load(Ordering::Relaxed))
}

#[cfg(not(memoxide_model))]
fn elapsed() -> Nanos {
    use std::sync::LazyLock;
    use std::time::Instant;

    static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    Nanos::try_from(ORIGIN.elapsed().as_nanos()).unwrap_or(Nanos::MAX)
}

/// In a model, time passes only where it is advanced: a run that is repeated must be the same.
#[cfg(memoxide_model)]
fn elapsed() -> Nanos {
    0
}

/// Lets so much time pass at once, for tests that do not want to sleep.
pub fn advance(nanos: Nanos) {
    let add = |advanced: Nanos| Some(advanced.saturating_add(nanos));
    // The closure never refuses, so neither does the update.
    let _ = ADVANCED.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_that_is_advanced_has_passed() {
        let before = now();
        advance(1_000_000_000);
        assert!(now() - before >= 1_000_000_000);
    }
}
