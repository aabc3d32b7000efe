//! A hash table for entries that stay: each lies in the cache line to which its key's hash leads.
//!
//! A hit among many entries takes as long as main memory takes to answer, once for each look at a place that
//! depends on the one before. Other tables look at an index first; in this one the first look is at
//! the entry.

use std::hash::Hash;

use ahash::RandomState;

use super::pages;

/// Slots of the smallest table.
const SMALLEST: usize = 8;

/// Entries under keys, in no order.
pub struct Table<K, V> {
    /// As many as a power of two, at most three quarters of them full: more would lengthen the rows
    /// that are searched.
    slots: Box<[Slot<K, V>]>,
    count: usize,
    hasher: RandomState,
}

/// A cache line.
#[repr(align(64))]
struct Slot<K, V>(Option<Resident<K, V>>);

/// An entry.
pub struct Resident<K, V> {
    pub key: K,
    pub value: V,
    pub size: u64,
    /// Nanoseconds that it took to compute.
    pub cost: u64,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self {
            slots: Box::default(),
            count: 0,
            hasher: RandomState::new(),
        }
    }
}

impl<K: Eq + Hash, V> Table<K, V> {
    /// The entry under `key`.
    #[inline]
    pub fn get(&self, key: &K) -> Option<&Resident<K, V>> {
        self.slots[self.find(key)?].0.as_ref()
    }

    /// Where the entry under `key` is.
    #[inline]
    fn find(&self, key: &K) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        let mut index = self.home(key);
        // A row ends with an empty slot, of which there is always one.
        while self.slots[index].0.as_ref()?.key != *key {
            index = self.after(index);
        }
        Some(index)
    }

    /// Puts an entry in. There must be none under its key.
    pub fn insert(&mut self, resident: Resident<K, V>) {
        if (self.count + 1) * 4 > self.slots.len() * 3 {
            self.resize((self.slots.len() * 2).max(SMALLEST));
        }
        self.settle(resident);
        self.count += 1;
    }

    /// Takes out the entry under `key`.
    pub fn remove(&mut self, key: &K) -> Option<Resident<K, V>> {
        let hole = self.find(key)?;
        let removed = self.slots[hole].0.take();
        self.close_row(hole);
        self.count -= 1;
        removed
    }

    /// Moves those into the hole that would not be found behind it.
    fn close_row(&mut self, mut hole: usize) {
        let mut index = self.after(hole);
        while let Some(resident) = &self.slots[index].0 {
            let from_home = self.distance(self.home(&resident.key), index);
            if from_home >= self.distance(hole, index) {
                self.slots[hole].0 = self.slots[index].0.take();
                hole = index;
            }
            index = self.after(index);
        }
    }

    /// Puts an entry into the first empty slot from its home on.
    fn settle(&mut self, resident: Resident<K, V>) {
        let mut index = self.home(&resident.key);
        while self.slots[index].0.is_some() {
            index = self.after(index);
        }
        self.slots[index].0 = Some(resident);
    }

    fn resize(&mut self, length: usize) {
        let mut slots = Vec::with_capacity(length);
        pages::prefer_large(slots.spare_capacity_mut());
        slots.extend((0..length).map(|_| Slot(None)));
        for slot in std::mem::replace(&mut self.slots, slots.into()) {
            if let Some(resident) = slot.0 {
                self.settle(resident);
            }
        }
    }

    /// All entries.
    pub fn iter(&self) -> impl Iterator<Item = &Resident<K, V>> {
        self.slots.iter().filter_map(|slot| slot.0.as_ref())
    }

    /// The entries, taken apart.
    pub fn into_residents(self) -> impl Iterator<Item = Resident<K, V>> {
        self.slots.into_iter().filter_map(|slot| slot.0)
    }

    /// Bytes of all slots.
    pub fn bytes(&self) -> u64 {
        size_of_val::<[_]>(&self.slots) as u64
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.count
    }

    #[inline]
    fn home(&self, key: &K) -> usize {
        let hash = self.hasher.hash_one(key);
        // The low bits of a hash are as good as all.
        #[expect(clippy::cast_possible_truncation, reason = "only low bits are kept")]
        let hash = hash as usize;
        hash & (self.slots.len() - 1)
    }

    fn after(&self, index: usize) -> usize {
        (index + 1) & (self.slots.len() - 1)
    }

    /// How many steps lead from one slot to another.
    fn distance(&self, from: usize, to: usize) -> usize {
        to.wrapping_sub(from) & (self.slots.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn resident(key: u16, value: u32) -> Resident<u16, u32> {
        let (size, cost) = (1, 1);
        Resident {
            key,
            value,
            size,
            cost,
        }
    }

    #[test]
    fn an_entry_of_a_function_is_one_cache_line() {
        type Pointer = std::ptr::NonNull<u8>;
        let slot = size_of::<Slot<crate::key::call_key::CallKey, Pointer>>();
        assert_eq!(slot, 64);
    }

    #[test]
    fn an_empty_table_has_no_slots() {
        let table: Table<u16, u32> = Table::default();
        assert!(table.get(&1).is_none());
        assert_eq!((table.len(), table.slots.len()), (0, 0));
    }

    #[test]
    fn a_quarter_of_the_slots_is_empty() {
        let mut table = Table::default();
        for key in 0..1000 {
            table.insert(resident(key, 0));
            assert!(table.len() * 4 <= table.slots.len() * 3);
        }
        assert_eq!(table.slots.len(), 2048);
    }

    proptest! {
        #[test]
        fn it_does_what_a_map_does(
            steps in prop::collection::vec((any::<bool>(), 0..200_u16), 0..600),
        ) {
            let (mut table, mut map) = (Table::default(), HashMap::new());
            for (value, (is_put, key)) in (0_u32..).zip(steps) {
                let removed = table.remove(&key).map(|resident| resident.value);
                prop_assert_eq!(removed, map.remove(&key));
                if is_put {
                    table.insert(resident(key, value));
                    map.insert(key, value);
                }
                prop_assert_eq!(table.len(), map.len());
            }
            for key in 0..200 {
                let value = table.get(&key).map(|resident| resident.value);
                prop_assert_eq!(value, map.get(&key).copied());
            }
            prop_assert_eq!(table.iter().count(), map.len());
        }
    }
}
