//! A store that many look into: nobody sees half of a change, and nothing is lost of what they count.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use memoxide::store::{Bounds, Removed, SharedStore};
use shuttle::thread;

use crate::check::check;

const KEY: u8 = 1;
const COST: u64 = 10;

/// Whether threads look, and whether one changes something.
#[derive(Default)]
struct Access {
    looking: AtomicUsize,
    is_changing: AtomicBool,
}

/// A value whose clone takes a while.
struct Value(Arc<Access>);

impl Clone for Value {
    fn clone(&self) -> Self {
        self.0.looking.fetch_add(1, Ordering::SeqCst);
        self.0.assert_apart();
        thread::yield_now();
        self.0.looking.fetch_sub(1, Ordering::SeqCst);
        Self(Arc::clone(&self.0))
    }
}

impl Access {
    fn assert_apart(&self) {
        let is_changing = self.is_changing.load(Ordering::SeqCst);
        let looking = self.looking.load(Ordering::SeqCst);
        assert!(!is_changing || looking == 0, "a change is seen");
    }
}

struct World {
    store: SharedStore<u8, Value>,
    access: Arc<Access>,
}

impl World {
    /// A store with locks for so many threads and one value in it.
    fn new(threads: usize) -> Arc<Self> {
        let store = SharedStore::new(Bounds::default(), threads);
        let access = Arc::<Access>::default();
        let value = Value(Arc::clone(&access));
        store
            .lock()
            .put(KEY, value, 1, COST, 0, &mut Removed::new());
        Arc::new(Self { store, access })
    }

    fn look(&self) {
        let found = self.store.get(&KEY, 0, &mut Removed::new());
        assert!(found.is_some());
    }

    /// Has the store to itself for a while.
    fn change(&self) {
        let looks = |_: &Value| {
            self.access.is_changing.store(true, Ordering::SeqCst);
            self.access.assert_apart();
            thread::yield_now();
            self.access.is_changing.store(false, Ordering::SeqCst);
            false
        };
        self.store.lock().reject(&KEY, looks, &mut Removed::new());
    }

    fn counts(&self) {
        self.look();
        self.store.count_miss();
        self.store.count_hit();
    }

    /// What was counted does not become less.
    fn reads(&self) {
        let before = self.store.lock().counters();
        let after = self.store.lock().counters();
        assert!(before.hits <= after.hits && before.misses <= after.misses);
    }
}

fn run(world: &Arc<World>, threads: &[fn(&World)]) {
    let threads: Vec<_> = threads
        .iter()
        .map(|acts| {
            let (world, acts) = (Arc::clone(world), *acts);
            thread::spawn(move || acts(&world))
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn nobody_looks_while_something_changes() {
    check(3, || {
        run(&World::new(2), &[World::look, World::look, World::change]);
    });
}

#[test]
fn two_changes_do_not_wait_for_each_other() {
    check(3, || {
        run(&World::new(2), &[World::change, World::change, World::look]);
    });
}

#[test]
fn what_threads_count_adds_up() {
    check(3, || {
        let world = World::new(1);
        run(&world, &[World::counts, World::counts, World::reads]);
        let counters = world.store.lock().counters();
        assert_eq!((counters.hits, counters.misses), (4, 2));
        assert_eq!(counters.nanos_saved, 2 * COST);
    });
}
