//! Entries under keys, in the order of their use where somebody asks for the oldest.

use std::collections::HashMap;
use std::hash::Hash;

use ahash::RandomState;
use hashlink::LinkedHashMap;

use super::bounds::Bounds;
use super::clock::Nanos;

/// A value, and what the store knows of it.
pub struct Entry<V> {
    pub value: V,
    pub size: u64,
    /// Nanoseconds that it took to compute.
    pub cost: u64,
    pub expiry: Nanos,
}

/// All entries of a store.
pub enum Entries<K, V> {
    /// The one that was not used for the longest time comes first.
    Ordered(LinkedHashMap<K, Entry<V>, RandomState>),
    /// Nothing is ever evicted. The entries lie in the table itself, so that to find one among many
    /// takes as few looks at memory as can be, and none to note its use.
    Unordered(HashMap<K, Entry<V>, RandomState>),
}

impl<K: Eq + Hash + Clone, V> Entries<K, V> {
    /// No entries, for a store with these bounds.
    pub fn new(bounds: Bounds) -> Self {
        let hasher = RandomState::new();
        if bounds.can_evict() {
            Self::Ordered(LinkedHashMap::with_hasher(hasher))
        } else {
            Self::Unordered(HashMap::with_hasher(hasher))
        }
    }

    /// The entry under `key`, which is used.
    #[inline]
    pub fn used(&mut self, key: &K) -> Option<&Entry<V>> {
        match self {
            Self::Ordered(entries) => entries.to_back(key).map(|entry| &*entry),
            Self::Unordered(entries) => entries.get(key),
        }
    }

    /// The entry under `key`, which is only looked at.
    pub fn get(&self, key: &K) -> Option<&Entry<V>> {
        match self {
            Self::Ordered(entries) => entries.get(key),
            Self::Unordered(entries) => entries.get(key),
        }
    }

    /// Puts an entry in. There must be none under `key`.
    pub fn insert(&mut self, key: K, entry: Entry<V>) {
        match self {
            Self::Ordered(entries) => drop(entries.insert(key, entry)),
            Self::Unordered(entries) => drop(entries.insert(key, entry)),
        }
    }

    /// Takes out the entry under `key`.
    pub fn remove(&mut self, key: &K) -> Option<Entry<V>> {
        match self {
            Self::Ordered(entries) => entries.remove(key),
            Self::Unordered(entries) => entries.remove(key),
        }
    }

    /// Takes out the entry that was not used for the longest time; none where that is not known.
    pub fn pop_oldest(&mut self) -> Option<(K, Entry<V>)> {
        match self {
            Self::Ordered(entries) => entries.pop_front(),
            Self::Unordered(_) => None,
        }
    }

    /// At most so many keys: those that were used last, where that is known.
    pub fn newest(&self, count: usize) -> Vec<K> {
        match self {
            Self::Ordered(entries) => entries.keys().rev().take(count).cloned().collect(),
            Self::Unordered(entries) => entries.keys().take(count).cloned().collect(),
        }
    }

    /// The keys of the entries that have expired.
    pub fn expired(&self, now: Nanos) -> Vec<K> {
        let has_expired =
            |(key, entry): (&K, &Entry<V>)| (entry.expiry <= now).then(|| key.clone());
        match self {
            Self::Ordered(entries) => entries.iter().filter_map(has_expired).collect(),
            Self::Unordered(entries) => entries.iter().filter_map(has_expired).collect(),
        }
    }

    /// When the first entry will expire.
    pub fn earliest_expiry(&self) -> Nanos {
        let expiry = |entry: &Entry<V>| entry.expiry;
        let earliest = match self {
            Self::Ordered(entries) => entries.values().map(expiry).min(),
            Self::Unordered(entries) => entries.values().map(expiry).min(),
        };
        earliest.unwrap_or(Nanos::MAX)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Ordered(entries) => entries.len(),
            Self::Unordered(entries) => entries.len(),
        }
    }

    /// How many there may be before more memory is asked for.
    pub fn capacity(&self) -> usize {
        match self {
            Self::Ordered(entries) => entries.capacity(),
            Self::Unordered(entries) => entries.capacity(),
        }
    }

    /// Gives back the memory that is not needed.
    pub fn shrink_to_fit(&mut self) {
        match self {
            Self::Ordered(entries) => entries.shrink_to_fit(),
            Self::Unordered(entries) => entries.shrink_to_fit(),
        }
    }

    /// The values, the one that was not used for the longest time first, where that is known.
    pub fn into_values<C: FromIterator<T>, T>(self, map: impl Fn(V) -> T) -> C {
        match self {
            Self::Ordered(entries) => entries.into_iter().map(|(_, e)| map(e.value)).collect(),
            Self::Unordered(entries) => entries.into_values().map(|e| map(e.value)).collect(),
        }
    }
}
