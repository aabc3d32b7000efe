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
    /// Those of them that left because of the bytes, not of the number.
    pub outgrown: u64,
    /// Those of them that left because of the bytes of several stores together.
    pub crowded_out: u64,
    /// Entries that were not fit to be used.
    pub rejections: u64,
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

    pub(super) fn add_eviction(&mut self, is_for_the_number: bool) {
        self.evictions = self.evictions.saturating_add(1);
        let outgrown = u64::from(!is_for_the_number);
        self.outgrown = self.outgrown.saturating_add(outgrown);
    }

    pub(super) fn add_crowded_out(&mut self) {
        self.evictions = self.evictions.saturating_add(1);
        self.crowded_out = self.crowded_out.saturating_add(1);
    }

    pub(super) fn add_miss(&mut self) {
        self.misses = self.misses.saturating_add(1);
    }

    /// Both together.
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            hits: self.hits.saturating_add(other.hits),
            recalled: self.recalled.saturating_add(other.recalled),
            misses: self.misses.saturating_add(other.misses),
            evictions: self.evictions.saturating_add(other.evictions),
            outgrown: self.outgrown.saturating_add(other.outgrown),
            crowded_out: self.crowded_out.saturating_add(other.crowded_out),
            rejections: self.rejections.saturating_add(other.rejections),
            expirations: self.expirations.saturating_add(other.expirations),
            nanos_saved: self.nanos_saved.saturating_add(other.nanos_saved),
        }
    }

    pub(super) fn take_back_hit(&mut self, cost: Nanos) {
        self.hits = self.hits.saturating_sub(1);
        self.nanos_saved = self.nanos_saved.saturating_sub(cost);
    }
}
