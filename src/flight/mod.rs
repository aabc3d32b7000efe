//! Single-flight: one computation per key, however many ask.
//!
//! Who waits sleeps under the flight's lock alone. Lock order: the map of flights, then one flight's state, then the graph. No outcome is dropped
//! under any of them.

mod graph;
mod process;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use ahash::RandomState;
use parking_lot::{Condvar, Mutex, MutexGuard};

use self::graph::Node;
pub use self::graph::{ActorId, Chain};
use self::process::Process;
pub use self::process::after_fork;

type Map<K, O> = HashMap<K, Arc<Flight<O>>, RandomState>;

/// The computations that are under way, by key.
pub struct Flights<K, O> {
    map: Mutex<Map<K, O>>,
}

struct Flight<O> {
    node: Arc<Node>,
    /// Where it began. The state is not to be touched in another process.
    process: Process,
    state: Mutex<State<O>>,
    changed: Condvar,
}

struct State<O> {
    phase: Phase<O>,
    waiters: usize,
}

enum Phase<O> {
    /// Somebody computes.
    Owned,
    /// The owner gave up; the next waiter computes.
    Vacant,
    /// The outcome is there.
    Landed(O),
}

/// What a caller is told when it needs a key's outcome.
pub enum Begin<'f, K: Eq + Hash, O> {
    /// Nobody computes: the caller does.
    Owner(Guard<'f, K, O>),
    /// Somebody computes: the caller waits.
    Waiter(Waiter<'f, K, O>),
    /// The caller itself is part of what it would wait for.
    Cycle(Chain),
}

/// What waiting gave.
pub enum Wait<'f, K: Eq + Hash, O> {
    /// The owner's outcome.
    Landed(O),
    /// The owner gave up, and the caller is the owner now.
    Takeover(Guard<'f, K, O>),
    /// Nothing yet.
    Pending,
    /// The owner stayed behind in a fork: the caller begins anew.
    Orphaned,
}

/// The right, and the duty, to compute a key's outcome. Dropped without one, it goes to a waiter.
pub struct Guard<'f, K: Eq + Hash, O> {
    flights: &'f Flights<K, O>,
    key: Option<K>,
    flight: Arc<Flight<O>>,
}

/// A place among those who wait for a key's outcome.
pub struct Waiter<'f, K: Eq + Hash, O> {
    flights: &'f Flights<K, O>,
    key: K,
    flight: Arc<Flight<O>>,
    actor: ActorId,
}

impl<K: Eq + Hash + Copy, O: Clone> Default for Flights<K, O> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Eq + Hash + Copy, O: Clone> Flights<K, O> {
    /// No computation.
    #[must_use]
    pub fn new() -> Self {
        Self {
            map: Mutex::new(Map::default()),
        }
    }

    /// Joins the computation of `key`, or starts it; cycles show `label`.
    pub fn begin(&self, key: K, actor: ActorId, label: &Arc<str>) -> Begin<'_, K, O> {
        let mut map = self.map.lock();
        let under_way = map.get(&key).filter(|flight| flight.concerns(actor));
        let Some(flight) = under_way.map(Arc::clone) else {
            let flight = Arc::new(Flight::new(graph::compute(label, actor)));
            let orphan = map.insert(key, Arc::clone(&flight));
            drop(map);
            drop(orphan);
            return Begin::Owner(Guard::new(self, key, flight));
        };
        // Under the map's lock the flight cannot land, so its owner is still inside it.
        if let Err(chain) = graph::wait(&flight.node, actor) {
            return Begin::Cycle(chain);
        }
        flight.state.lock().waiters += 1;
        Begin::Waiter(Waiter {
            flights: self,
            key,
            flight,
            actor,
        })
    }

    /// Whether somebody computes the outcome of `key` in this process.
    pub fn is_under_way(&self, key: &K) -> bool {
        let map = self.map.lock();
        map.get(key).is_some_and(|flight| flight.is_here())
    }

    /// Makes later callers of `key` start anew. `then` runs before any of them can.
    pub fn detach<T>(&self, key: &K, then: impl FnOnce() -> T) -> T {
        let mut map = self.map.lock();
        let detached = map.remove(key);
        let result = then();
        drop(map);
        drop(detached);
        result
    }

    /// Makes all later callers start anew. `then` runs before any of them can.
    pub fn detach_all<T>(&self, then: impl FnOnce() -> T) -> T {
        let mut map = self.map.lock();
        let detached = std::mem::take(&mut *map);
        let result = then();
        drop(map);
        drop(detached);
        result
    }

    /// Takes the flight out of the map if it is still in it.
    fn take_out(map: &mut MutexGuard<'_, Map<K, O>>, key: &K, flight: &Arc<Flight<O>>) -> bool {
        let is_attached = map.get(key).is_some_and(|other| Arc::ptr_eq(other, flight));
        if is_attached {
            // The caller holds another reference, so nothing is dropped here.
            map.remove(key);
        }
        is_attached
    }
}

impl<O> Flight<O> {
    fn new(node: Arc<Node>) -> Self {
        Self {
            node,
            process: Process::current(),
            state: Mutex::new(State {
                phase: Phase::Owned,
                waiters: 0,
            }),
            changed: Condvar::new(),
        }
    }

