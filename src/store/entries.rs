//! Entries under keys: in the order of their use where one may have to leave, else in none.

use std::hash::Hash;

use ahash::RandomState;
use hashlink::LinkedHashMap;

use super::bounds::Bounds;
use super::clock::Nanos;
use super::order::{self, Use};
use super::table::{Resident, Table};

/// Bytes of an entry in the order of use, with its place in the index: what a process was seen to
/// grow by.
const OF_ORDERED: u64 = 120;

/// A value, and what the store knows of it.
pub struct Entry<V> {
    pub value: V,
    pub size: u64,
    /// Nanoseconds that it took to compute.
    pub cost: u64,
    pub expiry: Nanos,
    /// When it was used last, if that is kept.
    pub used: Use,
}

/// An entry that is looked at.
#[derive(Clone, Copy)]
pub struct Found<'e, V> {
    pub value: &'e V,
    pub cost: u64,
    pub expiry: Nanos,
}

/// All entries of a store.
pub enum Entries<K, V> {
    /// The one that was not used for the longest time comes first.
    Ordered(LinkedHashMap<K, Entry<V>, RandomState>),
    /// None is ever evicted and none expires: no use has to be noted.
    Lasting(Table<K, V>),
}

impl<V> Entry<V> {
    fn found(&self) -> Found<'_, V> {
        Found {
            value: &self.value,
            cost: self.cost,
            expiry: self.expiry,
        }
    }
}

impl<K, V> Resident<K, V> {
    fn found(&self) -> Found<'_, V> {
        Found {
            value: &self.value,
            cost: self.cost,
            expiry: Nanos::MAX,
        }
    }
}

impl<K, V> From<Resident<K, V>> for Entry<V> {
    fn from(resident: Resident<K, V>) -> Self {
        Self {
            value: resident.value,
            size: resident.size,
            cost: resident.cost,
            expiry: Nanos::MAX,
            used: 0,
        }
    }
}

impl<K: Eq + Hash + Clone, V> Entries<K, V> {
    /// No entries, for a store with these bounds.
    pub fn new(bounds: Bounds) -> Self {
        if bounds.are_none() {
            Self::Lasting(Table::default())
        } else {
            Self::Ordered(LinkedHashMap::with_hasher(RandomState::new()))
        }
    }

    /// No entries, in the same way.
    pub fn none(&self) -> Self {
        match self {
            Self::Ordered(_) => Self::Ordered(LinkedHashMap::with_hasher(RandomState::new())),
            Self::Lasting(_) => Self::Lasting(Table::default()),
        }
    }

    /// Keeps the order of use from now on.
    pub fn keep_order(&mut self) {
        let ordered = Self::Ordered(LinkedHashMap::with_hasher(RandomState::new()));
        match std::mem::replace(self, ordered) {
            Self::Lasting(entries) => {
                for resident in entries.into_residents() {
                    self.insert(resident.key.clone(), resident.into());
                }
            }
            entries @ Self::Ordered(_) => *self = entries,
        }
    }

    /// Notes that each entry takes so many bytes more.
    pub fn grow_each(&mut self, bytes: u64) {
        if let Self::Ordered(entries) = self {
            for (_, entry) in entries.iter_mut() {
                entry.size += bytes;
            }
        }
    }

    /// When the entry was used that was not used for the longest time.
    pub fn oldest_use(&self) -> Option<Use> {
        match self {
            Self::Ordered(entries) => entries.front().map(|(_, entry)| entry.used),
            Self::Lasting(_) => None,
        }
    }

