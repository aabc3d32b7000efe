//! The store: entries under keys; in a bounded one the least recently used make room.
//!
//! It is a plain structure: whoever shares it locks it, as [`SharedStore`] does. No value is dropped in it; what leaves is
//! handed to the caller, who drops it when the lock is gone, since a drop may run a user's code.

mod absences;
mod bounds;
pub mod clock;
mod counters;
mod entries;
pub mod order;
mod pages;
mod removed;
mod shared;
mod table;

use std::hash::Hash;

use self::absences::Absences;
pub use self::absences::Presence;
pub use self::bounds::Bounds;
use self::clock::Nanos;
pub use self::counters::Counters;
use self::entries::{Entries, Entry};
pub use self::removed::{Cleared, Departure, Removed};
pub use self::shared::{Exclusive, SharedStore};

/// What became of a value that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored<V> {
    /// It is there.
    Kept,
    /// It alone exceeds the bounds: it is the caller's again.
    TooLarge(V),
}

/// Entries under keys, bounded in number, bytes and time.
pub struct Store<K, V> {
    entries: Entries<K, V>,
    /// Wider than one entry's size, so that no sum of them saturates.
    bytes: u128,
    bounds: Bounds,
    counters: Counters,
    /// No entry expires before.
    earliest_expiry: Nanos,
    absences: Absences<K>,
    /// Whether a bound is for several stores together.
    is_one_of_several: bool,
}

