//! One function's cache: computations, clears, rejections, purges and refreshes against each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use memoxide::cache::{Begin, Cache, Ended, Guard, Wait};
use memoxide::flight::Caller;
use memoxide::store::{Bounds, Departure, Removed, clock};
use shuttle::thread;

use crate::check::check;

const KEY: u8 = 1;
const TIME_TO_LIVE: u64 = 100;
const FRESH_FOR: u64 = 50;

/// A computed value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Value {
    number: u64,
    /// Whether it was begun before the clear.
    is_old: bool,
}

/// What a call gets.
#[derive(Clone, Copy)]
enum Given {
    Own(Value),
    Another(Value),
}

impl Given {
    fn value(self) -> Value {
        match self {
            Self::Own(value) | Self::Another(value) => value,
        }
    }
}

type Numbers = Cache<u8, Value, ()>;

struct World {
    cache: Numbers,
    clears: AtomicBool,
    has_cleared: AtomicBool,
    busy: AtomicUsize,
    calls: AtomicU64,
    computed: AtomicU64,
    stored: AtomicU64,
    left: AtomicU64,
    expired: AtomicU64,
    /// Calls that got what another has computed.
    shared: AtomicU64,
}

/// How a computation ends.
#[derive(Clone, Copy)]
enum End {
    Finishes,
    Fails,
    GivesUp,
}

fn add(count: &AtomicU64, more: usize) -> u64 {
    count.fetch_add(more as u64, Ordering::SeqCst)
}

fn read(count: &AtomicU64) -> u64 {
    count.load(Ordering::SeqCst)
}

impl World {
    fn new(bounds: Bounds) -> Arc<Self> {
        Arc::new(Self {
            cache: Cache::new("f".into(), bounds, 1),
            clears: AtomicBool::default(),
            has_cleared: AtomicBool::default(),
            busy: AtomicUsize::default(),
            calls: AtomicU64::default(),
            computed: AtomicU64::default(),
            stored: AtomicU64::default(),
            left: AtomicU64::default(),
            expired: AtomicU64::default(),
            shared: AtomicU64::default(),
        })
    }

    /// A call, whose own computation ends so.
    fn call(&self, end: End) -> Option<Given> {
        add(&self.calls, 1);
        let has_cleared = self.has_cleared.load(Ordering::SeqCst);
        let given = self.look().or_else(|| self.miss(end));
        let is_old = given.is_some_and(|given| given.value().is_old);
        assert!(!has_cleared || !is_old, "what was cleared is handed out");
        given
    }

    fn look(&self) -> Option<Given> {
        let mut removed = Removed::new();
        let value = self.cache.lookup(&KEY, &mut removed);
        self.release(&removed);
        value.map(Given::Another)
    }

    fn miss(&self, end: End) -> Option<Given> {
        loop {
            let mut removed = Removed::new();
            let begun = self.cache.begin(&KEY, Caller::plain(None), &mut removed);
            self.release(&removed);
            let mut waiter = match begun {
                Begin::Hit(value) => return Some(Given::Another(value)),
                Begin::Owner(guard) => return self.compute(guard, end),
                Begin::Waiter(waiter) => waiter,
                Begin::Cycle(_) => panic!("no cycle"),
            };
            let outcome = loop {
                match waiter.wait_for(Duration::ZERO) {
                    Wait::Pending => {}
                    outcome => break outcome,
                }
            };
            self.cache.count(&outcome);
            match outcome {
                Wait::Landed(outcome) => return outcome.ok().map(Given::Another),
                Wait::Takeover(guard) => return self.compute(guard, end),
                Wait::Pending | Wait::Orphaned => {}
            }
        }
    }

    fn compute(&self, guard: Guard<u8, Value, ()>, end: End) -> Option<Given> {
        let value = Value {
            number: add(&self.computed, 1),
            is_old: !self.clears.load(Ordering::SeqCst),
        };
        let others = self.busy.fetch_add(1, Ordering::SeqCst);
        assert!(others == 0 || !value.is_old, "two compute at once");
        thread::yield_now();
        self.busy.fetch_sub(1, Ordering::SeqCst);
        match end {
            End::Finishes => self.finish(guard, value),
            End::Fails => Numbers::fail(guard, ()),
            End::GivesUp => drop(guard),
        }
        matches!(end, End::Finishes).then_some(Given::Own(value))
    }

    fn finish(&self, guard: Guard<u8, Value, ()>, value: Value) {
        let finished = self.cache.finish(&KEY, guard, value, 1, Duration::ZERO);
        let (removed, unstored) = finished;
        self.release(&removed);
        let may_be_unstored = self.clears.load(Ordering::SeqCst);
        assert!(unstored.is_none() || may_be_unstored, "it is not stored");
        add(&self.stored, usize::from(unstored.is_none()));
    }

    fn release(&self, removed: &Removed<Value>) {
        let is_expired = |(_, why): &(_, _)| *why == Departure::Expired;
        add(&self.left, removed.len());
        add(
            &self.expired,
            removed.departures().filter(is_expired).count(),
        );
    }

    /// Notes what a call got in the end.
    fn note(&self, given: Option<Given>) {
        let is_shared = matches!(given, Some(Given::Another(_)));
        add(&self.shared, usize::from(is_shared));
    }

    fn calls(&self) {
        self.note(self.call(End::Finishes));
    }

    fn fails(&self) {
        self.note(self.call(End::Fails));
    }

    fn gives_up(&self) {
        self.note(self.call(End::GivesUp));
    }

