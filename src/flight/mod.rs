//! Single-flight: one computation per key, however many ask.
//!
//! A thread that waits sleeps under the flight's lock alone; a task leaves a waker. Lock order: the map of
//! flights, then one flight's state, then the graph. No outcome is dropped and no waker is used under
//! any of them.

mod graph;
mod process;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Weak};
use std::task::Waker;
use std::time::Duration;

use ahash::RandomState;

pub use self::graph::{Caller, Chain, ComputationId, Home};
use self::graph::{Node, StepNumber};
pub use self::process::{Process, after_fork};
use crate::sync::{Condvar, Mutex, MutexGuard};

type Map<K, O> = HashMap<K, Arc<Flight<O>>, RandomState>;
/// A guard outlives whoever it was given by.
type Shared<K, O> = Arc<Mutex<Map<K, O>>>;

/// The computations that are under way, by key.
pub struct Flights<K, O> {
    map: Shared<K, O>,
}

struct Flight<O> {
    node: Arc<Node>,
    /// Where it began. The state is not to be touched in another process.
    process: Process,
    /// The only ones who may wait, where nobody else can rely on it to go on.
    only_for: Mutex<Option<Home>>,
    state: Mutex<State<O>>,
    changed: Condvar,
}

struct State<O> {
    phase: Phase<O>,
    waiters: usize,
    /// Of the tasks among those who wait.
    wakers: Vec<(Seat, Waker)>,
    last_seat: Seat,
}

/// What tells those apart who wait for one outcome.
type Seat = u64;

enum Phase<O> {
    /// Somebody computes.
    Owned,
    /// The owner gave up; the next waiter computes.
    Vacant,
    /// The outcome is there.
    Landed(O),
}

/// What a caller is told when it needs a key's outcome.
pub enum Begin<K: Eq + Hash, O> {
    /// Nobody computes: the caller does.
    Owner(Guard<K, O>),
    /// Somebody computes: the caller waits.
    Waiter(Waiter<K, O>),
    /// The caller itself is part of what it would wait for.
    Cycle(Chain),
}

/// What waiting gave.
pub enum Wait<K: Eq + Hash, O> {
    /// The owner's outcome.
    Landed(O),
    /// The owner gave up, and the caller is the owner now.
    Takeover(Guard<K, O>),
    /// Nothing yet.
    Pending,
    /// The caller begins anew: the owner stayed behind in a fork, or gave up what was detached, of which
    /// another may have begun already.
    Orphaned,
}

/// The right, and the duty, to compute a key's outcome. Dropped without one, it goes to a waiter.
pub struct Guard<K: Eq + Hash, O> {
    map: Shared<K, O>,
    key: Option<K>,
    flight: Arc<Flight<O>>,
    computation: ComputationId,
}

/// A task that computes, seen by those who depend on it.
pub struct Owner<K: Eq + Hash, O> {
    map: Shared<K, O>,
    key: K,
    flight: Arc<Flight<O>>,
    computation: ComputationId,
    /// Where it runs.
    pub home: Home,
}

/// A place among those who wait for a key's outcome.
pub struct Waiter<K: Eq + Hash, O> {
    map: Shared<K, O>,
    key: K,
    flight: Arc<Flight<O>>,
    caller: Caller,
    step: StepNumber,
    seat: Seat,
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
            map: Shared::default(),
        }
    }

    /// Joins the computation of `key`, or starts it; cycles show `label`.
    pub fn begin(&self, key: K, caller: Caller, label: &Arc<str>) -> Begin<K, O> {
        let mut map = self.map.lock();
        let under_way = map.get(&key).filter(|flight| flight.concerns(caller));
        let Some(flight) = under_way.map(Arc::clone) else {
            let (node, computation) = graph::compute(label, caller);
            let flight = Arc::new(Flight::new(node, caller.only_for()));
            let orphan = map.insert(key, Arc::clone(&flight));
            drop(map);
            drop(orphan);
            return Begin::Owner(Guard::new(&self.map, key, flight, computation));
        };
        // Under the map's lock the flight cannot land, so its owner is still inside it.
        let step = match graph::wait(&flight.node, caller) {
            Ok(step) => step,
            Err(chain) => return Begin::Cycle(chain),
        };
        let seat = flight.state.lock().take_seat();
        Begin::Waiter(Waiter {
            map: Arc::clone(&self.map),
            key,
            flight,
            caller,
            step,
            seat,
        })
    }

    /// Whether somebody computes the outcome of `key` in this process.
    pub fn is_under_way(&self, key: &K) -> bool {
        let map = self.map.lock();
        map.get(key).is_some_and(|flight| flight.is_here())
    }

    /// Who computes the outcome of `key`, if it is a task of this process.
    pub fn owner(&self, key: &K) -> Option<Owner<K, O>> {
        let map = self.map.lock();
        let flight = Arc::clone(map.get(key)?);
        drop(map);
        Owner::of(&self.map, *key, flight)
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
        let is_attached = is_attached(map, key, flight);
        if is_attached {
            // The caller holds another reference, so nothing is dropped here.
            map.remove(key);
        }
        is_attached
    }
}

