//! Definitions come and go: those that are alive share their cache, and each cache leaves once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use memoxide::registry::{Detached, Registry};
use shuttle::thread;

use crate::check::check;

const FUNCTION: u8 = 1;

/// A cache that counts how often it has left.
#[derive(Default)]
struct Cache {
    users: AtomicUsize,
    left: AtomicUsize,
}

#[derive(Default)]
struct World {
    registry: Registry<u8, &'static str, Cache>,
    made: AtomicUsize,
    left: AtomicUsize,
    /// Whether a session may have ended: its caches leave whoever uses them.
    is_session: AtomicBool,
}

impl World {
    fn attach(&self, options: &'static str) -> Arc<Cache> {
        let make = || {
            self.made.fetch_add(1, Ordering::SeqCst);
            Cache::default()
        };
        let (cache, superseded) = self.registry.attach(FUNCTION, options, make);
        cache.users.fetch_add(1, Ordering::SeqCst);
        let has_left = cache.left.load(Ordering::SeqCst) > 0;
        assert!(!has_left || self.is_session(), "it has left");
        for cache in superseded {
            self.leave(&cache);
        }
        cache
    }

    fn leave(&self, cache: &Cache) {
        self.left.fetch_add(1, Ordering::SeqCst);
        assert_eq!(cache.left.fetch_add(1, Ordering::SeqCst), 0, "it has left");
        let is_used = cache.users.load(Ordering::SeqCst) > 0;
        assert!(!is_used || self.is_session(), "it is in use");
    }

    fn is_session(&self) -> bool {
        self.is_session.load(Ordering::SeqCst)
    }

    fn end_session(&self) {
        self.is_session.store(true, Ordering::SeqCst);
        let left = self.registry.remove_where(|id| *id == FUNCTION);
        for cache in left {
            self.leave(&cache);
        }
    }

    fn detach(&self, cache: &Arc<Cache>) {
        cache.users.fetch_sub(1, Ordering::SeqCst);
        if let Detached::Left(cache) = self.registry.detach(&FUNCTION, cache) {
            self.leave(&cache);
        }
    }

    fn detach_for_good(&self, cache: &Arc<Cache>) {
        cache.users.fetch_sub(1, Ordering::SeqCst);
        let left = self.registry.detach_for_good(&FUNCTION, cache);
        if let Some(cache) = left {
            self.leave(&cache);
        }
    }

    /// Defines the function, and lets go of it.
    fn defines(&self, options: &'static str) -> Arc<Cache> {
        let cache = self.attach(options);
        thread::yield_now();
        self.detach(&cache);
        cache
    }

    /// All that were made have left or are there.
    fn assert_is_whole(&self) {
        let there = self.registry.all().len();
        let made = self.made.load(Ordering::SeqCst);
        assert_eq!(made, there + self.left.load(Ordering::SeqCst));
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
    world.assert_is_whole();
    world
}

fn defines(world: &World) {
    world.defines("a");
}

fn defines_otherwise(world: &World) {
    world.defines("b");
}

fn defines_for_a_while(world: &World) {
    let cache = world.attach("a");
    thread::yield_now();
    world.detach_for_good(&cache);
}

/// Defines it and, when that is over, takes out the cache if nobody has come.
fn ends(world: &World) {
    let cache = world.defines("a");
    let left = world.registry.remove_unused(&FUNCTION, &cache);
    if let Some(cache) = left {
        world.leave(&cache);
    }
}

#[test]
fn definitions_that_come_at_once_share_a_cache() {
    check(3, || {
        let world = run(&[defines, defines, defines]);
        assert_eq!(world.made.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn definitions_with_other_options_keep_theirs() {
    check(3, || {
        let world = run(&[defines, defines_otherwise, defines]);
        // One waits for the next definition.
        assert_eq!(world.registry.all().len(), 1);
    });
}

#[test]
fn a_cache_in_use_is_not_taken_out() {
    check(3, || {
        run(&[ends, ends, defines]);
    });
    check(3, || {
        run(&[ends, defines_otherwise, ends]);
    });
}

#[test]
fn a_cache_that_ends_for_good_leaves_once() {
    check(3, || {
        let world = run(&[defines_for_a_while, defines_for_a_while]);
        assert!(world.registry.all().is_empty());
    });
    check(3, || {
        run(&[defines_for_a_while, defines_otherwise, ends]);
    });
}

#[test]
fn what_a_session_leaves_behind_leaves_once() {
    check(3, || {
        run(&[defines, defines_for_a_while, World::end_session]);
    });
    check(3, || {
        run(&[defines, defines_otherwise, World::end_session]);
    });
    check(3, || {
        let world = run(&[ends, World::end_session, World::end_session]);
        assert!(world.registry.all().is_empty());
    });
}
