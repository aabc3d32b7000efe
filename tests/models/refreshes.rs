//! Refreshes: one at a time for each key, and each of them ends once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use memoxide::refreshes::{Ended, PAUSE, Refreshes};
use shuttle::thread;

use crate::check::check;

const KEY: u8 = 1;

#[derive(Default)]
struct World {
    refreshes: Refreshes<u8>,
    busy: AtomicUsize,
    planned: AtomicUsize,
}

impl World {
    fn refresh(&self, ended: Ended) {
        let Some(ticket) = self.refreshes.plan(&KEY, 0) else {
            return;
        };
        self.planned.fetch_add(1, Ordering::SeqCst);
        assert_eq!(self.busy.fetch_add(1, Ordering::SeqCst), 0, "two at once");
        thread::yield_now();
        self.busy.fetch_sub(1, Ordering::SeqCst);
        self.refreshes.end(&KEY, ticket, ended, 0);
    }

    fn succeeds(&self) {
        self.refresh(Ended::Success);
    }

    fn fails(&self) {
        self.refresh(Ended::Failure);
    }

    fn forgives(&self) {
        self.refreshes.forgive(&KEY);
    }

    fn forgives_all(&self) {
        self.refreshes.forgive_all();
    }
}

fn run(threads: &[fn(&World)]) -> Arc<World> {
    let world = Arc::new(World::default());
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
    let counts = world.refreshes.counts();
    let ended = counts.successes + counts.failures + counts.skipped;
    assert_eq!(ended, world.planned.load(Ordering::SeqCst) as u64);
    let planned = world.refreshes.plan(&KEY, PAUSE);
    assert!(planned.is_some(), "the key is left behind");
    world
}

#[test]
fn one_refreshes_at_a_time() {
    check(3, || {
        let world = run(&[World::succeeds, World::succeeds, World::fails]);
        assert!(world.planned.load(Ordering::SeqCst) > 0);
    });
}

#[test]
fn after_a_failure_nobody_tries() {
    check(3, || {
        let world = run(&[World::fails, World::fails, World::fails]);
        assert_eq!(world.planned.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn what_is_forgiven_is_no_plan() {
    check(3, || {
        run(&[World::fails, World::succeeds, World::forgives]);
    });
    check(3, || {
        run(&[World::fails, World::succeeds, World::forgives_all]);
    });
}
