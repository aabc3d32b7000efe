//! One function's cache: a store and the computations that will fill it, made one.

use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use crate::flight::{self, Caller, Chain, Flights};
use crate::refreshes::{Counts, Refreshes};
pub use crate::refreshes::{Ended, Ticket};
use crate::store::clock::{self, Nanos};
use crate::store::order::Use;
use crate::store::{Bounds, Counters, Departure, Presence, Removed, SharedStore, Stored};

/// The right to compute one key's value.
pub type Guard<K, V, E> = flight::Guard<K, Result<V, E>>;
/// Those who wait for one key's value.
pub type Audience<V, E> = flight::Audience<Result<V, E>>;
/// A place among those who wait for one key's value.
pub type Waiter<K, V, E> = flight::Waiter<K, Result<V, E>>;
/// A task that computes one key's value.
pub type Owner<K, V, E> = flight::Owner<K, Result<V, E>>;
/// What waiting gave.
pub type Wait<K, V, E> = flight::Wait<K, Result<V, E>>;

/// Entries, and computations of those to come. `E` is an owner's failure.
pub struct Cache<K, V, E> {
    store: SharedStore<K, V>,
    refreshes: Refreshes<K>,
    flights: Flights<K, Result<V, E>>,
    bounds: Bounds,
    label: Arc<str>,
}

/// What a caller is told after a lookup that found nothing.
pub enum Begin<K: Eq + Hash, V, E> {
    /// It is there by now.
    Hit(V),
    /// The caller computes.
    Owner(Guard<K, V, E>),
    /// The caller waits.
    Waiter(Waiter<K, V, E>),
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
    /// How refreshes ended.
    pub refreshes: Counts,
}

