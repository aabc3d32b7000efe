//! A store that many threads look into at once.
//!
//! Two cores that take one lock in turns send its memory to and fro, which costs each of them more
//! than the rest of a hit. So whoever only looks takes one of several locks, mostly one that no
//! other thread uses, and counts what it does beside that; whoever changes something takes all of
//! them. All threads see one table, and a change is one moment for all of them.

use std::cell::UnsafeCell;
use std::hash::Hash;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};

use smallvec::SmallVec;

use super::clock::Nanos;
use super::{Bounds, Counters, Removed, Store};
use crate::sync::{self, Mutex, MutexGuard};

/// The most locks that a store has. They are 128 bytes each.
const MOST_LANES: usize = 16;

/// A store under locks.
pub struct SharedStore<K, V> {
    /// As many as a power of two.
    lanes: Box<[Lane]>,
    /// Whether a look notes that the entry was used, which is a change.
    notes_use: AtomicBool,
    expires: bool,
    store: UnsafeCell<Store<K, V>>,
}

/// A lock, and what was counted under it. Cores fetch memory in pairs of lines: no two are in one.
#[derive(Default)]
#[repr(align(128))]
struct Lane(Mutex<Counters>);

/// The store, which nobody else sees meanwhile.
pub struct Exclusive<'s, K, V> {
    store: &'s UnsafeCell<Store<K, V>>,
    _lanes: SmallVec<[MutexGuard<'s, Counters>; MOST_LANES]>,
}

// SAFETY: the store is only reached under its locks: by several threads at once, which take clones of
// its values to their own, or by one, which changes it.
unsafe impl<K: Send + Sync, V: Send + Sync> Sync for SharedStore<K, V> {}

impl<K: Eq + Hash + Clone, V: Clone> SharedStore<K, V> {
    /// An empty store for about so many threads that run at the same time.
    #[must_use]
    pub fn new(bounds: Bounds, threads: usize) -> Self {
        let notes_use = bounds.max_entries.is_some() || bounds.max_bytes.is_some();
        let lanes = if notes_use { 1 } else { lanes_for(threads) };
        Self {
            lanes: (0..lanes).map(|_| Lane::default()).collect(),
            notes_use: AtomicBool::new(notes_use),
            expires: bounds.time_to_live.is_some(),
            store: UnsafeCell::new(Store::new(bounds)),
        }
    }

    /// The value under `key`, which counts as a hit. One that has expired leaves.
    #[inline]
    pub fn get(&self, key: &K, now: Nanos, removed: &mut Removed<V>) -> Option<V> {
        // Who does not see yet that it became true has taken its lock before the order began.
        if !self.notes_use.load(Ordering::Relaxed) {
            let found = self.look_up(key, now);
            if found.is_some() || !self.expires {
                return found;
            }
        }
        self.lock().get(key, now, removed)
    }

    /// Notes each use of an entry from now on, among those of other stores.
    pub fn keep_order(&self) {
        let mut store = self.lock();
        store.keep_order();
        self.notes_use.store(true, Ordering::Relaxed);
    }

    #[inline]
    fn look_up(&self, key: &K, now: Nanos) -> Option<V> {
        let mut counters = self.lane().0.lock();
        // SAFETY: whoever changes the store holds all locks, of which this is one.
        let store = unsafe { &*self.store.get() };
        store.look_up(key, now, &mut counters)
    }

    /// Shows each value, if nobody changes them meanwhile. Waits for nobody.
    pub fn try_for_each<F>(&self, show: impl FnMut(&V) -> Result<(), F>) -> Result<(), F> {
        let Some(_lane) = self.lanes[0].0.try_lock() else {
            return Ok(());
        };
        // SAFETY: whoever changes the store holds all locks, of which this is one.
        let store = unsafe { &*self.store.get() };
        store.values().try_for_each(show)
    }

    /// Counts a hit of a value that was not here yet when it was asked for.
    pub fn count_hit(&self) {
        self.lane().0.lock().add_hit(0);
    }

    /// Counts a value that has to be computed.
    pub fn count_miss(&self) {
        self.lane().0.lock().add_miss();
    }

    /// The store for the caller alone, with all that was counted.
    pub fn lock(&self) -> Exclusive<'_, K, V> {
        // Always in the same order, so that two who do so do not wait for each other.
        let mut lanes: SmallVec<[MutexGuard<'_, Counters>; MOST_LANES]> =
            self.lanes.iter().map(|lane| lane.0.lock()).collect();
        let counted = lanes
            .iter_mut()
            .map(|counters| std::mem::take(&mut **counters));
        let counted = counted.fold(Counters::default(), Counters::plus);
        let mut exclusive = Exclusive {
            store: &self.store,
            _lanes: lanes,
        };
        exclusive.counters = exclusive.counters.plus(counted);
        exclusive
    }