impl<K: Eq + Hash + Clone, V: Clone> Store<K, V> {
    /// An empty store.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self {
            entries: Entries::new(bounds),
            bytes: 0,
            bounds,
            counters: Counters::default(),
            earliest_expiry: Nanos::MAX,
            absences: Absences::default(),
            is_one_of_several: false,
        }
    }

    /// The value under `key`, which counts as a hit and as a use. One that has expired leaves.
    #[inline]
    pub fn get(&mut self, key: &K, now: Nanos, removed: &mut Removed<V>) -> Option<V> {
        let entry = self.entries.used(key, self.is_one_of_several)?;
        if entry.expiry <= now {
            self.expire(key, removed);
            return None;
        }
        let value = entry.value.clone();
        self.counters.add_hit(entry.cost);
        Some(value)
    }

    /// The value under `key`, which counts as a hit in `counters`, and is no use. One that has
    /// expired stays.
    #[inline]
    pub fn look_up(&self, key: &K, now: Nanos, counters: &mut Counters) -> Option<V> {
        let entry = self.entries.get(key)?;
        if entry.expiry <= now {
            return None;
        }
        counters.add_hit(entry.cost);
        Some(entry.value.clone())
    }

    /// Whether `get` would find a value. Counts nothing.
    #[must_use]
    pub fn contains(&self, key: &K, now: Nanos) -> bool {
        self.entries
            .get(key)
            .is_some_and(|entry| entry.expiry > now)
    }

    /// The value that `get` would find. Counts nothing, and is no use of it.
    #[must_use]
    pub fn peek(&self, key: &K, now: Nanos) -> Option<V> {
        let entry = self.entries.get(key)?;
        (entry.expiry > now).then(|| entry.value.clone())
    }

    /// What is known of `key`. Counts nothing, and is no use of it.
    #[must_use]
    pub fn presence(&self, key: &K, now: Nanos) -> Presence {
        match self.entries.get(key) {
            Some(entry) if entry.expiry > now => Presence::Stored,
            Some(_) => Presence::Expired,
            None => self.absences.of(key),
        }
    }

    /// Whether there is a value under `key` that is to be made anew. Counts nothing.
    #[must_use]
    pub fn is_stale(&self, key: &K, now: Nanos) -> bool {
        self.entries
            .get(key)
            .is_some_and(|entry| entry.expiry > now && self.bounds.is_stale(entry.expiry, now))
    }

    /// All values, those included that have expired.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.values()
    }

    /// Notes why there is no value under `key`.
    pub fn note(&mut self, key: &K, departure: Departure) {
        self.absences.note(key, departure);
    }

    /// Stores a value of `size` bytes that took `cost` nanoseconds, and lets go of what that
    /// leaves no room for. A value that alone is too large is given back, and nothing leaves but
    /// the one that it was to replace; or it stays alone, if the bounds say so.
    pub fn put(
        &mut self,
        key: K,
        value: V,
        size: u64,
        cost: u64,
        now: Nanos,
        removed: &mut Removed<V>,
    ) -> Stored<V> {
        self.depart(&key, Departure::Replaced, removed);
        let size = size.saturating_add(self.bytes_of_entry());
        if !self.bounds.keeps_larger && self.bounds.are_exceeded(1, size.into()) {
            self.note(&key, Departure::TooLarge);
            return Stored::TooLarge(value);
        }
        let expiry = self.bounds.expiry(now);
        let entry = Entry {
            value,
            size,
            cost,
            expiry,
            used: if self.is_one_of_several {
                order::now()
            } else {
                0
            },
        };
        self.entries.insert(key, entry);
        self.bytes += u128::from(size);
        self.earliest_expiry = self.earliest_expiry.min(expiry);
        self.evict(removed);
        Stored::Kept
    }

    fn bytes_of_entry(&self) -> u64 {
        if self.bounds.counts_entries {
            self.entries.bytes_of_entry()
        } else {
            0
        }
    }

    fn evict(&mut self, removed: &mut Removed<V>) {
        while self.bounds.are_exceeded(self.entries.len(), self.bytes) {
            if self.bounds.keeps_larger && self.entries.len() == 1 {
                return;
            }
            let Some((key, entry)) = self.entries.pop_oldest() else {
                return;
            };
            // With this one gone there are `len` others.
            let is_number =
                (self.bounds.max_entries).is_some_and(|most| self.entries.len() >= most);
            self.bytes -= u128::from(entry.size);
            self.counters.add_eviction(is_number);
            self.note(&key, Departure::Evicted);
            removed.push(entry.value, Departure::Evicted);
        }
    }

    fn expire(&mut self, key: &K, removed: &mut Removed<V>) {
        self.counters.expirations = self.counters.expirations.saturating_add(1);
        self.depart(key, Departure::Expired, removed);
    }

    fn depart(&mut self, key: &K, departure: Departure, removed: &mut Removed<V>) {
        if let Some(entry) = self.entries.remove(key) {
            self.bytes -= u128::from(entry.size);
            self.note(key, departure);
            removed.push(entry.value, departure);
        }
    }

    /// Takes out the value under `key`.
    pub fn remove(&mut self, key: &K, removed: &mut Removed<V>) {
        self.depart(key, Departure::Cleared, removed);
    }

    /// Takes out the value under `key` if it is the one that the caller means, and takes back the
    /// hit by which the caller got it: also if others have taken it out, when its cost is not known any more.
    pub fn reject(&mut self, key: &K, is_meant: impl FnOnce(&V) -> bool, removed: &mut Removed<V>) {
        let meant = self.entries.get(key).filter(|entry| is_meant(entry.value));
        let cost = meant.as_ref().map(|entry| entry.cost);
        self.counters.take_back_hit(cost.unwrap_or(0));
        if cost.is_some() {
            self.counters.rejections = self.counters.rejections.saturating_add(1);
            self.depart(key, Departure::Rejected, removed);
        }
    }

    /// Takes out all values that have expired. It costs a look at each entry, or nothing while
    /// none can have expired.
    pub fn purge_expired(&mut self, now: Nanos, removed: &mut Removed<V>) {
        if now < self.earliest_expiry {
            return;
        }
        for key in self.entries.expired(now) {
            self.expire(&key, removed);
        }
        self.earliest_expiry = self.entries.earliest_expiry();
        self.entries.give_back_memory();
    }

    /// No value expires before.
    #[must_use]
    pub fn earliest_expiry(&self) -> Nanos {
        self.earliest_expiry
    }

    /// Takes out all values, in a time that does not depend on how many there are.
    pub fn clear(&mut self) -> Cleared<K, V> {
        let newest = self.entries.newest(absences::REMEMBERED);
        self.absences.note_clear(self.entries.len(), &newest);
        self.bytes = 0;
        self.earliest_expiry = Nanos::MAX;
        let empty = self.entries.none();
        Cleared(std::mem::replace(&mut self.entries, empty))
    }

    /// Notes each use of an entry from now on, among those of other stores.
    pub fn keep_order(&mut self) {
        if std::mem::replace(&mut self.is_one_of_several, true) {
            return;
        }
        let before = self.bytes_of_entry();
        self.entries.keep_order();
        let more = self.bytes_of_entry() - before;
        self.entries.grow_each(more);
        self.bytes += u128::from(more) * self.entries.len() as u128;
    }

    /// The last use of the entry that was not used for the longest time.
    #[must_use]
    pub fn oldest_use(&self) -> Option<order::Use> {
        self.entries.oldest_use()
    }

    /// Takes out the entry that was not used for the longest time, for the sake of other stores.
    pub fn evict_oldest(&mut self, removed: &mut Removed<V>) {
        let Some((key, entry)) = self.entries.pop_oldest() else {
            return;
        };
        self.bytes -= u128::from(entry.size);
        self.counters.add_crowded_out();
        self.note(&key, Departure::Evicted);
        removed.push(entry.value, Departure::Evicted);
    }

    /// Makes a hit of a miss: another tier had the value, whose computation took `cost` nanoseconds.
    pub fn count_recalled(&mut self, cost: u64) {
        self.counters.misses = self.counters.misses.saturating_sub(1);
        self.counters.recalled = self.counters.recalled.saturating_add(1);
        self.counters.add_hit(cost);
    }

    /// How many entries there are, expired ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.len() == 0
    }

    /// Bytes of all entries, at most `u64::MAX`; with those of the store, if they count.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let of_table = if self.bounds.counts_entries {
            self.entries.bytes_of_table()
        } else {
            0
        };
        u64::try_from(self.bytes).map_or(u64::MAX, |bytes| bytes.saturating_add(of_table))
    }

    /// What happened so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }
}

#[cfg(test)]
mod tests;
