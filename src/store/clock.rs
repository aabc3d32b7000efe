//! Monotonic time.

use std::sync::LazyLock;
use std::time::Instant;

/// Nanoseconds since the process first asked.
pub type Nanos = u64;

/// The time. It never goes back, and no change of the system's clock moves it.
#[must_use]
pub fn now() -> Nanos {
    static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    Nanos::try_from(ORIGIN.elapsed().as_nanos()).unwrap_or(Nanos::MAX)
}
