//! The store: entries under keys, least recently used first.
//!
//! It is a plain structure: whoever shares it locks it. No value is dropped in it; what leaves is
//! handed to the caller, who drops it when the lock is gone, since a drop may run a user's code.

mod bounds;
pub mod clock;

use std::hash::Hash;

use ahash::RandomState;
use hashlink::LinkedHashMap;
use smallvec::SmallVec;

pub use self::bounds::Bounds;
use self::clock::Nanos;

/// Values that left a store.
pub type Removed<V> = SmallVec<[V; 1]>;

struct Entry<V> {
    value: V,
    size: u64,
    /// Nanoseconds that it took to compute.
    cost: u64,
    expiry: Nanos,
}

/// What happened to a store since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Values that were asked for and were there.
    pub hits: u64,
    /// Values that were asked for and had to be computed.
    pub misses: u64,
    /// Entries that made room for others.
    pub evictions: u64,
    /// The cost of all hits, had they been computed.
    pub nanos_saved: u64,
}

/// Entries under keys, bounded in number, bytes and time.
pub struct Store<K, V> {
    /// In the order of their last use, the oldest first.
    entries: LinkedHashMap<K, Entry<V>, RandomState>,
    bytes: u64,
    bounds: Bounds,
    counters: Counters,
}

impl<K: Eq + Hash, V: Clone> Store<K, V> {
    /// An empty store.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self {
            entries: LinkedHashMap::with_hasher(RandomState::new()),
            bytes: 0,
            bounds,
            counters: Counters::default(),
        }
    }

    /// The value under `key`, which counts as a hit and as a use. One that has expired leaves.
    pub fn get(&mut self, key: &K, now: Nanos, removed: &mut Removed<V>) -> Option<V> {
        let entry = self.entries.to_back(key)?;
        if entry.expiry <= now {
            removed.extend(self.remove(key));
            return None;
        }
        let value = entry.value.clone();
        self.counters.hits += 1;
        self.counters.nanos_saved = self.counters.nanos_saved.saturating_add(entry.cost);
        Some(value)
    }

    /// Whether `get` would find a value. Counts nothing.
    #[must_use]
    pub fn contains(&self, key: &K, now: Nanos) -> bool {
        self.entries
            .get(key)
            .is_some_and(|entry| entry.expiry > now)
    }

    /// Stores a value of `size` bytes that took `cost` nanoseconds, and lets go of what that
    /// leaves no room for. A value that alone is too large leaves at once, and nothing else.
    pub fn put(
        &mut self,
        key: K,
        value: V,
        size: u64,
        cost: u64,
        now: Nanos,
        removed: &mut Removed<V>,
    ) {
        removed.extend(self.remove(&key));
        if self.bounds.are_exceeded(1, size) {
            removed.push(value);
            return;
        }
        let expiry = self.bounds.expiry(now);
        let entry = Entry {
            value,
            size,
            cost,
            expiry,
        };
        self.entries.insert(key, entry);
        self.bytes = self.bytes.saturating_add(size);
        self.evict(removed);
    }

    fn evict(&mut self, removed: &mut Removed<V>) {
        while self.bounds.are_exceeded(self.entries.len(), self.bytes) {
            let Some((_, entry)) = self.entries.pop_front() else {
                return;
            };
            self.bytes = self.bytes.saturating_sub(entry.size);
            self.counters.evictions += 1;
            removed.push(entry.value);
        }
    }

    /// Takes out the value under `key`.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let entry = self.entries.remove(key)?;
        self.bytes = self.bytes.saturating_sub(entry.size);
        Some(entry.value)
    }

    /// Takes out the value under `key` if it is the one that the caller means, and takes back the
    /// hit by which the caller got it.
    pub fn reject(&mut self, key: &K, is_meant: impl FnOnce(&V) -> bool) -> Option<V> {
        let entry = self.entries.get(key)?;
        if !is_meant(&entry.value) {
            return None;
        }
        self.counters.hits = self.counters.hits.saturating_sub(1);
        self.counters.nanos_saved = self.counters.nanos_saved.saturating_sub(entry.cost);
        self.remove(key)
    }

    /// Takes out all values.
    pub fn clear(&mut self) -> Removed<V> {
        self.bytes = 0;
        let entries = std::mem::replace(
            &mut self.entries,
            LinkedHashMap::with_hasher(RandomState::new()),
        );
        entries.into_iter().map(|(_, entry)| entry.value).collect()
    }

    /// Counts a hit of a value that was not here yet when it was asked for.
    pub fn count_hit(&mut self) {
        self.counters.hits += 1;
    }

    /// Counts a value that has to be computed.
    pub fn count_miss(&mut self) {
        self.counters.misses += 1;
    }

    /// How many entries there are, expired ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes of all entries.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What happened so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(
        max_entries: Option<usize>,
        max_bytes: Option<u64>,
        ttl: Option<Nanos>,
    ) -> Store<u8, u8> {
        Store::new(Bounds {
            max_entries,
            max_bytes,
            time_to_live: ttl,
        })
    }

    fn put(store: &mut Store<u8, u8>, key: u8, size: u64, now: Nanos) -> Vec<u8> {
        let mut removed = Removed::new();
        store.put(key, key, size, 10, now, &mut removed);
        removed.to_vec()
    }

    fn get(store: &mut Store<u8, u8>, key: u8, now: Nanos) -> (Option<u8>, Vec<u8>) {
        let mut removed = Removed::new();
        let value = store.get(&key, now, &mut removed);
        (value, removed.to_vec())
    }

    #[test]
    fn the_least_recently_used_makes_room() {
        let mut store = store(Some(2), None, None);
        assert!(put(&mut store, 1, 1, 0).is_empty());
        assert!(put(&mut store, 2, 1, 0).is_empty());
        assert_eq!(get(&mut store, 1, 0).0, Some(1));
        assert_eq!(put(&mut store, 3, 1, 0), [2]);
        assert_eq!(store.counters().evictions, 1);
    }

    #[test]
    fn bytes_are_bounded() {
        let mut store = store(None, Some(10), None);
        put(&mut store, 1, 4, 0);
        put(&mut store, 2, 4, 0);
        assert_eq!(put(&mut store, 3, 9, 0), [1, 2]);
        assert_eq!(store.bytes(), 9);
    }

    #[test]
    fn what_is_too_large_leaves_alone() {
        let mut store = store(None, Some(10), None);
        put(&mut store, 1, 4, 0);
        assert_eq!(put(&mut store, 2, 11, 0), [2]);
        assert!(store.contains(&1, 0));
        assert_eq!(store.counters().evictions, 0);
    }

    #[test]
    fn entries_expire_when_their_time_is_over() {
        let mut store = store(None, None, Some(5));
        put(&mut store, 1, 1, 100);
        assert_eq!(get(&mut store, 1, 104), (Some(1), vec![]));
        assert!(!store.contains(&1, 105));
        assert_eq!(get(&mut store, 1, 105), (None, vec![1]));
        assert_eq!((store.len(), store.bytes()), (0, 0));
    }

    #[test]
    fn a_replaced_value_leaves_and_is_no_eviction() {
        let mut store = store(Some(1), None, None);
        put(&mut store, 1, 3, 0);
        assert_eq!(put(&mut store, 1, 4, 0), [1]);
        assert_eq!((store.bytes(), store.counters().evictions), (4, 0));
    }

    #[test]
    fn a_rejected_value_was_no_hit() {
        let mut store = store(None, None, None);
        put(&mut store, 1, 1, 0);
        get(&mut store, 1, 0);
        assert_eq!(store.reject(&1, |value| *value == 2), None);
        assert_eq!(store.reject(&1, |value| *value == 1), Some(1));
        assert_eq!(store.counters(), Counters::default());
        assert!(store.is_empty());
    }

    #[test]
    fn hits_add_up_what_they_saved() {
        let mut store = store(None, None, None);
        put(&mut store, 1, 1, 0);
        get(&mut store, 1, 0);
        get(&mut store, 1, 0);
        get(&mut store, 2, 0);
        assert_eq!(store.counters().hits, 2);
        assert_eq!(store.counters().nanos_saved, 20);
    }
}
