//! What happened to a store.

use super::clock::Nanos;

/// What happened to a store since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Values that were asked for and were there.
    pub hits: u64,
    /// Those of them that another tier had.
    pub recalled: u64,
    /// Values that were asked for and had to be computed.
    pub misses: u64,
    /// Entries that made room for others.
    pub evictions: u64,
    /// Entries that were found expired.
    pub expirations: u64,
    /// The cost of all hits, had they been computed.
    pub nanos_saved: u64,
}

impl Counters {
    pub(super) fn add_hit(&mut self, cost: Nanos) {
        self.hits = self.hits.saturating_add(1);
        self.nanos_saved = self.nanos_saved.saturating_add(cost);
    }

    pub(super) fn take_back_hit(&mut self, cost: Nanos) {
        self.hits = self.hits.saturating_sub(1);
        self.nanos_saved = self.nanos_saved.saturating_sub(cost);
    }
}
