//! Values that come to a store and leave it: none is lost, none leaves twice, and the figures are theirs.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use memoxide::store::{Bounds, Departure, Removed, SharedStore, Stored, clock};
use shuttle::thread;

use crate::check::check;

const THREADS: usize = 2;
const TIME_TO_LIVE: u64 = 100;

/// A value that knows how large it is, and how often it has left.
struct Value {
    size: u64,
    left: AtomicU64,
}

struct World {
    store: SharedStore<u8, Arc<Value>>,
    /// All that there were. No thread stops while it is locked.
    values: Mutex<Vec<Arc<Value>>>,
    found: AtomicU64,
    evicted: AtomicU64,
    expired: AtomicU64,
}

fn read(count: &AtomicU64) -> u64 {
    count.load(Ordering::SeqCst)
}

fn add(count: &AtomicU64, more: bool) {
    count.fetch_add(more.into(), Ordering::SeqCst);
}

impl World {
    fn new(bounds: Bounds) -> Arc<Self> {
        Arc::new(Self {
            store: SharedStore::new(bounds, THREADS),
            values: Mutex::default(),
            found: AtomicU64::default(),
            evicted: AtomicU64::default(),
            expired: AtomicU64::default(),
        })
    }

    fn put(&self, key: u8, size: u64) {
        let value = Arc::new(Value {
            size,
            left: AtomicU64::default(),
        });
        self.values.lock().unwrap().push(Arc::clone(&value));
        let (mut removed, now) = (Removed::new(), clock::now());
        let stored = (self.store.lock()).put(key, value, size, 1, now, &mut removed);
        if let Stored::TooLarge(value) = stored {
            value.leave();
        }
        self.release(&removed);
    }

    fn get(&self, key: u8) {
        let mut removed = Removed::new();
        let found = self.store.get(&key, clock::now(), &mut removed);
        add(&self.found, found.is_some());
        self.release(&removed);
    }

    fn release(&self, removed: &Removed<Arc<Value>>) {
        for (value, why) in removed.departures() {
            value.leave();
            add(&self.evicted, why == Departure::Evicted);
            add(&self.expired, why == Departure::Expired);
        }
    }

    fn puts(&self) {
        self.put(1, 1);
        self.get(1);
    }

    fn puts_another(&self) {
        self.put(2, 2);
        self.get(1);
    }

    fn puts_much(&self) {
        self.put(1, 4);
        self.put(3, 3);
    }

    fn clears(&self) {
        let cleared = self.store.lock().clear();
        self.release(&cleared.into());
    }

    fn removes(&self) {
        let mut removed = Removed::new();
        self.store.lock().remove(&1, &mut removed);
        self.release(&removed);
    }

    fn lets_time_pass(&self) {
        clock::advance(TIME_TO_LIVE);
        self.get(1);
    }

    fn purges(&self) {
        clock::advance(TIME_TO_LIVE);
        let mut removed = Removed::new();
        let now = clock::now();
        self.store.lock().purge_expired(now, &mut removed);
        self.release(&removed);
    }

    /// Has the oldest make room for another store.
    fn makes_room(&self) {
        self.store.keep_order();
        let mut removed = Removed::new();
        self.store.lock().evict_oldest(&mut removed);
        self.release(&removed);
    }

    /// What was put is there or has left, and nobody else holds it.
    fn assert_is_whole(&self) {
        let values = self.values.lock().unwrap();
        let (there, left): (Vec<_>, _) = values.iter().partition(|value| read(&value.left) == 0);
        let left: Vec<_> = left;
        assert!(
            there.iter().all(|value| Arc::strong_count(value) == 2),
            "lost"
        );
        assert!(
            left.iter().all(|value| Arc::strong_count(value) == 1),
            "kept"
        );
        let store = self.store.lock();
        let bytes: u64 = there.iter().map(|value| value.size).sum();
        assert_eq!((store.len(), store.bytes()), (there.len(), bytes));
        let counters = store.counters();
        assert_eq!(
            (counters.hits, counters.nanos_saved),
            [&self.found; 2].map(read).into()
        );
        assert_eq!(counters.evictions, read(&self.evicted));
        assert_eq!(counters.expirations, read(&self.expired));
    }
}

impl Value {
    fn leave(&self) {
        assert_eq!(self.left.fetch_add(1, Ordering::SeqCst), 0, "it has left");
    }
}

fn run(bounds: Bounds, threads: &[fn(&World)]) {
    let world = World::new(bounds);
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
    world.clears();
    world.assert_is_whole();
    assert_eq!(world.store.lock().len(), 0);
}

fn small() -> Bounds {
    Bounds {
        max_entries: Some(1),
        ..Bounds::default()
    }
}

fn narrow() -> Bounds {
    Bounds {
        max_bytes: Some(3),
        ..Bounds::default()
    }
}

fn expiring() -> Bounds {
    Bounds {
        time_to_live: Some(TIME_TO_LIVE),
        ..Bounds::default()
    }
}

#[test]
fn what_is_replaced_leaves_once() {
    check(2, || {
        run(
            Bounds::default(),
            &[World::puts, World::puts, World::removes],
        );
    });
}

#[test]
fn what_is_cleared_leaves_once() {
    check(2, || {
        run(
            Bounds::default(),
            &[World::puts, World::clears, World::removes],
        );
    });
}

#[test]
fn what_makes_room_leaves_once() {
    check(3, || {
        run(small(), &[World::puts, World::puts_another, World::clears]);
    });
}

#[test]
fn what_takes_too_many_bytes_leaves_once() {
    check(3, || {
        run(
            narrow(),
            &[World::puts, World::puts_another, World::puts_much],
        );
    });
}

#[test]
fn what_expires_leaves_once() {
    check(2, || {
        run(
            expiring(),
            &[World::puts, World::lets_time_pass, World::purges],
        );
    });
}

#[test]
fn what_makes_room_for_another_store_leaves_once() {
    check(2, || {
        run(
            Bounds::default(),
            &[World::puts, World::puts_another, World::makes_room],
        );
    });
}