impl<K: Eq + Hash + Copy, V: Clone, E: Clone> Cache<K, V, E> {
    /// An empty cache for about so many `threads` that run at the same time; cycles show `label`.
    #[must_use]
    pub fn new(label: Arc<str>, bounds: Bounds, threads: usize) -> Self {
        Self {
            store: SharedStore::new(bounds, threads),
            refreshes: Refreshes::default(),
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
    #[inline]
    pub fn lookup(&self, key: &K, removed: &mut Removed<V>) -> Option<V> {
        let now = self.now();
        self.store.get(key, now, removed)
    }

    /// Whether a lookup would hit.
    pub fn contains(&self, key: &K) -> bool {
        let now = self.now();
        self.store.lock().contains(key, now)
    }

    /// What is known of `key`. Counts nothing, and is no use of it.
    pub fn presence(&self, key: &K) -> Presence {
        let now = self.now();
        self.store.lock().presence(key, now)
    }

    /// The value that a lookup would find. Counts nothing, and is no use of it.
    pub fn peek(&self, key: &K) -> Option<V> {
        let now = self.now();
        self.store.lock().peek(key, now)
    }

    /// How long values may be used, in nanoseconds.
    pub fn time_to_live(&self) -> Option<Nanos> {
        self.bounds.time_to_live
    }

    /// Whether somebody computes the value of `key`.
    pub fn is_computing(&self, key: &K) -> bool {
        self.flights.is_under_way(key)
    }

    /// Who computes the value of `key`, if it is a task.
    pub fn owner(&self, key: &K) -> Option<Owner<K, V, E>> {
        self.flights.owner(key)
    }

    /// Notes why the value of `key` was not stored.
    pub fn note(&self, key: &K, departure: Departure) {
        self.store.lock().note(key, departure);
    }

    /// Starts or joins the computation of `key`. Whoever starts it counts a miss.
    pub fn begin(&self, key: &K, caller: Caller, removed: &mut Removed<V>) -> Begin<K, V, E> {
        let guard = match self.flights.begin(*key, caller, &self.label) {
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
        self.store.count_miss();
        Begin::Owner(guard)
    }

    /// Whether there is a value under `key` that is to be made anew, and nobody is at it.
    pub fn needs_refresh(&self, key: &K) -> bool {
        let now = self.now();
        self.store.lock().is_stale(key, now)
    }

    /// Has the caller see to a refresh of `key`, unless somebody does or one has failed lately.
    pub fn plan_refresh(&self, key: &K) -> Option<Ticket> {
        self.refreshes.plan(key, self.now())
    }

    /// Notes that the planned refresh of `key` is over.
    pub fn end_refresh(&self, key: &K, ticket: Ticket, ended: Ended) {
        self.refreshes.end(key, ticket, ended, self.now());
    }

    /// Starts the planned refresh of `key`, if the value is still there and nobody else computes it.
    pub fn begin_refresh(&self, key: &K, caller: Caller) -> Option<Guard<K, V, E>> {
        match self.flights.begin(*key, caller, &self.label) {
            flight::Begin::Owner(guard) if self.needs_refresh(key) => Some(guard),
            _ => None,
        }
    }

    /// Counts a call that is computed without being stored.
    pub fn count_miss(&self) {
        self.store.count_miss();
    }

    /// Counts a call as a hit that was taken for a miss: another tier had the value.
    pub fn count_recalled(&self, cost: u64) {
        self.store.lock().count_recalled(cost);
    }

    /// Counts a call that has waited: as a hit if it got another's value. What another's failure leaves to
    /// it, be it the computation or the error, counts as a miss.
    pub fn count(&self, waited: &Wait<K, V, E>) {
        match waited {
            Wait::Landed(Ok(_)) => self.store.count_hit(),
            Wait::Landed(Err(_)) | Wait::Takeover(_) => self.count_miss(),
            Wait::Pending | Wait::Orphaned => {}
        }
    }

    /// Stores a computed value of `size` bytes and gives it to all who wait. It is not stored if
    /// its key was cleared since the computation began, or if it is too large: then it belongs to
    /// those who get it, is not among what left, and is given back.
    pub fn finish(
        &self,
        key: &K,
        guard: Guard<K, V, E>,
        value: V,
        size: u64,
        cost: Duration,
    ) -> (Removed<V>, Option<V>) {
        let cost = u64::try_from(cost.as_nanos()).unwrap_or(u64::MAX);
        if self.bounds.refreshes() {
            self.refreshes.supersede(key);
        }
        self.land(key, guard, value, size, cost, self.now())
    }

    /// Stores a value that another tier has had for `age` nanoseconds, as [`finish`](Self::finish) does.
    pub fn finish_recalled(
        &self,
        key: &K,
        guard: Guard<K, V, E>,
        value: V,
        size: u64,
        cost: u64,
        age: Nanos,
    ) -> (Removed<V>, Option<V>) {
        let stored = self.now().saturating_sub(age);
        self.land(key, guard, value, size, cost, stored)
    }

    fn land(
        &self,
        key: &K,
        guard: Guard<K, V, E>,
        value: V,
        size: u64,
        cost: u64,
        stored: Nanos,
    ) -> (Removed<V>, Option<V>) {
        let mut removed = Removed::new();
        let unstored = guard.land(Ok(value.clone()), |is_attached| {
            let mut store = self.store.lock();
            if !is_attached {
                store.note(key, Departure::Cleared);
                return Some(value);
            }
            match store.put(*key, value, size, cost, stored, &mut removed) {
                Stored::Kept => None,
                Stored::TooLarge(value) => Some(value),
            }
        });
        (removed, unstored)
    }

    /// Gives a computed value to all who wait, and stores nothing.
    pub fn hand_out(guard: Guard<K, V, E>, value: V) {
        guard.land(Ok(value), |_| ());
    }

    /// Gives the failure to all who wait, and stores nothing.
    pub fn fail(guard: Guard<K, V, E>, failure: E) {
        guard.land(Err(failure), |_| ());
    }

    /// Takes out the value under `key` if it is the one that the caller was given and may not use.
    pub fn reject(&self, key: &K, is_meant: impl FnOnce(&V) -> bool) -> Removed<V> {
        let mut removed = Removed::new();
        self.store.lock().reject(key, is_meant, &mut removed);
        removed
    }

    /// Takes out the values that have expired.
    pub fn purge_expired(&self) -> Removed<V> {
        let now = self.now();
        let mut removed = Removed::new();
        self.store.lock().purge_expired(now, &mut removed);
        removed
    }

    /// When the first value expires, at the earliest.
    pub fn next_expiry(&self) -> Option<Nanos> {
        self.bounds.time_to_live?;
        let earliest = self.store.lock().earliest_expiry();
        (earliest != Nanos::MAX).then_some(earliest)
    }

    /// Notes each use of a value from now on, among those of other caches.
    pub fn keep_order(&self) {
        self.store.keep_order();
    }

    /// Bytes, values, and the use of the one that was not used for the longest time.
    pub fn extent(&self) -> (u64, usize, Option<Use>) {
        let store = self.store.lock();
        (store.bytes(), store.len(), store.oldest_use())
    }

    /// Takes out the value that was not used for the longest time, for the sake of other caches.
    pub fn evict_oldest(&self) -> Removed<V> {
        let mut removed = Removed::new();
        self.store.lock().evict_oldest(&mut removed);
        removed
    }

    /// Takes out one value; what is being computed for its key will not be stored.
    pub fn clear_key(&self, key: &K) -> Removed<V> {
        let mut removed = Removed::new();
        self.refreshes.forgive(key);
        self.flights
            .detach(key, || self.store.lock().remove(key, &mut removed));
        removed
    }

    /// Takes out all values; nothing that is being computed will be stored.
    pub fn clear(&self) -> Removed<V> {
        self.refreshes.forgive_all();
        let cleared = self.flights.detach_all(|| self.store.lock().clear());
        cleared.into()
    }

    /// Whether stale values are made anew while they are served.
    pub fn refreshes(&self) -> bool {
        self.bounds.refreshes()
    }

    /// Shows each value, if nobody changes them meanwhile.
    pub fn try_for_each<F>(&self, show: impl FnMut(&V) -> Result<(), F>) -> Result<(), F> {
        self.store.try_for_each(show)
    }

    /// The figures.
    pub fn info(&self) -> Info {
        let store = self.store.lock();
        Info {
            counters: store.counters(),
            entries: store.len(),
            bytes: store.bytes(),
            refreshes: self.refreshes.counts(),
        }
    }
}

#[cfg(test)]
mod tests;