/// Whether later callers join the flight.
fn is_attached<K: Eq + Hash, O>(map: &Map<K, O>, key: &K, flight: &Arc<Flight<O>>) -> bool {
    map.get(key).is_some_and(|other| Arc::ptr_eq(other, flight))
}

impl<O> Flight<O> {
    fn new(node: Arc<Node>, only_for: Option<Home>) -> Self {
        Self {
            node,
            process: Process::current(),
            only_for: Mutex::new(only_for),
            state: Mutex::new(State {
                phase: Phase::Owned,
                waiters: 0,
                wakers: Vec::new(),
                last_seat: 0,
            }),
            changed: Condvar::new(),
        }
    }

    /// Whether its state is this process's.
    fn is_here(&self) -> bool {
        self.process == Process::current()
    }

    /// Whether `caller` has to care: it cannot wait for those who stayed behind in a fork, nor for what
    /// another event loop does in the background, and still must not wait for itself.
    fn concerns(&self, caller: Caller) -> bool {
        (self.is_here() && self.serves(caller)) || graph::is_held_by(&self.node, caller)
    }

    fn serves(&self, caller: Caller) -> bool {
        let only_for = *self.only_for.lock();
        only_for.is_none() || only_for == caller.home()
    }

    /// Sets the phase, and returns who has to be told. In a fork's child nobody waits for what began
    /// before it.
    #[must_use]
    fn enter(&self, phase: Phase<O>) -> Told<'_> {
        if !self.is_here() {
            return Told::nobody();
        }
        let mut state = self.state.lock();
        state.phase = phase;
        Told {
            threads: Some(&self.changed),
            tasks: std::mem::take(&mut state.wakers),
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

impl<O> State<O> {
    fn take_seat(&mut self) -> Seat {
        self.waiters += 1;
        self.last_seat += 1;
        self.last_seat
    }

    /// Takes out the waker of one who waits, which is to be dropped without the lock.
    fn take_waker(&mut self, seat: Seat) -> Option<Waker> {
        let index = self.wakers.iter().position(|(other, _)| *other == seat)?;
        Some(self.wakers.swap_remove(index).1)
    }
}

/// Those who have to be told of a change, when no lock is held. All of them are: whoever is chosen to take over
/// may be a task whose event loop has stopped.
struct Told<'f> {
    threads: Option<&'f Condvar>,
    tasks: Vec<(Seat, Waker)>,
}

impl Told<'_> {
    fn nobody() -> Self {
        Self {
            threads: None,
            tasks: Vec::new(),
        }
    }

    fn tell(self) {
        if let Some(threads) = self.threads {
            threads.notify_all();
        }
        for (_, waker) in self.tasks {
            waker.wake();
        }
    }
}

/// Gives a computation up, which goes to a waiter then. Nothing happens if it is over, or another's.
fn give_up<K: Eq + Hash, O>(
    map: &Mutex<Map<K, O>>,
    key: &K,
    flight: &Arc<Flight<O>>,
    computation: ComputationId,
) {
    let mut map = map.lock();
    if !graph::release(&flight.node, computation) {
        return;
    }
    let told = flight.enter(Phase::Vacant);
    let is_attached = is_attached(&map, key, flight);
    // Nobody joins meanwhile: that takes the map's lock.
    if is_attached && flight.waiters() == 0 {
        map.remove(key);
    }
    drop(map);
    told.tell();
}

impl<K: Eq + Hash, O> Owner<K, O> {
    fn of(map: &Shared<K, O>, key: K, flight: Arc<Flight<O>>) -> Option<Self> {
        let (computation, home) = graph::home_of(&flight.node)?;
        flight.is_here().then(|| Self {
            map: Arc::clone(map),
            key,
            flight,
            computation,
            home,
        })
    }

    /// Takes the computation from it, as it will never go on. A waiter is the owner then; what the task still
    /// makes of it, if it does, is its own.
    pub fn dismiss(self) {
        give_up(&self.map, &self.key, &self.flight, self.computation);
    }
}

impl<K: Eq + Hash, O> Guard<K, O> {
    fn new(map: &Shared<K, O>, key: K, flight: Arc<Flight<O>>, computation: ComputationId) -> Self {
        Self {
            map: Arc::clone(map),
            key: Some(key),
            flight,
            computation,
        }
    }

    /// Whether nobody has dismissed this owner.
    fn is_current(&self) -> bool {
        self.flight.node.computation() == Some(self.computation)
    }
}

impl<K: Eq + Hash + Copy, O: Clone> Guard<K, O> {
    /// The computation, for those who ask on its behalf.
    #[must_use]
    pub fn computation(&self) -> ComputationId {
        self.computation
    }

