//! One function's cache: a store and the computations that will fill it, made one.

use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::flight::{self, ActorId, Chain, Flights, Wait};
use crate::store::clock::{self, Nanos};
use crate::store::{Bounds, Counters, Removed, Store};

/// The right to compute one key's value.
pub type Guard<'c, K, V, E> = flight::Guard<'c, K, Result<V, E>>;
/// A place among those who wait for one key's value.
pub type Waiter<'c, K, V, E> = flight::Waiter<'c, K, Result<V, E>>;
/// What waiting gave.
pub type Waited<'c, K, V, E> = Wait<'c, K, Result<V, E>>;

/// Entries, and computations of those to come. `E` is an owner's failure.
pub struct Cache<K, V, E> {
    store: Mutex<Store<K, V>>,
    flights: Flights<K, Result<V, E>>,
    bounds: Bounds,
    label: Arc<str>,
}

/// What a caller is told after a lookup that found nothing.
pub enum Begin<'c, K: Eq + Hash, V, E> {
    /// It is there by now.
    Hit(V),
    /// The caller computes.
    Owner(Guard<'c, K, V, E>),
    /// The caller waits.
    Waiter(Waiter<'c, K, V, E>),
    /// The caller would wait for itself.
    Cycle(Chain),
}

/// A cache's figures.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// What happened so far.
    pub counters: Counters,
    /// How many entries there are.
    pub entries: usize,
    /// What they hold.
    pub bytes: u64,
}

impl<K: Eq + Hash + Copy, V: Clone, E: Clone> Cache<K, V, E> {
    /// An empty cache; cycles show `label`.
    #[must_use]
    pub fn new(label: Arc<str>, bounds: Bounds) -> Self {
        Self {
            store: Mutex::new(Store::new(bounds)),
            flights: Flights::new(),
            bounds,
            label,
        }
    }

    /// The time, where time matters: it costs more than a lookup.
    fn now(&self) -> Nanos {
        self.bounds.time_to_live.map_or(0, |_| clock::now())
    }

    /// The value under `key`.
    pub fn lookup(&self, key: &K, removed: &mut Removed<V>) -> Option<V> {
        let now = self.now();
        self.store.lock().get(key, now, removed)
    }

    /// Whether a lookup would hit.
    pub fn contains(&self, key: &K) -> bool {
        let now = self.now();
        self.store.lock().contains(key, now)
    }

    /// Starts or joins the computation of `key`. Whoever starts it counts a miss.
    pub fn begin(&self, key: &K, actor: ActorId, removed: &mut Removed<V>) -> Begin<'_, K, V, E> {
        let guard = match self.flights.begin(*key, actor, &self.label) {
            flight::Begin::Owner(guard) => guard,
            flight::Begin::Waiter(waiter) => return Begin::Waiter(waiter),
            flight::Begin::Cycle(chain) => return Begin::Cycle(chain),
        };
        // Another owner may have stored it since the lookup.
        let found = self.lookup(key, removed);
        if let Some(value) = found {
            guard.land(Ok(value.clone()), |_| ());
            return Begin::Hit(value);
        }
        self.store.lock().count_miss();
        Begin::Owner(guard)
    }

    /// Counts a call that is computed without being stored.
    pub fn count_miss(&self) {
        self.store.lock().count_miss();
    }

    /// Counts a call that was answered by another's computation.
    pub fn count_shared(&self) {
        self.store.lock().count_hit();
    }

    /// Stores a computed value of `size` bytes and gives it to all who wait. It is not stored if
    /// its key was cleared since the computation began.
    pub fn finish(
        &self,
        key: &K,
        guard: Guard<'_, K, V, E>,
        value: V,
        size: u64,
        cost: Duration,
    ) -> Removed<V> {
        let now = self.now();
        let cost = u64::try_from(cost.as_nanos()).unwrap_or(u64::MAX);
        let mut removed = Removed::new();
        guard.land(Ok(value.clone()), |is_attached| {
            if is_attached {
                self.store
                    .lock()
                    .put(*key, value, size, cost, now, &mut removed);
            }
        });
        removed
    }

    /// Gives the failure to all who wait, and stores nothing.
    pub fn fail(guard: Guard<'_, K, V, E>, failure: E) {
        guard.land(Err(failure), |_| ());
    }

    /// Takes out the value under `key` if it is the one that the caller was given and may not use.
    pub fn reject(&self, key: &K, is_meant: impl FnOnce(&V) -> bool) -> Removed<V> {
        let rejected = self.store.lock().reject(key, is_meant);
        rejected.into_iter().collect()
    }

    /// Takes out one value; what is being computed for its key will not be stored.
    pub fn clear_key(&self, key: &K) -> Removed<V> {
        let removed = self.flights.detach(key, || self.store.lock().remove(key));
        removed.into_iter().collect()
    }

    /// Takes out all values; nothing that is being computed will be stored.
    pub fn clear(&self) -> Removed<V> {
        self.flights.detach_all(|| self.store.lock().clear())
    }

    /// The figures.
    pub fn info(&self) -> Info {
        let store = self.store.lock();
        Info {
            counters: store.counters(),
            entries: store.len(),
            bytes: store.bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Numbers = Cache<u8, u32, String>;

    fn cache() -> Numbers {
        Cache::new("f".into(), Bounds::default())
    }

    fn own(cache: &Numbers) -> Guard<'_, u8, u32, String> {
        match cache.begin(&1, ActorId::current(), &mut Removed::new()) {
            Begin::Owner(guard) => guard,
            _ => panic!("nobody else computes"),
        }
    }

    fn finish(cache: &Numbers, guard: Guard<'_, u8, u32, String>, value: u32) -> Removed<u32> {
        cache.finish(&1, guard, value, 1, Duration::ZERO)
    }

    #[test]
    fn a_computed_value_is_found() {
        let cache = cache();
        finish(&cache, own(&cache), 7);
        assert_eq!(cache.lookup(&1, &mut Removed::new()), Some(7));
        assert_eq!(
            (cache.info().counters.misses, cache.info().counters.hits),
            (1, 1)
        );
    }

    #[test]
    fn a_clear_wins_over_what_is_under_way() {
        let cache = cache();
        let guard = own(&cache);
        cache.clear();
        finish(&cache, guard, 7);
        assert!(!cache.contains(&1));

        let guard = own(&cache);
        cache.clear_key(&1);
        finish(&cache, guard, 8);
        assert!(!cache.contains(&1));
    }

    #[test]
    fn after_a_clear_the_next_caller_starts_anew() {
        let cache = cache();
        let old = own(&cache);
        cache.clear();
        let new = own(&cache);
        finish(&cache, old, 7);
        assert!(!cache.contains(&1));
        finish(&cache, new, 8);
        assert_eq!(cache.lookup(&1, &mut Removed::new()), Some(8));
    }

    #[test]
    fn a_failure_is_not_stored() {
        let cache = cache();
        Numbers::fail(own(&cache), "no".to_owned());
        assert!(!cache.contains(&1));
        drop(own(&cache));
        assert!(!cache.contains(&1));
        finish(&cache, own(&cache), 7);
        assert!(cache.contains(&1));
    }

    #[test]
    fn who_computes_what_it_needs_itself_is_told() {
        let cache = cache();
        let _guard = own(&cache);
        match cache.begin(&1, ActorId::current(), &mut Removed::new()) {
            Begin::Cycle(chain) => assert_eq!(chain, ["f".into(), "f".into()]),
            _ => panic!("a cycle"),
        }
    }
}