    /// The lock that this thread takes to look.
    #[inline]
    fn lane(&self) -> &Lane {
        let last = self.lanes.len() - 1;
        let index = if last == 0 {
            0
        } else {
            // Threads that were started one after the other have different lanes.
            sync::thread_number() & last
        };
        &self.lanes[index]
    }
}

impl<K, V> Deref for Exclusive<'_, K, V> {
    type Target = Store<K, V>;

    fn deref(&self) -> &Store<K, V> {
        // SAFETY: all locks are held, so that nobody else reaches the store.
        unsafe { &*self.store.get() }
    }
}

impl<K, V> DerefMut for Exclusive<'_, K, V> {
    fn deref_mut(&mut self) -> &mut Store<K, V> {
        // SAFETY: as above, and this is the only way to it, which is borrowed.
        unsafe { &mut *self.store.get() }
    }
}

/// Twice as many as threads run at once, so that few meet; a change takes a moment for each.
fn lanes_for(threads: usize) -> usize {
    match threads {
        0 | 1 => 1,
        several => several
            .saturating_mul(2)
            .min(MOST_LANES)
            .next_power_of_two(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::super::Departure;
    use super::*;
    use crate::rounds::rounds;

    const THREADS: usize = 4;

    fn put(store: &SharedStore<u8, u8>, key: u8) {
        store.lock().put(key, key, 1, 10, 0, &mut Removed::new());
    }

    fn get(store: &SharedStore<u8, u8>, key: u8, now: Nanos) -> Option<u8> {
        store.get(&key, now, &mut Removed::new())
    }

    #[test]
    fn what_threads_count_adds_up() {
        let store = SharedStore::new(Bounds::default(), THREADS);
        put(&store, 1);
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for _ in 0..rounds(1000) {
                        assert_eq!(get(&store, 1, 0), Some(1));
                        store.count_miss();
                    }
                    store.count_hit();
                });
            }
        });
        let counters = store.lock().counters();
        let looks = u64::from(rounds(1000)) * THREADS as u64;
        assert_eq!((counters.hits, counters.misses), (looks + 4, looks));
        assert_eq!(counters.nanos_saved, 10 * looks);
    }

    #[test]
    fn a_hit_can_be_taken_back_by_another_thread() {
        let store = SharedStore::new(Bounds::default(), THREADS);
        put(&store, 1);
        std::thread::scope(|scope| {
            scope.spawn(|| get(&store, 1, 0));
        });
        store.lock().reject(&1, |_| true, &mut Removed::new());
        let counters = store.lock().counters();
        assert_eq!((counters.hits, counters.nanos_saved), (0, 0));
    }

    #[test]
    fn nobody_sees_half_of_a_change() {
        let store = SharedStore::new(Bounds::default(), THREADS);
        let barrier = Barrier::new(THREADS);
        std::thread::scope(|scope| {
            for _ in 1..THREADS {
                scope.spawn(|| {
                    barrier.wait();
                    for _ in 0..rounds(2000) {
                        let seen = get(&store, 200, 0);
                        assert!(seen.is_none_or(|value| value == 200));
                    }
                });
            }
            barrier.wait();
            for key in 0..200 {
                put(&store, 200);
                put(&store, key);
                if key % 50 == 0 {
                    let _ = store.lock().clear();
                }
                let removed = &mut Removed::new();
                store.lock().remove(&200, removed);
                assert!(
                    removed
                        .departures()
                        .all(|(_, why)| why == Departure::Cleared)
                );
            }
        });
        assert_eq!(store.lock().len(), 49);
    }

    #[test]
    fn where_nothing_is_evicted_entries_expire_all_the_same() {
        let bounds = Bounds {
            time_to_live: Some(5),
            ..Bounds::default()
        };
        let store = SharedStore::new(bounds, THREADS);
        put(&store, 1);
        assert_eq!(get(&store, 1, 4), Some(1));
        assert_eq!(get(&store, 1, 5), None);
        let counters = store.lock().counters();
        assert_eq!((counters.hits, counters.expirations), (1, 1));
    }

    #[test]
    fn where_something_is_evicted_a_look_is_a_use() {
        let bounds = Bounds {
            max_entries: Some(2),
            ..Bounds::default()
        };
        let store = SharedStore::new(bounds, THREADS);
        put(&store, 1);
        put(&store, 2);
        get(&store, 1, 0);
        put(&store, 3);
        assert_eq!(
            [1, 2, 3].map(|key| get(&store, key, 0)),
            [Some(1), None, Some(3)]
        );
        assert_eq!(store.lanes.len(), 1);
    }
}
