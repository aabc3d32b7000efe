//! What limits a store.

use super::clock::Nanos;

/// How many entries a store holds, how many bytes, and for how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Entries.
    pub max_entries: Option<usize>,
    /// Bytes of all entries together.
    pub max_bytes: Option<u64>,
    /// Nanoseconds from an entry's storing to its expiry.
    pub time_to_live: Option<Nanos>,
    /// Nanoseconds from an entry's storing to the time when it is stale, though still there.
    pub fresh_for: Option<Nanos>,
    /// Whether an entry that alone has more bytes than `max_bytes` stays, by itself.
    pub keeps_larger: bool,
    /// Whether what the store needs for an entry counts beside the entry's size.
    pub counts_entries: bool,
}

impl Bounds {
    /// Whether nothing ever has to leave.
    #[must_use]
    pub fn are_none(&self) -> bool {
        self.max_entries.is_none() && self.max_bytes.is_none() && self.time_to_live.is_none()
    }

    /// Whether so many entries with so many bytes are too much.
    #[must_use]
    pub fn are_exceeded(&self, entries: usize, bytes: u128) -> bool {
        self.max_entries.is_some_and(|most| entries > most)
            || self.max_bytes.is_some_and(|most| bytes > u128::from(most))
    }

    /// Whether stale entries are made anew while they are served.
    #[must_use]
    pub fn refreshes(&self) -> bool {
        self.fresh_for.is_some()
    }

    /// How long an entry is good for, and how long it may be served.
    #[must_use]
    pub fn lifetime(&self) -> (Option<Nanos>, Option<Nanos>) {
        (self.fresh_for, self.time_to_live)
    }

    /// Whether an entry is stale that expires then.
    #[must_use]
    pub fn is_stale(&self, expiry: Nanos, now: Nanos) -> bool {
        let (Some(fresh_for), Some(time_to_live)) = self.lifetime() else {
            return false;
        };
        let overtime = time_to_live.saturating_sub(fresh_for);
        now >= expiry.saturating_sub(overtime)
    }

    /// When an entry expires that is stored `now`.
    #[must_use]
    pub fn expiry(&self, now: Nanos) -> Nanos {
        self.time_to_live
            .map_or(Nanos::MAX, |time_to_live| now.saturating_add(time_to_live))
    }
}