    /// A call that does not want the first value, if another has computed it.
    fn rejects(&self) {
        let mut given = self.call(End::Finishes);
        while let Some(Given::Another(value)) = given
            && value.number == 0
        {
            self.release(&self.cache.reject(&KEY, |stored| *stored == value));
            given = self.miss(End::Finishes);
        }
        self.note(given);
    }

    fn clears(&self) {
        self.clear(Numbers::clear);
    }

    fn clears_the_key(&self) {
        self.clear(|cache| cache.clear_key(&KEY));
    }

    fn clear(&self, clear: impl FnOnce(&Numbers) -> Removed<Value>) {
        self.clears.store(true, Ordering::SeqCst);
        self.release(&clear(&self.cache));
        self.has_cleared.store(true, Ordering::SeqCst);
        self.assert_nothing_is_old();
    }

    fn assert_nothing_is_old(&self) {
        let value = self.cache.peek(&KEY);
        let is_old = value.is_some_and(|value| value.is_old);
        assert!(!is_old, "what was cleared is stored");
    }

    fn purges(&self) {
        clock::advance(TIME_TO_LIVE);
        self.release(&self.cache.purge_expired());
    }

    /// A call that makes a stale value anew.
    fn refreshes(&self) {
        self.calls();
        if !self.cache.needs_refresh(&KEY) {
            return;
        }
        let Some(ticket) = self.cache.plan_refresh(&KEY) else {
            return;
        };
        let begun = self.cache.begin_refresh(&KEY, Caller::plain(None));
        let ended = match begun {
            Some(guard) => {
                self.compute(guard, End::Finishes);
                Ended::Success
            }
            None => Ended::Skipped,
        };
        self.cache.end_refresh(&KEY, ticket, ended);
    }

    /// Nothing of what was stored is lost, and each call was counted once.
    fn assert_is_whole(&self) {
        let info = self.cache.info();
        let (stored, left) = (read(&self.stored), read(&self.left));
        assert_eq!(stored, left + info.entries as u64);
        assert_eq!(info.bytes, info.entries as u64);
        assert_eq!(info.counters.expirations, read(&self.expired));
        let (calls, shared) = (read(&self.calls), read(&self.shared));
        assert_eq!(
            (info.counters.hits, info.counters.misses),
            (shared, calls - shared)
        );
        assert!(!self.cache.is_computing(&KEY), "a key is left behind");
        if self.has_cleared.load(Ordering::SeqCst) {
            self.assert_nothing_is_old();
        }
    }
}

fn run(world: Arc<World>, threads: &[fn(&World)]) -> Arc<World> {
    let threads: Vec<_> = threads
        .iter()
        .map(|acts| {
            let (world, acts) = (Arc::clone(&world), *acts);
            thread::spawn(move || acts(&world))
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    world.assert_is_whole();
    world
}

fn lasting() -> Arc<World> {
    World::new(Bounds::default())
}

fn expiring() -> Arc<World> {
    World::new(Bounds {
        time_to_live: Some(TIME_TO_LIVE),
        ..Bounds::default()
    })
}

/// A cache with a value that is to be made anew.
fn stale() -> Arc<World> {
    let world = World::new(Bounds {
        time_to_live: Some(TIME_TO_LIVE),
        fresh_for: Some(FRESH_FOR),
        ..Bounds::default()
    });
    world.calls();
    clock::advance(FRESH_FOR);
    world
}

#[test]
fn calls_that_come_at_once_compute_once() {
    check(2, || {
        let world = run(lasting(), &[World::calls, World::calls, World::calls]);
        assert_eq!(read(&world.computed), 1);
        assert_eq!(world.cache.info().counters.misses, 1);
    });
}

#[test]
fn a_failure_is_counted_by_all_and_stored_by_none() {
    check(2, || {
        run(lasting(), &[World::fails, World::calls, World::calls]);
    });
}

#[test]
fn what_one_gives_up_another_computes() {
    check(2, || {
        run(lasting(), &[World::gives_up, World::calls, World::gives_up]);
    });
}

#[test]
fn what_was_cleared_is_never_stored() {
    check(2, || {
        run(lasting(), &[World::calls, World::calls, World::clears]);
    });
    check(2, || {
        run(
            lasting(),
            &[World::calls, World::gives_up, World::clears_the_key],
        );
    });
}

#[test]
fn a_value_is_rejected_once_and_was_nobodys_hit() {
    check(2, || {
        let world = run(lasting(), &[World::rejects, World::rejects, World::calls]);
        assert!(world.cache.info().counters.rejections <= 1);
    });
}

#[test]
fn a_rejection_meets_a_clear() {
    check(2, || {
        run(lasting(), &[World::rejects, World::clears, World::calls]);
    });
}

#[test]
fn what_expires_leaves_once() {
    check(2, || {
        run(expiring(), &[World::calls, World::purges, World::purges]);
    });
    check(2, || {
        run(expiring(), &[World::calls, World::purges, World::calls]);
    });
}

#[test]
fn a_stale_value_is_made_anew_once() {
    check(2, || {
        let world = run(stale(), &[World::refreshes, World::refreshes]);
        let refreshes = world.cache.info().refreshes;
        assert_eq!((read(&world.computed), refreshes.successes), (2, 1));
    });
}

#[test]
fn a_refresh_meets_a_clear() {
    check(2, || {
        run(
            stale(),
            &[World::refreshes, World::refreshes, World::clears],
        );
    });
}