    /// Whether the outcome may still be stored: not if the key was detached meanwhile, or the owner dismissed.
    #[must_use]
    pub fn is_attached(&self) -> bool {
        let map = self.map.lock();
        let key = self.key.as_ref().filter(|_| self.is_current());
        key.is_some_and(|key| is_attached(&map, key, &self.flight))
    }

    /// Those who wait for the outcome, to be asked when it has landed.
    #[must_use]
    pub fn audience(&self) -> Audience<O> {
        Audience {
            // The guard has it, and the map.
            was_there: Arc::strong_count(&self.flight) > 2,
            flight: Arc::downgrade(&self.flight),
        }
    }

    /// Gives the outcome to all who wait. `store` runs before anybody can start anew, and is told
    /// whether the outcome may be stored: not if the key was detached meanwhile, or the owner dismissed.
    pub fn land<T>(mut self, outcome: O, store: impl FnOnce(bool) -> T) -> T {
        let mut map = self.map.lock();
        let key = self.key.as_ref().filter(|_| self.is_current());
        let is_attached = key.is_some_and(|key| Flights::take_out(&mut map, key, &self.flight));
        let result = store(is_attached);
        drop(map);
        // Only now: were `store` to panic, the drop of this guard would wake a waiter.
        self.key = None;
        if graph::release(&self.flight.node, self.computation) {
            self.flight.enter(Phase::Landed(outcome)).tell();
        }
        result
    }
}

/// Those who wait for a computation.
pub struct Audience<O> {
    was_there: bool,
    flight: Weak<Flight<O>>,
}

impl<O> Audience<O> {
    /// Whether somebody has waited, once the outcome has landed. Who only looked at it counts too.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.was_there || self.flight.strong_count() > 0
    }
}

impl<K: Eq + Hash, O> Drop for Guard<K, O> {
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            give_up(&self.map, &key, &self.flight, self.computation);
        }
    }
}

impl<K: Eq + Hash + Copy, O: Clone> Waiter<K, O> {
    /// Who computes, if it is a task of this process.
    #[must_use]
    pub fn owner(&self) -> Option<Owner<K, O>> {
        Owner::of(&self.map, self.key, Arc::clone(&self.flight))
    }

    /// Waits for the outcome, at most so long.
    pub fn wait_for(&mut self, timeout: Duration) -> Wait<K, O> {
        self.sleep(timeout);
        self.poll()
    }

    /// Sleeps until something happens, at most so long. No lock but the flight's own is taken:
    /// whoever holds no interpreter here may stay behind in a fork.
    pub fn sleep(&self, timeout: Duration) {
        if !self.flight.is_here() {
            return;
        }
        let state = self.flight.state.lock();
        if let Phase::Owned = state.phase {
            drop(self.flight.changed.wait_for(state, timeout));
        }
    }

    /// Has `waker` woken, once, when something happens. `false` if something has happened already.
    #[must_use]
    pub fn register(&self, waker: Waker) -> bool {
        if !self.flight.is_here() {
            return false;
        }
        let mut state = self.flight.state.lock();
        if !matches!(state.phase, Phase::Owned) {
            return false;
        }
        let replaced = state.take_waker(self.seat);
        state.wakers.push((self.seat, waker));
        drop(state);
        drop(replaced);
        true
    }

    /// What there is now.
    pub fn poll(&mut self) -> Wait<K, O> {
        if !self.flight.is_here() {
            return Wait::Orphaned;
        }
        let map = self.map.lock();
        let mut state = self.flight.state.lock();
        match &state.phase {
            Phase::Owned => Wait::Pending,
            Phase::Landed(outcome) => Wait::Landed(outcome.clone()),
            Phase::Vacant if !is_attached(&map, &self.key, &self.flight) => Wait::Orphaned,
            Phase::Vacant => {
                state.phase = Phase::Owned;
                let computation = graph::take_over(&self.flight.node, self.caller);
                drop(state);
                // Before anybody else looks: the caller can be relied on to go on.
                *self.flight.only_for.lock() = None;
                drop(map);
                let flight = Arc::clone(&self.flight);
                Wait::Takeover(Guard::new(&self.map, self.key, flight, computation))
            }
        }
    }
}

impl<K: Eq + Hash, O> Drop for Waiter<K, O> {
    fn drop(&mut self) {
        graph::stop_waiting(self.caller, self.step);
        if !self.flight.is_here() {
            return;
        }
        let mut map = self.map.lock();
        let mut state = self.flight.state.lock();
        state.waiters -= 1;
        let waker = state.take_waker(self.seat);
        let is_vacant = matches!(state.phase, Phase::Vacant);
        let is_attached = is_attached(&map, &self.key, &self.flight);
        if is_vacant && state.waiters == 0 && is_attached {
            map.remove(&self.key);
        }
        drop(state);
        drop(map);
        drop(waker);
    }
}

#[cfg(test)]
mod tests;