    /// Whether its state is this process's.
    fn is_here(&self) -> bool {
        self.process == Process::current()
    }

    /// Whether `actor` has to care: it cannot wait for those who stayed behind in a fork, and still
    /// must not wait for itself.
    fn concerns(&self, actor: ActorId) -> bool {
        self.is_here() || self.node.is_owned_by(actor)
    }

    /// Sets the phase. In a fork's child nobody waits for what began before it.
    fn enter(&self, phase: Phase<O>) {
        if self.is_here() {
            self.state.lock().phase = phase;
        }
    }

    /// Wakes those who wait.
    fn wake<T>(&self, notify: impl FnOnce(&Condvar) -> T) {
        if self.is_here() {
            notify(&self.changed);
        }
    }

    /// How many wait.
    fn waiters(&self) -> usize {
        if self.is_here() {
            self.state.lock().waiters
        } else {
            0
        }
    }
}

impl<'f, K: Eq + Hash, O> Guard<'f, K, O> {
    fn new(flights: &'f Flights<K, O>, key: K, flight: Arc<Flight<O>>) -> Self {
        Self {
            flights,
            key: Some(key),
            flight,
        }
    }
}

impl<K: Eq + Hash + Copy, O: Clone> Guard<'_, K, O> {
    /// Whether the outcome may still be stored: not if the key was detached meanwhile.
    #[must_use]
    pub fn is_attached(&self) -> bool {
        let map = self.flights.map.lock();
        let current = self.key.as_ref().and_then(|key| map.get(key));
        current.is_some_and(|flight| Arc::ptr_eq(flight, &self.flight))
    }

    /// Gives the outcome to all who wait. `store` runs before anybody can start anew, and is told
    /// whether the outcome may be stored: not if the key was detached meanwhile.
    pub fn land<T>(mut self, outcome: O, store: impl FnOnce(bool) -> T) -> T {
        let mut map = self.flights.map.lock();
        let key = self.key.as_ref();
        let is_attached = key.is_some_and(|key| Flights::take_out(&mut map, key, &self.flight));
        let result = store(is_attached);
        drop(map);
        // Only now: were `store` to panic, the drop of this guard would wake a waiter.
        self.key = None;
        graph::release(&self.flight.node);
        self.flight.enter(Phase::Landed(outcome));
        self.flight.wake(Condvar::notify_all);
        result
    }
}

impl<K: Eq + Hash, O> Drop for Guard<'_, K, O> {
    fn drop(&mut self) {
        let Some(key) = self.key.take() else {
            return;
        };
        let mut map = self.flights.map.lock();
        graph::release(&self.flight.node);
        self.flight.enter(Phase::Vacant);
        let is_attached = map
            .get(&key)
            .is_some_and(|other| Arc::ptr_eq(other, &self.flight));
        // Nobody joins meanwhile: that takes the map's lock.
        if is_attached && self.flight.waiters() == 0 {
            map.remove(&key);
        }
        drop(map);
        self.flight.wake(Condvar::notify_one);
    }
}

impl<'f, K: Eq + Hash + Copy, O: Clone> Waiter<'f, K, O> {
    /// Waits for the outcome, at most so long.
    pub fn wait_for(&mut self, timeout: Duration) -> Wait<'f, K, O> {
        self.sleep(timeout);
        self.poll()
    }

    /// Sleeps until something happens, at most so long. No lock but the flight's own is taken:
    /// whoever holds no interpreter here may stay behind in a fork.
    pub fn sleep(&self, timeout: Duration) {
        if !self.flight.is_here() {
            return;
        }
        let mut state = self.flight.state.lock();
        if let Phase::Owned = state.phase {
            self.flight.changed.wait_for(&mut state, timeout);
        }
    }

    /// What there is now.
    pub fn poll(&mut self) -> Wait<'f, K, O> {
        if !self.flight.is_here() {
            return Wait::Orphaned;
        }
        let mut state = self.flight.state.lock();
        match &state.phase {
            Phase::Owned => Wait::Pending,
            Phase::Landed(outcome) => Wait::Landed(outcome.clone()),
            Phase::Vacant => {
                state.phase = Phase::Owned;
                graph::take_over(&self.flight.node, self.actor);
                drop(state);
                Wait::Takeover(Guard::new(self.flights, self.key, Arc::clone(&self.flight)))
            }
        }
    }
}

impl<K: Eq + Hash, O> Drop for Waiter<'_, K, O> {
    fn drop(&mut self) {
        graph::stop_waiting(&self.flight.node, self.actor);
        if !self.flight.is_here() {
            return;
        }
        let mut map = self.flights.map.lock();
        let mut state = self.flight.state.lock();
        state.waiters -= 1;
        let is_vacant = matches!(state.phase, Phase::Vacant);
        let is_attached = map
            .get(&self.key)
            .is_some_and(|other| Arc::ptr_eq(other, &self.flight));
        if is_vacant && state.waiters == 0 && is_attached {
            map.remove(&self.key);
        }
        drop(state);
        drop(map);
        // This one may have been woken to take over.
        if is_vacant {
            self.flight.changed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests;
