//! What left a store.

use std::hash::Hash;

use smallvec::SmallVec;

use super::entries::Entries;

/// Why a value left a store, or never came into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// It made room for another.
    Evicted,
    /// Its time was over.
    Expired,
    /// Somebody asked for it to go.
    Cleared,
    /// There is a newer value under its key.
    Replaced,
    /// It was not fit to be used.
    Rejected,
    /// It alone exceeded the bounds.
    TooLarge,
    /// Its computation failed.
    Failed,
    /// It was not wanted.
    Refused,
}

/// Values that left a store, for the caller to drop when no lock is held. One needs no allocation.
#[derive(Debug)]
pub struct Removed<V> {
    values: SmallVec<[(V, Departure); 1]>,
}

/// All entries of a store that was cleared. To take them apart costs time, and needs no lock.
pub struct Cleared<K, V>(pub(super) Entries<K, V>);

impl<V> Default for Removed<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> Removed<V> {
    /// Nothing.
    #[must_use]
    pub fn new() -> Self {
        Self {
            values: SmallVec::new(),
        }
    }

    pub(super) fn push(&mut self, value: V, departure: Departure) {
        self.values.push((value, departure));
    }

    /// How many values left.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether no value left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Each value, and why it left, in the order in which they did.
    pub fn departures(&self) -> impl Iterator<Item = (&V, Departure)> {
        self.values
            .iter()
            .map(|(value, departure)| (value, *departure))
    }
}

impl<V> IntoIterator for Removed<V> {
    type Item = V;
    type IntoIter =
        std::iter::Map<smallvec::IntoIter<[(V, Departure); 1]>, fn((V, Departure)) -> V>;

    fn into_iter(self) -> Self::IntoIter {
        self.values.into_iter().map(|(value, _)| value)
    }
}

impl<K: Eq + Hash + Clone, V> From<Cleared<K, V>> for Removed<V> {
    fn from(cleared: Cleared<K, V>) -> Self {
        Self {
            values: cleared.0.into_values(|value| (value, Departure::Cleared)),
        }
    }
}