    /// The entry under `key`, which is used; `is_noted` says whether other stores want to know when.
    #[inline]
    pub fn used(&mut self, key: &K, is_noted: bool) -> Option<Found<'_, V>> {
        match self {
            Self::Ordered(entries) => entries.to_back(key).map(|entry| {
                if is_noted {
                    entry.used = order::now();
                }
                entry.found()
            }),
            Self::Lasting(entries) => entries.get(key).map(Resident::found),
        }
    }

    /// The entry under `key`, which is only looked at.
    pub fn get(&self, key: &K) -> Option<Found<'_, V>> {
        match self {
            Self::Ordered(entries) => entries.get(key).map(Entry::found),
            Self::Lasting(entries) => entries.get(key).map(Resident::found),
        }
    }

    /// Puts an entry in. There must be none under `key`.
    pub fn insert(&mut self, key: K, entry: Entry<V>) {
        match self {
            Self::Ordered(entries) => {
                entries.insert(key, entry);
            }
            Self::Lasting(entries) => entries.insert(Resident {
                key,
                value: entry.value,
                size: entry.size,
                cost: entry.cost,
            }),
        }
    }

    /// Takes out the entry under `key`.
    pub fn remove(&mut self, key: &K) -> Option<Entry<V>> {
        match self {
            Self::Ordered(entries) => entries.remove(key),
            Self::Lasting(entries) => entries.remove(key).map(Entry::from),
        }
    }

    /// Takes out the entry that was not used for the longest time, if one may have to leave.
    pub fn pop_oldest(&mut self) -> Option<(K, Entry<V>)> {
        match self {
            Self::Ordered(entries) => entries.pop_front(),
            Self::Lasting(_) => None,
        }
    }

    /// At most so many keys: those that were used last, where that is known.
    pub fn newest(&self, count: usize) -> Vec<K> {
        match self {
            Self::Ordered(entries) => entries.keys().rev().take(count).cloned().collect(),
            Self::Lasting(entries) => {
                let keys = entries.iter().map(|resident| &resident.key);
                keys.take(count).cloned().collect()
            }
        }
    }

    /// All values.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        let (ordered, lasting) = match self {
            Self::Ordered(entries) => (Some(entries.values()), None),
            Self::Lasting(entries) => (None, Some(entries.iter())),
        };
        let ordered = ordered.into_iter().flatten().map(|entry| &entry.value);
        let lasting = lasting
            .into_iter()
            .flatten()
            .map(|resident| &resident.value);
        ordered.chain(lasting)
    }

    /// The keys of the entries that have expired.
    pub fn expired(&self, now: Nanos) -> Vec<K> {
        let Self::Ordered(entries) = self else {
            return Vec::new();
        };
        let expired = entries.iter().filter(|(_, entry)| entry.expiry <= now);
        expired.map(|(key, _)| key.clone()).collect()
    }

    /// When the first entry will expire.
    pub fn earliest_expiry(&self) -> Nanos {
        let Self::Ordered(entries) = self else {
            return Nanos::MAX;
        };
        let expiries = entries.values().map(|entry| entry.expiry);
        expiries.min().unwrap_or(Nanos::MAX)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Ordered(entries) => entries.len(),
            Self::Lasting(entries) => entries.len(),
        }
    }

    /// Bytes that one more entry takes beside its value. Those of a table are there before it is.
    pub fn bytes_of_entry(&self) -> u64 {
        match self {
            Self::Ordered(_) => OF_ORDERED,
            Self::Lasting(_) => 0,
        }
    }

    /// Bytes that are there for entries to come.
    pub fn bytes_of_table(&self) -> u64 {
        match self {
            Self::Ordered(_) => 0,
            Self::Lasting(entries) => entries.bytes(),
        }
    }

    /// Gives most of the memory back that expired entries have left. The map keeps it for new ones.
    pub fn give_back_memory(&mut self) {
        if let Self::Ordered(entries) = self
            && entries.len() < entries.capacity() / 4
        {
            entries.shrink_to_fit();
        }
    }

    /// The values, the one that was not used for the longest time first, where that is known.
    pub fn into_values<C: FromIterator<T>, T>(self, map: impl Fn(V) -> T) -> C {
        match self {
            Self::Ordered(entries) => entries.into_iter().map(|(_, e)| map(e.value)).collect(),
            Self::Lasting(entries) => entries.into_residents().map(|e| map(e.value)).collect(),
        }
    }
}
